# strace, itself a guest, follows guests: what they execute, children, threads and
# signals.
# RUN: %twins
trace() {
  strace -f -o log "$@" >out 2>&1
  echo "status $?"
  cat out
  sed -E 's/^[0-9]+ +//; s/0x[0-9a-f]+/ADDRESS/g; s/[0-9]+ vars/N vars/; s/_pid=[0-9]+/_pid=N/; s/_[us]time=[0-9]+( .. [0-9.]+ s ..)?/_time=N/g; s/exe.*dash/dash/; s/^(write.*[0-9])(\)  *= [0-9]+| <unf.*)$/\1/' log |
    grep -v resumed
}
trace -e trace=write,exit_group,kill dash -c 'echo one; (echo two; exit 3); echo $?; exit 4'
trace -e trace=write,exit_group dash -c 'trap "echo caught" USR1; kill -USR1 $$; kill -TERM $$'
# Whether a thread's end is seen before what follows its join is open natively, too.
trace -e trace=write python3 -B -I -S -c '
import threading, sys
t = threading.Thread(target=lambda: sys.stdout.write("thread\n"))
t.start(); t.join()' | sort
# A sum of calls.
strace -c -o log ls / >/dev/null
awk '$NF == "total" || $NF == "getdents64" {print $NF, NF > 4}' log
# From another process.
sleep 3 &
strace -p $! -o log -e trace=exit_group 2>&1 | sed 's/[0-9]\+/N/'
cat log
