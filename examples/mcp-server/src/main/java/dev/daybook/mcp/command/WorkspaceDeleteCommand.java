package dev.daybook.mcp.command;

import dev.daybook.mcp.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook workspace delete}. */
@Command(
    name = "delete",
    description = "Delete a workspace and all it holds, for ever. Asks first.")
final class WorkspaceDeleteCommand extends BaseCommand {
  private static final int ANSWER_BYTES_MAX = 200;

  @Parameters(paramLabel = "NAME", description = "Which one.")
  private String name;

  @Option(names = "--yes", description = "Do not ask; needed where nobody could answer.")
  private boolean yes;

  WorkspaceDeleteCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onTarget(target -> {
      Object unused =
          withEngine(
              target,
              engine -> {
                // What is not there cannot be lost; what a deletion left that was cut off goes.
                if (engine.workspaces().contains(name)) {
                  confirm(target);
                }
                engine.delete(name);
                return Exit.DONE;
              });
      if (isProjects(target)) {
        target.keep(Target.Key.WORKSPACE, "");
      }
      if (isJson()) {
        screen().json(json -> json.put("deleted", name).put("store", target.store()));
      } else {
        screen().line("Deleted workspace '" + name + "' from " + target.store());
      }
      return Exit.DONE;
    });
  }

  /** Whether it is the one that commands in this project work on, not one of another store. */
  private boolean isProjects(Target target) {
    boolean isElsewhere =
        target.setting(Target.Key.STORE).origin().equals(Target.Key.STORE.flag())
            && !target.fileSetting(Target.Key.STORE).value().equals(target.store());
    return !isElsewhere && target.fileSetting(Target.Key.WORKSPACE).value().equals(name);
  }

  private void confirm(Target target) throws IOException {
    if (yes) {
      return;
    }
    if (!screen().terminal().isIn() || !screen().terminal().isErr()) {
      throw new NotConfirmed(
          "Deleting '%s' cannot be undone and nobody can be asked here; give --yes if you mean it"
              .formatted(name));
    }
    screen()
        .messageText(
            "This deletes workspace '%s' in %s, for ever. Type its name to go on: "
                .formatted(name, target.store()));
    if (!answer(root().invocation().in()).equals(name)) {
      throw new NotConfirmed("That is not its name; nothing was deleted");
    }
  }

  /** A line, byte by byte, so that nothing behind it is taken. */
  private static String answer(InputStream in) throws IOException {
    byte[] line = new byte[ANSWER_BYTES_MAX];
    int length = 0;
    for (int b = in.read(); b >= 0 && b != '\n' && length < line.length; b = in.read()) {
      line[length++] = (byte) b;
    }
    return new String(line, 0, length, StandardCharsets.UTF_8).strip();
  }
}
