# Debuggers and tracers, of programs of the same machine.

# Without what depends on it.
debug() {
  gcc -g -O0 -pthread "$GUEST/program.c" -o program &&
    gdb -nx -q -batch "$@" ./program 2>&1 | sed -n -E '/^(Breakpoint|#|Program|Thread .* hit|\$|\[Inferior|Value|[0-9]+$|thread |main|factorial)/p' |
    sed -E 's/0x[0-9a-f]+( in main)?/ADDRESS/g; s/process [0-9]+/process N/; s/LWP [0-9]+/LWP N/; /libc.so/d; /^main/d; s/ADDRESS \(Argc/main (Argc/'
}
case_gdb() { debug -ex 'break factorial' -ex run -ex bt -ex 'continue 3' -ex 'stepi' -ex 'print N' -ex delete -ex finish -ex 'print factorial(6)' -ex continue; }
case_gdb_threads() { debug -ex 'break work' -ex run -ex bt -ex 'thread 1' -ex delete -ex continue; }
case_gdb_fault() { debug -ex 'run 1' -ex bt -ex 'print Argc' -ex 'print $_siginfo.si_signo'; }
case_gdb_watch() { debug -ex 'set can-use-hw-watchpoints 0' -ex 'break factorial' -ex run -ex 'watch N' -ex continue; }
# A running program, which gdb finds by its process alone.
case_gdb_attach() {
  gcc -g -O0 -x c -o sleeper - <<<'#include <unistd.h>
    int Answer = 42; int main(void) { for (;;) sleep(1); }' || return
  ./sleeper &
  gdb -nx -q -batch -p $! -ex 'print Answer' -ex 'info symbol main' 2>&1 | grep -E '^(\$|main)'
  kill %1
}
case_strace() {
  gcc -O1 -pthread "$GUEST/program.c" -o program && strace -f -o log -e trace=write,exit_group,execve sh -c './program; ./program x y' 
  # A thread may still be there when its process ends.
  sed -E '/exited with/d; s/^[0-9]+ +//; s/0x[0-9a-f]+/ADDRESS/g; s/[0-9]+ vars/N vars/; s/si_pid=[0-9]+/si_pid=N/; s/_[us]time=[0-9]+( .. [0-9.]+ s ..)?/_time=N/g' log | uniq
}
case_strace_count() { strace -c -o log ls / >/dev/null && awk '$NF == "total" {print "counted"} $NF == "getdents64" {print $NF}' log; }
