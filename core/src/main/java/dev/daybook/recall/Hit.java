package dev.daybook.recall;

import dev.daybook.event.Actor;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * One event that answers a query. Parts that do not apply are empty, never null.
 *
 * @param id the event's identity
 * @param type the name of its type, such as {@code ToolCall}
 * @param stream the stream it belongs to
 * @param time when it happened
 * @param actor who said it
 * @param session the session it was said in
 * @param task the task it belongs to
 * @param outcome how a call ended, as the name of a {@link dev.daybook.event.CallOutcome}
 * @param tool the tool called
 * @param snippet at most 300 bytes of UTF-8 of the event's text: around what matched, else its head
 * @param score what the hits are ranked by; comparable within one answer only. Where one leg ran
 *     alone it is that leg's score; but if the question is one token, events that hold it are
 *     lifted above those with more of its parts
 * @param legs rank and score in each leg that ran
 */
public record Hit(
    EventId id,
    String type,
    Stream stream,
    Instant time,
    Actor actor,
    SessionId session,
    String task,
    String outcome,
    String tool,
    String snippet,
    double score,
    Map<Leg, LegScore> legs) {
  /** Copies the map and checks the parts. */
  public Hit {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(tool, "tool");
    Objects.requireNonNull(snippet, "snippet");
    EnumMap<Leg, LegScore> ordered = new EnumMap<>(Leg.class);
    ordered.putAll(legs);
    legs = Collections.unmodifiableMap(ordered);
  }

  /** Rank and score in one leg; {@link LegScore#NONE} if the leg did not run. */
  public LegScore leg(Leg leg) {
    return legs.getOrDefault(leg, LegScore.NONE);
  }

  /**
   * A hit's place in one leg.
   *
   * @param rank 1 for the best; 0 if the leg did not find the event
   * @param score BM25 or cosine; known also for an event that only the other leg found, 0 if there
   *     is nothing to compute it from
   */
  public record LegScore(int rank, double score) {
    /** Not found, no score. */
    public static final LegScore NONE = new LegScore(0, 0);

    /** Checks the rank. */
    public LegScore {
      if (rank < 0) {
        throw new IllegalArgumentException("LegScore.rank is " + rank + ", expected 0 or more");
      }
    }
  }
}
