import java.util.*;

/** Garbage of all ages from several threads, with a checksum of what survives. */
public class GcStress {
  static class Node {
    Node left, right;
    long value;
    byte[] load;

    Node(int depth, long seed) {
      value = seed;
      load = new byte[(int)(seed % 97)];
      if (depth > 0) {
        left = new Node(depth - 1, seed * 31 + 1);
        right = new Node(depth - 1, seed * 37 + 2);
      }
    }

    long sum() { return value + load.length + (left == null ? 0 : left.sum() + right.sum()); }
  }

  public static void main(String[] args) throws Exception {
    long[] result = new long[4];
    Thread[] threads = new Thread[4];
    for (int t = 0; t < 4; t++) {
      int id = t;
      threads[t] = new Thread(() -> {
        Node[] old = new Node[16];
        Map<Integer, String> map = new HashMap<>();
        for (int i = 0; i < 400; i++) {
          old[i % 16] = new Node(9, Math.abs(id * 1000 + i));
          for (int k = 0; k < 50; k++)
            map.put(i * 13 + k, "v" + k);
          if (map.size() > 5000)
            map.clear();
          result[id] += old[(i * 7) % 16] == null ? 1 : old[(i * 7) % 16].sum();
          if (i % 100 == 99)
            System.gc();
        }
        result[id] += map.size();
      });
      threads[t].start();
    }
    for (Thread t : threads)
      t.join();
    System.out.println(Arrays.toString(result));
  }
}
