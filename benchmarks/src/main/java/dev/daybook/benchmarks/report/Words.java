package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Figure;
import java.util.Locale;

/** Sentences that are on both pages. */
final class Words {
  /** What stands above the bars that are missed. */
  static final String MISSED = "Bars that are missed";

  private Words() {}

  /** How a suite that did not finish ended. */
  static String ofEnd(SuiteRun run) {
    return "%s: %s, %s".formatted(run.suite(), run.state(), run.reason());
  }

  /** When a suite was run and how long it took; at which commit, if not that of the head. */
  static String ofRun(SuiteRun run, Head head) {
    boolean isOfHead = head.lines().stream().map(Head.Line::value).anyMatch(run.revision()::equals);
    return String.format(
        Locale.ROOT,
        "Started %s, load average %s, took %s min%s.",
        run.started().toString().replaceFirst("\\..*Z", "Z"),
        run.load() < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f", run.load()),
        Runner.spent(run.took()),
        isOfHead ? "" : ", at another commit than the head says: " + run.revision());
  }

  /** By what a figure misses its bar. */
  static String ofMissed(String suite, Figure figure) {
    return String.format(
        Locale.ROOT,
        "%s: %s, %,d events: %s %s, bar %s",
        suite,
        figure.subject(),
        figure.events(),
        figure.measure(),
        figure
            .ratio()
            .map(ratio -> "at a ratio of " + Figure.plain(ratio))
            .orElseGet(() -> (Figure.plain(figure.value()) + " " + figure.unit()).strip()),
        figure.bar().orElseThrow());
  }

  static String title(Plot plot) {
    return plot.title()
        + (plot.unit().isEmpty() ? "" : ", " + plot.unit())
        + (plot.isLogarithmic() ? " (logarithmic)" : "");
  }
}
