import java.util.*;

/** Programs started by the VM, and one that doesn't exist. */
public class Spawn {
  public static void main(String[] args) throws Exception {
    for (int i = 0; i < 10; i++) {
      Process p = new ProcessBuilder("/bin/bash", "-c", "read x; echo got $x; exit " + i).start();
      p.getOutputStream().write("line\n".getBytes());
      p.getOutputStream().flush();
      System.out.println(new String(p.getInputStream().readAllBytes()).trim() + " " + p.waitFor());
    }
    try {
      new ProcessBuilder("/nonexistent").start();
    } catch (java.io.IOException e) {
      System.out.println(e.getMessage());
    }
  }
}
