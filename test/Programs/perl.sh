# perl: regular expressions, sorting, hashes, formats, packing, files, processes,
# signals, threads-free concurrency, modules in C.
# RUN: %twins
cat >test.pl <<'END'
use strict;
use warnings;
use POSIX qw(floor strftime :sys_wait_h);
use List::Util qw(sum first reduce shuffle max);
use Digest::SHA qw(sha256_hex sha1_hex);
use Digest::MD5 qw(md5_hex);
use MIME::Base64;
use Data::Dumper;
use Storable qw(freeze thaw);
use Time::HiRes qw(usleep);
use Encode qw(encode decode);
use Socket;
use Compress::Zlib;
$| = 1;
$Data::Dumper::Sortkeys = 1;

# Regular expressions.
my $text = join ' ', map { "word$_=" . $_ * 3 } 1 .. 50;
my %h = $text =~ /(\w+)=(\d+)/g;
print join(',', map { "$_:$h{$_}" } (sort keys %h)[0 .. 4]), "\n";
(my $t = "The quick brown fox") =~ s/(\w+)/\u\L$1/g;
print "$t\n";
print join('|', split /\s*,\s*/, 'a , b,c ,d'), "\n";
print "nested ok\n" if '((a)(b(c)))' =~ /^(\((?:[^()]++|(?1))*\))$/;
print "named $+{year}\n" if '2024-05-06' =~ /(?<year>\d{4})-(?<month>\d\d)/;
my $count = () = ('abc' x 10000) =~ /b/g;
print "count $count\n";
$_ = 'x' x 20;
print tr/x/y/, " $_\n";
print join(' ', 'aXbXc' =~ /([a-z])(?=X)/g), "\n";

# Numbers and formats.
printf "%.15g %s %e %d %05.1f %b %o %X\n", 0.1 + 0.2, 1e21, 12345.678, -7 / 2, 3.14159, 10, 64, 255;
print 2**63, ' ', 18446744073709551615, ' ', 9223372036854775807 + 1, ' ', -7 % 3, ' ', int(-3.7), "\n";
print sqrt(2), ' ', atan2(1, 1) * 4, ' ', exp(1), ' ', log(10), ' ', sin(1), ' ', 10 ** -5, "\n";
print 'inf ', 9**9**9, ' nan ', (9**9**9) - (9**9**9) != 0 ? 'yes' : 'no', "\n";
print join(',', unpack('C*', pack('nNvVqd', 1, 2, 3, 4, -5, 1.5))), "\n";
print unpack('H*', pack('w', 300)), ' ', unpack('%32C*', 'checksum'), "\n";
print strftime('%Y-%m-%d %H:%M:%S', gmtime(86400 * 365)), "\n";

# Data structures.
my @sorted = sort { $a->{age} <=> $b->{age} || $a->{name} cmp $b->{name} }
  map { { name => "n$_", age => $_ * 37 % 11 } } 1 .. 20;
print join(' ', map { "$_->{name}/$_->{age}" } @sorted), "\n";
print Dumper({ list => [1, [2, 3]], hash => { a => undef, b => \'ref' } });
my $copy = thaw(freeze({ deep => [map { { n => $_ } } 1 .. 100] }));
print sum(map { $_->{n} } @{ $copy->{deep} }), ' ', max(3, 9, 4), ' ', (reduce { $a * $b } 1 .. 10), "\n";
my %big;
$big{ $_ % 1000 } += $_ for 1 .. 50000;
print scalar(keys %big), ' ', $big{7}, "\n";
my @primes = grep { my $n = $_; $n > 1 && !first { $n % $_ == 0 } 2 .. sqrt $n } 1 .. 500;
print scalar(@primes), " $primes[-1]\n";
print md5_hex('abc'), ' ', sha1_hex('abc'), ' ', sha256_hex('a' x 1000), "\n";
print encode_base64(join '', map { chr } 0 .. 40);
my $z = compress('compress me ' x 1000);
print length(uncompress($z)), ' ', length($z) < 200 ? 'small' : 'large', "\n";
print length(encode('UTF-8', "\x{20ac}uro")), ' ', length(decode('UTF-8', "\xe2\x82\xacuro")), "\n";
print join(' ', map { ucfirst } reverse sort { lc $a cmp lc $b } qw(b A c D)), "\n";

# Objects, closures, exceptions, local, wantarray, AUTOLOAD, tie, overload.
package Counter {
  use overload '+' => sub { Counter->new($_[0]{n} + (ref $_[1] ? $_[1]{n} : $_[1])) }, '""' => sub { "<$_[0]{n}>" };
  sub new { my ($c, $n) = @_; bless { n => $n // 0 }, $c }
  our $AUTOLOAD;
  sub AUTOLOAD { my $m = $AUTOLOAD =~ s/.*:://r; return if $m eq 'DESTROY'; "auto $m" }
}
my $c = Counter->new(5) + 3;
print "$c ", $c->whatever, "\n";
my @subs = map { my $n = $_; sub { $n++ } } 1 .. 3;
$_->() for @subs, @subs;
print join(',', map { $_->() } @subs), "\n";
eval { die { code => 42 } };
print "died $@->{code}\n";
eval { my $x = 1 / (1 - 1); };
print "error: $@" =~ s/ at .*//sr, "\n";
local $SIG{__WARN__} = sub { print "warning caught\n" };
my $u;
my $v = "a" . $u;

# Files, processes, signals.
open my $f, '>', 'out.txt' or die;
print $f "line $_\n" for 1 .. 1000;
close $f;
open $f, '<', 'out.txt' or die;
my @lines = <$f>;
print scalar(@lines), ' ', -s 'out.txt', "\n";
print `echo shell | tr a-z A-Z`;
print 'status ', system('exit 3') >> 8, "\n";
open my $p, '-|', 'seq 1 5' or die;
print 'pipe ', join(' ', map { chomp; $_ } <$p>), "\n";
close $p;
my $got = 0;
$SIG{USR1} = sub { $got++ };
kill USR1 => $$ for 1 .. 5;
print "signals $got\n";
eval { local $SIG{ALRM} = sub { die "timeout\n" }; alarm 1; 1 while 1 };
print "alarm: $@";
my @pids = map { my $n = $_; my $pid = fork // die; exit $n unless $pid; $pid } 1 .. 5;
my $codes = 0;
waitpid($_, 0), $codes += $? >> 8 for @pids;
print "children $codes\n";
socketpair my $a1, my $b1, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
syswrite $a1, "through a socket";
sysread $b1, my $buf, 100;
print "$buf\n";
print join(' ', sort { $a <=> $b } map { sprintf '%d', crypt_like($_) } 1 .. 5), "\n";
sub crypt_like { my $x = shift; $x = ($x * 1103515245 + 12345) & 0x7fffffff for 1 .. 1000; $x }
sub deep { my $n = shift; $n ? 1 + deep($n - 1) : 0 }
{ no warnings; print 'deep ', deep(5000), "\n" }
print "sprintf('%vd') ", sprintf('%vd', '1.22.333'), "\n";
format STDOUT =
@<<<<<<< @>>>>>> @##.##
$h{word1}, $h{word2}, $h{word3}
.
write;
exit 7;
END
perl test.pl
echo "status $?"
perl -ne 'print if $. % 100 == 0' <(seq 1000)
perl -pe 's/(\d+)/$1*2/e' <(seq 3)
perl -lane 'print $F[1]' <<<'a b c'
perl -MList::Util=sum -E 'say sum map { $_ ** 2 } 1 .. 100'
perl -i.bak -pe 's/line/LINE/' out.txt && head -n 2 out.txt out.txt.bak
perl -c -e 'print 1' 2>&1
perl -e 'syntax error here' 2>&1 | head -n 1
perl -Mbigint -e 'print 2 ** 200, "\n"'
perl -MJSON::PP -e 'print JSON::PP->new->canonical->encode(decode_json(q({"b":[1,2.5,null,true],"a":"x"}))), "\n"'
