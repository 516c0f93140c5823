package dev.daybook.benchmarks.curves;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.util.Map;

/** Opens a workspace that this process knows nothing of, asks it, and says what that cost. */
final class OpenProcess {
  private static final int QUESTIONS = 20;

  private OpenProcess() {}

  /** Takes the store, the cache and the events of the history. */
  public static void main(String[] arguments) throws Exception {
    Child.endWithTheSuite();
    SyntheticHistory history = Child.history(Long.parseLong(arguments[2]));
    String first = history.question(1).text();
    long start = System.nanoTime();
    try (ObjectStore objects = LocalObjectStore.at(Path.of(arguments[0]));
        Daybook daybook =
            ScaleWorkspace.engine(objects, Path.of(arguments[1]), new ClusteredEmbedder(Map.of()));
        Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
      Child.tell("opened", (System.nanoTime() - start) / 1e6, "ms");
      Child.tell("requests until opened", (double) sent(daybook), "");
      int hits = workspace.recall(Query.of(first)).size();
      Child.tell("first answer", (System.nanoTime() - start) / 1e6, "ms");
      Child.tell("requests until first answer", (double) sent(daybook), "");
      for (int number = 2; number <= QUESTIONS; number++) {
        hits += workspace.recall(Query.of(history.question(number).text())).size();
      }
      if (hits == 0) {
        throw new IllegalStateException("Nothing was found in " + arguments[0]);
      }
      Child.tell("heap in use", HeapPeak.inUse() / (double) (1 << 20), "MB");
      Child.end();
    }
  }

  private static long sent(Daybook daybook) {
    Daybook.Requests requests = daybook.requests();
    return requests.gets() + requests.lists() + requests.creates() + requests.overwrites();
  }
}
