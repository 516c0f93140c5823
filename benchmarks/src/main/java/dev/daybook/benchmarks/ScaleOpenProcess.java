package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Opens a workspace that this process knows nothing of, asks it, and says what that cost: seconds
 * to the open workspace and to the first answer, requests, bytes of heap in use afterwards, events
 * searched.
 */
final class ScaleOpenProcess {
  private ScaleOpenProcess() {}

  /** Takes the folder of the store, that of the cache, and questions. */
  public static void main(String[] arguments) {
    List<String> questions = List.of(arguments).subList(2, arguments.length);
    long start = System.nanoTime();
    try (ObjectStore objects = LocalObjectStore.at(Path.of(arguments[0]));
        Daybook daybook =
            ScaleWorkspace.engine(objects, Path.of(arguments[1]), new ClusteredEmbedder(Map.of()));
        Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
      long opened = System.nanoTime();
      Hits hits = workspace.recall(Query.of(questions.getFirst()));
      long answered = System.nanoTime();
      Daybook.Requests requests = daybook.requests();
      for (String question : questions) {
        hits = workspace.recall(Query.of(question));
      }
      System.gc();
      System.gc();
      long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      System.out.printf(
          Locale.ROOT,
          "%.2f %.2f %d %d %d %d%n",
          (opened - start) / 1e9,
          (answered - start) / 1e9,
          requests.gets() + requests.lists() + requests.creates() + requests.overwrites(),
          requests.bytesReceived(),
          heap,
          hits.coverage().events());
    }
  }
}
