import java.util.*;

/** Exceptions that the VM makes out of signals, and others. */
public class Faults {
  static class Box {
    int[] data;
    Box next;
    int value;
  }

  /** Hot, so that it is compiled with an implicit null check. */
  static int read(Box b) { return b.next.value; }

  static void nulls() {
    Box good = new Box();
    good.next = new Box();
    Box bad = new Box();
    int caught = 0, sum = 0;
    for (int i = 0; i < 3_000_000; i++) {
      Box b = i % 1000 == 999 ? bad : good;
      good.next.value = i & 7;
      try {
        sum += read(b);
      } catch (NullPointerException e) {
        caught++;
      }
    }
    System.out.println(caught + " caught, sum " + sum);
    try {
      bad.data[0]++;
    } catch (NullPointerException e) {
      System.out.println(e.getMessage());
    }
  }

  static int depth;

  static void recurse() {
    depth++;
    recurse();
  }

  static void stack() throws Exception {
    for (int i = 0; i < 20; i++) {
      depth = 0;
      try {
        recurse();
      } catch (StackOverflowError e) {
        if (depth < 1000)
          System.out.println("only " + depth);
      }
    }
    Thread t = new Thread(null, () -> {
      try {
        recurse();
      } catch (StackOverflowError e) {
        System.out.println("caught in a thread");
      }
    }, "deep", 1 << 20);
    t.start();
    t.join();
    System.out.println("done");
  }

  static long down(int n) { return n == 0 ? 0 : 1 + down(n - 1); }

  static void deep() throws Exception {
    Thread t = new Thread(null, () -> System.out.println(down(400_000)), "deep", 1L << 29);
    t.start();
    t.join();
  }

  static int thrower(int i) {
    if (i % 3 == 0)
      throw new IllegalStateException("three " + i);
    int[] a = new int[4];
    return a[i % 5] + 100 / (i % 7) + (Integer)pick(i);
  }

  static Object pick(int i) { return i % 11 == 0 ? "text" : (Object)i; }

  static void exceptions() {
    Map<String, Integer> counts = new TreeMap<>();
    long sum = 0;
    for (int i = 0; i < 300_000; i++) {
      try {
        sum += thrower(i);
      } catch (RuntimeException e) {
        counts.merge(e.getClass().getSimpleName(), 1, Integer::sum);
      } finally {
        sum++;
      }
    }
    System.out.println(counts + " " + sum);
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
    case "null" -> nulls();
    case "stack" -> stack();
    case "deep" -> deep();
    default -> exceptions();
    }
  }
}
