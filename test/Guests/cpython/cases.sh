# CPython's own suite, a case per module of the list. docs/compatibility.md has the
# results.

# The module's outcome: how many tests ran and were skipped, and each test in it that
# didn't succeed. Shortly before the time is over, a signal makes it print where it is.
one() {
  # There is no network, and VSOCK waits for a host that isn't there.
  timeout --foreground --signal=ABRT --kill-after=5 $((LIMIT > 30 ? LIMIT - 15 : LIMIT)) \
    python3 -m test -v -u cpu,subprocess -i '*VSOCK*' "test_$1" >log 2>&1
  local status=$?
  grep -E '^(FAIL|ERROR): ' log | sed 's/) .*/)/' | sort -u
  grep -E '^Ran [0-9]+ tests? in ' log | sed 's/ in .*//'
  grep -E '^(OK|FAILED)( \(.*\))?$' log
  tail -n 1000 log | grep -E '^(Fatal|Segmentation|Tests result)|dumped|^test_[a-z0-9_]+ skipped' | sort -u
  echo "status $status"
  cat log >&2
}
