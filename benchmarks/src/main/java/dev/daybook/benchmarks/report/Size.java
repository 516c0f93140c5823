package dev.daybook.benchmarks.report;

/** How long a report may take. */
enum Size {
  /** About ten minutes, to see that all works; ratios are rough. */
  QUICK,
  /** About half an hour. */
  NORMAL,
  /** Hours, with the long histories. */
  FULL
}
