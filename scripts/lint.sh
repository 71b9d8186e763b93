#!/bin/bash
# Style checks of the C++ code: clang-format over all of it and, with --tidy,
# clang-tidy over libraries and tools, which takes minutes.
#
#   scripts/lint.sh [--fix] [--tidy [FOLDER...]]
#
# --fix formats instead of complaining. FOLDERs narrow clang-tidy (lib/Syscall).
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$XLATE_ROOT"

how=(--dry-run -Werror)
tidy=
folders=()
for argument; do
  case $argument in
  --fix) how=(-i) ;;
  --tidy) tidy=1 ;;
  -*) die "unknown option $argument" ;;
  *) folders+=("${argument%/}") ;;
  esac
done
[ -n "$tidy" ] || [ ${#folders[@]} = 0 ] || die "folders go with --tidy"

say "clang-format"
command -v clang-format-19 >/dev/null || install_packages clang-format-19
git ls-files -z '*.cpp' '*.h' | xargs -0 clang-format-19 "${how[@]}"
echo "clean"
[ -n "$tidy" ] || exit 0

say "clang-tidy"
command -v run-clang-tidy-19 >/dev/null || install_packages clang-tidy-19
cmake --preset debug -B build/tidy >build/tidy.log || { cat build/tidy.log; exit 1; }
cmake --build build/tidy --target xlate-gen lib/Cache/BuildHash.h >>build/tidy.log
[ ${#folders[@]} -gt 0 ] || folders=(lib tools)
patterns=()
for folder in "${folders[@]}"; do
  patterns+=("^$XLATE_ROOT/$folder/.*[.]cpp\$") # assembly is in the database, too
done
run-clang-tidy-19 -quiet -p build/tidy -warnings-as-errors='*' "${patterns[@]}" >build/tidy.log 2>&1 ||
  { grep -E -A4 '(warning|error):' build/tidy.log; die "clang-tidy found something (build/tidy.log)"; }
echo "clean"
