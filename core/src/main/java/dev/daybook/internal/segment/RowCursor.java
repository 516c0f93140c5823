package dev.daybook.internal.segment;

import dev.daybook.internal.entry.Row;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A place in a segment that moves from row to row, for merging segments without holding them. Holds
 * one row group in memory. Not safe for several threads.
 */
public final class RowCursor implements Closeable {
  private final SegmentReader segment;
  private final FileReader file;
  private int group;
  private long left;
  private RowColumns columns;
  private Row row;

  RowCursor(SegmentReader segment) throws IOException {
    this.segment = segment;
    this.file = segment.openFile(List.of());
  }

  /** Moves to the next row, at first to the first one; false if there is none. */
  public boolean next() throws IOException {
    try {
      while (left == 0) {
        if (group == segment.groups()) {
          row = null;
          return false;
        }
        List<Column> there = segment.withValues(group, segment.columns());
        file.setRequestedSchema(SegmentSchema.of(there));
        var pages = file.readRowGroup(group++);
        left = pages.getRowCount();
        columns = new RowColumns(ColumnValues.open(pages, segment.createdBy(), there));
      }
      row = columns.next();
      left--;
      return true;
    } catch (IOException | RuntimeException e) {
      throw segment.unreadable(e);
    }
  }

  /**
   * The row moved to.
   *
   * @throws IllegalStateException if {@link #next()} was not called or returned false
   */
  public Row row() {
    if (row == null) {
      throw new IllegalStateException("At no row; call next() until it returns false");
    }
    return row;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
