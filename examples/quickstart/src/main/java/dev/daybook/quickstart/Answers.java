package dev.daybook.quickstart;

import dev.daybook.Workspace;
import dev.daybook.event.Entry;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Asks a workspace and shows the hits: score, who, what, and which leg found it at which place. */
final class Answers {
  private static final int LINE_CHARS_MAX = 60;

  private final Workspace workspace;
  private final Screen screen;

  Answers(Workspace workspace, Screen screen) {
    this.workspace = workspace;
    this.screen = screen;
  }

  /** Asks, and shows a line for each hit. */
  void ask(Query query) {
    Hits hits = workspace.recall(query);
    List<Entry> entries = hits.load();
    screen.line("  recall \"%s\"   %s", query.text(), covered(hits.coverage()));
    if (hits.isEmpty()) {
      screen.line("    nothing found");
    }
    for (int i = 0; i < hits.size(); i++) {
      Hit hit = hits.list().get(i);
      screen.line(
          "    %.2f  %s  %-19s%s   (%s)",
          hit.score(),
          hit.actor().id(),
          words(hit.type()),
          firstLine(entries.get(i), hit),
          legs(hit));
    }
  }

  /** Asks, and shows two lines for each hit: where it stands, and what it says. */
  void askSessions(Query query) {
    Hits hits = workspace.recall(query);
    List<Entry> entries = hits.load();
    screen.line("%nrecall \"%s\"   %s", query.text(), covered(hits.coverage()));
    if (hits.isEmpty()) {
      screen.line("  nothing found");
    }
    for (int i = 0; i < hits.size(); i++) {
      Hit hit = hits.list().get(i);
      String outcome = hit.outcome().isEmpty() ? words(hit.type()) : words(hit.outcome());
      screen.line(
          "  %.2f  %s  %s  %s  (%s)",
          hit.score(), hit.actor().id(), hit.session(), outcome, legs(hit));
      String first = firstLine(entries.get(i), hit);
      String matched = Screen.shortened(hit.snippet(), LINE_CHARS_MAX);
      boolean isSame = matched.contains(first);
      screen.line("        %s", isSame ? matched : first + "  |  " + matched);
    }
  }

  /** The first line of what an event says. */
  private static String firstLine(Entry entry, Hit hit) {
    String text =
        switch (entry.event()) {
          case ToolCall call -> call.arguments().isBlank() ? call.output() : call.arguments();
          case Message message -> message.text();
          case DecisionMade decision -> decision.chosen();
          case ApproachRejected rejected -> rejected.approach();
          case HandoffOffered offered -> offered.offered().summary();
          default -> hit.snippet();
        };
    return Screen.firstLine(text, LINE_CHARS_MAX);
  }

  /** As in "vector 1, lexical -". */
  private static String legs(Hit hit) {
    return "vector " + place(hit, Leg.VECTOR) + ", lexical " + place(hit, Leg.LEXICAL);
  }

  private static String place(Hit hit, Leg leg) {
    int rank = hit.leg(leg).rank();
    return rank == 0 ? "-" : String.valueOf(rank);
  }

  /** What was searched, as in "lexical + vector over 16 events". */
  private static String covered(Coverage coverage) {
    String legs = coverage.legs().stream().map(Answers::name).collect(Collectors.joining(" + "));
    StringBuilder text =
        new StringBuilder(
            String.format(Locale.ROOT, "%s over %,d events", legs, coverage.events()));
    if (coverage.legs().contains(Leg.VECTOR) && coverage.withoutVector() > 0) {
      text.append(
          String.format(Locale.ROOT, ", %,d of them without vector", coverage.withoutVector()));
    }
    if (!coverage.note().isEmpty()) {
      text.append("; ").append(coverage.note());
    }
    return text.toString();
  }

  private static String name(Leg leg) {
    return leg.name().toLowerCase(Locale.ROOT);
  }

  /** "ToolCall" as "tool call", "SOFT_FAIL" as "soft fail". */
  private static String words(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").replace('_', ' ').toLowerCase(Locale.ROOT);
  }
}
