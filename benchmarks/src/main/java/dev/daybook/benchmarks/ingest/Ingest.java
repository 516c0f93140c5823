package dev.daybook.benchmarks.ingest;

import java.nio.file.Path;

/** Something that events are imported into, again in each round. */
interface Ingest {
  /**
   * Imports all events into a fresh folder, and checks that they are there. What has to be there
   * before a first event comes is made outside the measured time.
   */
  void run(Path folder, Clock clock) throws Exception;

  /** Fails a run that did not take in what it was given. */
  static void requireCount(String what, long expected, long found) {
    if (found != expected) {
      throw new IllegalStateException(
          "%s holds %,d events after an import of %,d".formatted(what, found, expected));
    }
  }
}
