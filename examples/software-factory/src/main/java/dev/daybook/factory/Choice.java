package dev.daybook.factory;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.PlanEvent.DependencyKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which open tasks of a large plan are done: each with its parents, its children and what it waits
 * for, so that none of them waits for one that is not done. The most entangled come first. For one
 * thread.
 */
final class Choice {
  private final PlanRecord plan;
  private final Map<String, Task> open = new LinkedHashMap<>();
  private final Map<String, List<String>> children = new LinkedHashMap<>();

  private Choice(PlanRecord plan) {
    this.plan = plan;
    plan.unclosed().forEach(task -> open.put(task.id(), task));
    open.values()
        .forEach(task ->
            on(task, DependencyKind.PARENT_CHILD)
                .forEach(parent ->
                    children.computeIfAbsent(parent, key -> new ArrayList<>()).add(task.id())));
  }

  /** The ids of at most so many tasks that can all be closed. */
  static Set<String> of(PlanRecord plan, int tasksMax) {
    return new Choice(plan).choose(tasksMax);
  }

  private Set<String> choose(int tasksMax) {
    List<Set<String>> groups = new ArrayList<>();
    Set<Set<String>> seen = new HashSet<>();
    for (String id : open.keySet()) {
      Set<String> group = group(id);
      if (group.size() <= tasksMax && seen.add(group)) {
        groups.add(group);
      }
    }
    // Stable, so the oldest of a size stay first.
    groups.sort(Comparator.comparingInt((Set<String> group) -> group.size()).reversed());
    Set<String> chosen = new LinkedHashSet<>();
    for (Set<String> group : groups) {
      Set<String> together = new LinkedHashSet<>(chosen);
      together.addAll(group);
      if (together.size() <= tasksMax && canBeWorkedOff(group)) {
        chosen = together;
      }
    }
    return chosen;
  }

  /** What must be done for a task to be done, and what it is a part of, with all of its parts. */
  private Set<String> group(String id) {
    Set<String> group = new LinkedHashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of(id));
    while (!next.isEmpty()) {
      String one = next.pop();
      if (group.add(one)) {
        next.addAll(on(open.get(one), DependencyKind.PARENT_CHILD));
        next.addAll(on(open.get(one), DependencyKind.BLOCKS));
        next.addAll(children.getOrDefault(one, List.of()));
      }
    }
    return group;
  }

  /** The open tasks that a task depends on in this way. */
  private List<String> on(Task task, DependencyKind kind) {
    return task.dependencies().stream()
        .filter(one -> one.kind() == kind && open.containsKey(one.on()))
        .map(Dependency::on)
        .toList();
  }

  /** Not if it holds tasks that wait for each other for ever, or for one that is unknown. */
  private boolean canBeWorkedOff(Set<String> group) {
    Set<String> left = new LinkedHashSet<>(group);
    while (left.removeIf(id -> isFree(id, left) && isNoneIn(children.get(id), left))) {
      // Each round closes what the one before made ready.
    }
    return left.isEmpty();
  }

  private static boolean isNoneIn(List<String> ids, Set<String> left) {
    return ids == null || ids.stream().noneMatch(left::contains);
  }

  /** Whether neither a task nor one above it waits for one that is left. */
  private boolean isFree(String id, Set<String> left) {
    Set<String> above = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of(id));
    while (!next.isEmpty()) {
      String one = next.pop();
      Task task = open.get(one);
      boolean isHeld =
          task.dependencies().stream()
              .anyMatch(dependency ->
                  dependency.kind().isGating() && plan.task(dependency.on()).isEmpty());
      if (isHeld
          || !task.questions().isEmpty()
          || !task.blockers().isEmpty()
          || !isNoneIn(on(task, DependencyKind.BLOCKS), left)) {
        return false;
      }
      if (above.add(one)) {
        next.addAll(on(task, DependencyKind.PARENT_CHILD));
      }
    }
    return true;
  }
}
