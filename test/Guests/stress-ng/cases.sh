# stress-ng: each stressor of a class in turn, checking its own results. Not as root:
# then nothing happens to the machine.
SECONDS_EACH=${SECONDS_EACH:-1} AT_ONCE=${AT_ONCE:-1}
# They use up memory or processes of the whole machine.
LEFT_OUT=bigheap,oom-pipe,resources,forkheavy,vforkmany

# Names, and whether they passed; the figures differ between runs.
one() {
  local run=()
  chown -R guest /tmp/work 2>/dev/null && run=(setpriv --reuid=1000 --regid=1000 --clear-groups)
  "${run[@]}" stress-ng --class "$1" --exclude "$LEFT_OUT" --sequential "$AT_ONCE" -t "$SECONDS_EACH" --verify \
    --temp-path /tmp/work >log 2>&1
  echo "status $?"
  grep -E 'dispatching|fail|error|terminated|unsuccessful|skip' log | sed 's/^stress-ng: //; s/\[[0-9]*\] *//; s/ completed in .*/ completed/'
  cat log >&2
}
