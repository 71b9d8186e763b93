#!/bin/bash
# Run big arm64 programs from Debian packages under xlate-run, and the same amd64
# packages natively, and compare what they print (see docs/testing.md).
#
#   scripts/guests.sh [OPTION]... [NAME[/CASE]]...
#
# A NAME is a directory of test/Guests: packages says what is unpacked into
# .sysroot/NAME-arm64 and .sysroot/NAME-amd64, cases.sh has a function case_CASE
# for each case, or a function one for all that the file list names. Everything is
# done if no NAME is given. The cases run inside those trees, with
# namespaces of their own for mounts, network and processes. Without root, user
# namespaces have to be allowed.
#
#   --list         names and cases
#   --repeat N     run each case N times under xlate-run, and count what fails and what
#                  hangs
#   --no-native    no run on amd64: what an earlier one printed is expected
#   --timeout S    seconds for each run (600)
#   --fetch        only get the packages
#   --cache DIR    with the translations in DIR, where what ran is noted; what a run
#                  adds to them is in its statistics (XLATE_STATS)
#
# LOAD and SECONDS_EACH say how long servers are under load and each stressor runs,
# AT_ONCE how many of each (0: one per processor), MEBIBYTES how much memory redis tests.
# XLATE_RUN names the xlate-run to use, GUEST_ROOTS where the trees are
# (.sysroot), GUEST_OUT where the outputs go (build/guests).
set -euo pipefail
. "$(dirname "$0")/common.sh"

guests=$XLATE_ROOT/test/Guests
runner=${XLATE_RUN:-$XLATE_ROOT/build/release/bin/xlate-run}
roots=${GUEST_ROOTS:-$XLATE_ROOT/.sysroot}
out=${GUEST_OUT:-$XLATE_ROOT/build/guests}
repeat=1 native=1 limit=600 fetch_only="" cache=""

# The cases of a name, in the order of the file.
cases_of() {
  if [ -e "$guests/$1/list" ]; then
    cat "$guests/$1/list"
    return
  fi
  sed -n 's/^case_\([A-Za-z0-9_]*\)() *{.*/\1/p' "$guests/$1/cases.sh"
}

# Unpack the packages of a name for an architecture, once.
fetch() {
  local name=$1 arch=$2 root=$roots/$1-$2 archives=$roots/debs-$2
  local log=$XLATE_ROOT/build/guests-$1-$2.log packages list
  mapfile -t packages < <(cat "$guests/base.packages" "$guests/$name/packages")
  if [ "$(cat "$root/.packages" 2>/dev/null)" = "${packages[*]}" ]; then
    return
  fi
  say "Fetching $name for $arch"
  update_package_lists
  mkdir -p "$archives/partial"
  foreign_apt "$arch" update >"$log" 2>&1 || true
  # All that belongs to it, whether or not it has been downloaded before.
  mkdir -p "$roots/debs-none/partial"
  list=$(foreign_apt "$arch" -o Dir::Cache::archives="$roots/debs-none" --print-uris -y \
    install "${packages[@]}" 2>>"$log" | sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p")
  foreign_apt "$arch" -o Dir::Cache::archives="$archives" -y --download-only \
    install "${packages[@]}" >>"$log" 2>&1 || { tail -n 20 "$log"; die "cannot fetch $name ($log)"; }
  rm -rf "$root"
  # shellcheck disable=SC2086 # One word per file.
  (cd "$archives" && unpack "$root" $list)
  prepare "$root"
  printf '%s' "${packages[*]}" >"$root/.packages"
}

# What installation scripts would have set up for every program.
prepare() {
  local root=$1
  [ -e "$root/usr/bin/sh" ] || ln -s bash "$root/usr/bin/sh"
  [ -e "$root/usr/bin/awk" ] || ln -s gawk "$root/usr/bin/awk"
  mkdir -p "$root"/{proc,sys,dev,tmp,run,root,etc,guests,var/tmp}
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  echo 'guest:x:1000:1000::/tmp:/bin/bash' >>"$root/etc/passwd"
  echo 'guest:x:1000:' >>"$root/etc/group"
  echo '127.0.0.1 localhost guest' >"$root/etc/hosts"
  echo 'hosts: files' >"$root/etc/nsswitch.conf"
  : >"$root/xlate-run"
}

# in_tree ARCH ROOT COMMAND...: run a command inside a tree.
in_tree() {
  local arch=$1 root=$2 user=()
  shift 2
  [ "$(id -u)" = 0 ] || user=(--map-root-user)
  # shellcheck disable=SC2016 # The inner shell's variables.
  timeout --kill-after=5 "$limit" unshare "${user[@]}" --mount --net --pid --fork --kill-child \
    bash -c '
      set -e
      root=$1 guests=$2 runner=$3 arch=$4 cache=$5 variables=()
      shift 5
      ip link set lo up 2>/dev/null || true
      mount --bind "$root" "$root"
      mount --bind "$guests" "$root/guests"
      mount -t proc proc "$root/proc"
      mount --rbind /sys "$root/sys"
      mount --rbind /dev "$root/dev"
      mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
      mount -t tmpfs -o mode=755 tmpfs "$root/run"
      run=()
      if [ "$arch" = arm64 ]; then
        mount --bind "$runner" "$root/xlate-run"
        run=(/xlate-run)
        variables=(XLATE_STATS="${XLATE_STATS:-}" XLATE_NO_CACHE="${XLATE_NO_CACHE:-1}")
        if [ "$cache" ]; then
          mkdir -p "$root/var/cache/xlate"
          mount --bind "$cache" "$root/var/cache/xlate"
          variables=(XLATE_STATS="${XLATE_STATS:-}" XLATE_CACHE_DIR=/var/cache/xlate)
        fi
      fi
      # Not just a chroot: the kernel lets none begin a user namespace.
      cd "$root"
      mount --move . /
      exec env -i LOAD="${LOAD:-}" MEBIBYTES="${MEBIBYTES:-}" SECONDS_EACH="${SECONDS_EACH:-}" AT_ONCE="${AT_ONCE:-}" \
        LIMIT="$LIMIT" PATH=/usr/sbin:/usr/bin HOME=/tmp LANG=C.UTF-8 GUEST_ARCH="$arch" "${variables[@]}" chroot . "${run[@]}" "$@"' \
    bash "$root" "$guests" "$runner" "$arch" "$cache" "$@" </dev/null
}

# run_case NAME CASE ARCH: the output and, as its last line, the exit status.
run_case() {
  local status=0
  in_tree "$3" "$roots/$1-$3" /bin/bash /guests/run-case.sh "$1" "$2" || status=$?
  printf 'exit status %s\n' "$status"
}

# compare NAME CASE: one line about it. What a bad run printed is kept.
compare() {
  local name=$1 case=$2 n expected got bad=0 hung=0 start began
  expected=$out/$name/$case.amd64 got=$out/$name/$case.arm64
  if [ -n "$native" ]; then
    run_case "$name" "$case" amd64 >"$expected" 2>"$expected.err" || true
  fi
  rm -f "$got".bad*
  start=$SECONDS
  for ((n = 1; n <= repeat; n++)); do
    began=$SECONDS
    run_case "$name" "$case" arm64 >"$got" 2>"$got.err" || true
    if { [ -e "$expected" ] && ! cmp -s "$expected" "$got"; } ||
      [ "$(tail -n 1 "$got")" != 'exit status 0' ]; then
      bad=$((bad + 1))
      [ $((SECONDS - began)) -lt "$limit" ] || hung=$((hung + 1))
      cp "$got" "$got.bad.$n"
      cp "$got.err" "$got.bad.$n.err"
    fi
  done
  if [ $bad = 0 ]; then
    printf 'ok    %-30s %s runs, %s s\n' "$name/$case" "$repeat" $((SECONDS - start))
  else
    printf 'FAIL  %-30s %s runs, %s passed, %s failed, %s hung, %s s (%s)\n' "$name/$case" "$repeat" \
      $((repeat - bad)) $((bad - hung)) $hung $((SECONDS - start)) "$got.bad.*"
    failures=$((failures + 1))
  fi
}

wanted=()
while [ $# != 0 ]; do
  case $1 in
    --list)
      for file in "$guests"/*/cases.sh; do
        name=$(basename "$(dirname "$file")")
        cases_of "$name" | sed "s,^,$name/,"
      done
      exit 0
      ;;
    --repeat) repeat=$2; shift ;;
    --timeout) limit=$2; shift ;;
    --no-native) native= ;;
    --cache) cache=$(realpath "$2"); shift ;;
    --fetch) fetch_only=1 ;;
    -*) die "unknown option $1" ;;
    *) wanted+=("$1") ;;
  esac
  shift
done
if [ ${#wanted[@]} = 0 ]; then
  mapfile -t wanted < <(cd "$guests" && dirname -- */cases.sh)
fi

export LIMIT=$limit
failures=0
for item in "${wanted[@]}"; do
  name=${item%%/*}
  [ -e "$guests/$name/cases.sh" ] || die "no such guest: $name"
  fetch "$name" arm64
  [ -z "$native" ] || fetch "$name" amd64
  [ -z "$fetch_only" ] || continue
  mkdir -p "$out/$name"
  if [ "$item" = "$name" ]; then
    for case in $(cases_of "$name"); do
      compare "$name" "$case"
    done
  else
    compare "$name" "${item#*/}"
  fi
done
[ $failures = 0 ]
