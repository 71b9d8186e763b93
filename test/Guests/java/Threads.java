import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.concurrent.locks.*;

/** Monitors, locks, atomics, pools, many short threads, interrupts. */
public class Threads {
  static int plain;

  public static void main(String[] args) throws Exception {
    int scale = args.length > 0 ? Integer.parseInt(args[0]) : 100;
    Object monitor = new Object();
    ReentrantLock lock = new ReentrantLock();
    AtomicLong atomic = new AtomicLong();
    LongAdder adder = new LongAdder();
    int[] locked = new int[1];
    Thread[] threads = new Thread[8];
    for (int t = 0; t < 8; t++) {
      threads[t] = new Thread(() -> {
        for (int i = 0; i < 1000 * scale; i++) {
          synchronized (monitor) {
            plain++;
          }
          lock.lock();
          try {
            locked[0]++;
          } finally {
            lock.unlock();
          }
          atomic.incrementAndGet();
          adder.increment();
        }
      });
      threads[t].start();
    }
    for (Thread t : threads)
      t.join();
    System.out.println(plain + " " + locked[0] + " " + atomic + " " + adder);

    for (int i = 0; i < 10 * scale; i++) {
      Thread t = new Thread(() -> plain--);
      t.start();
      t.join();
    }
    System.out.println(plain);

    ExecutorService pool = Executors.newFixedThreadPool(6);
    Future<?>[] futures = new Future<?>[50];
    for (int i = 0; i < 50; i++) {
      int n = i;
      futures[i] = pool.submit(() -> {
        long a = 0, b = 1;
        for (int k = 0; k < n; k++) {
          long c = a + b;
          a = b;
          b = c;
        }
        return a;
      });
    }
    long sum = 0;
    for (Future<?> f : futures)
      sum += (Long)f.get();
    pool.shutdown();
    System.out.println(sum + " " + pool.awaitTermination(10, TimeUnit.SECONDS));

    System.out.println(ForkJoinPool.commonPool().invoke(new Fib(22)));

    Thread sleeper = new Thread(() -> {
      try {
        Thread.sleep(100000);
      } catch (InterruptedException e) {
        System.out.println("interrupted");
      }
    });
    sleeper.start();
    Thread.sleep(50);
    sleeper.interrupt();
    sleeper.join();

    Exchanger<String> exchanger = new Exchanger<>();
    CyclicBarrier barrier = new CyclicBarrier(2);
    Thread partner = new Thread(() -> {
      try {
        for (int i = 0; i < 100; i++) {
          exchanger.exchange("a" + i);
          barrier.await();
        }
      } catch (Exception e) {
        System.out.println(e);
      }
    });
    partner.start();
    String last = "";
    for (int i = 0; i < 100; i++) {
      last = exchanger.exchange("b" + i);
      barrier.await();
    }
    partner.join();
    System.out.println(last);
  }

  static class Fib extends RecursiveTask<Integer> {
    final int n;
    Fib(int n) { this.n = n; }
    @Override
    protected Integer compute() {
      if (n < 2)
        return n;
      Fib other = new Fib(n - 1);
      other.fork();
      return new Fib(n - 2).compute() + other.join();
    }
  }
}
