package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.segment.Column;
import dev.daybook.internal.segment.ColumnMemory;
import dev.daybook.internal.segment.ColumnScan;
import dev.daybook.internal.segment.ColumnScan.ReadAhead;
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

  /** How often in a row the first part was gone and others took its place, none of them read. */
  private int replaced;

  /** Whether a failure left some columns with other rows than the others. */
  private boolean broken;

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

  EventScan(View view, List<BitSet> rows, List<Column> columns, ReadAhead readAhead) {
    this.library = view.library();
    this.workspaceId = library.workspaceId();
    this.scan = new ColumnScan(columns, readAhead);
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
   * Appends the next rows to columns, which are in the order of those of this scan. After an
   * exception {@link #canGoOn} says whether calling again makes sense.
   *
   * @param rowsMax at most this many, at least 1
   * @param bytesMax none more once their texts take so many bytes, which the last row alone may
   *     exceed; at least 1
   * @return how many; 0 if there are no more
   * @throws StorageUnavailableException if a segment cannot be fetched, or the thread is
   *     interrupted; its flag stays set
   * @throws CorruptDataException if a segment is damaged or missing
   * @throws ColumnMemory.NoRoomException if the columns have no room
   * @throws IllegalStateException if the workspace is closed
   */
  public int read(List<ColumnWriter> to, int rowsMax, long bytesMax) {
    requireOpen();
    while (true) {
      requireNoInterrupt();
      if (parts.isEmpty()) {
        return 0;
      }
      Part part = parts.getFirst();
      if (!part.isTail() && !reading) {
        if (!start(part)) {
          continue;
        }
        reading = true;
      }
      int read = read(part, to, rowsMax, bytesMax);
      if (read > 0) {
        return read;
      }
      reading = false;
      Part unused = parts.removeFirst();
    }
  }

  /**
   * Whether nothing was appended, and nothing lost, by a {@link #read} that failed: then the next
   * tries again.
   */
  public boolean canGoOn() {
    return !broken;
  }

  private static void requireNoInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new StorageUnavailableException(
          "Interrupted while reading events; nothing was lost, ask for the batch again");
    }
  }

  private int read(Part part, List<ColumnWriter> to, int rowsMax, long bytesMax) {
    if (broken) {
      throw new IllegalStateException("Reading failed before; open another scan");
    }
    broken = true;
    int read;
    try {
      read =
          part.isTail() ? readTail(part, to, rowsMax, bytesMax) : scan.read(to, rowsMax, bytesMax);
    } catch (IOException e) {
      throw Library.damaged(e);
    }
    broken = false;
    return read;
  }

  private int readTail(Part part, List<ColumnWriter> to, int rowsMax, long bytesMax) {
    long bytesBefore = bytes(to);
    RowAppender appender = new RowAppender(workspaceId, to);
    BitSet left = part.rows();
    int row = left.nextSetBit(0);
    int read = 0;
    while (row >= 0 && read < rowsMax && bytes(to) - bytesBefore < bytesMax) {
      appender.add(part.view().tailRows().get(row));
      left.clear(row);
      read++;
      row = left.nextSetBit(row + 1);
    }
    return read;
  }

  private static long bytes(List<ColumnWriter> columns) {
    long bytes = 0;
    for (ColumnWriter column : columns) {
      bytes += column.bytes();
    }
    return bytes;
  }

  /** Turns to a segment; false if it is gone and other parts took its place. */
  private boolean start(Part part) {
    fetchAhead();
    SegmentReader reader;
    try {
      reader = part.view().segments().get(part.source()).reader();
    } catch (FileGoneException e) {
      if (replaced == View.ROUNDS_MAX - 1) {
        // It is not replaced but lost.
        replaced = 0;
        throw e;
      }
      replace(part);
      return false;
    }
    replaced = 0;
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
    View now = library.readAnew();
    Map<Integer, BitSet> bySource = new TreeMap<>();
    for (Ref ref : now.refsIn(gone.view(), gone.source(), gone.rows())) {
      bySource.computeIfAbsent(ref.source(), source -> new BitSet()).set(ref.row());
    }
    List<Part> found = new ArrayList<>();
    bySource.forEach((source, rows) -> found.add(new Part(now, source, rows)));
    Part unused = parts.removeFirst();
    replaced = found.isEmpty() ? 0 : replaced + 1;
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
