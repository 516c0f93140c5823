package dev.daybook.mcp.command;

import picocli.CommandLine.Command;

/** {@code daybook task}: names what is done with tasks. */
@Command(
    name = "task",
    description = "Add, edit, close or show tasks.",
    synopsisSubcommandLabel = "COMMAND")
final class TaskCommand extends BaseCommand {
  TaskCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() {
    throw wrong("Say what to do: add, edit, close or show");
  }
}
