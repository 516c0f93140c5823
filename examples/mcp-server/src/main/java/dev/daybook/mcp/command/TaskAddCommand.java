package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook task add}. */
@Command(name = "add", description = "Add a task to the plan.", sortOptions = false)
final class TaskAddCommand extends BaseCommand {
  @Parameters(arity = "1..*", paramLabel = "TITLE", description = "In one line.")
  private List<String> title;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Its id (default: the next of T-1, T-2, ...).")
  private String id = "";

  @Option(names = "--description", paramLabel = "TEXT", description = "The rest.")
  private String description = "";

  @Option(
      names = "--priority",
      paramLabel = "N",
      description = "Lower is sooner (default: ${DEFAULT-VALUE}).")
  private int priority = TaskAdded.PRIORITY_DEFAULT;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "What sort of work (default: ${DEFAULT-VALUE}).")
  private String kind = TaskAdded.KIND_DEFAULT;

  @Option(names = "--assignee", paramLabel = "ACTOR", description = "Whom it is meant for.")
  private String assignee = "";

  @Option(
      names = "--label",
      paramLabel = "KEY[=VALUE]",
      mapFallbackValue = "",
      description = "A free label.")
  private Map<String, String> labels = Map.of();

  @Option(names = "--blocked-by", paramLabel = "ID", description = "A task that it waits for.")
  private List<String> blockedBy = List.of();

  @Option(names = "--parent", paramLabel = "ID", description = "The task that it is a part of.")
  private String parent = "";

  @Option(
      names = "--criterion",
      paramLabel = "TEXT",
      description = "What must hold before it can be closed.")
  private List<String> criteria = List.of();

  TaskAddCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    AtomicReference<String> added = new AtomicReference<>("");
    PlanChange change =
        inSession(
            "daybook task add",
            session ->
                session.updatePlan(plan -> {
                  added.set(id.isEmpty() ? next(plan) : id);
                  return events(added.get());
                }));
    if (isJson()) {
      screen()
          .json(json ->
              json.put("task", added.get())
                  .put("planVersion", change.version())
                  .texts("events", change.events()));
    } else {
      changed(change, "Added task " + added.get());
    }
    return Exit.DONE;
  }

  private static String next(PlanRecord plan) {
    int number = plan.tasks().size() + 1;
    while (plan.task("T-" + number).isPresent()) {
      number++;
    }
    return "T-" + number;
  }

  private List<PlanEvent> events(String task) {
    List<PlanEvent> events = new ArrayList<>();
    events.add(
        new TaskAdded(
            task, String.join(" ", title), description, priority, kind, assignee, labels));
    blockedBy.forEach(on -> events.add(DependencyAdded.blocks(task, on)));
    if (!parent.isEmpty()) {
      events.add(DependencyAdded.childOf(task, parent));
    }
    criteria.forEach(text -> events.add(new AcceptanceCriterionAdded(task, text)));
    return events;
  }
}
