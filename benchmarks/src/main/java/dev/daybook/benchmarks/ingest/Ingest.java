package dev.daybook.benchmarks.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Something that events are imported into, again in each round. */
interface Ingest {
  /**
   * Imports all events into a fresh folder, and checks that they are there. What has to be there
   * before a first event comes is made outside the measured time.
   */
  void run(Path folder, Clock clock) throws Exception;

  /** How many bytes the files in a folder have. */
  static long bytes(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /** Fails a run that did not take in what it was given. */
  static void requireCount(String what, long expected, long found) {
    if (found != expected) {
      throw new IllegalStateException(
          "%s holds %,d events after an import of %,d".formatted(what, found, expected));
    }
  }
}
