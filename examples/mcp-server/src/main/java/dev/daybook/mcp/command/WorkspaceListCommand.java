package dev.daybook.mcp.command;

import dev.daybook.mcp.Target;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code daybook workspace list}. */
@Command(name = "list", description = "The workspaces of the store.")
final class WorkspaceListCommand extends BaseCommand {
  WorkspaceListCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onTarget(target -> {
      List<String> names = withEngine(target, engine -> engine.workspaces());
      String current = target.setting(Target.Key.WORKSPACE).value();
      if (isJson()) {
        screen()
            .json(json ->
                json.put("store", target.store())
                    .put("current", current)
                    .texts("workspaces", names));
      } else if (names.isEmpty()) {
        screen().line("There are no workspaces in " + target.store());
      } else {
        for (String name : names) {
          screen().line((name.equals(current) ? "* " : "  ") + name);
        }
      }
      return Exit.DONE;
    });
  }
}
