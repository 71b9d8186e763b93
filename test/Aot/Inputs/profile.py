import glob
import os
import signal
import subprocess
import sys
import time
from aot import Tools

aot, run, sysroot, work = sys.argv[1:]
cache = work + "/cache"
tools = Tools(aot, run, cache, sysroot)
program = work + "/switches"
libs = [sysroot + "/lib/ld-linux-aarch64.so.1", sysroot + "/lib/libc.so.6"]


def profiles(folder=cache):
    return {os.path.basename(f): open(f, "rb").read()
            for f in glob.glob(folder + "/profiles/*.prof")}


# Without records there's none.
plain, _ = tools.execute(program, options=["--no-record"])
assert not profiles()

# Three files; soon a run knows nothing new, and doesn't write.
out, stats = tools.execute(program)
assert out == plain and len(profiles()) == 3, profiles().keys()
assert stats["baseline"]["units"] > 100


def inodes():
    return {f: os.stat(f).st_ino for f in glob.glob(cache + "/profiles/*")}


for attempt in range(8):  # addresses are random, and with them a few branches
    before = inodes()
    tools.execute(program)
    if inodes() == before:
        break
assert inodes() == before

# The image has all that ran, so nothing is translated, and nothing recorded.
report = tools.report(program, *libs)
assert report["switches"]["profiledBlocks"] > 20, report
assert report["libc.so.6"]["profiledBlocks"] > 100, report
records = profiles()
out, stats = tools.execute(program)
assert out == plain and stats["aot"]["images"] == 3, (out, stats)
assert stats["baseline"]["units"] <= 5 and stats["llvm"]["units"] == 0, stats
assert profiles() == records

# Translating again is no work as long as the profile is the same.
assert {r["status"] for r in tools.report(program, *libs).values()} == {"unchanged"}

# What dies of a signal is recorded too, and what another program is executed
# from. A named file takes several guest files, in place of the cache.
shell = "import os; os.execv('%s', ['x'])" % program
named = work + "/named.prof"
died = Tools(aot, run, work + "/died", sysroot)
victim = subprocess.Popen([run, "--cache-dir", died.cache, "-L", sysroot, "--record-profile", named,
                           program], stdout=subprocess.DEVNULL)
assert victim.wait() == 0
assert os.path.getsize(named) > 500 and not profiles(died.cache)
report = died.report("--profile", named, program)
assert report["switches"]["profiledBlocks"] > 20, report

# Such a run is complete, whatever images there are.
assert tools.execute(program)[1]["aot"]["images"] == 3
again = work + "/again.prof"
out, stats = tools.execute(program, options=["--record-profile", again])
assert out == plain and stats["aot"]["images"] == 0, stats
blocks = [died.report("--no-recorded", "-f", "--profile", p, program)["switches"]["profiledBlocks"]
          for p in (named, again)]
assert min(blocks) > 0.9 * max(blocks), blocks
bad = bytearray(open(named, "rb").read())
bad[len(bad) // 2] ^= 4
open(named, "wb").write(bad)
assert died.translate("--profile", named, program, check=False).returncode == 125

# Damaged records are of no use and no harm, and are replaced.
for name in list(records):
    open(cache + "/profiles/" + name, "wb").write(records[name][:50])
assert tools.report(program)["switches"]["profiledBlocks"] == 0
out, _ = tools.execute(program, options=["--tier=baseline"], cache=cache)
assert out == plain

# Many runs at once.
race = Tools(aot, run, work + "/race", sysroot)
runs = [subprocess.Popen([run, "--cache-dir", race.cache, "-L", sysroot, program],
                         stdout=subprocess.DEVNULL) for _ in range(6)]
assert [r.wait(timeout=120) for r in runs] == [0] * 6
assert len(profiles(race.cache)) == 3
assert race.report(program)["switches"]["profiledBlocks"] > 20
assert not glob.glob(race.cache + "/profiles/*.tmp")
