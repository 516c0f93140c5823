package dev.daybook.internal.workspace;

import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.segment.RowCursor;
import dev.daybook.internal.segment.SegmentWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/**
 * The rows of several segments in the order of one, which is written on the way: whoever takes the
 * rows, once, has written the segment. Holds one row group of each segment and of the new one. For
 * one thread.
 */
final class SegmentMerge implements Iterable<Row>, AutoCloseable {
  /** Progress is told after so many rows. */
  private static final int STEP = 1_024;

  private final List<Source> sources = new ArrayList<>();
  private final PriorityQueue<Source> next =
      new PriorityQueue<>(Comparator.comparing(Source::row, SegmentWriter.ORDER));
  private final SegmentWriter out;
  private final LongConsumer rowsDone;
  private final Balance.Sum balance = new Balance.Sum();
  private int rows;
  private long planRows;

  /** Of these segments, into that one. */
  SegmentMerge(SegmentWriter out, LongConsumer rowsDone) {
    this.out = out;
    this.rowsDone = rowsDone;
  }

  /** Adds a segment, which is closed with this. */
  void add(RowCursor cursor, long rowCount) {
    Source source = new Source(cursor, new int[Math.toIntExact(rowCount)]);
    sources.add(source);
    if (source.advance()) {
      next.add(source);
    }
  }

  /** A segment and how far it has come. */
  private static final class Source {
    private final RowCursor cursor;
    private final int[] newRow;
    private int at = -1;

    Source(RowCursor cursor, int[] newRow) {
      this.cursor = cursor;
      this.newRow = newRow;
    }

    boolean advance() {
      try {
        at++;
        return cursor.next();
      } catch (IOException e) {
        throw Library.unreadable(e);
      }
    }

    Row row() {
      return cursor.row();
    }
  }

  @Override
  public Iterator<Row> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return !next.isEmpty();
      }

      @Override
      public Row next() {
        Source source = next.poll();
        if (source == null) {
          throw new NoSuchElementException();
        }
        Row row = source.row();
        write(row);
        source.newRow[source.at] = rows++;
        if (source.advance()) {
          next.add(source);
        }
        if (rows % STEP == 0) {
          rowsDone.accept(rows);
        }
        return row;
      }
    };
  }

  private void write(Row row) {
    try {
      out.add(row);
    } catch (IOException e) {
      throw LibraryFiles.unmade("write a merged segment", e);
    }
    balance.add(row.id());
    planRows += row.envelope().planVersion() > 0 ? 1 : 0;
  }

  /** Where each row of each segment went, in the order in which they were added. */
  List<int[]> newRows() {
    return sources.stream().map(source -> source.newRow).toList();
  }

  /** Of what was written. */
  Balance balance() {
    return balance.balance();
  }

  /** How many of the rows are the plan's. */
  long planRows() {
    return planRows;
  }

  @Override
  public void close() throws IOException {
    for (Source source : sources) {
      source.cursor.close();
    }
  }
}
