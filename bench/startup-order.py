#!/usr/bin/env python3
"""Print the functions of xlate-run that a start runs, in the order of their first use.

    bench/startup-order.py build/release/bin/xlate-run [OPTION]... PROGRAM [ARGUMENT]...

steps through the run one instruction at a time. tools/xlate-run/startup-order.txt, by
which the linker lays the program out, is the output for `true` with images, then, for
what is new in them, for a shell with a pipeline and a subshell, and for `true` without
images. What lies together is mapped, and missed, together.
"""

import bisect
import ctypes
import os
import signal
import subprocess
import sys

TRACEME, PEEKUSER, SINGLESTEP = 0, 3, 9
RIP = 16 * 8  # in struct user


def functions(program):
    """Sorted (address, name) of the functions."""
    table = subprocess.run(["nm", "-n", "--defined-only", program], check=True,
                           capture_output=True, text=True).stdout
    rows = (line.split() for line in table.splitlines())
    return [(int(row[0], 16), row[2]) for row in rows if row[1] in "tTwW"]


def steps(command):
    """Addresses of the instructions that the first process of a command runs."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    libc.ptrace.restype = ctypes.c_long
    child = os.fork()
    if not child:
        libc.ptrace(TRACEME, 0, 0, 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(command[0], command)
    while True:
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return
        yield libc.ptrace(PEEKUSER, child, RIP, 0)
        sig = os.WSTOPSIG(status)
        libc.ptrace(SINGLESTEP, child, 0, 0 if sig == signal.SIGTRAP else sig)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    table = functions(sys.argv[1])
    starts = [start for start, _ in table]
    seen, addresses = {}, set()
    for rip in steps(sys.argv[1:]):
        if rip in addresses:
            continue
        addresses.add(rip)
        index = bisect.bisect_right(starts, rip) - 1
        if 0 <= index < len(starts) - 1:
            seen.setdefault(table[index][1])
    print("\n".join(seen))


if __name__ == "__main__":
    main()
