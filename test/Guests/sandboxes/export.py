"""A filter for bwrap, on standard output."""
import errno
import sys

import seccomp

f = seccomp.SyscallFilter(seccomp.ALLOW)
for name in ("mkdir", "mkdirat"):
    f.add_rule(seccomp.ERRNO(errno.EXDEV), name)
f.add_rule(seccomp.ERRNO(errno.EOWNERDEAD), "setpriority")
f.export_bpf(sys.stdout)
