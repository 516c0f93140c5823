package dev.daybook.internal.transcript;

import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an import decides of a task, and the events that lead from one content to another.
 *
 * @param id the task's id
 * @param title in one line
 * @param description the rest
 * @param priority lower is sooner
 * @param kind what sort of work
 * @param assignee whom it is meant for
 * @param end its status and how it ended
 * @param labels by key
 * @param dependencies in order
 */
public record TaskContent(
    String id,
    String title,
    String description,
    int priority,
    String kind,
    String assignee,
    End end,
    SortedMap<String, String> labels,
    List<Link> dependencies) {
  /**
   * A status, and for a closed task how and why.
   *
   * @param status the status
   * @param resolution none or one
   * @param reason empty unless it is closed
   */
  record End(TaskStatus status, List<Resolution> resolution, String reason) {
    static final End OPEN = new End(TaskStatus.OPEN, List.of(), "");
  }

  /**
   * A dependency.
   *
   * @param kind how
   * @param on on what
   * @param labels by key
   */
  record Link(DependencyKind kind, String on, Map<String, String> labels) {
    boolean isSame(Link other) {
      return kind == other.kind && on.equals(other.on);
    }
  }

  /** The content of a task of a plan. */
  public static TaskContent of(PlanRecord.Task task) {
    return new TaskContent(
        task.id(),
        task.title(),
        task.description(),
        task.priority(),
        task.kind(),
        task.assignee(),
        new End(task.status(), task.resolution(), task.isClosed() ? task.reason() : ""),
        new TreeMap<>(task.labels()),
        task.dependencies().stream()
            .map(one -> new Link(one.kind(), one.on(), one.labels()))
            .toList());
  }

  /** The events that put a new task with this content into a plan. */
  List<PlanEvent> added() {
    List<PlanEvent> events = new ArrayList<>();
    events.add(new TaskAdded(id, title, description, priority, kind, assignee, labels));
    dependencies.forEach(one -> events.add(added(one)));
    move(End.OPEN, end, events);
    return events;
  }

  /** The events that give a task with this content another. */
  List<PlanEvent> changedTo(TaskContent next) {
    List<PlanEvent> events = new ArrayList<>();
    TaskEdited edit = edit(next);
    if (!edit.equals(TaskEdited.of(id))) {
      events.add(edit);
    }
    link(next.dependencies, events);
    move(end, next.end, events);
    return events;
  }

  private TaskEdited edit(TaskContent next) {
    TaskEdited edit = TaskEdited.of(id);
    edit = next.title.equals(title) ? edit : edit.title(next.title);
    edit = next.description.equals(description) ? edit : edit.describedAs(next.description);
    edit = next.priority == priority ? edit : edit.priority(next.priority);
    edit = next.kind.equals(kind) ? edit : edit.kind(next.kind);
    edit = next.assignee.equals(assignee) ? edit : edit.assignedTo(next.assignee);
    Map<String, String> set = new TreeMap<>(next.labels);
    set.entrySet().removeAll(labels.entrySet());
    List<String> off =
        labels.keySet().stream().filter(key -> !next.labels.containsKey(key)).toList();
    return new TaskEdited(
        id,
        edit.fields(),
        edit.title(),
        edit.description(),
        edit.priority(),
        edit.kind(),
        edit.assignee(),
        set,
        off);
  }

  /** What stays, stays only as long as it stands in the same order; the rest is put behind it. */
  private void link(List<Link> next, List<PlanEvent> events) {
    List<Link> kept = dependencies.stream().filter(next::contains).toList();
    int same = 0;
    while (same < kept.size() && kept.get(same).equals(next.get(same))) {
      same++;
    }
    List<Link> stay = kept.subList(0, same);
    dependencies.stream()
        .filter(one -> !stay.contains(one))
        .forEach(one -> events.add(new DependencyRemoved(id, one.kind(), one.on())));
    next.stream().skip(same).forEach(one -> events.add(added(one)));
  }

  private DependencyAdded added(Link link) {
    return new DependencyAdded(id, link.kind(), link.on(), link.labels());
  }

  private void move(End from, End to, List<PlanEvent> events) {
    if (from.equals(to)) {
      return;
    }
    TaskStatus now = from.status();
    if (now.isClosed()) {
      events.add(TaskReopened.of(id));
      now = TaskStatus.OPEN;
    }
    if (to.status().isClosed()) {
      events.add(new TaskClosed(id, to.resolution().getFirst(), to.reason()));
    } else if (now != to.status()) {
      events.add(TaskStatusChanged.of(id, to.status()));
    }
  }
}
