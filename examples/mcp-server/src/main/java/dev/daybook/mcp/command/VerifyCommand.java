package dev.daybook.mcp.command;

import dev.daybook.Workspace.Verification;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code daybook verify}. */
@Command(
    name = "verify",
    description = "Read everything again and say whether it is whole; repairs nothing.")
final class VerifyCommand extends BaseCommand {
  VerifyCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    Verification found = onWorkspace(workspace -> withProgress(workspace::verify));
    if (isJson()) {
      screen()
          .json(json ->
              json.put("whole", found.isWhole())
                  .put("objects", found.objects())
                  .put("bytes", found.bytes())
                  .texts("problems", found.problems()));
    } else {
      found.problems().forEach(problem -> screen().line(Plain.line(problem)));
      screen()
          .line(
              String.format(
                  Locale.ROOT,
                  "%s, %,d KiB read: %s",
                  Words.count(found.objects(), "object"),
                  found.bytes() >> 10,
                  found.isWhole() ? "whole" : Words.count(found.problems().size(), "problem")));
    }
    return found.isWhole() ? Exit.DONE : Exit.DAMAGED;
  }
}
