#!/usr/bin/env python3
"""Run native programs, qemu-aarch64 and xlate-run side by side and compare them.

CPU time is that of all processes and threads of a run, user and system. The
three run alternately, so that other load on the machine meets all of them, and
the smallest of the rounds counts.
"""

import argparse
import dataclasses
import hashlib
import json
import math
import multiprocessing
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import cases as suite

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


@dataclasses.dataclass
class Sample:
    """What one run took."""

    cpu: float
    wall: float
    rss: int  # KiB, of the largest process
    status: int
    output: str  # digest
    text: str  # the first lines
    compiled: float = 0.0


def run_once(command, directory, env, timeout):
    """Run a command to its end and measure it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   cwd=directory, env=env, start_new_session=True)
        timer = threading.Timer(timeout, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        timer.cancel()
        process.returncode = status  # it is gone: no wait by Popen
        out.seek(0)
        data = out.read()
        err.seek(0)
        errors = err.read(1 << 16)
    text = data[:4000].decode(errors="replace")
    if status:
        text += errors.decode(errors="replace")[-400:]
    return Sample(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, status,
                  hashlib.sha256(data).hexdigest(), text)


class Bench:
    """The programs under comparison, and where things are."""

    def __init__(self, args):
        self.args = args
        self.data = os.path.join(args.work, "data")
        self.binaries = os.path.join(args.work, "kernels")
        self.cache = os.path.join(args.work, "aot-cache")

    def emulators(self):
        """Name and command prefix of each, in the order of the columns."""
        sysroot = self.args.sysroot
        aot = [self.args.xlate, "-L", sysroot, "--cache-dir", self.cache, "--no-record"]
        return {
            "native": [],
            "qemu": [self.args.qemu, "-L", sysroot],
            "xlate": [self.args.xlate, "-L", sysroot, "--no-cache", "--tier=" + self.args.tier],
            **({"aot": aot} if self.args.aot else {}),
        }

    def cases(self, scale):
        """All cases; the hot runs do scale times the work."""
        kernels = suite.kernel_cases(HERE, self.binaries)
        for case in kernels:
            if case.hot:
                case.hot = [str(int(case.hot[0]) * scale)]
        return kernels + suite.program_cases(scale) + suite.startup_cases()

    def build_kernels(self):
        """Compile each kernel for both machines with the same options."""
        os.makedirs(self.binaries, exist_ok=True)
        names = suite.KERNELS + ["hello"]
        flags = ["-O2", "-ffp-contract=off", "-static", "-pthread"]
        for name in names:
            source = suite.kernel_source(HERE, name)
            compiler = "g++" if source.endswith(".cpp") else "gcc"
            for suffix, prefix in ((".x86", ""), (".arm", "aarch64-linux-gnu-")):
                target = os.path.join(self.binaries, name) + suffix
                if os.path.exists(target) and os.path.getmtime(target) > os.path.getmtime(source):
                    continue
                subprocess.run([prefix + compiler, *flags, "-o", target, source, "-lm"],
                               check=True)

    def make_linker_cache(self):
        """What an installed system has: its dynamic linker need not search."""
        tool = self.args.sysroot + "/sbin/ldconfig"
        if os.path.exists(tool) and not os.path.exists(self.args.sysroot + "/etc/ld.so.cache"):
            subprocess.run([self.args.xlate, "-L", self.args.sysroot, tool,
                            "-r", self.args.sysroot], check=True)

    def guest_path(self, case):
        """The guest program, or None. Kernels are outside the sysroot."""
        if os.path.exists(case.guest) and case.package is None:
            return case.guest
        path = self.args.sysroot + case.guest
        return case.guest if os.path.exists(path) else None

    def missing(self, case):
        """Why the case can't be run, or None."""
        if not self.guest_path(case):
            return "no arm64 program: scripts/fetch-sysroot.sh arm64 ... %s" % case.package
        if not os.path.exists(case.native):
            return "no native program: apt-get install %s" % case.package
        if case.package:
            versions = {package_version("/", case.package),
                        package_version(self.args.sysroot, case.package)} - {None}
            if len(versions) > 1:
                return "package versions differ: " + ", ".join(sorted(versions))
        return None

    def command(self, case, emulator, prefix, args):
        """The command line of a run."""
        if emulator == "native":
            return [case.native, *(a.replace("{run}", "") for a in args)]
        guest = case.guest
        if case.package:
            guest = self.args.sysroot + guest
        run = prefix + [self.args.sysroot] if emulator == "qemu" else []
        if run and case.wrapper:
            args = case.wrapper + args
        return prefix + [guest, *(a.replace("{run}", " ".join(run)).replace(
            "{,run}", ",".join(prefix)).replace("{root}", self.args.sysroot) for a in args)]

    def train(self, case, args, env):
        """Record what the case runs, and translate its program and the libraries of that."""
        # Without images: code that is in one is counted by functions and loops only.
        profile = os.path.join(self.args.work, "profile")
        if os.path.exists(profile):
            os.unlink(profile)
        prefix = [self.args.xlate, "-L", self.args.sysroot, "--no-cache"]
        run_once(self.command(case, "aot", [*prefix, "--record-profile", profile], args),
                 self.data, env, self.args.timeout)
        programs = [self.command(case, "aot", [], [])[0],
                    *(self.args.sysroot + path for path in case.starts)]
        files = list(programs)
        for program in programs:
            # The guest's dynamic linker says what it would load.
            traced = run_once([*prefix, program], self.data,
                              dict(env, LD_TRACE_LOADED_OBJECTS="1"), self.args.timeout)
            for path in re.findall(r"(/\S+) \(0x", traced.text):
                inside = self.args.sysroot + path
                files.append(os.path.realpath(inside if os.path.exists(inside) else path))
        aot = os.path.join(os.path.dirname(self.args.xlate), "xlate-aot")
        subprocess.run([aot, "--cache-dir", self.cache, "-q", "--no-recorded",
                        "--profile", profile, *files], check=True)
        # The first run with an image checks all of it, and takes a note of that unless the file
        # is brand-new.
        time.sleep(0.2)
        run_once(self.command(case, "aot", self.emulators()["aot"], args), self.data, env,
                 self.args.timeout)

    def measure(self, case, args, warm_up=None):
        """Best of the rounds of each emulator, and what was wrong.

        warm_up: arguments of a run whose time is taken off.
        """
        best, problems, off = {}, [], {}
        env = dict(os.environ, LC_ALL="C", **case.env)
        env.pop("LD_PRELOAD", None)
        if self.args.aot:
            self.train(case, args, env)
        for done in range(self.args.rounds):
            for name, prefix in self.emulators().items():
                if any(p.startswith(name) for p in problems):
                    continue
                if name == "qemu" and done >= (self.args.qemu_rounds or self.args.rounds):
                    continue
                if warm_up and not case.rate:
                    first = run_once(self.command(case, name, prefix, warm_up), self.data, env,
                                     self.args.timeout)
                    if first.status:
                        problems.append("%s: status %#x of the warm-up" % (name, first.status))
                        continue
                    old = off.setdefault(name, first)
                    old.cpu, old.wall = min(old.cpu, first.cpu), min(old.wall, first.wall)
                sample = run_once(self.command(case, name, prefix, args), self.data, env,
                                  self.args.timeout)
                if sample.status:
                    problems.append("%s: status %#x: %s" % (name, sample.status,
                                                            sample.text.strip()[-200:]))
                    continue
                if case.rate:
                    rates = re.findall(case.rate, sample.text, re.M)
                    sample.cpu = sample.wall = 1e6 / float(rates[-1]) if rates else math.nan
                old = best.get(name)
                if old is None:
                    best[name] = sample
                    continue
                old.cpu, old.wall = min(old.cpu, sample.cpu), min(old.wall, sample.wall)
                old.rss = max(old.rss, sample.rss)
        for name, first in off.items():
            if name in best:
                best[name].cpu -= first.cpu
                best[name].wall -= first.wall
        if case.compare:
            for name in ("qemu", "xlate", "aot"):
                if name in best and "native" in best and (
                        best[name].output != best["native"].output):
                    problems.append(name + ": other output than native: " +
                                    best[name].text.strip()[:100])
        return best, problems


def package_version(root, package):
    """Version of an installed package, without the suffix of a rebuild."""
    if root == "/":
        run = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package],
                             capture_output=True, text=True, check=False)
        version = run.stdout or None
    else:
        version = None
        archives = os.path.join(os.path.dirname(root), "apt-" + os.path.basename(root),
                                "cache", "archives")
        if os.path.isdir(archives):
            for name in os.listdir(archives):
                if name.startswith(package + "_") and name.endswith(".deb"):
                    version = name.split("_")[1].replace("%3a", ":")
    return re.sub(r"\+b\d+$", "", version) if version else None


def geometric_mean(values):
    """Of the positive and finite ones; nan if there are none."""
    logs = [math.log(v) for v in values if v > 0 and math.isfinite(v)]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def ratio(best, a, b, what="cpu"):
    """best[a] / best[b] of a measured value."""
    if a not in best or b not in best:
        return math.nan
    below = getattr(best[b], what)
    return getattr(best[a], what) / below if below else math.nan


COLUMNS = ("native", "qemu", "xlate", "q/n", "x/n", "x/q", "wall x/n", "wall x/q", "rss MB")


AOT_COLUMNS = ("aot", "a/n", "a/q", "wall a/n")


def aot_cells(best):
    """The columns that --aot adds."""
    return ["%.3f" % best["aot"].cpu if "aot" in best else "-",
            *("%.2f" % ratio(best, "aot", b) for b in ("native", "qemu")),
            "%.2f" % ratio(best, "aot", "native", "wall")]


def cells(best):
    """The columns of a result."""
    def seconds(name):
        return "%.3f" % best[name].cpu if name in best else "-"

    row = [seconds(n) for n in ("native", "qemu", "xlate")]
    row += ["%.2f" % ratio(best, a, b) for a, b in
            (("qemu", "native"), ("xlate", "native"), ("xlate", "qemu"))]
    row += ["%.2f" % ratio(best, "xlate", b, "wall") for b in ("native", "qemu")]
    row.append("%d" % (best["xlate"].rss // 1024) if "xlate" in best else "-")
    return row


def print_row(name, row, mark=""):
    """One line of the table, flushed so that a long run can be watched."""
    print("%-22s" % name + "".join("%9s" % cell for cell in row) + "  " + mark, flush=True)


def parse_args():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", help="only this case (may be repeated)")
    parser.add_argument("--class", dest="classes", action="append", choices=suite.CLASSES,
                        help="only this class (may be repeated)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; the best counts")
    parser.add_argument("--tier", default="auto",
                        choices=("auto", "interp", "baseline", "llvm"))
    parser.add_argument("--aot", action="store_true",
                        help="one more column: with translations made ahead, after a run that "
                        "recorded a profile")
    parser.add_argument("--quick", action="store_true", help="one round, hot runs only")
    parser.add_argument("--only", choices=("hot", "cold"), help="only these runs")
    parser.add_argument("--scale", type=int, default=1,
                        help="multiply the work of the hot runs (steady state)")
    parser.add_argument("--after", type=int, default=0, metavar="N",
                        help="what the hot runs take after N times the work: the difference "
                        "between runs of N + scale times the work and of N times")
    parser.add_argument("--qemu-rounds", type=int, default=0, metavar="N",
                        help="runs under qemu, if less than the others': they take ten times as "
                        "long")
    parser.add_argument("--no-qemu", action="store_true", help="leave qemu-aarch64 out")
    parser.add_argument("--json", metavar="FILE", help="write all results here")
    parser.add_argument("--xlate", default=os.path.join(ROOT, "build/release/bin/xlate-run"))
    parser.add_argument("--qemu", default=shutil.which("qemu-aarch64") or "qemu-aarch64")
    parser.add_argument("--sysroot", default=os.path.join(ROOT, ".sysroot/arm64"))
    parser.add_argument("--work", default=os.path.join(ROOT, "build/bench"),
                        help="where kernels are built and input files are made")
    parser.add_argument("--timeout", type=float, default=300, help="of one run, in seconds")
    parser.add_argument("--list", action="store_true", help="print the cases and why not")
    args = parser.parse_args()
    for name in ("xlate", "sysroot", "work"):
        setattr(args, name, os.path.abspath(getattr(args, name)))
    if args.quick:
        args.rounds = 1
    return args


def environment(args):
    """What a table depends on."""
    model = ""
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
    qemu = subprocess.run([args.qemu, "--version"], capture_output=True, text=True,
                          check=False).stdout.split("\n")[0] if shutil.which(args.qemu) else "none"
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "qemu": qemu, "tier": args.tier, "rounds": args.rounds}


def main():
    """Measure the selected cases; status 1 if an output was wrong."""
    args = parse_args()
    bench = Bench(args)
    everything = bench.cases(args.after + args.scale)
    warm_up = {c.name: c.hot for c in bench.cases(args.after)} if args.after else {}
    known = {case.name for case in everything}
    for name in args.case or ():
        if name not in known:
            sys.exit("no case %s; there are: %s" % (name, " ".join(sorted(known))))
    selected = [c for c in everything
                if (not args.case or c.name in args.case) and
                (not args.classes or c.cls in args.classes)]
    bench.build_kernels()
    if args.list:
        for case in selected:
            print("%-10s%-18s%s" % (case.cls, case.name, bench.missing(case) or ""))
        return 0
    bench.make_linker_cache()
    if any(case.package for case in selected):
        # In a process of its own: the memory of this one would count as its children's.
        maker = multiprocessing.Process(target=suite.make_data, args=(
            bench.data, [t for t in ("xz", "bzip2") if shutil.which(t)],
            {args.after + args.scale, args.after or args.scale}))
        maker.start()
        maker.join()
        if maker.exitcode:
            sys.exit("cannot make the input files")
    os.makedirs(bench.data, exist_ok=True)
    if args.no_qemu:
        emulators = bench.emulators
        bench.emulators = lambda: {k: v for k, v in emulators().items() if k != "qemu"}

    info = environment(args)
    print("# %(cpu)s, %(cores)s cores, Linux %(kernel)s; %(qemu)s; tier %(tier)s; "
          "best of %(rounds)s" % info)
    print("# CPU seconds (user + system of all processes); n native, q qemu, x xlate")
    results, failed, skipped = [], [], []
    for kind in ("hot", "cold"):
        if (args.only and kind != args.only) or (args.quick and kind == "cold" and not args.only
                                                 and all(c.hot for c in selected)):
            continue
        for cls in suite.CLASSES:
            group = []
            for case in selected:
                run_args = getattr(case, kind)
                if case.cls != cls or run_args is None or (
                        args.quick and not args.only and kind == "cold" and case.hot):
                    continue
                reason = bench.missing(case)
                if kind == "hot" and warm_up.get(case.name) == run_args and not case.rate:
                    reason = "its work doesn't grow, so --after says nothing of it"
                if reason:
                    skipped.append("%s: %s" % (case.name, reason))
                    continue
                if not group:
                    print("\n%-22s" % ("%s (%s)" % (cls, kind)) +
                          "".join("%9s" % c for c in
                                  COLUMNS + (AOT_COLUMNS if args.aot else ())))
                best, problems = bench.measure(case, run_args,
                                               warm_up.get(case.name) if kind == "hot" else None)
                failed += ["%s (%s): %s" % (case.name, kind, p) for p in problems]
                print_row(case.name, cells(best) + (aot_cells(best) if args.aot else []),
                          "WRONG" if problems else "")
                group.append(best)
                results.append({"case": case.name, "class": cls, "kind": kind,
                                "problems": problems,
                                "samples": {k: {"cpu": s.cpu, "wall": s.wall, "rss": s.rss}
                                            for k, s in best.items()}})
            if group:
                means = ["%.2f" % geometric_mean([ratio(g, a, b) for g in group]) for a, b in
                         (("qemu", "native"), ("xlate", "native"), ("xlate", "qemu"))]
                walls = ["%.2f" % geometric_mean([ratio(g, "xlate", b, "wall") for g in group])
                         for b in ("native", "qemu")]
                row = ["", "", ""] + means + walls
                if args.aot:
                    row += ["", ""] + ["%.2f" % geometric_mean([ratio(g, "aot", b, what)
                                                               for g in group])
                                       for b, what in (("native", "cpu"), ("qemu", "cpu"),
                                                       ("native", "wall"))]
                print_row("geometric mean", row)
    for line in dict.fromkeys(skipped):
        print("skipped " + line)
    for line in failed:
        print("WRONG " + line)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"environment": info, "results": results}, file, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
