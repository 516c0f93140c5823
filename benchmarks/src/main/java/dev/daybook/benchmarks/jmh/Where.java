package dev.daybook.benchmarks.jmh;

import dev.daybook.benchmarks.Place;
import java.io.IOException;

/** Where a benchmark writes. */
public enum Where {
  /** The local disk, every object forced to it. */
  DISK,
  /** A double of S3 in a process of its own that takes as long to answer as S3 does. */
  S3;

  Place place() throws IOException {
    return switch (this) {
      case DISK -> Place.onDisk();
      case S3 -> Place.onDouble();
    };
  }
}
