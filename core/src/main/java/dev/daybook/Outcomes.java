package dev.daybook;

import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.SearchText;
import java.util.List;
import java.util.Locale;

/** Says in a line how a call ended. */
final class Outcomes {
  private Outcomes() {}

  /**
   * The exit code if there is one, and the line of the error that tells most: the last that names
   * an error, or the last.
   */
  static String reason(ToolCall call) {
    String exit =
        call.hasExitCode()
            ? "exit " + call.exitCode()
            : call.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    List<String> lines =
        SearchText.errorOf(call)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    if (lines.isEmpty()) {
      return exit;
    }
    String telling =
        lines.stream()
            .filter(line ->
                line.toLowerCase(Locale.ROOT).contains("error") || line.contains("Exception"))
            .findFirst()
            .orElse(lines.getLast());
    return exit + ": " + telling;
  }
}
