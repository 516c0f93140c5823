package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.Blocked;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.Hold;
import dev.daybook.PlanRecord.Reason;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.TaskStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pcollections.TreePMap;

/**
 * Which tasks of a plan can be worked on, and what is in the way of the others. Only tasks that are
 * not closed are looked at, each once. For one thread.
 */
public final class Readiness {
  private static final byte LOOKING = 1;
  private static final byte FREE = 2;
  private static final byte HELD = 3;

  private final PlanState plan;

  /** By the number of a task, whether it or a task above it is held up. */
  private final byte[] known;

  /** Filled by who goes through all of them: the tasks that are not closed. */
  private Map<String, Task> unclosed = Map.of();

  /** The task that is looked at and those above it; empty in between. */
  private final Deque<Task> path = new ArrayDeque<>();

  /** Nothing is looked at yet. */
  public Readiness(PlanState plan) {
    this.plan = plan;
    this.known = new byte[plan.tasks().size()];
  }

  /** The tasks that can be taken now, by priority, then oldest first. */
  public List<Task> ready(Instant now) {
    Map<Integer, List<Task>> byPriority = new TreeMap<>();
    for (Task task : gather()) {
      if (isReady(task, now)) {
        byPriority.computeIfAbsent(task.priority(), priority -> new ArrayList<>()).add(task);
      }
    }
    return byPriority.values().stream().flatMap(List::stream).toList();
  }

  /** Every task that is not closed, which are found faster from now on than in the plan. */
  private List<Task> gather() {
    List<Task> all = plan.unclosedTasks();
    unclosed = HashMap.newHashMap(all.size());
    for (Task task : all) {
      unclosed.put(task.id(), task);
    }
    return all;
  }

  private Task task(String id) {
    Task open = unclosed.get(id);
    return open == null ? plan.tasks().get(id) : open;
  }

  private boolean isReady(Task task, Instant now) {
    return isWork(task) && !task.claim().isLive(now) && !isHeldUp(task) && !hasOpenChildren(task);
  }

  /** The tasks that are agreed but held up, oldest first. */
  public List<Blocked> blocked() {
    List<Blocked> blocked = new ArrayList<>();
    for (Task task : gather()) {
      if (isWork(task) && (isHeldUp(task) || hasOpenChildren(task))) {
        blocked.add(new Blocked(task, reasons(task)));
      }
    }
    return List.copyOf(blocked);
  }

  /** Everything that is in the way of a task. */
  public List<Reason> reasons(Task task) {
    List<Reason> reasons = new ArrayList<>();
    for (Dependency dependency : task.dependencies()) {
      Task on = task(dependency.on());
      if (dependency.kind() == DependencyKind.BLOCKS && isOpen(on)) {
        reasons.add(
            new Reason(
                Hold.DEPENDENCY, dependency.on(), "waits for " + named(dependency.on(), on)));
      }
      if (dependency.kind() == DependencyKind.PARENT_CHILD
          && (on == null || (!on.isClosed() && isHeldUp(on)))) {
        reasons.add(
            new Reason(
                Hold.PARENT,
                dependency.on(),
                "its parent " + named(dependency.on(), on) + " is held up"));
      }
    }
    for (Task child : plan.childrenOf(task.id())) {
      if (!child.isClosed()) {
        reasons.add(new Reason(Hold.CHILDREN, child.id(), "its child " + named(child.id(), child)));
      }
    }
    for (EventId blocker : task.blockers()) {
      reasons.add(
          new Reason(
              Hold.BLOCKER,
              blocker.toString(),
              plan.blockers().of(blocker).map(known -> known.text()).orElse("")));
    }
    for (EventId question : task.questions()) {
      reasons.add(
          new Reason(
              Hold.QUESTION,
              question.toString(),
              plan.questions().of(question).map(known -> known.asked().question()).orElse("")));
    }
    for (Approval approval : plan.approval(Subject.TASK, task.id()).stream().toList()) {
      if (approval.standing() != Approval.Standing.GIVEN) {
        reasons.add(
            new Reason(
                Hold.APPROVAL,
                "",
                approval.standing() == Approval.Standing.DENIED
                    ? "not approved by " + approval.origin().actor().id() + ": " + approval.remark()
                    : "waits for a person's approval"));
      }
    }
    return reasons;
  }

  private static String named(String id, Task task) {
    return task == null
        ? "'" + id + "', which the plan does not know"
        : "'" + id + "' (" + task.status() + ")";
  }

  private static boolean isWork(Task task) {
    return task.status() == TaskStatus.OPEN || task.status() == TaskStatus.IN_PROGRESS;
  }

  private static boolean isOpen(Task on) {
    return on == null || !on.isClosed();
  }

  private boolean hasOpenChildren(Task task) {
    TreePMap<Integer, String> children = plan.children().get(task.id());
    return children != null && children.keySet().stream().anyMatch(plan.unclosed()::containsKey);
  }

  /**
   * Whether something holds the task up, or one above it. Parents that are above each other, which
   * only a client without our rules can write, hold each other up.
   */
  private boolean isHeldUp(Task task) {
    if (known[task.number()] != 0) {
      return known[task.number()] != FREE;
    }
    path.push(task);
    while (!path.isEmpty()) {
      Task top = path.peek();
      if (known[top.number()] == 0) {
        known[top.number()] = isHeldUpItself(top) ? HELD : LOOKING;
      }
      if (known[top.number()] == HELD || !lookAbove(top)) {
        path.pop();
      }
    }
    return known[task.number()] != FREE;
  }

  /** Puts a parent not looked at yet on the path; {@code false} once the task itself is known. */
  private boolean lookAbove(Task task) {
    byte result = FREE;
    for (Dependency dependency : task.dependencies()) {
      if (dependency.kind() == DependencyKind.PARENT_CHILD) {
        Task parent = task(dependency.on());
        if (parent == null) {
          result = HELD;
        } else if (!parent.isClosed()) {
          if (known[parent.number()] == 0) {
            path.push(parent);
            return true;
          }
          result = known[parent.number()] == FREE ? result : HELD;
        }
      }
    }
    known[task.number()] = result;
    return false;
  }

  private boolean isHeldUpItself(Task task) {
    if (task.status() == TaskStatus.PROPOSED
        || task.status() == TaskStatus.DEFERRED
        || !task.blockers().isEmpty()
        || !task.questions().isEmpty()
        || !plan.isApproved(Subject.TASK, task.id())) {
      return true;
    }
    for (Dependency dependency : task.dependencies()) {
      if (dependency.kind() == DependencyKind.BLOCKS && isOpen(task(dependency.on()))) {
        return true;
      }
    }
    return false;
  }
}
