package dev.daybook.benchmarks;

/** Something that is measured beside others, by the same threads. */
interface Contender {
  /** Gets ready for a turn; not measured. */
  default void begin() throws Exception {}

  /** Makes what the next step of the thread needs; not in the duration of the step. */
  default void prepare(int thread) throws Exception {}

  /** One step, whose duration is measured, by the thread of this number. */
  void step(int thread) throws Exception;

  /** Waits for what the thread's steps left under way; belongs to the time of the slice. */
  default void settle(int thread) throws Exception {}

  /** Tidies up after a turn; not measured. */
  default void end() throws Exception {}
}
