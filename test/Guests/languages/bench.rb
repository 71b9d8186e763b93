# Blocks, exceptions, threads, fibers, garbage, processes.
def fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)
puts fib(22)
puts (1..100000).select { |x| x % 7 == 0 }.map { |x| x * x }.sum
puts 2**1000 % 1000000007, (1..50).inject(:*)
count = 0
20000.times do |i|
  begin
    i % 3 == 0 ? raise(ArgumentError, "x") : nil.foo
  rescue ArgumentError then count += 1
  rescue NoMethodError then count += 2
  end
end
puts count
def deep = deep
begin
  deep
rescue SystemStackError
  puts 'SystemStackError'
end
m = Mutex.new
total = 0
8.times.map { Thread.new { 10000.times { m.synchronize { total += 1 } } } }.each(&:join)
puts total
f = Fiber.new { 10000.times { |i| Fiber.yield i }; :done }
s = 0
while (v = f.resume) != :done do s += v end
puts s
keep = []
200000.times { |i| o = "s#{i}"; keep << o if i % 1000 == 0 }
GC.start
puts keep.sum(&:size)
puts `echo from a shell`, $?.exitstatus
pid = fork { exit 7 }
Process.wait pid
puts $?.exitstatus
trap('USR1') { puts 'USR1' }
Process.kill('USR1', Process.pid)
sleep 0.05
r, w = IO.pipe
Thread.new { w.puts 'pipe'; w.close }
puts r.read
puts 'the quick brown fox'.scan(/\w+/).group_by(&:size).inspect, Math.sin(1e10)
puts [3, 1, 2].sort.inspect, { a: 1 }.merge(b: 2).inspect
