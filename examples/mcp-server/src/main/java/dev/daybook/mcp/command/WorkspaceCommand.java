package dev.daybook.mcp.command;

import picocli.CommandLine.Command;

/** {@code daybook workspace}: names what is done with workspaces. */
@Command(
    name = "workspace",
    description = "Create, list, show or delete workspaces.",
    synopsisSubcommandLabel = "COMMAND")
final class WorkspaceCommand extends BaseCommand {
  WorkspaceCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() {
    throw wrong("Say what to do: create, list, show or delete");
  }
}
