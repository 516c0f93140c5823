package dev.daybook.benchmarks.recall;

import java.io.Closeable;

/** One that is asked the questions of {@link RecallData}, by one thread. */
interface Peer extends Closeable {
  /**
   * What was found.
   *
   * @param nanos how long it took, in nanoseconds
   * @param events numbers of the events, the best first
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(long nanos, int[] events) {}

  /** What a question is looked for by. */
  enum Part {
    /** By words alone. */
    WORDS,
    /** By vectors alone. */
    VECTORS,
    /** By both, joined. */
    BOTH
  }

  /** Its name in a table. */
  String name();

  /** The best ten for a question, or as many as there are. */
  Answer ask(Part part, RecallData.Question question) throws Exception;

  /** What is unequal about it; empty if there is nothing to say. */
  String unequal();
}
