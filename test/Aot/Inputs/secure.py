import json
import os
import shutil
import subprocess
import sys
from aot import Tools

aot, run, work = sys.argv[1:]
program = work + "/secure"
user, other = 12345, 12346


def cache_of(name, owner):
    """A cache with the program's image, all of it owner's."""
    tools = Tools(aot, run, work + "/" + name)
    tools.translate("-q", program)
    for folder, _, files in os.walk(tools.cache):
        os.chown(folder, owner, owner)
        for file in files:
            os.chown(os.path.join(folder, file), owner, owner)
    return tools.cache


def set_user_id(file, name, owner):
    """A copy that runs with owner's rights."""
    copy = "%s/%s-%d" % (work, name, owner)
    shutil.copy(file, copy)
    os.chown(copy, owner, -1)
    os.chmod(copy, 0o4755)
    return copy


def content(folder):
    return sorted(os.path.join(f, n) for f, _, names in os.walk(folder) for n in names
                  if not n.endswith(".ok"))


def go(*command, by, env=None):
    """Output and statistics of a program that a user runs."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                          env=dict(env or {}, HOME=work + "/home"), user=by, extra_groups=[])
    assert done.returncode == 0, done
    return done.stdout.decode(), [json.loads(line) for line in done.stderr.decode().splitlines()]


os.mkdir(work + "/home")
os.chmod(work + "/home", 0o777)
roots, users, others = cache_of("roots", 0), cache_of("users", user), cache_of("others", other)
open_to_all = cache_of("open", 0)
os.chmod(open_to_all, 0o777)
foreign = cache_of("foreign", 0)
os.chown(Tools(aot, run, foreign).images()[0], user, user)
before = content(work)
plain = "secure 0, %d runs for %d, 0 variables\n" % (user, user)

# As a user, with caches of several owners: the user's and root's count.
for cache, images in ((roots, 1), (users, 1), (others, 0), (foreign, 1)):
    out, stats = go(run, "--stats=json", "--no-record", "--cache-dir", cache, program, by=user)
    assert out == plain and stats[0]["aot"]["images"] == images, (cache, out, stats)

# With more rights, or other ones: root's only, if nobody else may write there. Also
# in what is executed then. Nothing is written.
for by, owner in ((user, 0), (0, user), (user, other)):
    runner = set_user_id(run, "run", owner)
    before = sorted([*before, runner])
    line = "secure 1, %d runs for %d, 0 variables\n" % (owner, by)
    for cache, images in ((roots, 1), (users, 0), (others, 0), (open_to_all, 0), (foreign, 0)):
        for option in ("--cache-dir", "--cache-path"):
            for more in ([], [program]):
                out, stats = go(runner, "--stats=json", "--record-profile", work + "/home/p",
                                "--background-aot", option, cache, program, *more, by=by)
                assert out == line * (1 + len(more)), out
                assert stats[-1]["aot"]["images"] == images, (by, owner, cache, stats)
    # Variables are of no use, and none is passed on.
    out, stats = go(runner, "--stats=json", program, by=by,
                    env={"XLATE_CACHE_DIR": roots, "XLATE_CACHE_PATH": roots,
                         "XLATE_SYSROOT": "/none", "QEMU_LD_PREFIX": "/none",
                         "XLATE_RECORD_PROFILE": work + "/home/p"})
    assert out == line and stats[0]["aot"]["images"] == 0, (out, stats)

# A program that runs by itself: the image inside is as good as the program.
Tools(aot, run, work + "/none").translate("-q", program, "-o", work + "/alone")
alone = set_user_id(work + "/alone", "alone", user)
before = sorted([*before, work + "/alone", alone])
out, stats = go(alone, program, by=0, env={"XLATE_STATS": "json", "XLATE_STRACE": "1"})
assert out == 2 * ("secure 1, %d runs for 0, 0 variables\n" % user) and not stats, (out, stats)
assert content(work) == before, set(content(work)) ^ set(before)
