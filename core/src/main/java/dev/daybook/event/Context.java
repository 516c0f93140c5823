package dev.daybook.event;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What the host adds to an event when it records it: its cause, its own id of it, labels, an
 * OpenTelemetry span, the time it happened. Immutable; start from {@link #none()}.
 *
 * @param cause the event this one follows from; {@link EventId#NONE} if none is named
 * @param source the host's own id of the event, joined; empty if none
 * @param time when it happened; {@link Instant#MIN} for the moment of recording
 * @param task the task it belongs to; empty for the task the session is on
 * @param traceId the OpenTelemetry trace; empty if none
 * @param spanId the OpenTelemetry span; empty if none
 * @param labels free pairs of key and value
 */
public record Context(
    EventId cause,
    String source,
    Instant time,
    String task,
    String traceId,
    String spanId,
    Map<String, String> labels) {
  private static final Context NONE =
      new Context(EventId.NONE, "", Instant.MIN, "", "", "", Map.of());

  /** Copies the labels and checks the parts. */
  public Context {
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(traceId, "traceId");
    Objects.requireNonNull(spanId, "spanId");
    labels = Map.copyOf(labels);
  }

  /** Nothing is added. */
  public static Context none() {
    return NONE;
  }

  /** This context with a cause. */
  public Context cause(EventId newCause) {
    return new Context(newCause, source, time, task, traceId, spanId, labels);
  }

  /**
   * This context with the host's own id of the event and the event's own time, not the time of an
   * import: the event id is derived from both, so that the same event recorded twice is one event.
   */
  public Context source(SourceId newSource, Instant happenedAt) {
    return new Context(cause, newSource.joined(), happenedAt, task, traceId, spanId, labels);
  }

  /** This context at a time. */
  public Context at(Instant happenedAt) {
    return new Context(cause, source, happenedAt, task, traceId, spanId, labels);
  }

  /** This context within a task. */
  public Context task(String newTask) {
    return new Context(cause, source, time, newTask, traceId, spanId, labels);
  }

  /** This context within an OpenTelemetry span. */
  public Context span(String newTraceId, String newSpanId) {
    return new Context(cause, source, time, task, newTraceId, newSpanId, labels);
  }

  /** This context with one more label. */
  public Context label(String key, String value) {
    Map<String, String> more = new TreeMap<>(labels);
    more.put(Check.id(key, "Context", "label key"), Objects.requireNonNull(value, "value"));
    return new Context(cause, source, time, task, traceId, spanId, more);
  }
}
