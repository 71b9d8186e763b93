import os
import pty
import shutil
import subprocess
import sys
from aot import Tools

aot, run, sysroot, work, max_peak_kib = sys.argv[1:]
tools = Tools(aot, run, work + "/cache")
tree = work + "/tree"
os.symlink("hello", tree + "/bin/symlink")
os.link(tree + "/bin/hello", tree + "/bin/hardlink")
shutil.copy("/bin/true", tree + "/bin/native")
open(tree + "/other/text", "w").write("text" * 100)
open(tree + "/other/broken", "wb").write(open(tree + "/bin/hello", "rb").read()[:200])
shutil.copy(sysroot + "/lib/libc.so.6", tree + "/other/libc.so.6")

# Every arm64 file once; what isn't one is passed over, what is broken named.
report = tools.report("--rootfs", tree, "-j2")
status = {name: r["status"] for name, r in report.items()}
assert set(status) - {"hello", "hardlink"} == {"with $space", "broken", "libc.so.6"}, status
assert len(status) == 4 and status["broken"] in ("skipped", "failed"), status
libc = report["libc.so.6"]
assert libc["coveredBytes"] > 0.95 * libc["textBytes"] and libc["functions"] > 1000, libc
assert libc["codeBytes"] < 3.5 * libc["textBytes"] and libc["jumpTables"] > 10, libc
assert libc["peakKiB"] < int(max_peak_kib) and len(libc["key"]) == 32, libc
images = {i: os.stat(i).st_mtime_ns for i in tools.images()}

# Again: nothing to do. After an interruption: what is missing.
report = tools.report("--rootfs", tree)
assert {r["status"] for n, r in report.items() if n != "broken"} == {"unchanged"}
assert images == {i: os.stat(i).st_mtime_ns for i in tools.images()}
os.unlink(tools.images()[0])
report = tools.report("--rootfs", tree)
assert sorted(r["status"] for n, r in report.items() if n != "broken") == [
    "done", "unchanged", "unchanged"]

# One that takes too long is given up, the others come out.
slow = Tools(aot, run, work + "/slow")
report = slow.report("--rootfs", tree, "-O3", "--all-llvm", "--timeout", "2", "-j2", check=False)
assert report["libc.so.6"]["status"] == "failed", report
assert "died" in report["libc.so.6"]["reason"], report
assert not [i for i in slow.images() if libc["key"] in i]

# The plan, in a place that needs quoting.
plan = Tools(aot, run, work + "/a b$c")
plan.translate("--rootfs", tree, "--emit-ninja", work + "/build.ninja")
text = open(work + "/build.ninja").read()
assert text.count("build ") == 3, text
if shutil.which("ninja"):
    subprocess.run(["ninja", "-f", work + "/build.ninja"], check=True, stdout=subprocess.PIPE)
    names = [os.path.basename(i) for i in plan.images()]
    assert names == [os.path.basename(i) for i in tools.images()], names
    for mine, theirs in zip(plan.images(), tools.images()):
        assert open(mine, "rb").read() == open(theirs, "rb").read()
    again = subprocess.run(["ninja", "-f", work + "/build.ninja"], check=True,
                           stdout=subprocess.PIPE)
    assert b"no work" in again.stdout, again.stdout

# A terminal gets a bar.
master, slave = pty.openpty()
subprocess.run([aot, "--cache-dir", work + "/bar", tree + "/bin/hello", "-j1"], check=True,
               stdout=slave)
shown = os.read(master, 10000).decode()
assert "[....." in shown and "0/1 files" in shown, shown

# Nothing to translate is a mistake.
os.makedirs(work + "/empty")
for place, problem in (("/empty", "has no arm64 programs"), ("/none", "no such file or directory"),
                       ("/tree/bin/hello", "not a directory")):
    done = tools.translate("--rootfs", work + place, check=False)
    assert done.returncode == 1 and done.stderr == "xlate-aot: %s%s: %s\n" % (work, place, problem), done

# One function, in every form.
for form, sign in (("llvm-ir", b"@unit_"), ("asm", b".globl"), ("obj", b"\x7fELF")):
    out = work + "/form"
    tools.translate("--emit", form, "--function", "main", "-o", out, tree + "/bin/hello")
    data = open(out, "rb").read()
    assert sign in data, form
    if form == "llvm-ir":
        assert data.count(b"\ndefine ") == 1, data.count(b"\ndefine ")
# Pipes and links stay what they are.
obj = open(out, "rb").read()
words = ["--emit=obj", "--function", "main", tree + "/bin/hello", "-o"]
os.mkfifo(work + "/pipe")
reader = subprocess.Popen(["cat", work + "/pipe"], stdout=subprocess.PIPE)
tools.translate(*words, work + "/pipe")
assert reader.communicate(timeout=60)[0] == obj
os.symlink("linked", work + "/link")
open(work + "/linked", "w").close()
tools.translate(*words, work + "/link")
assert os.path.islink(work + "/link") and open(work + "/linked", "rb").read() == obj
done = subprocess.run([aot, "--cache-dir", tools.cache, *words, "-"], stdout=subprocess.PIPE, check=True)
assert done.stdout == obj
bad = tools.translate("--emit=asm", "--function", "no_such", "-o", work + "/form",
                      tree + "/bin/hello", check=False)
assert bad.returncode == 1 and "no_such" in bad.stderr, bad
