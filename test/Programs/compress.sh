# xz, zstd, gzip, bzip2, 7zip and tar: round trips, with threads, and each side's
# files read by the other formats' tools.
# RUN: %twins
seq 1 60000 | awk '{ print $1, $1 * $1 % 9973, "text" }' >data
head -c 300000 /dev/zero >zeros
cksum data
check() { cmp - data && echo "$1: same"; }

for level in 1 6 9; do
  gzip -nc$level data >data.gz; cksum data.gz; gzip -dc data.gz | check "gzip -$level"
done
gzip -t data.gz && gzip -l data.gz
for level in 1 9; do
  bzip2 -c$level data >data.bz2; cksum data.bz2; bzip2 -dc data.bz2 | check "bzip2 -$level"
done
bzip2 -tv data.bz2
for options in -0 -3 '-T2 --block-size=100KiB' '--format=lzma -1' '--check=sha256 -0'; do
  xz -c $options data >data.xz; cksum data.xz; xz -dc -T2 data.xz | check "xz $options"
done
xz -t data.xz && xz --robot -l data.xz | head -n 2
for options in -1 -6 '-T2 -3' '--long=24 -5' --ultra\ -19; do
  zstd -qc $options data >data.zst; cksum data.zst; zstd -dqc data.zst | check "zstd $options"
done
zstd -t data.zst 2>&1 | tr '\r' '\n' | tail -n 1
zstd -q --train -B1000 data -o dict 2>/dev/null && zstd -q -D dict -c data | zstd -q -d -D dict -c | check 'zstd dictionary'
7zz a -bd -mmt2 data.7z data zeros | grep -e '^Everything' -e Files
7zz t -bd data.7z | grep Everything
7zz x -bd -so data.7z data | check 7z
7zz a -bd -tzip -mmt2 data.zip data >/dev/null && 7zz x -bd -so data.zip data | check zip
7zz a -bd -ms -mmt2 -m0=ppmd data2.7z data >/dev/null && 7zz x -bd -so data2.7z data | check ppmd
7zz a -bd -ppassword -mhe data3.7z data >/dev/null && 7zz x -bd -ppassword -so data3.7z data | check encrypted
7zz h -bd -scrcSHA256 data | grep SHA256
7zz h -bd -scrcCRC64 data | grep CRC64

mkdir tree
for i in $(seq 20); do echo "file $i" >tree/f$i; done
ln -s f1 tree/link
for z in '' --gzip --bzip2 --xz --zstd; do
  tar -c $z --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -f tree.tar tree
  tar -xf tree.tar --one-top-level=out$z && diff -r tree out$z/tree && echo "tar $z: same"
done
tar -tvf tree.tar --numeric-owner | head -n 3
cmp <(gzip -dc data.gz) <(bzip2 -dc data.bz2) && echo 'same data'

# Damage is noticed.
for f in data.gz data.bz2 data.xz data.zst; do
  head -c 1000 $f >damaged.${f##*.}
done
gzip -t damaged.gz; echo "= $?"
bzip2 -t damaged.bz2 2>/dev/null; echo "= $?"
xz -t damaged.xz; echo "= $?"
zstd -qt damaged.zst 2>/dev/null; echo "= $?"
