# lit configuration; lit.site.cfg.py in the build tree sets the paths.
import os
import shutil
import subprocess
import sys

import lit.formats

config.name = "xlate"
config.test_format = lit.formats.ShTest(execute_external=False)
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.xlate_obj_root, "test")
config.suffixes = [".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.xlate_src = os.path.dirname(config.test_source_root)
config.environment["PATH"] = os.pathsep.join(
    [config.xlate_bin_dir, config.llvm_tools_dir, config.environment.get("PATH", "")])

# Tests depend on nothing that earlier runs have left.
config.environment["XLATE_NO_CACHE"] = "1"


def tool(name, *candidates):
    """Feature NAME and substitution %NAME for the first candidate that exists."""
    path = config.environment["PATH"]
    for candidate in candidates or (name,):
        words = candidate.split()
        found = shutil.which(words[0], path=path)
        if found:
            config.available_features.add(name)
            config.substitutions.append(("%" + name + r"\b", " ".join([found] + words[1:])))
            return


# Our tools are features too: a build without LLVM lacks some of them.
for name in ("xlate-run", "xlate-aot", "xlate-lift", "xlate-insn", "xlate-fuzz"):
    tool(name)
tool("qemu", "qemu-aarch64", "qemu-aarch64-static")
tool("aarch64-cc", "aarch64-linux-gnu-gcc")
tool("aarch64-cxx", "aarch64-linux-gnu-g++")
tool("aarch64-as", "aarch64-linux-gnu-as")
tool("aarch64-strip", "aarch64-linux-gnu-strip")
tool("aarch64-objcopy", "aarch64-linux-gnu-objcopy")
tool("llvm-mc", "llvm-mc-19", "llvm-mc")
tool("gdb-multiarch")
tool("filecheck", "FileCheck-19", "FileCheck")
tool("host-cc", "gcc", "clang-19", "cc")

# Dynamically linked arm64 programs find their libraries here.
sysroot = "/usr/aarch64-linux-gnu"
if os.path.isdir(sysroot):
    config.available_features.add("aarch64-sysroot")
    config.substitutions.append(("%sysroot", sysroot))

# Debian's arm64 packages, as scripts/fetch-sysroot.sh unpacks them.
debian = os.path.join(config.xlate_src, ".sysroot", "arm64")
if os.path.exists(os.path.join(debian, ".packages")):
    config.available_features.add("debian-arm64")
    config.substitutions.append(("%debian-arm64", debian))

if config.xlate_llvm:
    config.available_features.add("llvm-tier")
if config.xlate_fast_start:
    config.available_features.add("fast-start")

# What can't work under a sanitizer says so: UNSUPPORTED: asan.
for sanitizer, feature in (("address", "asan"), ("thread", "tsan")):
    if sanitizer in config.xlate_sanitize:
        config.available_features.add(feature)
        config.environment["NO_CHROOT"] = "1"  # xlate-run is not static

# ThreadSanitizer's symbolizer would be a child of the guest, which may wait for it.
if "tsan" in config.available_features:
    config.environment["TSAN_OPTIONS"] = "symbolize=0"

# Mounts that nobody else sees: %own-mounts COMMAND.
for words in (["unshare", "-m"], ["unshare", "-r", "-m"]):
    probe = [*words, "mount", "-t", "tmpfs", "none", config.xlate_obj_root]
    if shutil.which(words[0]) and subprocess.run(probe, capture_output=True).returncode == 0:
        config.available_features.add("own-mounts")
        config.substitutions.append(("%own-mounts", " ".join(words)))
        break

# Root can make programs that run with another user's rights, unless the file system
# doesn't know such.
if os.geteuid() == 0 and not os.statvfs(config.xlate_obj_root).f_flag & os.ST_NOSUID:
    config.available_features.add("set-user-id")

config.substitutions.append(("%{python}", sys.executable))
config.substitutions.append(("%xlate_gen", os.path.join(config.xlate_obj_root, "gen")))
config.substitutions.append(("%xlate_src", config.xlate_src))
