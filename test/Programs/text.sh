# findutils, grep, sed, gawk, diffutils.
# RUN: %twins
mkdir -p tree/{src/lib,doc,'with space'}
for i in 1 2 3; do
  echo "int f$i(void) { return $i; }" >tree/src/f$i.c
  echo "Chapter $i of the manual. See f$i()." >tree/doc/ch$i.txt
done
echo '#include "f.h"' >tree/src/lib/inner.c
touch -d 2020-01-01 tree/doc/ch1.txt
: >'tree/with space/empty file'
ln -s ../src/f1.c tree/doc/link
run() { echo "\$ $*"; "$@"; echo "= $?"; }

echo '== find'
run find tree | sort
run find tree -name '*.c' -newer tree/doc/ch1.txt | sort
run find tree -type l -o -empty | sort
run find tree -type f -size -2 -printf '%p %s %m %y\n' | sort
run find tree -name '*.txt' -exec grep -l 'Chapter 2' {} +
run find tree -maxdepth 1 -mindepth 1 -not -name doc | sort
run find tree -regex '.*/f[12]\.c' | sort
run find tree -type f -print0 | sort -z | xargs -0 -n 2 echo
run find tree -path '*/lib/*' -o -name doc -prune -print
run find tree -not -newermt 2020-06-01
run find nothing
seq 10 | run xargs -n 3 -P 2 echo | sort
seq 3 | run xargs -I{} echo 'item {} of 3'
printf 'a b\0c d\0' | run xargs -0 -t -n1 echo
run xargs -a /dev/null echo none
echo x | run xargs false

echo '== grep'
run grep -rn 'f[0-9]()' tree | sort
run grep -c Chapter tree/doc/ch1.txt tree/doc/ch2.txt
run grep -E '(int|char) f[0-9]+' -o -h -r tree/src | sort
run grep -P '(?<=return )\d' -rho tree | sort
run grep -v int -L -r tree | sort
run grep -iw CHAPTER tree/doc/ch3.txt
run grep -F -e 'f1(' -e '()' -r tree --include='*.c'
run grep -A1 -B1 '^5$' <(seq 9)
run grep -q nothing tree/src/f1.c
run grep -z -o 'b' <(printf 'a\0b\0c')  | tr '\0' ' '
run grep --color=always 2 <(seq 3)
run grep -b -o o <(echo foo boo)
run grep 'a\{2,3\}' <(printf 'a\naa\naaaa\n')
run grep -E '^(.)(.).?\2\1$' <(printf 'abba\nabcba\nabcd\n')
run grep '[' tree/src/f1.c
run grep pattern nothing
seq 100000 | run grep -c '7.*7'
printf 'gr\xc3\xbc\xc3\x9fe\n' | run grep -o 'gr.*e'

echo '== sed'
seq 10 >n
run sed -n '3,5p;$=' n
run sed -e '2d' -e 's/\([0-9]\)$/<\1>/' n
run sed '/3/,/6/!d;y/3456/cdef/' n
run sed -n 'H;${x;s/\n/,/g;p}' n
run sed 'N;N;s/\n/+/g' n
run sed -E 's/(.)(.)?/\2\1/g;2q' n
run sed -n '$!{h;d};G;l' n
run sed '1~3a\appended' n
run sed = n
run sed ':a;s/^\(.\{1,4\}\)$/ \1/;ta' n
cp n edit
run sed -i.bak -e '1c changed' -e '$i inserted' edit
cat edit edit.bak | cksum
run sed -n '/1/{p;s//X/w written
}' n
cat written
run sed 's/x/\U&/g;s/5/\n/' <<<'axbxc 5'
run sed 'bad'
run sed -s -n '1F;1p' n edit
run sed --posix 's/a*/x/2' <<<baaac

echo '== awk'
run awk '{ s += $1 } END { print s, NR, s / NR }' n
run awk -F: -v OFS=- '{ $2 = toupper($2); print; print NF }' <<<'a:b:c'
run awk 'BEGIN { printf "%d %s %5.2f %x %c|%-5s|%05d\n", 3.9, "str", 3.14159, 255, 65, "ab", 42 }'
run awk 'BEGIN { print substr("hello", 2, 3), index("hello", "l"), length("hello"), split("a,b,c", p, ","), p[3] }'
run awk 'BEGIN { s = "aaa bbb"; print gsub(/b/, "<&>", s), s; print match("foobar", /o+/), RSTART, RLENGTH }'
run awk 'BEGIN { print sin(1), cos(1), atan2(1, 2), exp(1), log(10), sqrt(2), int(-3.7) }'
run awk 'BEGIN { print 2 ^ 53 + 1, 1e300 * 1e10, -log(0), 0.1 + 0.2, 100000 * 100000 }'
run awk 'BEGIN { for (i = 0; i < 1000; i++) a[i % 17] += i; n = asorti(a, b); print n, a[5] }'
run awk 'BEGIN { a["x"]; if ("x" in a) print "in"; delete a["x"]; print length(a) }'
run awk 'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { print f(18) }'
run awk 'BEGIN { "echo from a pipe" | getline x; print x; print "sorted" | "sort"; close("sort"); system("echo system") }'
run awk '/3/, /5/ { print NR ": " $0 } NR == 7 { exit 3 }' n
run awk 'BEGIN { RS = "" } { print NF, $1 }' <<<$'a b\nc\n\nd e'
run awk 'BEGIN { print strftime("%F", 86400, 1), gensub(/(a)(b)/, "\\2\\1", "g", "abab"), tolower("ABC") }'
run awk 'BEGIN { print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 40), strtonum("0x1F") }'
run awk 'BEGIN { srand(1); x = rand(); srand(1); print x == rand() }'
run awk 'BEGIN { PROCINFO["sorted_in"] = "@val_num_desc"; a[1] = 5; a[2] = 9; for (i in a) print i, a[i] }'
run awk -f <(echo '{ print $NF }') <<<'last word'
run awk 'BEGIN { print 1 / 0 }'
run awk 'BEGIN { syntax error'
seq 20000 | run awk '{ w[$1 % 100] = w[$1 % 100] " " $1 } END { for (i = 0; i < 100; i++) t += length(w[i]); print t }'
seq 50000 | awk '{ print $1 * 7919 % 50021 }' | sort -n | awk '$1 != p + 1 { gaps++ } { p = $1 } END { print NR, gaps }'

echo '== diff'
sed 's/5/five/;8d' n >m
run diff n m
run diff -u --label a --label b n m
run diff -y -W 20 n m
run diff -q n m
run diff -c --label a --label b n m | head -n 8
run diff -r tree/src tree/doc | sort
run diff -e n m
run cmp n m
run cmp -l n m
run diff3 n m <(seq 11)
run sdiff -s n m
