package dev.daybook.mcp.command;

import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.mcp.Target;
import dev.daybook.mcp.capture.Capture;
import dev.daybook.mcp.capture.Hooks;
import dev.daybook.mcp.connect.Repeats;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook hook}. */
@Command(
    name = "hook",
    hidden = true,
    description = "Answer a hook of a client; called by what 'daybook connect' wrote.")
final class HookCommand extends BaseCommand {
  private static final int INPUT_BYTES_MAX = 64 << 20;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "EVENT",
      description = "Its name, which its input says, too.")
  @SuppressWarnings("UnusedVariable") // for whoever looks at the list of processes
  private String event = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "warn|ask|deny",
      description = "Before a call that failed before.")
  private String repeats = "warn";

  HookCommand(Root root) {
    super(root);
  }

  /** Whatever goes wrong, the client goes on with its own work. */
  @Override
  Exit run() {
    try {
      answer().ifPresent(answer -> screen().line(answer));
    } catch (IOException | RuntimeException e) {
      screen()
          .message(
              "daybook: the hook got no answer: " + Plain.line(String.valueOf(e.getMessage())));
    }
    return Exit.DONE;
  }

  private Optional<String> answer() throws IOException {
    byte[] input = root().invocation().in().readNBytes(INPUT_BYTES_MAX);
    return onTarget(target -> {
      String name = target.workspace();
      Actor agent = agent(target);
      return withEngine(
          target,
          engine -> {
            Workspace workspace = engine.open(name);
            try (Capture capture = Capture.of(workspace, agent, target.home())) {
              return new Hooks(workspace, agent, capture).answer(input, Repeats.of(repeats));
            } finally {
              workspace.closeQuickly();
            }
          });
    });
  }

  private static Actor agent(Target target) {
    return target.agent(target.agentOfShell().orElse("claude-code"));
  }
}
