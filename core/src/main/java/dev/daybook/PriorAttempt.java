package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Something like what is about to be done was done or rejected before.
 *
 * @param id the event that shows it
 * @param match why it is believed to be the same
 * @param actor who tried
 * @param time when
 * @param session the session it was tried in
 * @param task the task it was tried for; empty if none
 * @param what they tried
 * @param outcome how it ended, such as {@code SOFT_FAIL} or {@code REJECTED}
 * @param reason why: the line of the error that tells most, or why it was rejected; may be empty
 * @param score how alike it is: 1 for the same call, approach or error, less for the same in other
 *     words
 * @param evidence the events that show it, {@code id} first: also where the same was tried again by
 *     the same session with the same end, and what a rejection rests on
 * @param revision the commit that was checked out; empty if not known
 * @param workedSince the newest later call of the same tool with the same arguments that went well;
 *     {@link EventId#NONE} if there is none. Do not warn of what has worked since
 * @param next the call that the same session made next; {@link EventId#NONE} if there is none, and
 *     for a rejection
 * @param changedSince whether what it rests on has changed since
 */
public record PriorAttempt(
    EventId id,
    Match match,
    Actor actor,
    Instant time,
    SessionId session,
    String task,
    String what,
    String outcome,
    String reason,
    double score,
    List<EventId> evidence,
    String revision,
    EventId workedSince,
    EventId next,
    ChangedSince changedSince) {
  /** Why an attempt is believed to be the same. */
  public enum Match {
    /**
     * The same tool with the same arguments; for a description, a call whose arguments it is. JSON
     * is the same whatever the order of its keys.
     */
    SAME_CALL,
    /** The plan rejects it in the same words. */
    REJECTED_APPROACH,
    /** It failed as this call did; see what was done {@link PriorAttempt#next() next}. */
    SAME_ERROR,
    /** It says the same in other words. */
    SIMILAR
  }

  /** Whether the files of an attempt, or the commit, have changed since. */
  public sealed interface ChangedSince {
    /** No later call changed its files, and no other commit was seen since. */
    record No() implements ChangedSince {}

    /**
     * Changed, so it may go otherwise now.
     *
     * @param by the newest events that show it: calls that changed its files, or else the first
     *     seen on another commit; at least one, at most {@value TraceStore#NAMED_MAX}
     */
    record Yes(List<EventId> by) implements ChangedSince {
      /** Copies the list. */
      public Yes {
        by = List.copyOf(by);
      }
    }

    /** Neither its files nor its commit are known. */
    record Unknown() implements ChangedSince {}
  }

  /** Copies the list and checks the parts. */
  public PriorAttempt {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(match, "match");
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(reason, "reason");
    evidence = List.copyOf(evidence);
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(workedSince, "workedSince");
    Objects.requireNonNull(next, "next");
    Objects.requireNonNull(changedSince, "changedSince");
  }

  /** Whether the same call has gone well since. */
  public boolean hasWorkedSince() {
    return workedSince.isPresent();
  }
}
