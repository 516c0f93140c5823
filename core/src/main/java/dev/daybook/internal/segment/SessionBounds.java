package dev.daybook.internal.segment;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;

/** Tells by the bounds of row groups and pages where a session may be. */
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

  /** Whether a row group may have rows of the session. */
  boolean mayBeIn(BlockMetaData group) {
    Statistics<?> known = chunk(group, Column.SESSION).getStatistics();
    return known == null
        || !known.hasNonNullValue()
        || isBetween(known.getMinBytes(), known.getMaxBytes());
  }

  /**
   * Which pages may have rows of the session.
   *
   * @param bounds of the pages of the column; null if none are kept
   */
  IntPredicate mayBeIn(ColumnIndex bounds) {
    if (bounds == null) {
      return page -> true;
    }
    return page ->
        !bounds.getNullPages().get(page)
            && isBetween(
                bytes(bounds.getMinValues().get(page)), bytes(bounds.getMaxValues().get(page)));
  }

  /** Bounds may be shortened: the lower one is never above a value, the upper one never below. */
  private boolean isBetween(byte[] min, byte[] max) {
    return Arrays.compareUnsigned(min, session) <= 0 && Arrays.compareUnsigned(session, max) <= 0;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
