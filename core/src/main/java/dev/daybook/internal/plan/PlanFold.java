package dev.daybook.internal.plan;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Note;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Entry;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.UnknownEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Folds plan events into a plan. Total: an event that makes no sense in the plan it meets (written
 * by a client without our rules) changes nothing, so every reader of the same events has the same
 * plan. What a writer may add is decided before, by {@link PlanRules}. For one thread.
 */
public final class PlanFold {
  private long version;
  private String goal;
  private String scope;
  private final Map<String, Task> tasks;
  private final List<Decision> decisions;
  private final List<Rejection> rejected;
  private final List<Note> notes;
  private final Map<String, HandoffState> handoffs;

  /** A fold that goes on from a plan. */
  public PlanFold(PlanRecord from) {
    version = from.version();
    goal = from.goal();
    scope = from.scope();
    tasks = new LinkedHashMap<>(from.tasks());
    decisions = new ArrayList<>(from.decisions());
    rejected = new ArrayList<>(from.rejected());
    notes = new ArrayList<>(from.notes());
    handoffs = new LinkedHashMap<>(from.handoffs());
  }

  /** Adds the event of an entry of the plan stream. */
  public void add(Entry entry) {
    version = Math.max(version, entry.envelope().planVersion());
    if (entry.event() instanceof PlanEvent event) {
      apply(event, new Origin(entry.id(), entry.actor(), entry.time()));
    }
  }

  /** Counts a version even if it holds no event. */
  public void through(long planVersion) {
    version = Math.max(version, planVersion);
  }

  /** The plan so far. */
  public PlanRecord plan() {
    return new PlanRecord(version, goal, scope, tasks, decisions, rejected, notes, handoffs);
  }

  private void apply(PlanEvent event, Origin origin) {
    switch (event) {
      case GoalSet set -> {
        goal = set.goal();
        scope = set.scope();
      }
      case TaskAdded added ->
          tasks.putIfAbsent(
              added.task(),
              new Task(
                  added.task(),
                  added.title(),
                  added.description(),
                  added.priority(),
                  TaskStatus.OPEN,
                  List.of(),
                  "",
                  origin));
      case TaskStatusChanged changed ->
          tasks.computeIfPresent(
              changed.task(), (id, task) -> move(task, changed.to(), List.of(), changed.reason()));
      case TaskClosed closed ->
          tasks.computeIfPresent(
              closed.task(),
              (id, task) ->
                  move(
                      task,
                      closed.resolution() == Resolution.SUCCEEDED
                          ? TaskStatus.DONE
                          : TaskStatus.CANCELED,
                      List.of(closed.resolution()),
                      closed.reason()));
      case DecisionMade made -> decisions.add(new Decision(made, origin));
      case ApproachRejected approach -> rejected.add(new Rejection(approach, origin));
      case NoteAdded note -> notes.add(new Note(note, origin));
      case HandoffOffered offer ->
          handoffs.putIfAbsent(
              offer.handoff(),
              new HandoffState(
                  offer.offered(), Stage.OFFERED, "", "", offer.contradictions(), origin));
      case HandoffAccepted accepted ->
          handoffs.computeIfPresent(
              accepted.handoff(),
              (id, state) -> step(state, Stage.OFFERED, Stage.ACCEPTED, accepted.by(), ""));
      case HandoffDeclined declined ->
          handoffs.computeIfPresent(
              declined.handoff(),
              (id, state) -> step(state, Stage.OFFERED, Stage.DECLINED, "", declined.reason()));
      case HandoffWithdrawn withdrawn ->
          handoffs.computeIfPresent(
              withdrawn.handoff(),
              (id, state) -> step(state, Stage.OFFERED, Stage.WITHDRAWN, "", withdrawn.reason()));
      case HandoffCompleted completed ->
          handoffs.computeIfPresent(
              completed.handoff(),
              (id, state) ->
                  step(
                      state,
                      Stage.ACCEPTED,
                      Stage.COMPLETED,
                      state.acceptedBy(),
                      completed.result()));
      case UnknownEvent ignored -> {
        // Kept in the stream; it has no place in this version of the plan.
      }
    }
  }

  private static Task move(Task task, TaskStatus to, List<Resolution> resolution, String reason) {
    return task.status().isClosed()
        ? task
        : new Task(
            task.id(),
            task.title(),
            task.description(),
            task.priority(),
            to,
            resolution,
            reason,
            task.added());
  }

  private static HandoffState step(
      HandoffState state, Stage from, Stage to, String by, String remark) {
    return state.stage() != from
        ? state
        : new HandoffState(state.handoff(), to, by, remark, state.contradictions(), state.origin());
  }
}
