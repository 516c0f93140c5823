package dev.daybook.mcp.command;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.Workspace;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.recall.Filter;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook workspace show}. */
@Command(name = "show", description = "What a workspace is and how much it holds.")
final class WorkspaceShowCommand extends BaseCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "Which one (default: the one that commands work on).")
  private String name = "";

  WorkspaceShowCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onTarget(target -> {
      String which = name.isEmpty() ? target.workspace() : name;
      return withEngine(target, engine -> show(engine, which));
    });
  }

  private Exit show(Daybook engine, String which) {
    try (Workspace workspace = engine.open(which)) {
      PlanRecord plan = workspace.plan();
      long traces = workspace.traces().count(Filter.any().stream(Stream.TRACE));
      long sessions = workspace.traces().count(Filter.any().type("SessionStarted"));
      int open = plan.unclosed().size();
      if (isJson()) {
        screen()
            .json(json ->
                json.put("workspace", workspace.name())
                    .put("id", workspace.id())
                    .put("location", workspace.location())
                    .put("goal", plan.goal())
                    .put("planVersion", plan.version())
                    .put("tasks", plan.tasks().size())
                    .put("tasksOpen", open)
                    .put("decisions", plan.decisions().size())
                    .put("handoffs", plan.handoffs().size())
                    .put("sessions", sessions)
                    .put("traces", traces)
                    .put("pins", workspace.pins().size()));
        return Exit.DONE;
      }
      screen().heading(workspace.name());
      screen().field("location", workspace.location());
      screen().field("id", workspace.id());
      screen().field("goal", plan.goal().isEmpty() ? "none" : plan.goal());
      screen()
          .field(
              "plan",
              "version %d: %d tasks, %d of them open, %d decisions, %d handoffs"
                  .formatted(
                      plan.version(),
                      plan.tasks().size(),
                      open,
                      plan.decisions().size(),
                      plan.handoffs().size()));
      screen().field("traces", "%d in %d sessions".formatted(traces, sessions));
      return Exit.DONE;
    }
  }
}
