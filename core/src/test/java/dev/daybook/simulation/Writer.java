package dev.daybook.simulation;

import dev.daybook.CorruptDataException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.Envelope;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.LargeOutput;
import dev.daybook.internal.log.WriterLog;
import dev.daybook.internal.workspace.Snapshot;
import dev.daybook.simulation.Host.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A writer log whose sending is done on the thread that records, when it says so. */
final class Writer {
  private static final long ROOM = 1 << 20;

  private final Parts parts;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final WriterLog log;

  Writer(Parts parts) {
    this.parts = parts;
    this.log =
        new WriterLog(
            parts.store,
            parts.keys,
            Oracle.ID,
            parts.ids,
            tasks::add,
            (id, number) -> parts.watermarks.operationOf(parts.manifests, id, number),
            (id, number, operation, rows, bytes) ->
                parts.reader.wrote(
                    new Snapshot.Batch(new BatchRef(id, number), operation, rows, bytes)),
            ROOM);
  }

  /** Records one event in a batch of its own. */
  Verdict record(String event) {
    return record(List.of(event)).get(event);
  }

  /** Records these events; those that arrive while one is in flight share a batch. */
  Map<String, Verdict> record(List<String> events) {
    Map<String, CompletableFuture<Void>> durable = new LinkedHashMap<>();
    for (String event : events) {
      parts.host.witness().begins(event);
      durable.put(event, log.append(item(event)));
    }
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    Map<String, Verdict> verdicts = new LinkedHashMap<>();
    durable.forEach((event, done) -> verdicts.put(event, verdict(event, done)));
    verdicts.forEach(parts.host.witness()::learned);
    return verdicts;
  }

  private WriterLog.Item item(String event) {
    Envelope envelope =
        Programs.isSourced(event) ? Parts.sourced(event) : Parts.envelope(parts.ids.next(), "", 0);
    return Programs.isLarge(event)
        ? WriterLog.Item.of(
            new LargeOutput(
                Masker.NONE.event(
                    envelope, ToolCall.of("run", event).output("output of " + event))),
            parts.keys)
        : WriterLog.Item.of(
            EntryLines.encode(Row.of(Masker.NONE.event(envelope, new Observation(event)))));
  }

  private Verdict verdict(String event, CompletableFuture<Void> durable) {
    try {
      durable.join();
      return Verdict.ACKNOWLEDGED;
    } catch (CompletionException e) {
      return switch (e.getCause()) {
        case OutcomeUnknownException unknown -> {
          unknown
              .operation()
              .ifPresent(token -> parts.unsettled.add(new Parts.Unsettled(event, token)));
          yield Verdict.UNKNOWN;
        }
        case StorageUnavailableException ignored -> Verdict.FAILED;
        case StorageAccessException ignored -> Verdict.FAILED;
        case CorruptDataException damaged -> {
          parts.blame(damaged);
          yield Verdict.UNKNOWN;
        }
        case Throwable other -> throw new AssertionError("Not expected", other);
      };
    }
  }
}
