package dev.daybook.benchmarks.report;

import java.util.Locale;

/** Sentences that are on both pages. */
final class Words {
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

  static String title(Plot plot) {
    return plot.title()
        + (plot.unit().isEmpty() ? "" : ", " + plot.unit())
        + (plot.isLogarithmic() ? " (logarithmic)" : "");
  }
}
