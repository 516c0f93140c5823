package dev.daybook.benchmarks.curves;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Actor;
import dev.daybook.event.TraceEvent;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Records more events to a history, with default settings, so with compaction in the background: a
 * session of a thousand after the other, each waited for.
 */
final class WriteProcess {
  private WriteProcess() {}

  /** Takes the store, the cache, the events of the history, and how many more. */
  public static void main(String[] arguments) throws Exception {
    Child.endWithTheSuite();
    long events = Long.parseLong(arguments[2]);
    int more = Integer.parseInt(arguments[3]);
    List<TraceEvent> made = made(events, more);
    try (ObjectStore objects = LocalObjectStore.at(Path.of(arguments[0]));
        Daybook daybook =
            Daybook.on(objects)
                .embedder(new ClusteredEmbedder(Map.of()))
                .cache(Path.of(arguments[1]), 1L << 40)
                .open()) {
      Workspace workspace = daybook.open(ScaleWorkspace.NAME);
      long start = System.nanoTime();
      for (int first = 0; first < more; first += ScaleWorkspace.SESSION_EVENTS) {
        int last = Math.min(more, first + ScaleWorkspace.SESSION_EVENTS);
        try (Session session = workspace.startSession(Actor.agent("agent-0"))) {
          List<Receipt> receipts = new ArrayList<>();
          made.subList(first, last).forEach(event -> receipts.add(session.record(event)));
          receipts.forEach(Receipt::await);
        }
      }
      Child.tell("rate", more * 1e9 / (System.nanoTime() - start), "events/s");
      start = System.nanoTime();
      workspace.close();
      Child.tell("closing afterwards", (System.nanoTime() - start) / 1e9, "s");
      Child.end();
    }
  }

  private static List<TraceEvent> made(long events, int more) {
    SyntheticHistory history = Child.history(events);
    List<TraceEvent> made = new ArrayList<>();
    for (long number = events; made.size() < more; number++) {
      if (history.event(number) instanceof TraceEvent event) {
        made.add(event);
      }
    }
    return made;
  }
}
