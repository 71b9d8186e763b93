import json
import os
import subprocess
import sys
from aot import Tools

aot, run, sysroot, work = sys.argv[1:]
tools = Tools(aot, run, work + "/cache")


def go(*command, **env):
    env = dict(os.environ, XLATE_STATS="json", HOME=work + "/empty", **env)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                          timeout=120)
    return done.returncode, done.stdout.decode(), [
        json.loads(line) for line in done.stderr.decode().splitlines()]


# Options may follow; all arguments are the program's.
tools.translate("-q", work + "/static", "-o", work + "/alone")
status, out, stats = go(work + "/alone", "--help", "-x")
assert (status, out) == (3, "3 alone [--help] [-x]\n"), (status, out)
assert stats[0]["aot"]["images"] == 1 and stats[0]["baseline"]["units"] <= 5, stats
assert not os.path.exists(work + "/empty/.cache")

# It executes itself as /proc/self/exe, and what is in it by other names.
status, out, stats = go(work + "/alone", "again", "2")
assert status == 3 and out == "3 alone [again] [2]\n3 alone [once] [2]\n", (status, out)

# It needs nothing else on the machine.
os.rename(work + "/static", work + "/gone")
assert go(work + "/alone")[0] == 1
assert go("/bin/sh", "-c", "cd /; exec %s/alone x" % work)[1] == "2 alone [x]\n"

# Damage of the image part isn't looked for, but a copy with another CPU's image
# runs without it: here, one whose header is broken.
data = bytearray(open(work + "/alone", "rb").read())
at = data.rfind(b"XLATIMG1")
data[at + 40] ^= 1
open(work + "/broken", "wb").write(data)
os.chmod(work + "/broken", 0o755)
status, out, stats = go(work + "/broken", "y")
assert (status, out) == (2, "2 broken [y]\n")
assert stats[0]["aot"] == {"images": 0, "units": 0, "ignored": 1}, stats

# Dynamic programs find their libraries as usual.
tools.translate("-q", work + "/dynamic", "-o", work + "/dyn")
status, out, stats = go(work + "/dyn", "z", XLATE_SYSROOT=sysroot)
assert (status, out) == (2, "2 dyn [z]\n"), (status, out)
assert stats[0]["aot"]["images"] == 1, stats

# What can't be.
for args in (["-o", work + "/no", run], ["-o", work + "/no", work + "/none"],
             ["--runtime", "/bin/sh", "-o", work + "/no", work + "/dynamic"],
             ["--runtime", work + "/alone", "-o", work + "/no", work + "/dynamic"],
             ["-o", work + "/none/no", "--emit=image", work + "/dynamic", "extra"]):
    assert tools.translate(*args, check=False).returncode != 0, args
    assert not os.path.exists(work + "/no"), args
