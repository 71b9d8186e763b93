import java.util.*;
import java.util.stream.*;

/** Greeting, properties of the machine, streams and formatting. */
public class Hello {
  record Point(int x, int y) {}

  sealed interface Shape permits Circle, Square {}
  record Circle(double r) implements Shape {}
  record Square(double a) implements Shape {}

  static double area(Shape s) {
    if (s instanceof Circle c)
      return Math.PI * c.r() * c.r();
    return Math.pow(((Square)s).a(), 2);
  }

  public static void main(String[] args) throws Exception {
    System.out.println("Hello " + String.join(",", args));
    System.out.println(System.getProperty("os.name") + " " + System.getProperty("java.specification.version"));
    System.out.println(new TreeMap<>(IntStream.range(0, 1000).boxed().filter(i -> i % 7 == 0)
                           .collect(Collectors.groupingBy(i -> i % 10, Collectors.summingInt(i -> i)))));
    System.out.println(Stream.of(new Circle(1.5), new Square(2), new Circle(0.1)).map(Hello::area).toList());
    System.out.println(String.format("%.17g %a %08x", Math.sin(1e10), 1.0 / 3, new Point(3, 4).hashCode()));
    var digest = java.security.MessageDigest.getInstance("SHA-256").digest("abc".getBytes());
    System.out.println(HexFormat.of().formatHex(digest));
    System.out.println(new java.math.BigInteger("3").pow(2000).mod(new java.math.BigInteger("1000000007")));
  }
}
