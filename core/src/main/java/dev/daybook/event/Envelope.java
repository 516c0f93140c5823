package dev.daybook.event;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * What stands around every event: who said it, when, where, in which session and for which task.
 * Parts that do not apply are empty ({@code ""}, {@link EventId#NONE}, {@link SessionId#NONE},
 * {@link Vcs#NONE}).
 *
 * @param id the event's identity; see {@link EventId}
 * @param stream which of the two streams it belongs to
 * @param time when it happened, by the clock of its writer or host
 * @param recordedAt when the library took it, by the clock of its writer
 * @param actor who said it
 * @param session the session it was said in
 * @param parentSession the session that started that session
 * @param task the task it belongs to
 * @param cause the event it follows from; an outcome names its start
 * @param source the host's own id, joined
 * @param traceId the OpenTelemetry trace
 * @param spanId the OpenTelemetry span
 * @param vcs the state of version control, as the session last knew it
 * @param labels free pairs
 * @param planVersion the plan version that holds it; 0 for a trace
 */
public record Envelope(
    EventId id,
    Stream stream,
    Instant time,
    Instant recordedAt,
    Actor actor,
    SessionId session,
    SessionId parentSession,
    String task,
    EventId cause,
    String source,
    String traceId,
    String spanId,
    Vcs vcs,
    Map<String, String> labels,
    long planVersion) {
  /** The two streams of a workspace. */
  public enum Stream {
    /** The plan: one order for all, by plan version. */
    PLAN,
    /** What was done: in order per session. */
    TRACE
  }

  /** Copies the labels and checks the parts. */
  public Envelope {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(recordedAt, "recordedAt");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(parentSession, "parentSession");
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(traceId, "traceId");
    Objects.requireNonNull(spanId, "spanId");
    Objects.requireNonNull(vcs, "vcs");
    labels = Map.copyOf(labels);
    if ((stream == Stream.PLAN) != (planVersion > 0)) {
      throw new IllegalArgumentException(
          "Event " + id + " of stream " + stream + " has plan version " + planVersion);
    }
  }
}
