package dev.daybook.internal.workspace;

import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.segment.Column;
import dev.daybook.internal.segment.ColumnScan;
import dev.daybook.internal.segment.ColumnWriter;
import dev.daybook.internal.segment.RowAppender;
import dev.daybook.internal.segment.SegmentReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Columns of all events of one view that pass a filter: segment by segment, then the tail, each in
 * the order of its rows. A segment is opened when its first row is read; if it was replaced and is
 * gone by then, its events are read from where they are now, since what an event holds never
 * changes. Not safe for several threads.
 */
public final class EventScan implements AutoCloseable {
  /** How many segments are fetched at once, the one that is read next among them. */
  private static final int FETCHED_AHEAD = 4;

  private final ColumnScan scan;
  private final Deque<Part> parts = new ArrayDeque<>();
  private final String workspaceId;
  private final Library library;
  private boolean reading;
  private boolean closed;

  /**
   * Rows of one source.
   *
   * @param view in which it has its number
   * @param source number of a segment, or of the tail, which is the last
   */
  private record Part(View view, int source, BitSet rows) {
    boolean isTail() {
      return source == view.segments().size();
    }

    Manifest.Segment segment() {
      return view.segments().get(source).ref();
    }
  }

  EventScan(View view, List<BitSet> rows, List<Column> columns) {
    this.library = view.library();
    this.workspaceId = library.workspaceId();
    this.scan = new ColumnScan(columns);
    for (int source = 0; source < rows.size(); source++) {
      if (!rows.get(source).isEmpty()) {
        parts.add(new Part(view, source, rows.get(source)));
      }
    }
  }

  /** How many bytes of segments were read so far, compressed. */
  public long bytesRead() {
    return scan.bytesRead();
  }

  /**
   * Appends the next rows to columns, which are in the order of those of this scan. After any
   * exception but those of an interrupt before the first row, the scan is of no use.
   *
   * @param rowsMax at most this many, at least 1
   * @return how many; 0 if there are no more
   * @throws StorageUnavailableException if a segment cannot be fetched
   * @throws IllegalStateException if the workspace is closed
   */
  public int read(List<ColumnWriter> to, int rowsMax) {
    requireOpen();
    while (!parts.isEmpty()) {
      Part part = parts.getFirst();
      if (part.isTail()) {
        return readTail(part, to, rowsMax);
      }
      if (!reading) {
        if (!start(part)) {
          continue;
        }
        reading = true;
      }
      try {
        int read = scan.read(to, rowsMax);
        if (read > 0) {
          return read;
        }
      } catch (IOException e) {
        throw Library.unreadable(e);
      }
      reading = false;
      Part unused = parts.removeFirst();
    }
    return 0;
  }

  private int readTail(Part part, List<ColumnWriter> to, int rowsMax) {
    RowAppender appender = new RowAppender(workspaceId, to);
    BitSet left = part.rows();
    int row = left.nextSetBit(0);
    int read = 0;
    while (row >= 0 && read < rowsMax) {
      appender.add(part.view().tailRows().get(row));
      left.clear(row);
      read++;
      row = left.nextSetBit(row + 1);
    }
    if (row < 0) {
      Part unused = parts.removeFirst();
    }
    return read;
  }

  /** Turns to a segment; false if it is gone and other parts took its place. */
  private boolean start(Part part) {
    fetchAhead();
    SegmentReader reader;
    try {
      reader = part.view().segments().get(part.source()).reader();
    } catch (FileGoneException e) {
      replace(part);
      return false;
    }
    scan.start(reader, part.rows());
    return true;
  }

  private void fetchAhead() {
    List<Manifest.Segment> next =
        parts.stream()
            .filter(part -> !part.isTail())
            .limit(FETCHED_AHEAD)
            .map(Part::segment)
            .toList();
    try {
      library.fetchRows(next);
    } catch (FileGoneException e) {
      // Found out again when it is its turn.
      return;
    }
  }

  private void replace(Part gone) {
    Part unused = parts.removeFirst();
    View now = library.readAnew();
    Map<Integer, BitSet> bySource = new TreeMap<>();
    for (Ref ref : now.refsIn(gone.view(), gone.source(), gone.rows())) {
      bySource.computeIfAbsent(ref.source(), source -> new BitSet()).set(ref.row());
    }
    List<Part> found = new ArrayList<>();
    bySource.forEach((source, rows) -> found.add(new Part(now, source, rows)));
    found.reversed().forEach(parts::addFirst);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This scan is closed; open another one");
    }
    library.requireUse();
  }

  /** Lets go of what was read; closing again does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      parts.clear();
      scan.close();
    }
  }
}
