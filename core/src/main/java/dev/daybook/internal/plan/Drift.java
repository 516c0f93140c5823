package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The events between two versions that changed what was agreed while no decision covers them; see
 * {@link PlanDiff}. For one thread.
 */
final class Drift {
  /** What can be agreed. */
  enum Part {
    GOAL,
    SCOPE,
    ADDED,
    TITLE,
    DESCRIPTION,
    KIND,
    DROPPED,
    REOPENED
  }

  /** In place of a task. */
  private static final String PLAN = "";

  private static final Set<TaskStatus> DROPPED =
      EnumSet.of(TaskStatus.PROPOSED, TaskStatus.DEFERRED, TaskStatus.CANCELED);

  private record Mark(Part part, EventId event) {}

  /** A version may hold what several sessions did; a decision speaks for its own only. */
  private record Turn(long version, SessionId session) {
    static Turn of(Entry entry) {
      return new Turn(entry.envelope().planVersion(), entry.session());
    }
  }

  private final PlanState before;
  private final Set<String> decidedTasks = new HashSet<>();
  private final Set<Turn> decidedTurns = new HashSet<>();
  private final Map<String, List<Mark>> marks = new HashMap<>();
  private final Map<String, Boolean> closed = new HashMap<>();
  private String goal;
  private String scope;
  private boolean agreed;
  private long agreedAt;

  /**
   * The drift between two versions.
   *
   * @param between the plan events after the first version up to the second, in order
   */
  Drift(PlanState before, PlanState after, List<Entry> between) {
    this.before = before;
    this.goal = before.goal();
    this.scope = before.scope();
    this.agreed = !goal.isEmpty();
    findDecisions(after, between);
    between.forEach(this::look);
  }

  private void findDecisions(PlanState after, List<Entry> between) {
    Set<EventId> inForce = new HashSet<>();
    after.decisionsInForce().forEach(decision -> inForce.add(decision.origin().id()));
    for (Entry entry : between) {
      if (entry.event() instanceof DecisionMade made && inForce.contains(entry.id())) {
        if (made.task().isEmpty()) {
          decidedTurns.add(Turn.of(entry));
        } else {
          decidedTasks.add(made.task());
        }
      }
    }
  }

  private void look(Entry entry) {
    switch (entry.event()) {
      case GoalSet set -> look(set, entry);
      case TaskAdded added -> {
        if (!before.tasks().containsKey(added.task())
            && closed.putIfAbsent(added.task(), false) == null) {
          changed(added.task(), Part.ADDED, entry);
        }
      }
      case TaskEdited edited -> {
        for (TaskEdited.Field field : edited.fields()) {
          switch (field) {
            case TITLE -> changed(edited.task(), Part.TITLE, entry);
            case DESCRIPTION -> changed(edited.task(), Part.DESCRIPTION, entry);
            case KIND -> changed(edited.task(), Part.KIND, entry);
            default -> {
              // How a task is done is up to who works on it.
            }
          }
        }
      }
      case TaskStatusChanged moved -> move(moved.task(), moved.to(), entry);
      case TaskClosed done ->
          move(
              done.task(),
              done.resolution() == Resolution.SUCCEEDED ? TaskStatus.DONE : TaskStatus.CANCELED,
              entry);
      case TaskReopened reopened -> {
        if (isClosed(reopened.task())) {
          closed.put(reopened.task(), false);
          forget(reopened.task(), Part.DROPPED);
          changed(reopened.task(), Part.REOPENED, entry);
        }
      }
      default -> {
        // Nothing that was agreed.
      }
    }
  }

  private void look(GoalSet set, Entry entry) {
    if (!set.goal().equals(goal)) {
      changed(PLAN, Part.GOAL, entry);
    }
    if (!set.scope().equals(scope)) {
      changed(PLAN, Part.SCOPE, entry);
    }
    goal = set.goal();
    scope = set.scope();
    if (!agreed) {
      agreed = true;
      agreedAt = entry.envelope().planVersion();
    }
  }

  private void move(String task, TaskStatus to, Entry entry) {
    if (isClosed(task)) {
      return;
    }
    if (to.isClosed()) {
      closed.put(task, true);
      forget(task, Part.REOPENED);
    }
    if (DROPPED.contains(to)) {
      changed(task, Part.DROPPED, entry);
    } else {
      forget(task, Part.DROPPED);
    }
  }

  private boolean isClosed(String task) {
    return closed.computeIfAbsent(
        task,
        id -> {
          Task known = before.tasks().get(id);
          return known != null && known.isClosed();
        });
  }

  /** What is decided in the end makes up for what was not before. */
  private void changed(String task, Part part, Entry entry) {
    if (!agreed || entry.envelope().planVersion() <= agreedAt || decidedTasks.contains(task)) {
      return;
    }
    if (decidedTurns.contains(Turn.of(entry))) {
      forget(task, part);
    } else {
      marks.computeIfAbsent(task, key -> new ArrayList<>()).add(new Mark(part, entry.id()));
    }
  }

  private void forget(String task, Part part) {
    List<Mark> some = marks.get(task);
    if (some != null) {
      some.removeIf(mark -> mark.part() == part);
    }
  }

  /** The events that changed the goal. */
  List<EventId> ofGoal() {
    return of(PLAN, EnumSet.of(Part.GOAL));
  }

  /** The events that changed the scope. */
  List<EventId> ofScope() {
    return of(PLAN, EnumSet.of(Part.SCOPE));
  }

  /** The events that added a task and changed it since. */
  List<EventId> ofAdded(String task) {
    return of(task, EnumSet.allOf(Part.class));
  }

  /** The events that changed a part of a task. */
  List<EventId> of(String task, Part part) {
    return of(task, EnumSet.of(part));
  }

  /** The events that dropped or reopened a task, as far as that is what became of it. */
  List<EventId> ofStatus(Task then, Task now) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    if (DROPPED.contains(now.status())) {
      parts.add(Part.DROPPED);
    }
    if (then.isClosed() && !now.isClosed()) {
      parts.add(Part.REOPENED);
    }
    return of(now.id(), parts);
  }

  private List<EventId> of(String task, Set<Part> parts) {
    return marks.getOrDefault(task, List.of()).stream()
        .filter(mark -> parts.contains(mark.part()))
        .map(Mark::event)
        .distinct()
        .toList();
  }
}
