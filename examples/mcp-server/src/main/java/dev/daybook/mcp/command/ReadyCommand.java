package dev.daybook.mcp.command;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Task;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code daybook ready}. */
@Command(name = "ready", description = "The tasks that can be taken now, the one to take first.")
final class ReadyCommand extends BaseCommand {
  ReadyCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    PlanRecord plan = onWorkspace(workspace -> workspace.plan());
    List<Task> ready = plan.ready();
    if (isJson()) {
      screen()
          .json(json ->
              json.put("version", plan.version())
                  .<Task>list(
                      "tasks", ready, (task, part) -> Rows.task(plan, Map.of(), task, part)));
    } else if (ready.isEmpty()) {
      screen()
          .line(
              "Nothing is ready; %s held up or taken (see 'daybook plan')"
                  .formatted(Words.count(plan.unclosed().size(), "task")));
    } else {
      screen()
          .table(
              List.of(
                  Column.whole("ID"),
                  Column.number("PRIO"),
                  Column.whole("KIND"),
                  Column.text("FOR"),
                  Column.text("TITLE")),
              ready.stream()
                  .map(task ->
                      List.of(
                          Cell.of(task.id()),
                          Cell.of(task.priority()),
                          Cell.of(task.kind()),
                          Cell.of(task.assignee()),
                          Cell.of(task.title())))
                  .toList());
    }
    return Exit.DONE;
  }
}
