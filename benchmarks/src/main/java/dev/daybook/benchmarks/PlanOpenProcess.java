package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.Workspace;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** The process of {@link PlanReplaySuite} that opens a workspace and reads its plan once. */
final class PlanOpenProcess {
  private PlanOpenProcess() {}

  /**
   * Runs it; prints one line of numbers: milliseconds from the start of the JVM to this method, and
   * to the plan, and to what is ready in it; how much is ready; tasks; the plan's version; creates,
   * gets, lists, other requests; bytes received.
   *
   * @param arguments the store's folder, the workspace, a cache folder
   */
  public static void main(String[] arguments) {
    long main = System.currentTimeMillis();
    try (ObjectStore store = LocalObjectStore.at(Path.of(arguments[0]));
        Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(Path.of(arguments[2]), 1L << 30)
                .open();
        Workspace workspace = daybook.open(arguments[1])) {
      PlanRecord plan = workspace.plan();
      long read = System.currentTimeMillis();
      Daybook.Requests requests = daybook.requests();
      int ready = plan.ready().size();
      long queried = System.currentTimeMillis();
      // Asked last: the classes of management take a while to load.
      long start = ManagementFactory.getRuntimeMXBean().getStartTime();
      System.out.printf(
          "%d %d %d %d %d %d %d %d %d %d %d%n",
          main - start,
          read - start,
          queried - start,
          ready,
          plan.tasks().size(),
          plan.version(),
          requests.creates(),
          requests.gets(),
          requests.lists(),
          requests.overwrites() + requests.deletes(),
          requests.bytesReceived());
    }
  }
}
