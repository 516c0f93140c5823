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
import java.util.Iterator;
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
public final class Cycles {
  /** Beginning or end of a task. */
  private record Moment(Task task, boolean end) {
    int index() {
      return 2 * task.number() + (end ? 1 : 0);
    }
  }

  private final PlanState plan;
  private final BitSet seen = new BitSet();
  private final Map<Integer, Moment> cameFrom = new HashMap<>();

  /** The moments of components that are not complete, in the order in which they were found. */
  private final Deque<Moment> stack = new ArrayDeque<>();

  private final Map<Integer, Integer> open = new HashMap<>();
  private int visits;

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

  /**
   * The ids of the tasks that wait for each other for ever, oldest first; only a plan kept by
   * another program has any. Looks at every task.
   */
  public static List<String> within(PlanState plan) {
    Cycles cycles = new Cycles(plan);
    BitSet waiting = new BitSet();
    for (Task task : plan.tasks().values()) {
      cycles.component(new Moment(task, true), waiting);
    }
    return plan.tasks().values().stream()
        .filter(task -> waiting.get(task.number()))
        .map(Task::id)
        .toList();
  }

  /** Where the search for components stands at a moment. */
  private static final class Visit {
    final Moment moment;
    final Iterator<Moment> left;
    final int order;
    int low;

    Visit(Moment moment, Iterator<Moment> left, int order) {
      this.moment = moment;
      this.left = left;
      this.order = order;
      this.low = order;
    }
  }

  /**
   * Marks the tasks of every component of more than one moment that can be reached; Tarjan 1972,
   * without recursion, since chains are long.
   */
  private void component(Moment from, BitSet waiting) {
    if (seen.get(from.index())) {
      return;
    }
    Deque<Visit> path = new ArrayDeque<>();
    path.push(visit(from));
    while (!path.isEmpty()) {
      Visit top = path.peek();
      if (top.left.hasNext()) {
        Moment next = top.left.next();
        Integer order = open.get(next.index());
        if (order != null) {
          top.low = Math.min(top.low, order);
        } else if (!seen.get(next.index())) {
          path.push(visit(next));
        }
      } else {
        path.pop();
        if (!path.isEmpty()) {
          path.peek().low = Math.min(path.peek().low, top.low);
        }
        if (top.low == top.order) {
          boolean alone = stack.peek().index() == top.moment.index();
          Moment last;
          do {
            last = stack.pop();
            open.remove(last.index());
            waiting.set(last.task().number(), waiting.get(last.task().number()) || !alone);
          } while (last.index() != top.moment.index());
        }
      }
    }
  }

  private Visit visit(Moment moment) {
    Visit visit = new Visit(moment, before(moment).iterator(), visits++);
    seen.set(moment.index());
    open.put(moment.index(), visit.order);
    stack.push(moment);
    return visit;
  }

  /** What must be past at a moment. */
  private List<Moment> before(Moment moment) {
    List<Moment> before = new ArrayList<>();
    if (moment.end()) {
      before.add(new Moment(moment.task(), false));
      TreePMap<Integer, String> children = plan.children().get(moment.task().id());
      if (children != null) {
        children.values().forEach(child -> before.add(new Moment(plan.tasks().get(child), true)));
      }
    } else {
      for (Dependency dependency : moment.task().dependencies()) {
        Task on = plan.tasks().get(dependency.on());
        if (dependency.kind().isGating() && on != null) {
          before.add(new Moment(on, dependency.kind() == DependencyKind.BLOCKS));
        }
      }
    }
    return before;
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
      for (Moment next : before(now)) {
        if (!seen.get(next.index())) {
          seen.set(next.index());
          cameFrom.put(next.index(), now);
          left.add(next);
        }
      }
    }
    return List.of();
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
