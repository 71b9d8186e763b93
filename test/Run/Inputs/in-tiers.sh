#!/bin/bash
# Run a program once per tier. Standard output and exit status must be the same
# in all of them. Prints the output and, unless it is 0, "exit status N".
#
#   in-tiers.sh TIER[,TIER...] XLATE-RUN ARGUMENT...
tiers=$1 xlate_run=$2
shift 2

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
first=
for tier in ${tiers//,/ }; do
  "$xlate_run" --tier="$tier" "$@" >"$out/$tier"
  status=$?
  if [ -z "$first" ]; then
    first=$tier first_status=$status
    continue
  fi
  if [ $status != $first_status ]; then
    echo "in-tiers: exit status $first_status in tier $first, $status in tier $tier:" >&2
    cat "$out/$tier" >&2
    exit 99
  fi
  if ! diff -u --label "$first" --label "$tier" "$out/$first" "$out/$tier" >&2; then
    echo "in-tiers: tiers $first and $tier differ" >&2
    exit 99
  fi
done
cat "$out/$first"
[ $first_status = 0 ] || echo "exit status $first_status"
