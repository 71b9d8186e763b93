# Shell functions of the scripts beside this file; to be sourced.
# shellcheck shell=bash

XLATE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export XLATE_ROOT

# Packages that building needs, and those that the tests need on top.
BUILD_PACKAGES=(
  clang-19 lld-19 llvm-19-dev libxbyak-dev libelf-dev libboost-program-options-dev
  libgtest-dev libgmock-dev zlib1g-dev libzstd-dev libc6-dev g++ cmake ninja-build ccache python3 git
)
TEST_PACKAGES=(
  llvm-19-tools libclang-rt-19-dev qemu-user gcc-aarch64-linux-gnu g++-aarch64-linux-gnu
  gdb-multiarch strace file
)

# One line of progress.
say() {
  printf '\n== %s\n' "$*"
}

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "need root (or sudo) for: $*"
  fi
}

# Install the packages that are missing, and say which.
install_packages() {
  local package missing=()
  command -v apt-get >/dev/null || die "this script needs a Debian system (apt-get)"
  for package; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} = 0 ]; then
    say "All of the ${#} packages needed are installed"
    return
  fi
  say "Installing packages: ${missing[*]}"
  update_package_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "${missing[@]}" >"$XLATE_ROOT/build/apt.log" 2>&1 ||
    { tail -n 20 "$XLATE_ROOT/build/apt.log"; die "apt-get install failed (build/apt.log)"; }
}

# Fetch the package lists once per run.
update_package_lists() {
  if [ -z "${XLATE_LISTS_UPDATED:-}" ]; then
    # An unreachable third-party source must not stop us.
    as_root apt-get update -q >"$XLATE_ROOT/build/apt.log" 2>&1 ||
      printf 'warning: apt-get update had errors (build/apt.log)\n'
    export XLATE_LISTS_UPDATED=1
  fi
}

# Configure and build a preset, with any more arguments for cmake --build.
build_preset() {
  local preset=$1
  shift
  say "Configuring build/$preset"
  cmake --preset "$preset" -S "$XLATE_ROOT" >"$XLATE_ROOT/build/$preset-configure.log" ||
    { cat "$XLATE_ROOT/build/$preset-configure.log"; die "configuring failed"; }
  say "Building build/$preset with $(nproc) jobs"
  cmake --build "$XLATE_ROOT/build/$preset" "$@"
}

# Packages of another architecture, without touching the system's own
# configuration of apt and dpkg: foreign_apt ARCH ARGUMENT... runs apt-get with
# a package database of its own.
foreign_apt() {
  local arch=$1 state=$XLATE_ROOT/.sysroot/apt-$1
  shift
  if [ ! -e "$state/status" ]; then
    mkdir -p "$state"/lists/partial "$state"/cache/archives/partial
    foreign_sources "$arch" >"$state/sources.list"
    : >"$state/status"
  fi
  apt-get -q -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
    -o Dir::State="$state" -o Dir::State::lists="$state/lists" \
    -o Dir::State::status="$state/status" -o Dir::State::extended_states="$state/extended_states" \
    -o Dir::Cache="$state/cache" -o Dir::Etc::sourcelist="$state/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" \
    -o APT::Install-Recommends=0 -o Acquire::Languages=none "$@"
}

# The system's own Debian package sources, for another architecture.
foreign_sources() {
  local arch=$1 key=/usr/share/keyrings/debian-archive-keyring.gpg options
  options="arch=$arch"
  [ -e $key ] && options="$options signed-by=$key"
  # shellcheck disable=SC2016 # The format is apt's.
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' 'Origin: Debian' | sort -u | while read -r uri release component; do
    printf 'deb [%s] %s %s %s\n' "$options" "$uri" "$release" "$component"
  done
}

# unpack DIRECTORY FILE.deb...: the files of packages, without their scripts.
unpack() {
  local root=$1 link deb
  shift
  mkdir -p "$root/usr"
  for link in bin sbin lib; do
    mkdir -p "$root/usr/$link"
    [ -e "$root/$link" ] || ln -s "usr/$link" "$root/$link"
  done
  for deb; do
    dpkg-deb --fsys-tarfile "$deb" |
      tar -x -C "$root" --keep-directory-symlink --no-same-owner
  done
}

mkdir -p "$XLATE_ROOT/build"
