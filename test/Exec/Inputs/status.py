"""status.py N COMMAND...: run the command; fail unless its exit status is N."""
import subprocess
import sys

result = subprocess.run(sys.argv[2:], timeout=20, stdin=subprocess.DEVNULL)
if result.returncode != int(sys.argv[1]):
    sys.exit(f"exit status {result.returncode}, not {sys.argv[1]}")
