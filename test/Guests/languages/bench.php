<?php
// Loops, arrays, objects, exceptions, strings, generators.
function fib($n) { return $n < 2 ? $n : fib($n - 1) + fib($n - 2); }
echo fib(24), "\n";
function sieve($n) {
    $a = array_fill(0, $n, true);
    $c = 0;
    for ($i = 2; $i < $n; $i++) {
        if (!$a[$i]) continue;
        $c++;
        for ($j = $i * 2; $j < $n; $j += $i) $a[$j] = false;
    }
    return $c;
}
echo sieve(300000), "\n";
class P { public $x = 0; public float $y = 0; function add($d) { $this->x += $d; $this->y += $d / 3; return $this; } }
$p = new P;
for ($i = 0; $i < 500000; $i++) $p->add($i & 15);
printf("%d %.6f\n", $p->x, $p->y);
$n = 0;
for ($i = 0; $i < 50000; $i++) {
    try { if ($i % 3 == 0) throw new Exception("x"); intdiv(1, $i % 5); }
    catch (DivisionByZeroError $e) { $n += 2; }
    catch (Exception $e) { $n++; }
}
echo $n, "\n";
function gen($n) { for ($i = 0; $i < $n; $i++) yield $i => $i * 2; }
$s = 0;
foreach (gen(100000) as $k => $v) $s += $k ^ $v;
echo $s, "\n", md5(str_repeat("abc", 10000)), " ", crc32("hello"), "\n";
$w = [];
foreach (explode(" ", str_repeat("the quick brown fox ", 5000)) as $x) $w[$x] = ($w[$x] ?? 0) + 1;
ksort($w);
echo json_encode($w), preg_match_all('/q(u)i/', str_repeat("quick ", 1000)), "\n";
printf("%.12f %s\n", array_sum(array_map('sqrt', range(1, 10000))), 0.1 + 0.2);
echo shell_exec("echo from a shell");
