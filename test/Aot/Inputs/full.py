import fcntl
import json
import os
import subprocess
import sys
import time
from aot import Tools

aot, run, sysroot, work = sys.argv[1:]
static, switches = work + "/static", work + "/switches"
disk, report = work + "/mnt", work + "/report"
no_space = "no space left on device"
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], check=True)
tools = Tools(aot, run, disk + "/cache", sysroot)


def fill():
    with open(disk + "/fill", "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass


def files():
    return sorted(os.path.relpath(os.path.join(f, n), disk)
                  for f, _, names in os.walk(disk) for n in names if n != "fill")


def go(program, *options, images=0, lines=0):
    done = subprocess.run([run, "-L", sysroot, "--stats=json", "--cache-dir", tools.cache, *options,
                           program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    errors = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == plain[program], done
    stats, problems = [json.loads(e) for e in errors if e[0] == "{"], [e for e in errors if e[0] != "{"]
    assert len(stats) == 1 and stats[0]["aot"]["images"] == images, errors
    assert len(problems) == lines and all(no_space in p for p in problems), errors


plain = {}
for p in (static, switches):
    done = subprocess.run([run, "-L", sysroot, "--no-cache", p], stdout=subprocess.PIPE, check=False)
    plain[p] = done.returncode, done.stdout

# The small one of two finds room, the other names the file that has none.
done = tools.translate("--report", report, switches, static, sysroot + "/lib/libc.so.6", check=False)
assert done.returncode == 1 and done.stderr == "", done
results = {os.path.basename(r["file"]): r for r in json.load(open(report))}
assert results["switches"]["status"] == "done", results
for name in ("static", "libc.so.6"):
    r = results[name]
    assert r["status"] == "failed" and r["imageBytes"] == 0, r
    assert r["reason"].startswith("cannot write " + disk) and r["reason"].endswith(no_space), r
    assert done.stdout.count(name + ": failed, " + r["reason"] + "\n") == 1, done.stdout
assert files() == [os.path.relpath(i, disk) for i in tools.images()] and len(files()) == 1, files()
go(switches, "--no-record", images=1)
go(static, "--no-record")
assert tools.translate("cache", "verify").returncode == 0

# No room at all, also for records and what is remembered of images.
fill()
before = files()
time.sleep(2)  # for a verified image to be remembered
for options in ((), ("--background-aot",), ("--no-record",)):
    go(switches, *options, images=1)
    go(static, *options)
go(static, "--record-profile", disk + "/profile", lines=1)
# What is standard error in the end isn't the user's.
done = subprocess.run([run, "--record-profile", disk + "/profile", "--no-cache", work + "/closes",
                       work + "/empty"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
assert (done.returncode, done.stdout) == (0, b"output\n"), done
assert done.stderr.decode() == "xlate-run: %s/profile: %s\n" % (disk, no_space), done.stderr
assert os.path.getsize(work + "/empty") == 0
for args in (("-q", static), ("-q", "--report", disk + "/report", switches), (static, "-o", disk + "/alone"),
             ("--emit-ninja", disk + "/plan", static), ("cache", "pack", disk + "/packed")):
    done = tools.translate(*args, check=False)
    assert done.returncode == 1 and done.stderr.startswith("xlate-aot: "), done
    assert done.stderr.count("\n") == 1 and no_space in done.stderr and disk in done.stderr, done
with open(disk + "/cache/background.lock", "rb") as lock:  # what was started in the background ends
    fcntl.flock(lock, fcntl.LOCK_EX)
for attempt in range(100):
    left = set(files()) - set(before) - {"cache/background.lock"}
    if not left:
        break
    time.sleep(0.1)
assert not left, left

# With room again, all is well.
os.unlink(disk + "/fill")
go(static)
assert [f for f in files() if f.startswith("cache/profiles/")], files()
go(switches, images=1)
assert [f for f in files() if f.endswith(".ok")], files()
