package dev.daybook.event;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * An event in the life of a {@link Handoff}; part of the plan stream, so exactly one acceptor wins.
 */
public sealed interface HandoffEvent extends PlanEvent
    permits HandoffEvent.HandoffOffered,
        HandoffEvent.HandoffAccepted,
        HandoffEvent.HandoffDeclined,
        HandoffEvent.HandoffWithdrawn,
        HandoffEvent.HandoffCompleted {

  /** The id of the handoff. */
  String handoff();

  /**
   * Work is offered.
   *
   * @param handoff the id of the handoff, new to the plan
   * @param offered the work
   * @param contradictions what the traces say otherwise, for the receiver to see; empty if nothing
   */
  record HandoffOffered(String handoff, Handoff offered, List<String> contradictions)
      implements HandoffEvent {
    /** Copies the list and checks the parts. */
    public HandoffOffered {
      Check.id(handoff, "HandoffOffered", "handoff");
      Objects.requireNonNull(offered, "offered");
      contradictions = Check.texts(contradictions, "HandoffOffered", "contradictions");
    }

    @Override
    public String task() {
      return offered.task();
    }
  }

  /**
   * Somebody took the work; nobody else can. Of a handoff that asks to go on with a task, this also
   * moves the claim of the task to them.
   *
   * @param handoff which handoff
   * @param by the actor's id
   * @param leaseUntil when the lease on the task runs out, if the claim moves
   */
  record HandoffAccepted(String handoff, String by, Instant leaseUntil) implements HandoffEvent {
    /** Checks the parts. */
    public HandoffAccepted {
      Check.id(handoff, "HandoffAccepted", "handoff");
      Check.id(by, "HandoffAccepted", "by");
      // Events of an older library do not have this.
      leaseUntil = leaseUntil == null ? Instant.EPOCH : leaseUntil;
    }
  }

  /**
   * Somebody it was offered to will not take it.
   *
   * @param handoff which handoff
   * @param by the actor's id
   * @param reason why
   */
  record HandoffDeclined(String handoff, String by, String reason) implements HandoffEvent {
    /** Checks the parts. */
    public HandoffDeclined {
      Check.id(handoff, "HandoffDeclined", "handoff");
      Check.id(by, "HandoffDeclined", "by");
      Check.notBlank(reason, "HandoffDeclined", "reason");
    }
  }

  /**
   * The offer no longer stands.
   *
   * @param handoff which handoff
   * @param reason why; may be empty
   */
  record HandoffWithdrawn(String handoff, String reason) implements HandoffEvent {
    /** Checks the parts. */
    public HandoffWithdrawn {
      Check.id(handoff, "HandoffWithdrawn", "handoff");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * The work is finished.
   *
   * @param handoff which handoff
   * @param result what came of it
   */
  record HandoffCompleted(String handoff, String result) implements HandoffEvent {
    /** Checks the parts. */
    public HandoffCompleted {
      Check.id(handoff, "HandoffCompleted", "handoff");
      Check.notBlank(result, "HandoffCompleted", "result");
    }
  }
}
