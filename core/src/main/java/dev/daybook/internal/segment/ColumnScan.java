package dev.daybook.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;

/**
 * Reads some columns of chosen rows, segment after segment, without putting rows together: each
 * page once, and only pages that a chosen row stands in. Holds one page of each column, and of
 * texts as many more as are read ahead. Not safe for several threads.
 */
public final class ColumnScan implements AutoCloseable {
  /** Enough that neither thread waits for the other at every page. */
  private static final int PAGES_AHEAD = 4;

  private final PageSource dictionaries = new PageSource();
  private final List<PagesAhead> ahead = new ArrayList<>();
  private final List<ColumnPages> pages = new ArrayList<>();

  private SegmentReader segment;
  private ByteBuffer file;
  private BitSet rows = new BitSet();

  /** The next row to be read; -1 for none. */
  private int next = -1;

  private int group = -1;

  /** Those columns of the row group that have values. */
  private boolean[] there = new boolean[0];

  /** Whether pages of texts are decompressed by another thread before they are asked for. */
  public enum ReadAhead {
    /** They are, where there is a second processor. */
    ON,
    /** Everything is done by the thread that reads. */
    OFF
  }

  /** A scan of these columns, which is at no segment yet. */
  public ColumnScan(List<Column> columns, ReadAhead readAhead) {
    boolean isAhead =
        readAhead == ReadAhead.ON
            && Runtime.getRuntime().availableProcessors() > 1
            && ForkJoinPool.getCommonPoolParallelism() > 0;
    for (Column column : columns) {
      int pagesAhead = isAhead && column.width() == 0 ? PAGES_AHEAD : 0;
      PagesAhead read = new PagesAhead(ForkJoinPool.commonPool(), pagesAhead);
      ahead.add(read);
      pages.add(new ColumnPages(column, dictionaries, read));
    }
  }

  /** Turns to some rows of a segment. */
  public void start(SegmentReader newSegment, BitSet newRows) {
    segment = newSegment;
    file = newSegment.direct();
    rows = newRows;
    next = newRows.nextSetBit(0);
    group = -1;
  }

  /** How many bytes of pages were read so far, compressed. */
  public long bytesRead() {
    return pages.stream().mapToLong(ColumnPages::bytesRead).sum();
  }

  /**
   * Appends the next rows to columns, which are in the order of those of this scan.
   *
   * @param rowsMax at most this many, at least 1
   * @param bytesMax none more once their texts take so many bytes, which the last row alone may
   *     exceed; at least 1
   * @return how many; 0 if there are no more
   * @throws IOException if the segment is damaged; what was appended then is of no use
   * @throws ColumnMemory.NoRoomException if memory is refused; what was appended is of no use
   */
  public int read(List<ColumnWriter> to, int rowsMax, long bytesMax) throws IOException {
    int read = 0;
    long bytes = 0;
    try {
      while (next >= 0 && read < rowsMax && bytes < bytesMax) {
        openGroup();
        int wanted =
            Math.min(
                Math.min(rows.nextClearBit(next), segment.firstRow(group + 1)) - next,
                rowsMax - read);
        int from = next - segment.firstRow(group);
        int count = fitting(from, wanted, bytesMax - bytes);
        bytes += textBytes(from, count);
        for (int i = 0; i < there.length; i++) {
          if (there[i]) {
            pages.get(i).read(from, count, to.get(i));
          } else {
            to.get(i).addNulls(count);
          }
        }
        read += count;
        next = rows.nextSetBit(next + count);
      }
    } catch (ColumnMemory.NoRoomException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw segment.unreadable(e);
    }
    return read;
  }

  /**
   * How many rows can be taken at once: they are on one page of each column of texts, as how long
   * the texts of the next page are is not known before it is read.
   */
  private int fitting(int from, int wanted, long bytesMax) throws IOException {
    int count = wanted;
    for (int i = 0; i < there.length; i++) {
      if (there[i] && pages.get(i).column().width() == 0) {
        count = Math.min(count, pages.get(i).rowsFrom(from));
      }
    }
    while (count > 1 && textBytes(from, count) > bytesMax) {
      count /= 2;
    }
    return count;
  }

  private long textBytes(int from, int count) {
    long bytes = 0;
    for (int i = 0; i < there.length; i++) {
      if (there[i]) {
        bytes += pages.get(i).textBytes(from, count);
      }
    }
    return bytes;
  }

  private void openGroup() {
    if (group >= 0 && next < segment.firstRow(group + 1)) {
      return;
    }
    do {
      group++;
    } while (next >= segment.firstRow(group + 1));
    int groupRows = segment.firstRow(group + 1) - segment.firstRow(group);
    List<Column> wanted = pages.stream().map(ColumnPages::column).toList();
    List<Column> withValues = segment.withValues(group, wanted);
    there = new boolean[pages.size()];
    for (int i = 0; i < there.length; i++) {
      Column column = wanted.get(i);
      there[i] = segment.columns().contains(column) && withValues.contains(column);
      if (there[i]) {
        ColumnPath path = SegmentSchema.path(column);
        ColumnChunkMetaData chunk = segment.chunk(group, path);
        pages
            .get(i)
            .open(
                file, chunk, segment.pages(group, path), groupRows, rows, segment.firstRow(group));
      }
    }
  }

  @Override
  public void close() {
    dictionaries.close();
    ahead.forEach(PagesAhead::close);
  }
}
