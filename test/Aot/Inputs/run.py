"""Programs run from images: same output, nothing compiled, whatever happens to
the files of the cache."""
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

aot, run, sysroot, work = sys.argv[1:]
cache = work + "/cache"
static, dynamic = work + "/static", work + "/dynamic"
libs = [sysroot + "/lib/ld-linux-aarch64.so.1", sysroot + "/lib/libc.so.6"]


def translate(*args, folder=cache):
    return subprocess.run([aot, "--cache-dir", folder, "-q", *args], check=True)


def execute(program, *options):
    p = subprocess.run(
        [run, "-L", sysroot, "--stats=json", *options, program, "a"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    stats = json.loads(p.stderr.decode().splitlines()[-1])
    return (p.returncode, p.stdout), stats


def images(folder=cache):
    return sorted(glob.glob(folder + "/*/*.img"))


def contents(folder):
    return {os.path.basename(f): open(f, "rb").read() for f in images(folder)}


plain = {p: execute(p, "--no-cache")[0] for p in (static, dynamic)}
assert plain[static] == plain[dynamic], plain
assert b"caught" in plain[static][1], plain

# Two translations are the same to the bit.
translate(static, dynamic, *libs)
translate(static, dynamic, *libs, folder=work + "/again")
assert len(images()) == 4
assert contents(cache) == contents(work + "/again")

# Output is that of a run without images, and nothing is translated.
for program, count in ((static, 1), (dynamic, 3)):
    out, stats = execute(program, "--cache-dir", cache)
    assert out == plain[program], out
    assert stats["aot"]["images"] == count, stats
    assert stats["aot"]["units"] > 20, stats
    assert stats["llvm"]["units"] == 0, stats
    assert stats["baseline"]["units"] <= 5, stats

# Without a cache nothing changes.
out, stats = execute(static, "--cache-dir", work + "/none")
assert out == plain[static] and stats["aot"]["images"] == 0

# Damage. The header's bits all count; of the rest, a sample.
translate(static, folder=work + "/flip")
image = images(work + "/flip")[0]
good = open(image, "rb").read()
rng = random.Random(4)
places = [rng.randrange(0, 256) for _ in range(15)]
places += [rng.randrange(4096, len(good)) for _ in range(25)]
for place in places:
    bad = bytearray(good)
    bad[place] ^= 1 << rng.randrange(8)
    open(image, "wb").write(bad)
    out, stats = execute(static, "--cache-dir", work + "/flip")
    assert out == plain[static], (place, out)
    assert stats["aot"] == {"images": 0, "units": 0, "ignored": 1}, (place, stats)
for size in (0, 1, 100, 4096, len(good) // 2, len(good) - 1):
    open(image, "wb").write(good[:size])
    out, stats = execute(static, "--cache-dir", work + "/flip")
    assert out == plain[static] and stats["aot"]["images"] == 0, size
open(image, "wb").write(good)
assert execute(static, "--cache-dir", work + "/flip")[1]["aot"]["images"] == 1
os.chmod(image, 0o666)
assert execute(static, "--cache-dir", work + "/flip")[1]["aot"]["images"] == 0

# Another program under the same name, with the same first page and size.
other = work + "/other"
shutil.copy(static, other)
text = bytearray(open(other, "rb").read())
at = text.find(b"caught")
assert at > 4096
code = text.find(bytes.fromhex("c0035fd6"), 8192)  # RET
text[code:code + 4] = bytes.fromhex("1f2003d5")  # NOP
open(other, "wb").write(text)
stats = subprocess.run([run, "--stats=json", "--cache-dir", cache, other],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=120).stderr.decode()
assert '"ignored":1' in stats or '"images":1' not in stats, stats

# Two writers at once, and one that is killed.
race = work + "/race"
writers = [subprocess.Popen([aot, "--cache-dir", race, "-q", "-f", libs[1]])
           for _ in range(2)]
assert [w.wait() for w in writers] == [0, 0]
assert subprocess.run([aot, "--cache-dir", race, "cache", "verify"]).returncode == 0
for delay in (0.02, 0.1, 0.2, 0.4):
    w = subprocess.Popen([aot, "--cache-dir", race, "-q", "-f", libs[1]],
                         start_new_session=True)
    time.sleep(delay)
    os.killpg(w.pid, signal.SIGKILL)
    w.wait()
    verify = subprocess.run([aot, "--cache-dir", race, "cache", "verify"])
    assert verify.returncode == 0, delay
