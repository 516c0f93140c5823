package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Actor;
import dev.daybook.event.Event;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.transcript.Lines;
import dev.daybook.internal.transcript.Lines.Line;
import dev.daybook.internal.transcript.TraceRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An event as an importer has it in memory.
 *
 * @param session the session it belongs to
 * @param actor who said it
 * @param task the task it belongs to; empty if none
 * @param time when it happened
 * @param event what was said
 */
public record ImportedEvent(
    SessionId session, Actor actor, String task, Instant time, TraceEvent event) {
  private static final int SESSION_EVENTS = 1_000;
  private static final int ACTORS = 16;
  private static final long SEED = 1;
  private static final Instant BEGIN = Instant.parse("2025-01-01T00:00:00Z");

  /**
   * The first events of a history that nobody lived, a second apart; its notes on the plan, one in
   * a thousand, are observations of the same text, since an import of traces changes no plan.
   */
  static List<ImportedEvent> synthetic(int count) {
    SyntheticHistory history = new SyntheticHistory(count, SEED);
    List<ImportedEvent> events = new ArrayList<>(count);
    for (int number = 0; number < count; number++) {
      int session = number / SESSION_EVENTS;
      Event event = history.event(number);
      events.add(
          new ImportedEvent(
              SessionId.of("session-" + session),
              Actor.agent("agent-" + session % ACTORS),
              "TASK-" + session / 4,
              BEGIN.plusSeconds(number),
              event instanceof TraceEvent trace
                  ? trace
                  : Observation.of(SyntheticHistory.textOf(event))));
    }
    return events;
  }

  /** The first rows of a file of traces, in its order, without those that are none. */
  public static List<ImportedEvent> of(Path traces, int countMax) throws IOException {
    List<ImportedEvent> events = new ArrayList<>();
    try (Lines lines = Lines.of(traces)) {
      Optional<Line> line = lines.next();
      while (line.isPresent() && events.size() < countMax) {
        if (!line.get().isBlank()) {
          TraceRow row = TraceRow.parse(line.get().bytes());
          events.add(
              new ImportedEvent(
                  row.writer().session(),
                  row.writer().actor(),
                  row.context().task(),
                  row.context().time(),
                  row.event()));
        }
        line = lines.next();
      }
    }
    if (events.isEmpty()) {
      throw new IllegalArgumentException(
          traces + " has no rows of traces; give a .jsonl or .jsonl.gz file that has some");
    }
    return events;
  }

  /**
   * The actor in the session, for whom a handle is opened.
   *
   * @param session the session
   * @param actor the actor
   */
  public record Writer(SessionId session, Actor actor) {}

  /** Who said it, where. */
  public Writer writer() {
    return new Writer(session, actor);
  }
}
