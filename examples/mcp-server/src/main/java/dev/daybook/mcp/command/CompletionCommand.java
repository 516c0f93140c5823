package dev.daybook.mcp.command;

import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook completion}. */
@Command(
    name = "completion",
    description = {
      "A script that completes commands and options when the tab key is pressed:",
      "source <(daybook completion bash), or the same with zsh."
    })
final class CompletionCommand extends BaseCommand {
  /** What is possible, and completed. */
  static final class Shells extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Shells() {
      super(List.of("bash", "zsh"));
    }
  }

  @Parameters(
      arity = "0..1",
      completionCandidates = Shells.class,
      paramLabel = "SHELL",
      description = "bash or zsh (default: ${DEFAULT-VALUE}).")
  private String shell = "bash";

  @Spec private CommandSpec spec;

  CompletionCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() {
    if (!new Shells().contains(shell)) {
      throw wrong("There is no completion for '" + shell + "'; bash and zsh are possible");
    }
    // The script finds out which of the two it runs in.
    screen().raw(AutoComplete.bash("daybook", spec.root().commandLine()));
    return Exit.DONE;
  }
}
