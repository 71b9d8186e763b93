import sys
from aot import Tools

aot, run, work = sys.argv[1:]
tools = Tools(aot, run, work + "/cache")
program = work + "/switches"
plain, _ = tools.execute(program, options=["--no-cache"])
assert plain[0] == 0 and "eleven" in plain[1], plain
report = tools.report("--no-recorded", program)["switches"]
assert report["jumpTables"] >= 3, report
out, stats = tools.execute(program, options=["--no-record"])
assert out == plain, out
assert stats["aot"]["images"] == 1 and stats["baseline"]["units"] <= 5, stats
