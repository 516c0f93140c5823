package dev.daybook.mcp.command;

import dev.daybook.EntryPage;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Reason;
import dev.daybook.PlanRecord.Task;
import dev.daybook.Workspace;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook task show}. */
@Command(name = "show", description = "A task and what happened to it.")
final class TaskShowCommand extends BaseCommand {
  @Parameters(paramLabel = "ID", description = "Which task.")
  private String id;

  TaskShowCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onWorkspace(this::show);
  }

  private Exit show(Workspace workspace) {
    PlanRecord plan = workspace.plan();
    Task task = Subjects.task(plan, id);
    EntryPage history = workspace.history(id);
    if (isJson()) {
      screen()
          .json(json ->
              json.put("task", part -> Rows.task(plan, PlanCommand.holds(plan), task, part))
                  .list("history", history.entries(), Rows::entry)
                  .put("more", history.hasNext()));
      return Exit.DONE;
    }
    screen().heading(Plain.line(task.id() + "  " + task.title()));
    screen()
        .line(
            "%s%s, priority %d, %s%s"
                .formatted(
                    Words.of(task.status()),
                    task.resolution().stream()
                        .findFirst()
                        .map(ended -> " (" + Words.of(ended) + ")")
                        .orElse(""),
                    task.priority(),
                    Plain.line(task.kind()),
                    Words.who(task, plan.at()).isEmpty()
                        ? ""
                        : ", " + Plain.line(Words.who(task, plan.at()))));
    if (!task.description().isBlank()) {
      screen().line(Plain.lines(task.description()));
    }
    for (Reason reason : plan.holds(id)) {
      screen().line("waits: " + Plain.line(reason.text()));
    }
    int number = 0;
    for (Criterion criterion : task.criteria()) {
      number++;
      screen()
          .line(
              "criterion %d, %s: %s"
                  .formatted(
                      number, criterion.isMet() ? "met" : "not met", Plain.line(criterion.text())));
    }
    screen().heading("History, the newest first");
    Entries.table(screen(), history.entries());
    return Exit.DONE;
  }
}
