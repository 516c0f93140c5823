package dev.daybook.benchmarks.scan;

import java.util.List;

/**
 * The three columns of a scan.
 *
 * @param time the one of times, in microseconds since 1970
 * @param texts the two of texts
 */
record Columns(String time, List<String> texts) {
  /** The searched text among them. */
  static final Columns WITH_TEXT = new Columns("time", List.of("tool", "text"));

  /** Of small values only. */
  static final Columns SMALL = new Columns("time", List.of("tool", "outcome"));

  /** Copies the list. */
  Columns {
    texts = List.copyOf(texts);
  }

  /** All three. */
  List<String> names() {
    return List.of(time, texts.getFirst(), texts.getLast());
  }

  @Override
  public String toString() {
    return String.join(", ", names());
  }
}
