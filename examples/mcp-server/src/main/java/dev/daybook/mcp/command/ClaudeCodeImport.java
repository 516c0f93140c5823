package dev.daybook.mcp.command;

import dev.daybook.Progress;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.mcp.capture.ClaudeTranscripts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Where {@code daybook import} meets the transcripts of Claude Code. */
final class ClaudeCodeImport {
  private ClaudeCodeImport() {}

  @SuppressWarnings("DoNotCallSuggester") // until there is an importer
  static ImportFormat.Report into(Path file, Workspace workspace, Consumer<Progress> progress)
      throws IOException {
    ClaudeTranscripts.Report report =
        ClaudeTranscripts.of(file).into(workspace, Actor.agent("claude-code"), progress);
    return new ImportFormat.Report(
        report.lines(),
        report.recorded(),
        report.alreadyThere(),
        report.bad(),
        report.badLines().stream().map(bad -> "line " + bad.line() + ": " + bad.reason()).toList());
  }
}
