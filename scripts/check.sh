#!/bin/bash
# Build everything and run every test: unit tests (ctest) and lit suites. The
# last line is the sum: "N passed, N failed".
#
#   scripts/check.sh [PRESET]      (release by default)
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$XLATE_ROOT"

preset=${1:-release}
build=build/$preset

install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
# The host's own build of what the tests run for arm64, to compare with.
install_packages bash coreutils findutils grep sed gawk diffutils perl python3 sqlite3 git openssl \
  xz-utils zstd gzip bzip2 7zip gcc g++ make lua5.4 strace
scripts/fetch-sysroot.sh arm64
scripts/fetch-sysroot.sh amd64 busybox-static # to compare applets with

build_preset "$preset"

say "Unit tests"
status=0
rm -rf "$build/gtest"
GTEST_OUTPUT=xml:$PWD/$build/gtest/ ctest --test-dir "$build" --output-on-failure --output-junit ctest.xml -j "$(nproc)" || status=1

say "lit suites"
lit=$(command -v lit || command -v llvm-lit || echo /usr/lib/llvm-19/build/utils/lit/lit.py)
# A test that hangs must not hang the run. Sanitizers take their time.
limit=60m
case $preset in asan | tsan) limit=8h ;; esac
timeout "$limit" python3 "$lit" -sv --xunit-xml-output "$build/lit.xml" "$build/test" || status=1

say "Result"
python3 scripts/sum-results.py "$build/ctest.xml" "$build/gtest" "$build/lit.xml" || status=1
exit $status
