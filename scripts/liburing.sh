#!/bin/bash
# Run liburing's own tests (of Debian's source package) natively and under xlate-run,
# and compare their exit statuses: one line for each that differs, then the sum.
#
#   scripts/liburing.sh [TEST...]
#
# XLATE_RUN names the xlate-run to use. The sources are kept in .sysroot/liburing.
set -euo pipefail
. "$(dirname "$0")/common.sh"

runner=${XLATE_RUN:-$XLATE_ROOT/build/release/bin/xlate-run}
work=$XLATE_ROOT/.sysroot/liburing
limit=60 # seconds for each test

# The source package, with its own list of sources: nothing is changed in /etc.
fetch() {
  local lists=$work/lists apt
  mkdir -p "$lists/partial"
  echo 'deb-src http://deb.debian.org/debian bookworm main' >"$work/sources.list"
  apt=(apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::State::lists="$lists" -o APT::Sandbox::User=root)
  (cd "$work" && "${apt[@]}" update && "${apt[@]}" source --download-only liburing) >"$work/log" 2>&1
}

# build DIR CC CXX: the tests that can be built.
build() {
  [ ! -e "$work/$1/built" ] || return 0
  say "Building liburing's tests with $2"
  rm -rf "${work:?}/$1"
  mkdir -p "$work/$1"
  tar xf "$work"/liburing_*.orig.tar.gz -C "$work/$1" --strip-components=1
  (cd "$work/$1" && ./configure --cc="$2" --cxx="$3" && make -j "$(nproc)" -C src &&
    make -k -j "$(nproc)" -C test CXX="$3") >"$work/$1.log" 2>&1 || true
  touch "$work/$1/built"
}

# status DIR TEST COMMAND...: how a test ends, in a folder of its own.
status() {
  local place=$work/run-$1 test=$work/$1/test/$2.t code=0
  rm -rf "$place"
  mkdir -p "$place"
  shift 2
  (cd "$place" && exec timeout "$limit" "$@" "$test") >"$place.out" 2>&1 </dev/null || code=$?
  echo "$code"
}

install_packages gcc g++ make gcc-aarch64-linux-gnu g++-aarch64-linux-gnu
[ -e "$work/log" ] || fetch
build native gcc g++
build arm64 aarch64-linux-gnu-gcc aarch64-linux-gnu-g++

same=0 different=0
if [ $# = 0 ]; then
  mapfile -t tests < <(cd "$work/native/test" && ls -- *.t)
  set -- "${tests[@]%.t}"
fi
for test; do
  native=$(status native "$test")
  got=$(status arm64 "$test" env XLATE_NO_CACHE=1 "$runner" -L /usr/aarch64-linux-gnu)
  if [ "$native" = "$got" ]; then
    same=$((same + 1))
  else
    different=$((different + 1))
    echo "$test: $native natively, $got under xlate-run"
  fi
done
echo "$same the same, $different not"
