package dev.daybook.mcp.command;

import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.mcp.Target;
import dev.daybook.mcp.Target.Setting;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook workspace create}. */
@Command(
    name = "create",
    description = {
      "Create a workspace, and the .daybook folder of the project if there is none.",
      "It becomes what commands in this project work on, unless one is set already."
    })
final class WorkspaceCreateCommand extends BaseCommand {
  @Parameters(
      paramLabel = "NAME",
      description = "Lower-case letters, digits, '-' and '_', such as my-project.")
  private String name;

  @Option(names = "--goal", paramLabel = "TEXT", description = "What the work is for.")
  private String goal = "";

  WorkspaceCreateCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onTarget(target -> {
      try (Daybook engine = target.makeEngine(this::setUp);
          Workspace workspace = engine.create(name)) {
        if (!goal.isEmpty()) {
          SessionOptions options =
              SessionOptions.defaults()
                  .purpose("daybook workspace create")
                  .workingFolder(target.folder());
          try (Session session = workspace.startSession(speaker(target), options)) {
            Object unused = session.updatePlan(plan -> List.of(GoalSet.of(goal)));
          }
        }
        show(target, workspace, keep(target));
      }
      return Exit.DONE;
    });
  }

  /** Whether the new workspace is now what the project's commands work on. */
  private boolean keep(Target target) throws IOException {
    target.makeHome();
    Setting workspace = target.fileSetting(Target.Key.WORKSPACE);
    if (workspace.isSet()) {
      return workspace.value().equals(name);
    }
    target.keep(Target.Key.WORKSPACE, name);
    if (target.setting(Target.Key.STORE).origin().equals(Target.Key.STORE.flag())) {
      target.keep(Target.Key.STORE, target.store());
    }
    Setting endpoint = target.setting(Target.Key.ENDPOINT);
    if (endpoint.origin().equals(Target.Key.ENDPOINT.flag())) {
      target.keep(Target.Key.ENDPOINT, endpoint.value());
    }
    return true;
  }

  private void show(Target target, Workspace workspace, boolean isDefault) {
    if (isJson()) {
      screen()
          .json(json ->
              json.put("workspace", workspace.name())
                  .put("id", workspace.id())
                  .put("store", target.store())
                  .put("home", target.home())
                  .put("default", isDefault));
      return;
    }
    screen().line("Created workspace '" + workspace.name() + "' in " + target.store());
    screen()
        .line(
            isDefault
                ? "Commands in " + target.project() + " work on it."
                : "Commands here work on '%s'; give -w %s for this one."
                    .formatted(
                        Plain.line(target.fileSetting(Target.Key.WORKSPACE).value()),
                        workspace.name()));
    screen().line("Connect an agent: daybook connect claude-code|codex|cursor|generic");
  }
}
