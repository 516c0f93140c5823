package dev.daybook.mcp.command;

import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code daybook compact}. */
@Command(
    name = "compact",
    description = {
      "Take what was written into few large files, with indexes and vectors.",
      "Happens by itself; before a long break or a backup it is worth asking for."
    })
final class CompactCommand extends BaseCommand {
  CompactCommand(Root root) {
    super(root);
  }

  @Override
  boolean comparesMeanings() {
    return true;
  }

  @Override
  Exit run() throws IOException {
    long began = System.nanoTime();
    String name =
        onWorkspace(workspace ->
            withProgress(progress -> {
              workspace.compact(progress);
              return workspace.name();
            }));
    long milliseconds = (System.nanoTime() - began) / 1_000_000;
    if (isJson()) {
      screen().json(json -> json.put("workspace", name).put("milliseconds", milliseconds));
    } else {
      screen()
          .line(
              String.format(Locale.ROOT, "Compacted '%s' in %.1f s", name, milliseconds / 1_000.0));
    }
    return Exit.DONE;
  }
}
