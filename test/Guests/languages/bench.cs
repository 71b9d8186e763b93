using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

// Exceptions out of signals, garbage, generics, threads.
class Bench {
  class Node { public Node Next; public int Value; }

  static int Read(Node n) { return n.Next.Value; }

  static int depth;
  static int Deep(int n) { return n == 0 ? 0 : 1 + Deep(n - 1); }

  static void Main() {
    var good = new Node { Next = new Node { Value = 2 } };
    var bad = new Node();
    int caught = 0, sum = 0;
    for (int i = 0; i < 20000; i++) {
      try { sum += Read(i % 100 == 0 ? bad : good); }
      catch (NullReferenceException) { caught++; }
    }
    Console.WriteLine("{0} {1}", caught, sum);
    int zero = 0;
    try { Console.WriteLine(5 / zero); } catch (DivideByZeroException e) { Console.WriteLine(e.GetType()); }
    try { Console.WriteLine(new int[2][zero + 5 > 3 ? 5 : 0]); } catch (Exception e) { Console.WriteLine(e.GetType()); }
    Console.WriteLine(Deep(10000));
    var map = new Dictionary<string, int>();
    for (int i = 0; i < 200000; i++) map["k" + i % 1000] = i;
    Console.WriteLine(map.Values.Sum());
    var keep = new List<byte[]>();
    for (int i = 0; i < 200000; i++) {
      var b = new byte[i % 300];
      if (i % 100 == 0) keep.Add(b);
    }
    Console.WriteLine(keep.Sum(b => b.Length));
    object mutex = new object();
    int count = 0, atomic = 0;
    var threads = Enumerable.Range(0, 6).Select(t => new Thread(() => {
      for (int i = 0; i < 20000; i++) {
        lock (mutex) count++;
        Interlocked.Increment(ref atomic);
        if (i % 5000 == 0) GC.Collect();
      }
    })).ToList();
    threads.ForEach(t => t.Start());
    threads.ForEach(t => t.Join());
    Console.WriteLine("{0} {1}", count, atomic);
    Console.WriteLine(Enumerable.Range(0, 100000).AsParallel().Where(x => x % 3 == 0).Select(x => (long)x).Sum());
    Console.WriteLine(Math.Sin(1e10).ToString("R") + " " + (1.0 / 3).ToString("R") + " " + decimal.Parse("1.10") * 3);
  }
}
