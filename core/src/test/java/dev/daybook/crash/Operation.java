package dev.daybook.crash;

import java.util.Objects;

/**
 * One call of a writer and what it was told.
 *
 * @param key names the call; no other has the same
 * @param kind what it is
 * @param subject what it is about: the slot of a claim, otherwise the key
 * @param begun the ticket taken before it
 * @param ended the ticket taken after its answer; {@link #NEVER} if there was none
 * @param outcome the answer
 * @param version the plan version that was answered; 0 if none was
 * @param detail what else was answered: the id of an event, or what a read saw
 */
record Operation(
    String key,
    Kind kind,
    String subject,
    long begun,
    long ended,
    Outcome outcome,
    long version,
    String detail) {
  /** A moment after all others. */
  static final long NEVER = Long.MAX_VALUE;

  enum Kind {
    /** Records an event. */
    TRACE,
    /** Starts a session, which records an event. */
    SESSION,
    /** Adds a task to the plan. */
    ADD,
    /** Adds the task that the slot names, unless another did. */
    CLAIM,
    /** Reads the plan. */
    READ
  }

  enum Outcome {
    /** The process was killed first. */
    UNANSWERED,
    /** It happened. */
    DONE,
    /** A claim came too late; it wrote nothing. */
    LOST,
    /** It did not happen and never will. */
    FAILED,
    /** The caller was told that this is not known. */
    UNKNOWN
  }

  Operation {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(detail, "detail");
  }

  static Operation begun(String key, Kind kind, String subject, long ticket) {
    return new Operation(key, kind, subject, ticket, NEVER, Outcome.UNANSWERED, 0, "");
  }

  Operation ended(long ticket, Outcome answer, long newVersion, String newDetail) {
    return new Operation(key, kind, subject, begun, ticket, answer, newVersion, newDetail);
  }

  boolean isDone() {
    return outcome == Outcome.DONE;
  }

  /** Until when it can have taken effect: what nobody was told may happen at any time. */
  long effectiveUntil() {
    return isDone() || outcome == Outcome.LOST ? ended : NEVER;
  }
}
