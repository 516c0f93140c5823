package dev.daybook.benchmarks.scan;

import java.sql.SQLException;

/** A way to go through three columns of all events: a time, and two of texts. For one thread. */
interface Scan extends AutoCloseable {
  /** How it is called in tables. */
  String contender();

  /** What is unequal about it; empty if nothing is. */
  String note();

  /** Goes through all, and looks at every value. */
  Scanned run() throws Exception;

  /** The same, with texts counted in bytes even where {@link #run} only looks at characters. */
  default Scanned check() throws Exception {
    return run();
  }

  @Override
  default void close() throws SQLException {}
}
