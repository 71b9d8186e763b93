#!/bin/bash
# Unpack Debian packages of another architecture, with all that they depend on,
# into .sysroot/ARCH: programs for the tests, and a directory for xlate-run -L.
#
#   scripts/fetch-sysroot.sh [ARCH [PACKAGE...]]
#
# ARCH is arm64 by default; without PACKAGEs it is the set that the tests use.
# The system's own package database is neither changed nor needed.
set -euo pipefail
. "$(dirname "$0")/common.sh"

arch=${1:-arm64}
shift || true
packages=("$@")
if [ ${#packages[@]} = 0 ]; then
  packages=(
    bash dash coreutils findutils grep sed gawk diffutils perl python3 sqlite3 git openssl
    xz-utils zstd gzip bzip2 7zip gcc g++ make lua5.4 busybox-static musl musl-dev libc-bin file
    procps util-linux tar hostname base-files strace
  )
fi

root=$XLATE_ROOT/.sysroot/$arch
state=$XLATE_ROOT/.sysroot/apt-$arch
log=$XLATE_ROOT/build/sysroot-$arch.log
wanted=$(printf '%s\n' "${packages[@]}" | sort)
if [ "$(cat "$root/.packages" 2>/dev/null)" = "$wanted" ]; then
  say "$arch packages are in .sysroot/$arch already"
  exit 0
fi

say "Fetching ${#packages[@]} $arch packages and what they depend on"
update_package_lists
{ foreign_apt "$arch" update &&
  foreign_apt "$arch" install -y --download-only "${packages[@]}"; } >"$log" 2>&1 ||
  { tail -n 20 "$log"; die "cannot fetch the packages ($log)"; }

say "Unpacking $(ls "$state"/cache/archives/*.deb | wc -l) packages into .sysroot/$arch"
rm -rf "$root"
unpack "$root" "$state"/cache/archives/*.deb

# What installation scripts would have set up.
[ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
[ -e "$root/usr/bin/awk" ] || ln -s gawk "$root/usr/bin/awk"
[ -e "$root/usr/bin/lua" ] || ln -s lua5.4 "$root/usr/bin/lua"
[ -e "$root/usr/bin/cc" ] || ln -s gcc "$root/usr/bin/cc"
[ -e "$root/usr/bin/c++" ] || ln -s g++ "$root/usr/bin/c++"
for lib in "$root"/usr/lib/*/blas/libblas.so.3 "$root"/usr/lib/*/lapack/liblapack.so.3; do
  [ ! -e "$lib" ] || ln -sf "$(basename "$(dirname "$lib")")/${lib##*/}" "${lib%/*/*}/"
done
for dir in tmp var/tmp root; do
  mkdir -p "$root/$dir"
done
printf '%s\n' "$wanted" >"$root/.packages"
du -sh "$root" | sed 's/^/size: /'
