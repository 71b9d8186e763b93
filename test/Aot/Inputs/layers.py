import os
import resource
import shutil
import subprocess
import sys
import time
from aot import Tools

aot, run, work = sys.argv[1:]
one, two = work + "/one", work + "/two"
top, layer = Tools(aot, run, work + "/top"), Tools(aot, run, work + "/layer")
quiet = ["--no-record"]


def images(program, *options, cache=work + "/top"):
    out, stats = top.execute(program, options=[*quiet, *options], cache=cache)
    assert out == plain[program], out
    return stats["aot"]["images"]


plain = {p: top.execute(p, options=["--no-cache"])[0] for p in (one, two)}
layer.translate("-q", one)
top.translate("-q", two)
assert images(one) == 0 and images(two) == 1
path = "--cache-path=:%s/none:%s" % (work, layer.cache)
assert images(one, path) == 1 and images(two, path) == 1
assert images(one, path, cache=work + "/nowhere") == 1
# What the guest executes gets both.
done = subprocess.run([run, "--stats=json", "--cache-dir", top.cache, path, *quiet, "--no-cache", one],
                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
assert b'"images":0' in done.stderr
# A layer that nobody may write serves as well.
os.chmod(layer.images()[0], 0o444)
for folder, _, _ in os.walk(layer.cache):
    os.chmod(folder, 0o555)
assert images(one, path) == 1
for folder, _, _ in os.walk(layer.cache):
    os.chmod(folder, 0o755)

# A damaged image in the first directory doesn't hide a good one behind it.
shutil.copytree(layer.cache, work + "/bad")
bad = Tools(aot, run, work + "/bad")
with open(bad.images()[0], "r+b") as file:
    file.seek(20)
    file.write(b"x")
assert images(one, "--cache-path=%s:%s" % (bad.cache, layer.cache)) == 1

# Packed caches merge by copying.
for source in (top, layer):
    source.translate("cache", "pack", work + "/packed")
packed = Tools(aot, run, work + "/packed")
assert len(packed.images()) == 2
assert images(one, cache=packed.cache) == 1 and images(two, cache=packed.cache) == 1
assert packed.translate("cache", "verify").returncode == 0
assert packed.translate("cache", "path").stdout == packed.cache + "\n"
# Options may follow; what makes no sense does nothing.
assert packed.translate("cache", "path", "--cache-dir", top.cache).stdout == top.cache + "\n"
for words in (["gc", "1x"], ["gc", "1", "2"], ["ls", "x"], ["pack"], ["none"], []):
    done = packed.translate("cache", *words, check=False)
    assert done.returncode == 125 and done.stderr.count("\n") == 1 and not done.stdout, done
assert len(packed.images()) == 2

# Images for a lesser processor work on this one; the better one counts.
level = Tools(aot, run, work + "/level")
level.translate("-q", "--cpu=x86-64-v2", one)
assert images(one, cache=level.cache) == 1
# One that was put into the folder of another processor doesn't count.
other = os.path.join(os.path.dirname(top.images()[0]), os.path.basename(level.images()[0]))
shutil.copy(level.images()[0], other)
_, stats = top.execute(one, options=quiet)
assert stats["aot"]["images"] == 0 and stats["aot"]["ignored"] > 0, stats
os.unlink(other)

# A limit: what was used last stays.
old, new = packed.images()
size = (os.path.getsize(old) + os.path.getsize(new)) / (1 << 20)
packed.translate("-q", "--cache-size=%d" % (size + 2), one)
assert packed.images() == sorted([old, new])
os.utime(old, (1, 1))
packed.translate("cache", "gc", str(-(-os.path.getsize(new) // (1 << 20))))
assert packed.images() == [new], packed.images()

# No room: nothing is left behind, and the next attempt is good.
full = Tools(aot, run, work + "/full")
limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
assert full.translate("-q", one, check=False, preexec_fn=limit).returncode == 1
assert full.images() == []
assert images(one, cache=full.cache) == 0
# And what a killed writer leaves goes.
left = os.path.join(os.path.dirname(top.images()[0]).replace("/top", "/full"), "0" * 32 + ".img.abcdef")
os.makedirs(os.path.dirname(left), exist_ok=True)
open(left, "w").write("half")
os.utime(left, (1, 1))
full.translate("cache", "gc")
assert not os.path.exists(left)
full.translate("-q", one)
assert images(one, cache=full.cache) == 1
