package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The plan at one version: the fold of every plan event up to it. Immutable; safe for use by any
 * number of threads. Maps and lists are in the order in which things joined the plan.
 *
 * @param version how many plan versions it holds; 0 for an empty plan
 * @param goal what it is for; empty if none is set
 * @param scope what belongs to it; may be empty
 * @param tasks by id
 * @param decisions all that were made, superseded ones too; see {@link #decisionsInForce()}
 * @param rejected approaches not to be tried again
 * @param notes remarks
 * @param handoffs by id
 */
public record PlanRecord(
    long version,
    String goal,
    String scope,
    Map<String, Task> tasks,
    List<Decision> decisions,
    List<Rejection> rejected,
    List<Note> notes,
    Map<String, HandoffState> handoffs) {
  /** Makes the collections unmodifiable; the maps keep their order. */
  public PlanRecord {
    Objects.requireNonNull(goal, "goal");
    Objects.requireNonNull(scope, "scope");
    tasks = Collections.unmodifiableMap(new LinkedHashMap<>(tasks));
    decisions = List.copyOf(decisions);
    rejected = List.copyOf(rejected);
    notes = List.copyOf(notes);
    handoffs = Collections.unmodifiableMap(new LinkedHashMap<>(handoffs));
  }

  /** The plan before its first event. */
  public static PlanRecord empty() {
    return new PlanRecord(0, "", "", Map.of(), List.of(), List.of(), List.of(), Map.of());
  }

  /**
   * Which event put something into the plan, by whom and when.
   *
   * @param id the event
   * @param actor who said it
   * @param time when
   */
  public record Origin(EventId id, Actor actor, Instant time) {}

  /**
   * A task as it stands.
   *
   * @param id its id
   * @param title in one line
   * @param description the rest; may be empty
   * @param priority lower is sooner
   * @param status as stored
   * @param resolution how it ended; empty or one
   * @param reason the reason of its last change; may be empty
   * @param added the event that added it
   */
  public record Task(
      String id,
      String title,
      String description,
      int priority,
      TaskStatus status,
      List<Resolution> resolution,
      String reason,
      Origin added) {
    /** Copies the list. */
    public Task {
      resolution = List.copyOf(resolution);
    }
  }

  /**
   * A decision.
   *
   * @param made what was decided
   * @param origin by whom and when; its id is the decision's id
   */
  public record Decision(PlanEvent.DecisionMade made, Origin origin) {}

  /**
   * An approach not to be tried again.
   *
   * @param approach what was rejected
   * @param origin by whom and when
   */
  public record Rejection(PlanEvent.ApproachRejected approach, Origin origin) {}

  /**
   * A remark.
   *
   * @param note what was said
   * @param origin by whom and when
   */
  public record Note(PlanEvent.NoteAdded note, Origin origin) {}

  /**
   * A handoff and where it is in its life.
   *
   * @param handoff the work
   * @param stage where it is
   * @param acceptedBy the actor who took it; empty if nobody did
   * @param remark the reason or result of its last change; may be empty
   * @param contradictions what the traces said otherwise when it was offered
   * @param origin by whom and when it was offered
   */
  public record HandoffState(
      Handoff handoff,
      Stage stage,
      String acceptedBy,
      String remark,
      List<String> contradictions,
      Origin origin) {
    /** Copies the list. */
    public HandoffState {
      contradictions = List.copyOf(contradictions);
    }
  }

  /** Where a handoff is in its life. Expiry is not stored: it follows from the time. */
  public enum Stage {
    /** Anyone it is for may take it. */
    OFFERED,
    /** One actor has it. */
    ACCEPTED,
    /** The work is finished. */
    COMPLETED,
    /** Its addressee will not take it. */
    DECLINED,
    /** Its offerer took it back. */
    WITHDRAWN
  }

  /** The task of this id; empty if the plan has none. */
  public Optional<Task> task(String id) {
    return Optional.ofNullable(tasks.get(id));
  }

  /** Whether the task exists and is done. */
  public boolean isDone(String id) {
    return task(id).filter(task -> task.status() == TaskStatus.DONE).isPresent();
  }

  /** The decisions that no later one supersedes. */
  public List<Decision> decisionsInForce() {
    List<EventId> superseded =
        decisions.stream().map(decision -> decision.made().supersedes()).toList();
    return decisions.stream()
        .filter(decision -> !superseded.contains(decision.origin().id()))
        .toList();
  }

  /**
   * The handoffs that this actor could accept at this time: offered to it, its role or anyone, and
   * not expired.
   */
  public List<HandoffState> inbox(Actor actor, Instant now) {
    return handoffs.values().stream()
        .filter(state -> state.stage() == Stage.OFFERED)
        .filter(state -> state.handoff().to().includes(actor))
        .filter(state -> !state.handoff().from().equals(actor.id()))
        .filter(state -> now.isBefore(state.handoff().expiresAt()))
        .toList();
  }

  /** The handoff of this id; empty if the plan has none. */
  public Optional<HandoffState> handoff(String id) {
    return Optional.ofNullable(handoffs.get(id));
  }
}
