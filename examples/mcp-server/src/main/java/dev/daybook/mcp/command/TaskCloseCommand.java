package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.Resolution;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook task close}. */
@Command(name = "close", description = "Close a task.")
final class TaskCloseCommand extends BaseCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "Which task.")
  private String id;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "REASON", description = "Why.")
  private List<String> reason = List.of();

  @Option(
      names = "--as",
      paramLabel = "RESOLUTION",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Resolution resolution = Resolution.SUCCEEDED;

  TaskCloseCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    PlanChange change =
        inSession(
            "daybook task close",
            session ->
                session.updatePlan(plan ->
                    List.of(
                        new TaskClosed(
                            Subjects.task(plan, id).id(), resolution, String.join(" ", reason)))));
    changed(change, "Closed task " + id + " as " + Words.of(resolution));
    return Exit.DONE;
  }
}
