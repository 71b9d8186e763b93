#!/usr/bin/env python3
"""What share of the instructions that programs execute comes from images.

Each program of a directory tree runs twice: in the baseline tier alone without a
cache, which counts all instructions, and with the cache, where what is counted
are those that had to be translated at run time. Outputs must agree.

    bench/aot-share.py --sysroot TREE --cache-dir DIR [--xlate FILE]
"""
import argparse
import json
import subprocess
import sys

LICENSES = "/usr/share/common-licenses"
SETS = {}

SETS["base"] = [
    ["/usr/bin/true"],
    ["/usr/bin/bash", "-c", "for i in {1..3000}; do x=$((x + i * i)); done; echo $x"],
    ["/usr/bin/sort", "-n", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/sed", "s/GNU/gnu/g", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/grep", "-c", "-E", "(free|software).*GNU", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/gawk", "{n += NF} END {print n}", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/perl", "-e", 'my %h; $h{$_ % 97} += $_ for 1..60000; print join(",", %h{1..5}), "\\n"'],
    ["/usr/bin/python3", "-c", "pass"],
    ["/usr/bin/python3", "-c", "import json, hashlib, re; print(json.dumps({'a': 1}), "
     "hashlib.sha256(b'x' * 9999).hexdigest(), re.sub('b+', 'c', 'abbbc'), "
     "sum(i * i for i in range(50000)))"],
    ["/usr/bin/sqlite3", ":memory:", "with recursive c(x) as (select 1 union all select x + 1 "
     "from c limit 20000) select sum(x * x) from c"],
    ["/usr/bin/git", "--version"],
    ["/usr/bin/openssl", "dgst", "-sha256", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/xz", "-6", "-c", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/zstd", "-9", "-c", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/gzip", "-c", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/bzip2", "-c", "/usr/share/common-licenses/GPL-3"],
    ["/usr/bin/lua5.4", "-e", "local s = 0 for i = 1, 200000 do s = s + i % 7 end print(s)"],
    ["/usr/bin/make", "--version"],
    ["/usr/lib/gcc/aarch64-linux-gnu/12/cc1", "-O1", "-quiet", "-o", "-", "{hello}"],
]

# Of the tree that "scripts/guests.sh --fetch compiled" makes: Rust, Go, C++, assembly.
SETS["compiled"] = [
    ["/usr/bin/rg", "--sort", "path", "-c", "-i", "free (software|document)", "{root}" + LICENSES],
    ["/usr/bin/rg", "-N", "--replace", "<$1>", r"\b(w[a-z]+ty)\b", "{root}" + LICENSES + "/GPL-3"],
    ["/usr/bin/fdfind", "-u", "--max-buffer-time=60000", "prop", "{root}/usr/share/cmake-3.25"],
    ["/usr/bin/batcat", "--color=always", "-p", "-l", "py", "bench/aot-share.py"],
    ["/usr/bin/batcat", "--config-file"],
    ["/usr/bin/fzf", "-f", "gnu lic"],
    ["/usr/bin/rclone", "hashsum", "whirlpool", "{root}" + LICENSES + "/GPL-3"],
    ["/usr/bin/rclone", "size", "--json", "{root}/usr/share"],
    ["/usr/bin/rclone", "help", "flags"],
    ["/usr/bin/cmake", "--help-full"],
    ["/usr/bin/cmake", "-P", "{root}/usr/share/cmake-3.25/Modules/FindPackageMessage.cmake"],
    ["/usr/bin/ninja", "-h"],
    ["/usr/bin/openssl", "dgst", "-sha512", "{root}" + LICENSES + "/GPL-3"],
    ["/usr/bin/openssl", "enc", "-aes-256-ctr", "-K", "00" * 32, "-iv", "00" * 16,
     "-in", "{root}/usr/bin/cmake", "-out", "/dev/null"],
    ["/usr/bin/openssl", "enc", "-chacha20", "-K", "00" * 32, "-iv", "00" * 16,
     "-in", "{root}/usr/bin/cmake", "-out", "/dev/null"],
    ["/usr/bin/openssl", "prime", "-hex", "FFFFFFFFFFFFFFC5" * 16],
    ["/usr/bin/openssl", "genpkey", "-algorithm", "RSA", "-out", "/dev/null"],
    ["/usr/bin/openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
     "-out", "/dev/null"],
]


def run(args, command, *options):
    done = subprocess.run([args.xlate, "-L", args.sysroot, "--stats=json", *options,
                           args.sysroot + command[0], *command[1:]],
                          stdin=open(args.sysroot + LICENSES + "/GPL-3"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=args.timeout)
    lines = [l for l in done.stderr.decode(errors="replace").splitlines() if l.startswith("{")]
    return (done.returncode, done.stdout), json.loads(lines[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xlate", default="build/release/bin/xlate-run")
    parser.add_argument("--sysroot", default=".sysroot/arm64")
    parser.add_argument("--cache-dir", required=True)
    parser.add_argument("--set", choices=SETS, default="base", help="which programs")
    parser.add_argument("--hello", default="bench/kernels/fib.c", help="what cc1 compiles")
    parser.add_argument("--timeout", type=float, default=300)
    args = parser.parse_args()
    bad = 0
    print("| program | instructions | from images | translated | LLVM |\n|---|---|---|---|---|")
    for program in SETS[args.set]:
        command = [w.replace("{hello}", args.hello).replace("{root}", args.sysroot)
                   for w in program]
        name = " ".join(command)[:50].replace("|", "\\|")
        try:
            plain, cold = run(args, command, "--no-cache", "--tier=baseline")
            out, warm = run(args, command, "--no-record", "--cache-dir", args.cache_dir)
        except (subprocess.TimeoutExpired, IndexError) as problem:
            print("| %s | %s | | | |" % (name, type(problem).__name__))
            bad = 1
            continue
        total, missed = cold["baseline"]["executed"], warm["baseline"]["executed"]
        print("| %s | %.1f M | %.3f %% | %d | %d |%s" % (
            name, total / 1e6, 100 * (1 - missed / total), warm["baseline"]["units"],
            warm["llvm"]["units"], "" if plain == out else " OUTPUT DIFFERS"), flush=True)
        bad |= plain != out
    return bad


if __name__ == "__main__":
    sys.exit(main())
