#!/bin/bash
# Run a bash script twice: with this computer's own programs, and with Debian's
# arm64 programs under xlate-run. Output and exit status must be the same.
#
#   twins.sh WORK-DIRECTORY SYSROOT SCRIPT XLATE-RUN [OPTION...]
work=$1 sysroot=$2 script=$3
shift 3

run() {
  rm -rf "$work/dir"
  mkdir -p "$work/dir"
  ( cd "$work/dir" &&
      exec env -i PATH=/usr/bin:/bin HOME="$work/dir" TMPDIR="$work/dir" LANG=C.UTF-8 TZ=UTC \
        GUEST="$GUEST" "$@" "$script" </dev/null ) >"$OUT" 2>&1
  echo "exit status $?" >>"$OUT"
}

mkdir -p "$work"
GUEST='' OUT=$work/native.txt run /bin/bash
GUEST=yes OUT=$work/guest.txt run "$@" -L "$sysroot" "$sysroot/bin/bash"
rm -rf "$work/dir"
if ! diff -u --label native --label guest "$work/native.txt" "$work/guest.txt"; then
  exit 1
fi
# A script that does nothing tests nothing.
lines=$(wc -l <"$work/native.txt")
[ "$lines" -gt 5 ] || { echo "twins: only $lines lines of output"; exit 1; }
