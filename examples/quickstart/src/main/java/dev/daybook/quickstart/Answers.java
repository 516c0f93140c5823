package dev.daybook.quickstart;

import dev.daybook.Workspace;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.util.Locale;
import java.util.stream.Collectors;

/** Asks a workspace and shows the hits: score, who, what, and which leg found it at which rank. */
final class Answers {
  private static final int LINE_CHARS_MAX = 60;

  private final Screen screen;

  Answers(Screen screen) {
    this.screen = screen;
  }

  /** Asks and shows. */
  void ask(Workspace workspace, Query query) {
    Hits hits = workspace.recall(query);
    screen.line("  recall \"%s\"  (%s)", query.text(), covered(hits.coverage()));
    if (hits.isEmpty()) {
      screen.line("    nothing found");
    }
    for (Hit hit : hits) {
      show(hit);
    }
  }

  private void show(Hit hit) {
    screen.line(
        "    %.2f  %-10s %-12s %s  (%s)",
        hit.score(),
        hit.actor().id(),
        words(hit.type()),
        Screen.firstLine(hit.snippet(), LINE_CHARS_MAX),
        legs(hit));
  }

  /** As in "vector 1, lexical -". */
  private static String legs(Hit hit) {
    return "vector " + rank(hit, Leg.VECTOR) + ", lexical " + rank(hit, Leg.LEXICAL);
  }

  private static String rank(Hit hit, Leg leg) {
    int rank = hit.leg(leg).rank();
    return rank == 0 ? "-" : String.valueOf(rank);
  }

  private static String covered(Coverage coverage) {
    String legs =
        coverage.legs().stream()
            .map(leg -> leg.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" + "));
    String missing =
        coverage.withoutVector() == 0 || !coverage.legs().contains(Leg.VECTOR)
            ? ""
            : String.format(Locale.ROOT, ", %,d not embedded yet", coverage.withoutVector());
    return String.format(Locale.ROOT, "%s over %,d events%s", legs, coverage.events(), missing)
        + (coverage.note().isEmpty() ? "" : "; " + coverage.note());
  }

  /** "ToolCall" as "tool call". */
  private static String words(String type) {
    return type.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
