package dev.daybook.mcp.command;

import dev.daybook.Progress;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.mcp.capture.ClaudeTranscripts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Where {@code daybook import} meets the transcripts of Claude Code. */
final class ClaudeCodeImport {
  private ClaudeCodeImport() {}

  static ImportFormat.Report into(
      Path file, Workspace workspace, Path home, Consumer<Progress> progress) throws IOException {
    ClaudeTranscripts transcripts = ClaudeTranscripts.of(file);
    ClaudeTranscripts.Report report =
        // Where there is no such folder no client has hooks, and none is made for an import.
        (Files.isDirectory(home) ? transcripts.besideHooksOf(home) : transcripts)
            .into(workspace, Actor.agent("claude-code"), progress);
    return new ImportFormat.Report(
        report.lines(),
        report.recorded(),
        report.alreadyThere(),
        report.bad(),
        report.badLines().stream().map(bad -> "line " + bad.line() + ": " + bad.reason()).toList());
  }
}
