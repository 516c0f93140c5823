package dev.daybook.internal.segment;

import dev.daybook.internal.entry.Row;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Writes a segment. The same rows give the same bytes, in whatever order they were collected. Not
 * safe for several threads.
 *
 * <p>Rows can be given all at once ({@link #write}) or one by one in {@link #ORDER}, which takes
 * the memory of one row group however many they are. A segment is whole once {@link #finish()}
 * returned; closing without it leaves bytes that no reader accepts.
 */
public final class SegmentWriter implements Closeable {
  /** The order of rows in a segment: by session (as Java compares strings), then by event id. */
  public static final Comparator<Row> ORDER =
      Comparator.comparing((Row row) -> row.envelope().session().value()).thenComparing(Row::id);

  private static final long ROW_GROUP_BYTES = 16L << 20;
  private static final int PAGE_BYTES = 64 << 10;
  private static final int PAGE_ROWS = 500;
  private static final int DICTIONARY_BYTES = 256 << 10;
  private static final int STATISTICS_BYTES = 64;
  private static final int SIZE_CHECK_ROWS_MIN = 10;

  /**
   * Columns whose values hardly repeat: a dictionary of them saves little, and reading one row
   * would mean reading all of it.
   */
  private static final List<Column> UNIQUE =
      List.of(
          Column.EVENT_ID,
          Column.TIME,
          Column.RECORDED_TIME,
          Column.CAUSE,
          Column.SOURCE,
          Column.SPAN_ID,
          Column.PLAN_VERSION,
          Column.DURATION_US,
          Column.ARGUMENTS_HASH,
          Column.APPROACH,
          Column.TEXT,
          Column.PAYLOAD);

  /** Columns by whose bounds nobody looks for rows. */
  private static final List<Column> FREE_TEXT = List.of(Column.TEXT, Column.PAYLOAD, Column.LABELS);

  private final ZstdCodecs codecs = new ZstdCodecs();
  private final ParquetWriter<Row> writer;
  private Row last;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FINISHED,
    /** A row was refused or could not be written; what is out is no segment. */
    BROKEN
  }

  private SegmentWriter(String workspaceId, OutputStream out, long rowGroupBytes)
      throws IOException {
    writer = new Builder(workspaceId, out, codecs).withRowGroupSize(rowGroupBytes).build();
  }

  /** Starts a segment of a workspace; {@code out} stays the caller's and is not closed. */
  public static SegmentWriter open(String workspaceId, OutputStream out) throws IOException {
    return open(workspaceId, out, ROW_GROUP_BYTES);
  }

  /** Starts a segment whose row groups have another size, so that a test of many can be small. */
  static SegmentWriter open(String workspaceId, OutputStream out, long rowGroupBytes)
      throws IOException {
    Objects.requireNonNull(out, "out");
    if (workspaceId.isEmpty()) {
      throw new IllegalArgumentException("A segment needs the id of its workspace, got ''");
    }
    return new SegmentWriter(workspaceId, out, rowGroupBytes);
  }

  /** The segment of these rows, which may come in any order. */
  public static byte[] write(String workspaceId, Collection<Row> rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(workspaceId, rows, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a segment of " + rows.size() + " rows", e);
    }
    return bytes.toByteArray();
  }

  /** Writes the segment of these rows, which may come in any order; {@code out} is not closed. */
  public static void write(String workspaceId, Collection<Row> rows, OutputStream out)
      throws IOException {
    try (SegmentWriter segment = open(workspaceId, out)) {
      for (Row row : rows.stream().sorted(ORDER).toList()) {
        segment.add(row);
      }
      segment.finish();
    }
  }

  /**
   * Adds the next row. After an exception the segment cannot be finished.
   *
   * @throws IllegalArgumentException if it does not come after the row before, or holds what a
   *     segment cannot: a time finer than a microsecond or beyond the years of a 64-bit count of
   *     them, or a text with half a surrogate pair
   */
  public void add(Row row) throws IOException {
    requireOpen();
    state = State.BROKEN;
    if (last != null && ORDER.compare(last, row) >= 0) {
      throw new IllegalArgumentException(
          "Row %s of session '%s' does not come after row %s of session '%s'; add rows in order of session and event id, each once"
              .formatted(row.id(), session(row), last.id(), session(last)));
    }
    writer.write(row);
    last = row;
    state = State.OPEN;
  }

  /** Writes the footer. No row can be added after it. */
  public void finish() throws IOException {
    requireOpen();
    state = State.BROKEN;
    writer.close();
    state = State.FINISHED;
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException(
          state == State.FINISHED
              ? "This segment is finished; write further rows to another one"
              : "An earlier row of this segment was refused; write the segment anew without it");
    }
  }

  /** Frees what the writer holds. */
  @Override
  public void close() {
    codecs.release();
  }

  private static String session(Row row) {
    return row.envelope().session().value();
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final String workspaceId;

    Builder(String workspaceId, OutputStream out, ZstdCodecs codecs) {
      super(new SegmentOutput(out));
      this.workspaceId = workspaceId;
      withConf(new PlainParquetConfiguration());
      withCodecFactory(codecs);
      withCompressionCodec(CompressionCodecName.ZSTD);
      withPageSize(PAGE_BYTES);
      withPageRowCountLimit(PAGE_ROWS);
      withMinRowCountForPageSizeCheck(SIZE_CHECK_ROWS_MIN);
      withMaxRowCountForPageSizeCheck(PAGE_ROWS);
      withDictionaryPageSize(DICTIONARY_BYTES);
      withStatisticsTruncateLength(STATISTICS_BYTES);
      withPageWriteChecksumEnabled(true);
      withValidation(false);
      for (Column column : UNIQUE) {
        withDictionaryEncoding(SegmentSchema.path(column).toDotString(), false);
      }
      for (Column column : FREE_TEXT) {
        withStatisticsEnabled(SegmentSchema.path(column).toDotString(), false);
      }
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @Deprecated
    protected WriteSupport<Row> getWriteSupport(Configuration hadoop) {
      throw new UnsupportedOperationException("Segments are written without Hadoop");
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(ParquetConfiguration configuration) {
      return new RowWriteSupport(workspaceId);
    }
  }
}
