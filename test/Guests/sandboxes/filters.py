"""libseccomp's filters in threads and children, by all of its actions."""
import errno
import os
import signal
import sys
import threading

import seccomp
from seccomp import ALLOW, EQ, ERRNO, KILL, KILL_PROCESS, LOG, MASKED_EQ, TRACE, TRAP, Arg


def install(*rules, default=ALLOW, **attributes):
    f = seccomp.SyscallFilter(default)
    for name, value in attributes.items():
        f.set_attr(getattr(seccomp.Attr, name), value)
    for rule in rules:
        f.add_rule(*rule)
    f.load()


def attempt(what, call, *arguments):
    try:
        print(what, call(*arguments), flush=True)
    except OSError as e:
        print(what, errno.errorcode.get(e.errno, e.errno), flush=True)


def child(what, body):
    pid = os.fork()
    if pid == 0:
        body()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    print(what, "killed by" if os.WIFSIGNALED(status) else "exit", status, flush=True)


def arguments():
    install(
        (ERRNO(errno.EDOM), "getpriority", Arg(0, EQ, os.PRIO_PROCESS), Arg(1, EQ, 1)),
        (ERRNO(errno.ERANGE), "getpriority", Arg(1, MASKED_EQ, 0x40000000, 0x40000000)),
    )
    attempt("process 1", os.getpriority, os.PRIO_PROCESS, 1)
    attempt("group 1", os.getpriority, os.PRIO_PGRP, 1)
    attempt("process 0x40000001", os.getpriority, os.PRIO_PROCESS, 0x40000001)
    attempt("process 0x20000001", os.getpriority, os.PRIO_PROCESS, 0x20000001)


def trap():
    signal.signal(signal.SIGSYS, lambda number, frame: print("signal", number, flush=True))
    install((TRAP, "getpgid"))
    os.getpgid(0)


def kill():
    install((KILL, "getpgid"))
    os.getpgid(0)


def kill_process():
    install((KILL_PROCESS, "getpgid"))
    threading.Thread(target=os.getpgid, args=(0,)).start()
    while True:
        signal.pause()


def several():
    install((LOG, "getpgid"), (TRACE(5), "getsid"))
    attempt("logged", lambda: os.getpgid(0) >= 0)
    attempt("traced", os.getsid, 0)
    install((ERRNO(errno.EDOM), "getpgid"), (ERRNO(errno.EDOM), "getsid"))
    attempt("stricter", os.getpgid, 0)
    attempt("both", os.getsid, 0)
    os.execv(sys.executable, [sys.executable, "-c", "import os; os.getpgid(0)"])


def synchronised():
    go = threading.Event()

    def wait():
        go.wait()
        attempt("thread", os.getpgid, 0)

    t = threading.Thread(target=wait)
    t.start()
    install((ERRNO(errno.EDOM), "getpgid"), CTL_TSYNC=1)
    go.set()
    t.join()


def whitelist():
    names = ["write", "exit_group", "rt_sigreturn", "munmap", "brk", "futex", "close", "read", "fstat", "lseek", "ioctl", "mmap"]
    install(*[(ALLOW, name) for name in names], default=ERRNO(errno.EACCES))
    attempt("open", os.open, "/etc/passwd", os.O_RDONLY)
    attempt("mkdir", os.mkdir, "new")


for test in (arguments, trap, kill, kill_process, several, synchronised, whitelist):
    child(test.__name__, test)
