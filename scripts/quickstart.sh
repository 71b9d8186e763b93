#!/bin/bash
# From a fresh checkout to an ARM64 program that runs: installs what building
# needs, builds the release preset, fetches Debian's static arm64 busybox and
# runs it. May be run again; what is done already is skipped.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$XLATE_ROOT"

install_packages "${BUILD_PACKAGES[@]}"
build_preset release --target programs

busybox=.sysroot/busybox/bin/busybox
if [ ! -x $busybox ]; then
  say "Fetching busybox-static for arm64 into .sysroot/busybox"
  update_package_lists
  foreign_apt arm64 update >build/busybox.log 2>&1 ||
    { tail build/busybox.log; die "no package lists for arm64"; }
  (
    # The file lands in the current directory.
    cd .sysroot/apt-arm64/cache/archives
    foreign_apt arm64 download busybox-static:arm64
  ) >>build/busybox.log 2>&1 || { tail build/busybox.log; die "download failed"; }
  unpack .sysroot/busybox .sysroot/apt-arm64/cache/archives/busybox-static_*_arm64.deb
fi
file $busybox 2>/dev/null || true

run() {
  printf '$ %s\n' "$*"
  "$@"
}
say "Running arm64 programs"
run build/release/bin/xlate-run $busybox uname -m
run build/release/bin/xlate-run $busybox echo "hello from arm64"
