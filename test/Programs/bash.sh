# bash: pipes, traps, subshells, job control, arrays, expansions, here documents,
# coprocesses, process substitution.
# RUN: %twins
set -u
shopt -s extglob nullglob

section() { printf '== %s\n' "$*"; }

section machine
# Under xlate-run the programs of /bin are the sysroot's.
machine=$(od -An -tu1 -j18 -N1 /bin/od)
case $GUEST:$(uname -m):${machine// /} in
  yes:aarch64:183 | :x86_64:62) echo 'as expected' ;;
  *) echo "$GUEST: $(uname -m), ELF machine $machine" ;;
esac

section arithmetic
echo $((7 * 6)) $((2 ** 40)) $((0x1f + 010)) $((-7 / 2)) $((-7 % 3)) $((1 << 20 | 5))
i=5
((i += 3, i *= 2))
echo "$i" $((i > 10 ? 1 : 0)) $((16#ff)) $((2#1011))
for ((n = 0; n < 5; n++)); do printf '%d ' $((n * n)); done
echo
fib() { if (($1 < 2)); then echo "$1"; else echo $(($(fib $(($1 - 1))) + $(fib $(($1 - 2))))); fi; }
fib 7

section expansions
s=abcdefghij
echo "${s:2:3} ${s: -3} ${#s} ${s/cd/XY} ${s//[aeiou]/_} ${s^} ${s^^} ${s%%e*} ${s##*e}"
echo "${unset_one:-default} ${s:+set} ${!s*}"
path=/usr/local/lib/file.tar.gz
echo "${path##*/} ${path%.*} ${path%%.*} ${path%/*}"
echo {a..e} {1..10..3} x{1,2,3}y {01..03}
echo !(*)  "$(printf '%q' 'a b$c')" $'tab\there' "${s@Q}"
printf '%05d|%-8s|%8.3f|%x|%o|%e|%c\n' 42 left 3.14159 255 8 12345.678 z
printf '%s\n' "${BASH_VERSION%%.*}"
words='one two  three'
set -- $words
echo $# "$1" "$3"
IFS=: read -r a b c <<<'x:y:z:w'
echo "$a $b $c"

section arrays
arr=(zero one two three)
arr[10]=ten
echo "${#arr[@]} ${!arr[@]} ${arr[-1]} ${arr[@]:1:2}"
arr+=(more)
unset 'arr[1]'
echo "${arr[*]}"
declare -A map=([one]=1 [two]=2 [three]=3)
for k in $(printf '%s\n' "${!map[@]}" | sort); do echo "$k=${map[$k]}"; done
mapfile -t lines < <(seq 1 5)
echo "${#lines[@]} ${lines[4]}"
declare -n ref=arr
echo "${ref[2]}"

section control
for f in apple banana cherry; do
  case $f in
    a*) echo "$f starts with a" ;;
    *an*) echo "$f has an" ;;&
    *) echo "$f other" ;;
  esac
done
n=0
while :; do
  ((++n))
  ((n % 2)) && continue
  ((n > 8)) && break
  echo -n "$n "
done
echo
until ((n <= 5)); do ((n--)); done
echo "$n"
[[ abc123 =~ ^([a-z]+)([0-9]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
[[ -d . && ! -e nothing && 5 -gt 3 || a == b ]] && echo tests
select_() { local -i x=$1; local y=$((x + 1)); echo "$x $y"; }
select_ 4
echo "${x-unset} ${y-unset}"

section pipes
seq 1 1000 | awk '{ s += $1 } END { print s }'
seq 100 | tac | head -n 3 | tr '\n' ' '
echo
yes | head -n 5000 | wc -l
false | true | false
echo "${PIPESTATUS[@]}"
set -o pipefail
true | false | true
echo $?
set +o pipefail
{ echo out; echo err >&2; } 2>&1 | sort
{ echo to-file; echo second; } >file.txt
exec 5<file.txt
read -r -u 5 line
echo "$line"
exec 5<&-
cat <<-END | tr a-z A-Z
	here document $((1 + 1)) $(echo nested)
	END
cat <<'END'
no $expansion `here`
END
diff <(seq 3) <(seq 4)
tee >(cat >tee.out) <file.txt >/dev/null
until [ -s tee.out ]; do sleep 0.05; done
cat tee.out

section subshells
v=outer
(v=inner; echo "$v"; exit 3)
echo "$? $v"
echo "$(echo "$(echo "$(echo deep)")")"
(cd / && pwd)
[ "$PWD" = "$HOME" ] && echo 'same directory'
echo "$BASH_SUBSHELL" $(echo "$BASH_SUBSHELL") $( (echo "$BASH_SUBSHELL") )
for i in 1 2 3; do (exit $i) || echo -n "$? "; done
echo

section traps
trap 'echo "got USR1"' USR1
kill -USR1 $$
kill -USR1 $$
echo after
(trap 'echo cleanup' EXIT; echo body; exit 2)
echo $?
(trap 'echo "terminated"; exit 9' TERM; kill -TERM $BASHPID; sleep 5)
echo $?
(trap '' TERM; kill -TERM $BASHPID; echo ignored)
(trap 'echo "error on line"' ERR; false; true)
trap 'echo "child ended"' CHLD
(exit 0)
/bin/true
trap - CHLD
f() { trap 'echo returning' RETURN; echo in f; }
f
trap - RETURN
(set -e; echo before; false; echo never)
echo $?
{ bash -c 'kill -SEGV $$'; } 2>/dev/null
echo $?
{ bash -c 'kill -KILL $$'; } 2>/dev/null
echo $?

section 'job control'
set -m
sleep 0.3 &
sleep 0.1 &
jobs -r | wc -l
wait %2
echo "second: $?"
wait
(sleep 0.2; exit 7) &
wait $!
echo "status $?"
{ sleep 100 & kill %%; wait $!; } 2>/dev/null # in one: no notice in between
echo "killed $?"
sleep 100 &
pid=$!
kill -STOP $pid
until jobs | grep -q Stopped; do sleep 0.05; done
jobs | sed 's/  */ /g'
kill -CONT $pid
until jobs | grep -q Running; do sleep 0.05; done
kill $pid
while kill -0 $pid 2>/dev/null; do sleep 0.05; done
jobs | sed 's/  */ /g'
sleep 0.3 | cat &
fg >/dev/null
echo "foreground $?"
set +m
for i in 1 2 3 4 5; do (sleep 0.0$((6 - i)); echo "job $i" >>jobs.txt) & done
wait
sort jobs.txt
coproc { while read -r l; do echo "co: $l"; done; }
echo hello >&"${COPROC[1]}"
read -r reply <&"${COPROC[0]}"
echo "$reply"
eval "exec ${COPROC[1]}>&-"
wait

section files
mkdir -p dir/{a,b}/c
touch dir/a/{1,2}.txt dir/b/c/{x,y}
printf '%s\n' dir/*/*
shopt -s globstar
printf '%s\n' dir/**/*.txt
[ -x /bin/ls ] && [ -r file.txt ] && [ ! -s dir/a/1.txt ] && echo attributes
umask 027
>private
stat -c %a private
ln -s private link
readlink link
[ link -ef private ] && echo same
type -t if cd ls section
command -v cat
hash -r
printf -v padded '%6s' x
echo "[$padded]"
echo 'echo sourced $1' >lib.sh
. ./lib.sh arg
eval 'echo evaluated'
getopts ab: opt -b value
echo "$opt $OPTARG"
bash -c 'echo "$0 $1 $#"' name arg
echo 'exit 12' | bash
echo $?
cat <(echo a) - <<<b
time_out=$( { TIMEFORMAT=%R; time true; } 2>&1)
[[ $time_out == 0.* ]] && echo timed
ulimit -n >/dev/null && echo limits
exec bash -c 'echo replaced; exit 5'
