package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import java.util.List;
import java.util.Map;

/** The next state of a task; only what an event changes is set. For one thread. */
final class TaskDraft {
  private final String id;
  private final int number;
  private final Origin added;
  String title;
  String description;
  int priority;
  String kind;
  TaskStatus status;
  List<Resolution> resolution;
  String reason;
  String assignee;
  Map<String, String> labels;
  List<Dependency> dependencies;
  List<Criterion> criteria;
  List<EventId> blockers;
  List<EventId> questions;
  Claim claim;
  List<SessionId> superseded;
  Origin changed;

  /** A task that joins the plan. */
  TaskDraft(TaskAdded event, int number, Origin origin) {
    this.id = event.task();
    this.number = number;
    this.added = origin;
    title = event.title();
    description = event.description();
    priority = event.priority();
    kind = event.kind();
    status = TaskStatus.OPEN;
    resolution = List.of();
    reason = "";
    assignee = event.assignee();
    labels = event.labels();
    dependencies = List.of();
    criteria = List.of();
    blockers = List.of();
    questions = List.of();
    claim = Claim.NONE;
    superseded = List.of();
    changed = origin;
  }

  /** A task that an event changes. */
  TaskDraft(Task task, Origin origin) {
    this.id = task.id();
    this.number = task.number();
    this.added = task.added();
    title = task.title();
    description = task.description();
    priority = task.priority();
    kind = task.kind();
    status = task.status();
    resolution = task.resolution();
    reason = task.reason();
    assignee = task.assignee();
    labels = task.labels();
    dependencies = task.dependencies();
    criteria = task.criteria();
    blockers = task.blockers();
    questions = task.questions();
    claim = task.claim();
    superseded = task.superseded();
    changed = origin;
  }

  Task build() {
    return new Task(
        id,
        number,
        title,
        description,
        priority,
        kind,
        status,
        resolution,
        reason,
        assignee,
        labels,
        dependencies,
        criteria,
        blockers,
        questions,
        claim,
        superseded,
        added,
        changed);
  }
}
