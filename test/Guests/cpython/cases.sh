# CPython's own suite, a case per module of the list. docs/compatibility.md has the
# results.

# The module's outcome, and each test in it that didn't succeed.
one() {
  # There is no network, and VSOCK waits for a host that isn't there.
  python3 -m test -v -u cpu,subprocess -i '*VSOCK*' "test_$1" >log 2>&1
  local status=$?
  grep -E '^(FAIL|ERROR): ' log | sed 's/ (.*//' | sort -u
  tail -n 1000 log | grep -E '^(Fatal|Segmentation|Windows fatal|Tests result)|dumped|^Tests result' | sort -u
  echo "status $status"
  cat log >&2
}
