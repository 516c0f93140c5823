package dev.daybook.benchmarks.ingest;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.ingest.ImportedEvent.Writer;
import dev.daybook.event.Context;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Daybook through its public API: one workspace handle, a session for each session of the events,
 * all receipts awaited at the end; then one compaction, and a first recall. Or the receipts of so
 * many at a time, and nothing else.
 */
final class DaybookIngest implements Ingest {
  static final String DURABLE = "Daybook, durable in logs";
  static final String DURABLE_100 = "Daybook, durable in logs, 100 at a time";
  static final String SEALED = "Daybook, sealed and indexed";

  private static final String NAME = "import";

  private final List<ImportedEvent> events;

  /** All awaited at the end. */
  DaybookIngest(List<ImportedEvent> events) {
    this.events = events;
  }

  /** The next hundred are recorded when the hundred before are durable. */
  static Ingest byHundreds(List<ImportedEvent> events) {
    return new DaybookIngest(events)::runByHundreds;
  }

  /** What an import left, for those that do parts of it by themselves. */
  interface Look {
    void at(Path store) throws Exception;
  }

  @Override
  public void run(Path folder, Clock clock) throws Exception {
    run(folder, clock, store -> {}, store -> {});
  }

  private static Daybook engine(ObjectStore store, Path folder) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(folder.resolve("cache"), 1L << 40)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .keepReplaced(Duration.ZERO)
        .open();
  }

  private Map<Writer, Session> sessions(Workspace workspace) {
    Map<Writer, Session> sessions = new HashMap<>();
    for (ImportedEvent event : events) {
      sessions.computeIfAbsent(
          event.writer(), writer -> workspace.startSession(writer.actor(), writer.session()));
    }
    return sessions;
  }

  private void runByHundreds(Path folder, Clock clock) throws Exception {
    Path home = folder.resolve("store");
    try (ObjectStore store = LocalObjectStore.at(home);
        Daybook daybook = engine(store, folder);
        Workspace workspace = daybook.create(NAME)) {
      Map<Writer, Session> sessions = sessions(workspace);
      Clock.Span span = Clock.time(events.size(), () -> record(sessions, 100));
      clock.keep(
          DURABLE_100,
          span.leaving(Scratch.bytes(home)).inBatches(RawIngest.under(home, "log").size()));
      requireAll(DURABLE_100, workspace);
    }
  }

  private void requireAll(String what, Workspace workspace) {
    Ingest.requireCount(
        what,
        events.size(),
        workspace.traces().count(Filter.any().type("ToolCall", "Message", "Observation")));
  }

  /** The same, with a look at the store once all is durable, and once all is sealed. */
  void run(Path folder, Clock clock, Look durable, Look sealed) throws Exception {
    Path home = folder.resolve("store");
    try (ObjectStore store = LocalObjectStore.at(home);
        Daybook daybook = engine(store, folder);
        Workspace workspace = daybook.create(NAME)) {
      Map<Writer, Session> sessions = sessions(workspace);
      Clock.Span logs = Clock.time(events.size(), () -> record(sessions, events.size()));
      clock.keep(
          DURABLE,
          logs.leaving(Scratch.bytes(home)).inBatches(RawIngest.under(home, "log").size()));
      durable.at(home);
      String asked = question();
      Clock.Span sealing =
          Clock.time(
              events.size(),
              () -> {
                workspace.compact();
                requireHit(asked, workspace.recall(Query.of(asked)));
              });
      clock.keep(SEALED, logs.plus(sealing).leaving(Scratch.bytes(home)));
      requireAll("Daybook", workspace);
      sealed.at(home);
    }
  }

  private void record(Map<Writer, Session> sessions, int atOnce) {
    List<Receipt> receipts = new ArrayList<>(atOnce);
    for (ImportedEvent event : events) {
      receipts.add(
          sessions
              .get(event.writer())
              .record(event.event(), Context.none().at(event.time()).task(event.task())));
      if (receipts.size() == atOnce) {
        receipts.forEach(Receipt::await);
        receipts.clear();
      }
    }
    receipts.forEach(Receipt::await);
  }

  /** The first words of the last event. */
  private String question() {
    PeerRow last = PeerRow.of(events.size(), events.getLast());
    String text = events.getLast().event() instanceof ToolCall ? last.arguments() : last.text();
    return text.substring(0, Math.min(80, text.length()));
  }

  private static void requireHit(String asked, Hits hits) {
    if (hits.list().isEmpty()) {
      throw new IllegalStateException("Nothing was found by '" + asked + "', which was imported");
    }
  }
}
