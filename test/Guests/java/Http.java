import com.sun.net.httpserver.HttpServer;
import java.net.*;
import java.net.http.*;
import java.util.concurrent.*;

/** A server and concurrent clients in one process. */
public class Http {
  public static void main(String[] args) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
    server.createContext("/", exchange -> {
      byte[] body = ("you asked for " + exchange.getRequestURI()).repeat(100).getBytes();
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    ExecutorService pool = Executors.newFixedThreadPool(4);
    server.setExecutor(pool);
    server.start();
    int port = server.getAddress().getPort();
    HttpClient client = HttpClient.newHttpClient();
    CompletableFuture<?>[] all = new CompletableFuture<?>[200];
    java.util.concurrent.atomic.AtomicLong length = new java.util.concurrent.atomic.AtomicLong();
    for (int i = 0; i < 200; i++) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + i)).build();
      all[i] = client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                   .thenAccept(r -> length.addAndGet(r.statusCode() * 1000 + r.body().length()));
      if (i % 10 == 9)
        CompletableFuture.allOf(java.util.Arrays.copyOf(all, i + 1)).get();
    }
    CompletableFuture.allOf(all).get();
    System.out.println(length);
    server.stop(0);
    pool.shutdown();
  }
}
