package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook task edit}. */
@Command(
    name = "edit",
    description = "Change a task; what is not named stays.",
    sortOptions = false)
final class TaskEditCommand extends BaseCommand {
  @Parameters(paramLabel = "ID", description = "Which task.")
  private String id;

  @Option(names = "--title", paramLabel = "TEXT", description = "A new title.")
  private Optional<String> title = Optional.empty();

  @Option(names = "--description", paramLabel = "TEXT", description = "A new description.")
  private Optional<String> description = Optional.empty();

  @Option(names = "--priority", paramLabel = "N", description = "A new priority; lower is sooner.")
  private Optional<Integer> priority = Optional.empty();

  @Option(names = "--kind", paramLabel = "KIND", description = "Another sort of work.")
  private Optional<String> kind = Optional.empty();

  @Option(
      names = "--assignee",
      paramLabel = "ACTOR",
      description = "Whom it is meant for; an empty one for anyone.")
  private Optional<String> assignee = Optional.empty();

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description =
          "PROPOSED, OPEN, IN_PROGRESS, IN_REVIEW or DEFERRED; one that is closed is reopened.")
  private Optional<TaskStatus> status = Optional.empty();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why the status changes.")
  private String reason = "";

  @Option(
      names = "--label",
      paramLabel = "KEY[=VALUE]",
      mapFallbackValue = "",
      description = "Set a label.")
  private Map<String, String> labels = Map.of();

  @Option(names = "--unlabel", paramLabel = "KEY", description = "Take a label off.")
  private List<String> unlabeled = List.of();

  @Option(names = "--blocked-by", paramLabel = "ID", description = "It waits for this task.")
  private List<String> blockedBy = List.of();

  @Option(
      names = "--not-blocked-by",
      paramLabel = "ID",
      description = "It no longer waits for this task.")
  private List<String> notBlockedBy = List.of();

  @Option(names = "--parent", paramLabel = "ID", description = "It is a part of this task.")
  private String parent = "";

  @Option(
      names = "--criterion",
      paramLabel = "TEXT",
      description = "What must hold before it can be closed.")
  private List<String> criteria = List.of();

  @Option(
      names = "--met",
      paramLabel = "N",
      description = "Its criterion of this number, from 1, holds.")
  private List<Integer> met = List.of();

  @Option(
      names = "--clear-blockers",
      paramLabel = "HOW",
      description = "What stood in its way is gone, and how.")
  private Optional<String> cleared = Optional.empty();

  TaskEditCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    if (status.filter(TaskStatus::isClosed).isPresent()) {
      throw wrong("A task is closed with 'daybook task close %s --as ...'".formatted(id));
    }
    PlanChange change = inSession("daybook task edit", session -> session.updatePlan(this::events));
    if (change.events().isEmpty()) {
      throw wrong("Nothing changes; say what, such as --title TEXT");
    }
    changed(change, "Changed task " + id);
    return Exit.DONE;
  }

  private List<PlanEvent> events(PlanRecord plan) {
    Task task = Subjects.task(plan, id);
    List<PlanEvent> events = new ArrayList<>();
    TaskEdited edited = edited();
    if (!edited.equals(TaskEdited.of(id))) {
      events.add(edited);
    }
    for (TaskStatus to : status.stream().toList()) {
      if (task.isClosed()) {
        events.add(new TaskReopened(id, reason));
        if (to != TaskStatus.OPEN) {
          events.add(new TaskStatusChanged(id, to, reason));
        }
      } else {
        events.add(new TaskStatusChanged(id, to, reason));
      }
    }
    blockedBy.forEach(on -> events.add(DependencyAdded.blocks(id, on)));
    notBlockedBy.forEach(on -> events.add(new DependencyRemoved(id, DependencyKind.BLOCKS, on)));
    if (!parent.isEmpty()) {
      events.add(DependencyAdded.childOf(id, parent));
    }
    criteria.forEach(text -> events.add(new AcceptanceCriterionAdded(id, text)));
    for (int number : met) {
      events.add(AcceptanceCriterionChecked.met(criterion(task, number).origin().id()));
    }
    for (String how : cleared.stream().toList()) {
      for (var blocker : task.blockers()) {
        events.add(new BlockerCleared(blocker, how));
      }
    }
    return events;
  }

  private TaskEdited edited() {
    TaskEdited edited = TaskEdited.of(id);
    edited = title.map(edited::title).orElse(edited);
    edited = description.map(edited::describedAs).orElse(edited);
    edited = priority.map(edited::priority).orElse(edited);
    edited = kind.map(edited::kind).orElse(edited);
    edited = assignee.map(edited::assignedTo).orElse(edited);
    for (Map.Entry<String, String> label : labels.entrySet()) {
      edited = edited.label(label.getKey(), label.getValue());
    }
    for (String key : unlabeled) {
      edited = edited.unlabel(key);
    }
    return edited;
  }

  private Criterion criterion(Task task, int number) {
    List<Criterion> known = task.criteria();
    if (number < 1 || number > known.size()) {
      throw new NotFound(
          "Task '%s' has no criterion %d but %d in all; see 'daybook task show %s'"
              .formatted(id, number, known.size(), id));
    }
    return known.get(number - 1);
  }
}
