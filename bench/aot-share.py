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

PROGRAMS = [
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


def run(args, command, *options):
    done = subprocess.run([args.xlate, "-L", args.sysroot, "--stats=json", *options,
                           args.sysroot + command[0], *command[1:]],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=args.timeout)
    lines = [l for l in done.stderr.decode(errors="replace").splitlines() if l.startswith("{")]
    return (done.returncode, done.stdout), json.loads(lines[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xlate", default="build/release/bin/xlate-run")
    parser.add_argument("--sysroot", default=".sysroot/arm64")
    parser.add_argument("--cache-dir", required=True)
    parser.add_argument("--hello", default="bench/kernels/fib.c", help="what cc1 compiles")
    parser.add_argument("--timeout", type=float, default=300)
    args = parser.parse_args()
    bad = 0
    print("| program | instructions | from images | translated | LLVM |\n|---|---|---|---|---|")
    for program in PROGRAMS:
        command = [w.replace("{hello}", args.hello) for w in program]
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
