# run-case.sh NAME CASE: run a case of a guest, inside its tree.
set -u
name=$1 case=$2
GUEST=/guests/$name
# Where cases keep their files, empty at the beginning.
mkdir -p /tmp/work
cd /tmp/work
. "$GUEST/cases.sh"
if [ -e "$GUEST/list" ]; then
  one "$case"
else
  "case_$case"
fi
