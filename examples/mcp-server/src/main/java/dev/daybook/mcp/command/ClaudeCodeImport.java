package dev.daybook.mcp.command;

import dev.daybook.Progress;
import dev.daybook.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Where {@code daybook import} meets the transcripts of Claude Code. */
final class ClaudeCodeImport {
  private ClaudeCodeImport() {}

  @SuppressWarnings("DoNotCallSuggester") // until there is an importer
  static ImportFormat.Report into(Path file, Workspace workspace, Consumer<Progress> progress)
      throws IOException {
    throw new IllegalArgumentException(
        "'" + file + "' is a transcript of Claude Code, which this build cannot import");
  }
}
