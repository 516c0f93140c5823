package dev.daybook.benchmarks.report;

/** How long a report may take. */
enum Size {
  /** About ten minutes, to see that all works; ratios are rough and most bars not judged. */
  QUICK,
  /** Less than half an hour, with histories of the length that bars are for. */
  NORMAL,
  /** Hours, with the long histories too. */
  FULL
}
