# Interpreter threads, shared variables, queues, forks, signals.
use strict; use warnings; use threads; use threads::shared; use Thread::Queue;
my $n : shared = 0;
my @t = map { my $i = $_; threads->create(sub { for (1 .. 2000) { lock $n; $n++ } return $i * $i }) } 1 .. 8;
print join(' ', map { $_->join } @t), " $n\n";
my ($in, $out) = (Thread::Queue->new, Thread::Queue->new);
my @w = map { threads->create(sub { while (defined(my $x = $in->dequeue)) { $out->enqueue($x * 2) } }) } 1 .. 4;
$in->enqueue($_) for 1 .. 1000;
$in->end;
$_->join for @w;
my $s = 0;
while (defined(my $x = $out->dequeue_nb)) { $s += $x }
print "$s\n";
threads->create(sub { threads->exit })->join for 1 .. 50;
my $pid = fork; if (!$pid) { exit 5 } waitpid $pid, 0; print $? >> 8, "\n";
$SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; select undef, undef, undef, 5; }; print $@;
my %h; $h{$_ % 1000} += $_ for 1 .. 200000; print scalar(keys %h), " $h{77}\n";
my $text = "the quick brown fox " x 5000; my $c = () = $text =~ /\b(\w)\w+/g; print "$c\n";
