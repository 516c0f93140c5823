package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import java.time.Instant;
import java.util.Objects;

/**
 * Something like what is about to be done was done or rejected before.
 *
 * @param id the event that shows it
 * @param match why it is believed to be the same
 * @param actor who tried
 * @param time when
 * @param what they tried
 * @param outcome how it ended, such as {@code SOFT_FAIL} or {@code REJECTED}
 * @param reason why, in a line; may be empty
 * @param score how alike it is: 1 for the same call, less for the same in other words
 */
public record PriorAttempt(
    EventId id,
    Match match,
    Actor actor,
    Instant time,
    String what,
    String outcome,
    String reason,
    double score) {
  /** Why an attempt is believed to be the same. */
  public enum Match {
    /** The same tool with the same arguments. */
    SAME_CALL,
    /** The plan rejects it in the same words. */
    REJECTED_APPROACH,
    /** It says the same in other words. */
    SIMILAR
  }

  /** Checks the parts. */
  public PriorAttempt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(match, "match");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(reason, "reason");
  }
}
