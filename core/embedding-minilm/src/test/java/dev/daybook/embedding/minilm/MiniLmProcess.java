package dev.daybook.embedding.minilm;

import dev.daybook.recall.Embedder;
import dev.daybook.recall.EmbedderProvider;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What {@link MiniLmStartTest} runs in a JVM of its own. */
final class MiniLmProcess {
  private MiniLmProcess() {}

  public static void main(String[] args) throws InterruptedException {
    switch (args[0]) {
      case "embed" -> embed();
      case "embed-and-halt" -> {
        embed();
        Runtime.getRuntime().halt(0);
      }
      case "discover" -> discover();
      case "exit-while-loading" -> exitWhileLoading();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void embed() {
    try (Embedder embedder = provider().load()) {
      System.out.println("dimension " + embedder.embedQuery("does it start?").length);
    }
  }

  private static void discover() {
    EmbedderProvider provider = provider();
    System.out.println("found " + provider.getClass().getSimpleName());
    try {
      provider.load();
      System.out.println("loaded");
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
  }

  /** Holds the shutdown open until loads that began before it, or during it, have succeeded. */
  private static void exitWhileLoading() throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch duringExit = new CountDownLatch(2);
    CountDownLatch exiting = new CountDownLatch(1);
    Runnable loadForever =
        () -> {
          while (duringExit.getCount() > 0) {
            MiniLmEmbedder.load().close();
            first.countDown();
            if (exiting.getCount() == 0) {
              duringExit.countDown();
            }
          }
        };
    for (int i = 0; i < 2; i++) {
      Thread.ofPlatform().daemon().start(loadForever);
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              exiting.countDown();
              if (!awaitQuietly(duringExit)) {
                Runtime.getRuntime().halt(3);
              }
            }));
    first.await();
    System.exit(0);
  }

  private static boolean awaitQuietly(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static EmbedderProvider provider() {
    return ServiceLoader.load(EmbedderProvider.class).findFirst().orElseThrow();
  }
}
