# coreutils: every program that needs no privileges, on small inputs.
# RUN: %twins
mkdir data
cd data
seq 1 50 >numbers
printf 'pear 3\napple 10\nfig 2\nbanana 10\napple 2\n' >fruit
head -c 100000 /dev/zero | tr '\0' 'x' >big
run() { echo "\$ $*"; "$@"; echo "= $?"; }

run arch >/dev/null
run b2sum numbers
run base32 fruit
run base64 -w 20 fruit
run basename /a/b/c.txt .txt
run basenc --z85 <(printf 12345678)
run cat -A -n fruit
run chmod 640 fruit
run stat -c '%a %s %F %h' fruit
run cksum big
run cksum -a sha3-256 numbers
run cksum -a crc numbers
run comm <(sort fruit) <(sort fruit | sed 2d)
run cp -av fruit copy
run csplit -s numbers 10 20 '/35/'
wc -l xx*
run cut -d' ' -f2 fruit
run cut -c2-4 --complement fruit
run date -u -d '2024-02-29 12:34:56 +1 year' '+%F %T %A %j %V'
run date -u -d @1700000000 -Iseconds
run date -d 'next month' +invalid-is-fine
run dd if=numbers bs=7 count=3 skip=2 status=none
run dd if=big of=out bs=1k count=10 conv=ucase status=none
run cksum out
run df --output=target /proc
run dir
run dircolors -b /dev/null
run dirname /a/b/c /d
run du -b --apparent-size numbers
run echo -e 'a\tb\x41'
run env -i A=1 B=2 env
run expand -t 4 <(printf 'a\tb\n')
run expr 6 '*' 7
run expr length hello
run expr abc : 'a\(.*\)'
run factor 12345678901234567890 97 1000000007 18446744073709551557 18446744073709551616000
run false
run fmt -w 30 <(seq -s ' ' 1 40)
run fold -w 13 <(seq -s ' ' 1 20)
run groups >/dev/null
run head -n -45 numbers
run head -c 10 numbers
run id -u
run install -m 755 -D fruit sub/dir/fruit
run join <(sort fruit) <(sort fruit | head -n 2)
run ln -sv fruit symbolic
run ln -v fruit hard
run link fruit hard2
run logname >/dev/null 2>&1
run ls -1
run ls -l --time-style=+ -g -G fruit symbolic
run ls -aF
run ls --sort=size -s --block-size=1 numbers fruit
run md5sum numbers fruit
md5sum numbers fruit >sums
run md5sum -c sums
run mkdir -pv new/deep
run mkfifo pipe
run mktemp -u XXXXXX >/dev/null
run mv -v copy moved
run nice -n 5 nice
run nl -ba fruit
run nohup echo nohup
run nproc >/dev/null
run numfmt --to=iec 123456789
run numfmt --from=si 12M
run od -A x -t x1z fruit
run od -t f8 -N 16 numbers
run od -t d2 -w10 numbers
run paste -d, numbers fruit
run pathchk -p 'bad*name?'
run pr -2 -l 20 -h title numbers | sed '/Page/d'
run printenv HOME >/dev/null
run printf '%s %5.2f %x %b\n' str 3.14159 255 'a\nb'
run ptx -w 40 fruit
run pwd >/dev/null
run readlink symbolic
run realpath --relative-to=.. sub/dir/fruit
run rm -v moved
run rmdir -pv new/deep
run seq -w 8 12
run seq 0 .25 1
run seq 1e6 1e6 3e6
for s in 1 224 256 384 512; do run sha${s}sum fruit; done
run shred -u -n 1 hard2
run shuf --random-source=big -i 1-10
run shuf -e a -n 1
run sleep 0.01
run sort fruit
run sort -k2n -k1r fruit
run sort -u -t' ' -k1,1 fruit
run sort -V <(printf 'v1.10\nv1.9\nv1.2\n')
run sort -h <(printf '2K\n1G\n3M\n')
run sort --parallel=4 -S 1M -r <(seq 20000) | cksum
run split -n l/3 -d numbers part
cksum part*
run stat -c '%N %a' symbolic
run stdbuf -oL echo buffered
run sum numbers
run sum -s numbers
run sync numbers
run tac fruit
run tail -n 3 numbers
run tail -c 5 numbers
run tail -n +48 numbers
echo tee | run tee one two
cat one two
run test 1 -lt 2 -a -f fruit
run test -d fruit
run timeout 0.2 sleep 5
run timeout -s KILL 5 echo in time
run touch -d '2001-02-03 04:05:06 UTC' dated
run stat -c %Y dated
run tr -s 'a-p' 'A-P' <fruit
run tr -dc '0-9\n' <fruit
run true
run truncate -s 10K sparse
run stat -c '%s %b' sparse
run tsort <(printf 'a b\nb c\na d\n')
run tty
run uname -s
run unexpand -a <(printf 'a       b\n')
run uniq -c <(sort fruit | cut -d' ' -f1)
run uniq -d <(sort fruit | cut -d' ' -f1)
run unlink hard
run users >/dev/null
run vdir --time-style=+ -gG fruit
run wc numbers fruit
run wc -L numbers
run whoami
run yes no | head -n 3
run cp nothing somewhere
run cat nothing
run ls nothing
run mkdir sub
run [ a = b ]
run sort --invalid
run chown 0:0 fruit
run chgrp 0 fruit
run mknod node p
run stat -c %F node pipe
run hostid >/dev/null
run kill -l 9
run touch "name with 'quotes'" $'new\nline'
run ls -b
run ls -Q
