package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.PlanEvent.DependencyKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pcollections.TreePMap;

/**
 * Whether a new dependency would make tasks wait for each other for ever.
 *
 * <p>Every task begins and ends, and dependencies say what comes after what: a task ends after it
 * began, begins after what blocks it ended, a child begins after its parent began, and a parent
 * ends after its children ended. Exactly a cycle among these beginnings and ends can never be
 * worked off. So a child that is blocked by its own parent is refused, too.
 */
final class Cycles {
  /** Beginning or end of a task. */
  private record Moment(Task task, boolean end) {
    int index() {
      return 2 * task.number() + (end ? 1 : 0);
    }
  }

  private final PlanState plan;
  private final BitSet seen = new BitSet();
  private final Map<Integer, Moment> cameFrom = new HashMap<>();

  private Cycles(PlanState plan) {
    this.plan = plan;
  }

  /** The ids of the tasks that would wait for each other, in order; empty if none would. */
  static List<String> closedBy(PlanState plan, Task task, DependencyKind kind, Task on) {
    return switch (kind) {
      case BLOCKS -> new Cycles(plan).path(new Moment(on, true), new Moment(task, false));
      case PARENT_CHILD -> {
        List<String> above = new Cycles(plan).path(new Moment(on, false), new Moment(task, false));
        yield above.isEmpty()
            ? new Cycles(plan).path(new Moment(task, true), new Moment(on, true))
            : above;
      }
      case RELATED, DISCOVERED_FROM, DUPLICATES, SUPERSEDES, CAUSED_BY, VALIDATES -> List.of();
    };
  }

  private List<String> path(Moment from, Moment to) {
    Deque<Moment> left = new ArrayDeque<>();
    seen.set(from.index());
    left.add(from);
    while (!left.isEmpty()) {
      Moment now = left.poll();
      if (now.index() == to.index()) {
        return names(from, to);
      }
      if (now.end()) {
        see(left, now, now.task(), false);
        TreePMap<Integer, String> children = plan.children().get(now.task().id());
        if (children != null) {
          for (String child : children.values()) {
            see(left, now, plan.tasks().get(child), true);
          }
        }
      } else {
        for (Dependency dependency : now.task().dependencies()) {
          if (dependency.kind().isGating()) {
            boolean afterItsEnd = dependency.kind() == DependencyKind.BLOCKS;
            see(left, now, plan.tasks().get(dependency.on()), afterItsEnd);
          }
        }
      }
    }
    return List.of();
  }

  private void see(Deque<Moment> left, Moment from, Task task, boolean end) {
    if (task != null) {
      Moment next = new Moment(task, end);
      if (!seen.get(next.index())) {
        seen.set(next.index());
        cameFrom.put(next.index(), from);
        left.add(next);
      }
    }
  }

  private List<String> names(Moment from, Moment to) {
    List<String> names = new ArrayList<>();
    for (Moment at = to; ; at = cameFrom.get(at.index())) {
      if (names.isEmpty() || !names.getLast().equals(at.task().id())) {
        names.add(at.task().id());
      }
      if (at.index() == from.index()) {
        Collections.reverse(names);
        return names;
      }
    }
  }
}
