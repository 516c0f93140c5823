package dev.daybook.internal.workspace;

import dev.daybook.internal.segment.SegmentReader;
import java.util.function.Supplier;

/**
 * The rows of a segment, of which there is no local copy before somebody reads one. Safe for use by
 * any number of threads.
 */
final class SegmentRows {
  private final Supplier<SegmentReader> opener;
  private SegmentReader reader;

  SegmentRows(Supplier<SegmentReader> opener) {
    this.opener = opener;
  }

  /** The rows; the first time the segment is fetched, while others wait for the same. */
  synchronized SegmentReader reader() {
    if (reader == null) {
      reader = opener.get();
    }
    return reader;
  }

  /** Whether they are there without a request. */
  synchronized boolean isOpen() {
    return reader != null;
  }
}
