package dev.daybook.internal.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;

/**
 * Tells by the bounds of row groups and pages where a session may be. Rows without a session stand
 * first. No checksum covers bounds, so whoever did not compare the hash of the file asks the rows.
 */
final class SessionBounds {
  private final byte[] session;

  SessionBounds(String session) {
    this.session = session.getBytes(StandardCharsets.UTF_8);
  }

  /** The part of a row group that holds one column. */
  static ColumnChunkMetaData chunk(BlockMetaData group, Column column) {
    return group.getColumns().stream()
        .filter(chunk -> chunk.getPath().equals(SegmentSchema.path(column)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("No column " + column));
  }

  /** Where rows stand, which are in the order of their sessions. */
  enum Place {
    /** All before those of the session. */
    BEFORE,
    /** Maybe some are of the session. */
    MAY_BE,
    /** All behind those of the session. */
    BEHIND
  }

  /** Whether a row group may have rows of the session. */
  boolean mayBeIn(BlockMetaData group) {
    return place(group) == Place.MAY_BE;
  }

  /** Where the rows of a row group are said to be. */
  Place place(BlockMetaData group) {
    ColumnChunkMetaData chunk = chunk(group, Column.SESSION);
    Statistics<?> known = chunk.getStatistics();
    if (known == null || !known.hasNonNullValue()) {
      return known != null && known.isNumNullsSet() && known.getNumNulls() == chunk.getValueCount()
          ? Place.BEFORE
          : Place.MAY_BE;
    }
    return place(known.getMinBytes(), known.getMaxBytes());
  }

  /**
   * Where the rows of a page are said to be.
   *
   * @param bounds of the pages of the column; null if none are kept
   */
  Place place(ColumnIndex bounds, int page) {
    if (bounds == null) {
      return Place.MAY_BE;
    }
    return bounds.getNullPages().get(page)
        ? Place.BEFORE
        : place(bytes(bounds.getMinValues().get(page)), bytes(bounds.getMaxValues().get(page)));
  }

  /** Bounds may be shortened: the lower one is never above a value, the upper one never below. */
  private Place place(byte[] min, byte[] max) {
    if (Arrays.compareUnsigned(max, session) < 0) {
      return Place.BEFORE;
    }
    return Arrays.compareUnsigned(session, min) < 0 ? Place.BEHIND : Place.MAY_BE;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
