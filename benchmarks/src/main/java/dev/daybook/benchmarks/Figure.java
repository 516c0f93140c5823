package dev.daybook.benchmarks;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One measured figure, of which every table and every plot is made.
 *
 * @param workload what was done, in words: {@code import without vectors}
 * @param events over how many events; the axis of a curve
 * @param contender who did it, configured how: {@code SQLite FTS5, 100 a transaction}
 * @param measure what was measured: {@code rate}, {@code p50}
 * @param value in {@code unit}
 * @param unit such as {@code events/s}, {@code ms}, {@code bytes/event}; empty for a bare number
 * @param ratio the value by that of another contender in the same run, if there is one
 * @param beside that contender; empty if there is no ratio
 * @param bar what is asked of the ratio or, if there is none, of the value
 * @param note what is unequal, or why a bar is missed; empty if there is nothing to say
 */
public record Figure(
    String workload,
    long events,
    String contender,
    String measure,
    double value,
    String unit,
    Optional<Double> ratio,
    String beside,
    Optional<Bar> bar,
    String note) {

  /** A limit that a figure is held to. */
  public record Bar(boolean isLeast, double limit) {
    boolean isMetBy(double value) {
      return isLeast ? value >= limit : value <= limit;
    }

    @Override
    public String toString() {
      double below = Math.nextDown(limit);
      if (isLeast && below == Math.rint(below)) {
        return "> " + Figure.plain(below);
      }
      return (isLeast ? ">= " : "<= ") + Figure.plain(limit);
    }
  }

  /** Checks that nothing is missing. */
  public Figure {
    Objects.requireNonNull(workload, "workload");
    Objects.requireNonNull(contender, "contender");
    Objects.requireNonNull(measure, "measure");
    Objects.requireNonNull(unit, "unit");
    Objects.requireNonNull(ratio, "ratio");
    Objects.requireNonNull(beside, "beside");
    Objects.requireNonNull(bar, "bar");
    Objects.requireNonNull(note, "note");
    if (ratio.isPresent() == beside.isEmpty()) {
      throw new IllegalArgumentException(
          "A ratio and what it is taken beside belong together, in '%s' of '%s'"
              .formatted(measure, contender));
    }
  }

  /** A figure with neither ratio nor bar. */
  public static Figure of(
      String workload, long events, String contender, String measure, double value, String unit) {
    return new Figure(
        workload,
        events,
        contender,
        measure,
        value,
        unit,
        Optional.empty(),
        "",
        Optional.empty(),
        "");
  }

  /** The same with its ratio to another contender's. */
  public Figure beside(String contender, double newRatio) {
    return with(Optional.of(newRatio), contender, bar, note);
  }

  /** The same, held to be at least this. */
  public Figure atLeast(double limit) {
    return held(new Bar(true, limit));
  }

  /** The same, held to be more than this whole number; as much misses. */
  public Figure moreThan(long limit) {
    return held(new Bar(true, Math.nextUp((double) limit)));
  }

  /** The same, held to be at most this. */
  public Figure atMost(double limit) {
    return held(new Bar(false, limit));
  }

  private Figure held(Bar newBar) {
    return with(ratio, beside, Optional.of(newBar), note);
  }

  /**
   * The same without its bar if it covers fewer events than the bar is for, which its note then
   * says; call it last.
   *
   * @param least how many events
   */
  public Figure judgedFrom(long least) {
    if (events >= least || bar.isEmpty()) {
      return this;
    }
    String unjudged = String.format(Locale.ROOT, "not judged below %,d events", least);
    return with(
        ratio, beside, Optional.empty(), note.isEmpty() ? unjudged : note + "; " + unjudged);
  }

  /** The same with what is to be said about it. */
  public Figure noting(String newNote) {
    return with(ratio, beside, bar, newNote);
  }

  private Figure with(
      Optional<Double> newRatio, String newBeside, Optional<Bar> newBar, String newNote) {
    return new Figure(
        workload, events, contender, measure, value, unit, newRatio, newBeside, newBar, newNote);
  }

  /** Whether the bar is met; empty without one. A figure that is not a number meets none. */
  public Optional<Boolean> isMet() {
    return bar.map(limit -> limit.isMetBy(ratio.orElse(value)));
  }

  /** The bar and whether it is met, as it stands in a table; {@code none} without one. */
  public String verdict() {
    return bar.map(limit -> limit + ": " + Console.verdict(isMet().orElseThrow())).orElse("none");
  }

  /** What a note is about: the work, who did it and, for a ratio, beside whom. */
  public String subject() {
    String whose = workload + ", " + contender;
    return beside.isEmpty() ? whose : whose + " beside " + beside;
  }

  /** A number with three digits that matter, and no more than it needs. */
  public static String plain(double number) {
    double size = Math.abs(number);
    if (number == Math.rint(number) || size >= 1_000) {
      return String.format(Locale.ROOT, "%,.0f", number);
    }
    if (size >= 100) {
      return String.format(Locale.ROOT, "%.0f", number);
    }
    if (size >= 10) {
      return String.format(Locale.ROOT, "%.1f", number);
    }
    return String.format(Locale.ROOT, size >= 0.1 ? "%.2f" : "%.3g", number);
  }
}
