package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Figure;

/** Who is measured. The slow ones are asked fewer questions. */
enum Contender {
  /** The library. */
  DAYBOOK(0, Contender.ALL, 1),
  /** Lucene by itself, neighbouring words counted: the limit for search. */
  LUCENE(1.15, Contender.ALL, 1),
  /** The same, its legs beside each other on two threads. */
  LUCENE_AT_ONCE(0, Contender.ALL, 1),
  /** Lucene by itself, single words. */
  LUCENE_WORDS(0, Contender.ALL, 1),
  /** SQLite with FTS5; vectors in a column. */
  SQLITE_COLUMN(25, 50, 10),
  /** SQLite with FTS5; vectors in the heap. */
  SQLITE_HEAP(10, 300, 4),
  /** LanceDB without an index. */
  LANCE(15, 100, 5),
  /** LanceDB with the best index of those tried. */
  LANCE_INDEX(4, 500, 1);

  /** Asked every question there is. */
  private static final int ALL = 1_000_000;

  /** After fewer, the code that answers is not all compiled: the time still falls. */
  private static final int WARM_UP_MIN = 2_000;

  private final double bar;
  private final int questionsMax;
  private final int judgedOneIn;

  Contender(double bar, int questionsMax, int judgedOneIn) {
    this.bar = bar;
    this.questionsMax = questionsMax;
    this.judgedOneIn = judgedOneIn;
  }

  /** How many of so many questions it is asked. */
  int asked(int queries) {
    return Math.min(queries, questionsMax);
  }

  /**
   * How many it is asked before any count: a quarter of what it is asked in a part of those, and of
   * those who answer quickly at least as many as it takes until their code is compiled.
   *
   * @param fraction of the questions, one in so many is asked
   */
  int warmUp(int queries, int fraction) {
    int quarter = Math.max(1, asked(queries) / fraction / 4);
    return questionsMax == ALL ? Math.max(WARM_UP_MIN, quarter) : quarter;
  }

  /** By how many questions it is judged. */
  int judged() {
    return RecallData.JUDGED / judgedOneIn;
  }

  /** Whether it differs from another in how the parts are joined alone. */
  boolean hasPartsOfAnother() {
    return this == LUCENE_AT_ONCE;
  }

  /** Whether Daybook may be slower than it, in which case the ratio is the other way round. */
  private boolean isLimit() {
    return this == LUCENE || this == LUCENE_AT_ONCE || this == LUCENE_WORDS;
  }

  /** How many times as fast as this one Daybook is, or beside a limit how many times as slow. */
  double ratio(Turns turns) {
    return isLimit() ? turns.ratio(DAYBOOK, this) : turns.ratio(this, DAYBOOK);
  }

  /** What a figure of that ratio measures. */
  String measure() {
    return isLimit() ? "p50, times its" : "p50, x faster";
  }

  /** The figure, held to the bar if there is one. */
  Figure held(Figure figure) {
    if (bar == 0) {
      return figure;
    }
    return isLimit() ? figure.atMost(bar) : figure.atLeast(bar);
  }
}
