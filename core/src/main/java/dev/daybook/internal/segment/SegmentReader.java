package dev.daybook.internal.segment;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.internal.NewerFormatException;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.parquet.PlainReadOptions;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.filter2.columnindex.RowRanges;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;

/**
 * Reads a segment: all rows, single rows by number, the plan's rows, or just the ids. Rows are
 * numbered from 0 in the order they stand in, by session and event id.
 *
 * <p>A reader keeps the footer and the page index in memory and nothing open between calls, so it
 * needs no closing and any number of threads may use it at once. A file is mapped into memory, so
 * it can be read on when its name is gone; its bytes must not change. Methods throw {@link
 * IOException} when it cannot be read or holds anything but a sound segment of the workspace. The
 * content of pages is checked against checksums, their headers and the footer only for sense:
 * whoever stores a segment keeps a hash of the whole.
 */
public final class SegmentReader {
  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
  private static final int BYTES_MIN = 12;

  /** How many rows are in memory at once. */
  private static final int AT_ONCE = 10_000;

  private final SegmentInput input;
  private final String workspace;
  private final ParquetMetadata footer;
  private final List<Map<ColumnPath, OffsetIndex>> pageIndex;

  /** Columns without a value in each row group. */
  private final List<Set<ColumnPath>> emptyColumns;

  private final List<Column> columns;
  private final List<Column> entryColumns;

  /** The number of the first row of each row group, and last the number of all rows. */
  private final long[] firstRows;

  SegmentReader(
      SegmentInput input,
      String workspace,
      ParquetMetadata footer,
      List<Map<ColumnPath, OffsetIndex>> pageIndex) {
    this.input = input;
    this.workspace = workspace;
    this.footer = footer;
    this.pageIndex = pageIndex;
    this.firstRows = firstRows(footer.getBlocks());
    this.emptyColumns = footer.getBlocks().stream().map(SegmentReader::emptyColumns).toList();
    MessageType schema = footer.getFileMetaData().getSchema();
    this.columns =
        Column.ALL.stream().filter(column -> schema.containsField(column.columnName())).toList();
    this.entryColumns = columns.stream().filter(RowColumns.OF_ENTRY::contains).toList();
  }

  /**
   * Opens a segment on disk.
   *
   * @param workspaceId the workspace it must belong to
   * @throws NewerFormatException if a newer library wrote it
   * @throws IOException if it cannot be read, is no segment, or belongs to another workspace
   */
  public static SegmentReader open(Path file, String workspaceId) throws IOException {
    return open(SegmentInput.OfFile.map(file), workspaceId);
  }

  /**
   * Opens a segment in memory; the bytes must not change.
   *
   * @param workspaceId the workspace it must belong to
   * @throws NewerFormatException if a newer library wrote it
   * @throws IOException if it is no segment or belongs to another workspace
   */
  public static SegmentReader open(byte[] segment, String workspaceId) throws IOException {
    return open(new SegmentInput.OfBytes(segment), workspaceId);
  }

  private static SegmentReader open(SegmentInput input, String workspaceId) throws IOException {
    Objects.requireNonNull(workspaceId, "workspaceId");
    ZstdCodecs codecs = new ZstdCodecs();
    try (SeekableInputStream in = input.newStream()) {
      requireMagic(input, in);
      ParquetMetadata footer = footer(input, in, workspaceId, codecs);
      try (ParquetFileReader file = new FileReader(input, footer, List.of())) {
        return new SegmentReader(input, workspaceId, footer, pageIndex(file));
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    } finally {
      codecs.release();
    }
  }

  /** The footer of a segment of this workspace. */
  static ParquetMetadata footer(
      SegmentInput input, SeekableInputStream in, String workspaceId, ZstdCodecs codecs)
      throws IOException {
    ParquetMetadata footer = ParquetFileReader.readFooter(input, PlainReadOptions.with(codecs), in);
    requireSegment(input, footer, workspaceId);
    return footer;
  }

  /** The number of rows. */
  public long rowCount() {
    return firstRows[firstRows.length - 1];
  }

  /** The id of the workspace the rows belong to. */
  public String workspace() {
    return workspace;
  }

  /** Hands on every row, in order. */
  public void forEach(Consumer<Row> consumer) throws IOException {
    try (RowCursor rows = rows()) {
      while (rows.next()) {
        consumer.accept(rows.row());
      }
    }
  }

  /** Every row, in order, as the caller asks for them; to be closed by the caller. */
  public RowCursor rows() throws IOException {
    return new RowCursor(this);
  }

  /**
   * The rows of these numbers, in that order; reads only the pages they stand in.
   *
   * @param numbers ascending, each once
   * @throws IllegalArgumentException if they do not ascend or one is no row of this segment
   */
  public List<Row> rows(int[] numbers) throws IOException {
    requireAscending(numbers);
    return select(numbers, columns, RowColumns::next);
  }

  /**
   * The events of these rows, in that order; reads only the pages they stand in, and of them what
   * an entry is made of.
   *
   * @param numbers ascending, each once
   * @throws IllegalArgumentException if they do not ascend or one is no row of this segment
   */
  public List<Entry> entries(int[] numbers) throws IOException {
    requireAscending(numbers);
    return select(numbers, entryColumns, RowColumns::nextEntry);
  }

  /** The events of a session, in order. Reads one column, and then only the pages of such rows. */
  public List<Entry> session(String session) throws IOException {
    IntStream.Builder numbers = IntStream.builder();
    SessionBounds bounds = new SessionBounds(session);
    try (FileReader file = openFile(List.of(Column.SESSION))) {
      for (int group = 0; group < groups(); group++) {
        if (bounds.mayBeIn(footer.getBlocks().get(group))) {
          ColumnValues sessions = column(file, group, Column.SESSION);
          for (long row = firstRows[group]; row < firstRows[group + 1]; row++) {
            if (sessions.nextText().equals(session)) {
              numbers.add(Math.toIntExact(row));
            }
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    }
    return entries(numbers.build().toArray());
  }

  /** The sessions of neighbouring rows of a row group; reads one column of their pages. */
  List<String> sessions(int group, long from, long to) throws IOException {
    List<String> texts = new ArrayList<>();
    try (FileReader file = openFile(List.of(Column.SESSION))) {
      long[] rows = LongStream.range(from, to).toArray();
      ColumnValues sessions = open(file, group, rows, List.of(Column.SESSION)).get(Column.SESSION);
      for (long row : rows) {
        sessions.moveTo(row);
        texts.add(sessions.nextText());
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    }
    return texts;
  }

  /** These columns of the pages in which some rows of a row group stand. */
  private Map<Column, ColumnValues> open(
      FileReader file, int group, long[] rows, List<Column> wanted) throws IOException {
    RowRanges.Builder ranges = RowRanges.builder();
    for (long row : rows) {
      ranges.addSelectedRow(row);
    }
    return ColumnValues.open(
        file.readFilteredRowGroup(group, ranges.build()),
        createdBy(),
        wanted,
        pageIndex.get(group),
        firstRows[group + 1] - firstRows[group],
        rows);
  }

  @FunctionalInterface
  private interface Maker<T> {
    T next(RowColumns from) throws IOException;
  }

  private <T> List<T> select(int[] numbers, List<Column> wanted, Maker<T> maker)
      throws IOException {
    List<T> rows = new ArrayList<>(numbers.length);
    if (numbers.length == 0) {
      return rows;
    }
    try (FileReader file = openFile(List.of())) {
      int from = 0;
      for (int group = 0; from < numbers.length; group++) {
        int to = from;
        while (to < numbers.length && numbers[to] < firstRows[group + 1]) {
          to++;
        }
        if (to > from) {
          long before = firstRows[group];
          long[] chosen = Arrays.stream(numbers, from, to).mapToLong(n -> n - before).toArray();
          List<Column> there = withValues(group, wanted);
          file.setRequestedSchema(SegmentSchema.of(there));
          addRows(file, group, chosen, there, maker, rows);
        }
        from = to;
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    }
    return rows;
  }

  private <T> void addRows(
      FileReader file, int group, long[] chosen, List<Column> wanted, Maker<T> maker, List<T> rows)
      throws IOException {
    RowColumns values = new RowColumns(open(file, group, chosen, wanted));
    for (long row : chosen) {
      values.moveTo(row);
      rows.add(maker.next(values));
    }
  }

  /**
   * Hands on the plan's rows whose plan version is above a bound, in the order of the segment,
   * which is not that of the versions. Reads one column and then only the pages of such rows.
   */
  public void forEachPlanRow(long minVersionExclusive, Consumer<Row> consumer) throws IOException {
    int[] numbers = planRows(minVersionExclusive, Long.MAX_VALUE);
    for (int from = 0; from < numbers.length; from += AT_ONCE) {
      int to = Math.min(numbers.length, from + AT_ONCE);
      rows(Arrays.copyOfRange(numbers, from, to)).forEach(consumer);
    }
  }

  /**
   * Hands on the plan's entries of the versions after one up to another, in the order of the
   * segment. Reads one column, and then of the pages of such rows only what an entry is made of.
   */
  public void forEachPlanEntry(long minVersionExclusive, long maxVersion, Consumer<Entry> consumer)
      throws IOException {
    int[] numbers = planRows(minVersionExclusive, maxVersion);
    for (int from = 0; from < numbers.length; from += AT_ONCE) {
      int to = Math.min(numbers.length, from + AT_ONCE);
      select(Arrays.copyOfRange(numbers, from, to), entryColumns, RowColumns::nextEntry)
          .forEach(consumer);
    }
  }

  /** The numbers of the plan's rows of the versions after one up to another. */
  private int[] planRows(long minVersionExclusive, long maxVersion) throws IOException {
    IntStream.Builder numbers = IntStream.builder();
    try (FileReader file = openFile(List.of(Column.PLAN_VERSION))) {
      for (int group = 0; group < groups(); group++) {
        if (mayHoldPlanAbove(group, minVersionExclusive) && mayHoldPlanUpTo(group, maxVersion)) {
          ColumnValues versions = column(file, group, Column.PLAN_VERSION);
          for (long row = firstRows[group]; row < firstRows[group + 1]; row++) {
            long version = versions.nextNumber();
            if (version != Column.PLAN_VERSION.absent()
                && version > minVersionExclusive
                && version <= maxVersion) {
              numbers.add(Math.toIntExact(row));
            }
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    }
    return numbers.build().toArray();
  }

  /**
   * What decides when a row is handed to who follows along.
   *
   * @param number of the row in this segment
   * @param id its event
   * @param planVersion of plan rows; 0 of others
   * @param manifest that first took it in
   * @param place in its writer log
   */
  public record Located(int number, EventId id, long planVersion, long manifest, Row.Place place) {}

  /**
   * Hands on where the rows are that came after a state, in the order of the segment: the plan's
   * above a version, and others that manifests above a number took in. Reads a few short columns,
   * only of row groups that may hold such rows.
   */
  public void forEachLocated(
      long minVersionExclusive, long minManifestExclusive, Consumer<Located> consumer)
      throws IOException {
    List<Column> wanted =
        Stream.of(
                Column.EVENT_ID,
                Column.PLAN_VERSION,
                Column.MANIFEST,
                Column.WRITER_LOG,
                Column.BATCH,
                Column.BATCH_ROW)
            .filter(columns::contains)
            .toList();
    try (FileReader file = openFile(wanted)) {
      for (int group = 0; group < groups(); group++) {
        if (mayHoldPlanAbove(group, minVersionExclusive)
            || mayHoldAbove(group, Column.MANIFEST, minManifestExclusive)) {
          RowColumns values =
              new RowColumns(ColumnValues.open(file.readRowGroup(group), createdBy(), wanted));
          for (long row = firstRows[group]; row < firstRows[group + 1]; row++) {
            Located located = values.nextLocated(Math.toIntExact(row));
            if (located.planVersion() > 0
                ? located.planVersion() > minVersionExclusive
                : located.manifest() > minManifestExclusive) {
              consumer.accept(located);
            }
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    }
  }

  /** The event ids of all rows, in order; reads one column. */
  public List<EventId> ids() throws IOException {
    List<EventId> ids = new ArrayList<>(Math.toIntExact(rowCount()));
    try (FileReader file = openFile(List.of(Column.EVENT_ID))) {
      for (int group = 0; group < groups(); group++) {
        ColumnValues column = column(file, group, Column.EVENT_ID);
        for (long row = firstRows[group]; row < firstRows[group + 1]; row++) {
          ids.add(EventId.parse(column.nextText()));
        }
      }
    } catch (IOException | RuntimeException e) {
      throw unreadable(input, e);
    }
    return ids;
  }

  private ColumnValues column(FileReader file, int group, Column column) throws IOException {
    return ColumnValues.open(file.readRowGroup(group), createdBy(), List.of(column)).get(column);
  }

  @Override
  public String toString() {
    return input.name() + " with " + rowCount() + " rows";
  }

  int groups() {
    return firstRows.length - 1;
  }

  /** The number of the first row of a row group; of the group behind the last, of all rows. */
  int firstRow(int group) {
    return Math.toIntExact(firstRows[group]);
  }

  /** The bytes of the segment. */
  ByteBuffer direct() {
    return input.direct();
  }

  /** What the footer says of a column in a row group. */
  ColumnChunkMetaData chunk(int group, ColumnPath path) {
    for (ColumnChunkMetaData chunk : footer.getBlocks().get(group).getColumns()) {
      if (chunk.getPath().equals(path)) {
        return chunk;
      }
    }
    throw new IllegalArgumentException(input.name() + " has no column " + path);
  }

  /** Where the pages of a column are in a row group. */
  OffsetIndex pages(int group, ColumnPath path) {
    return pageIndex.get(group).get(path);
  }

  /** The columns that an entry is made of and that have any value in a row group. */
  List<Column> entryColumns(int group) {
    return withValues(group, entryColumns);
  }

  String createdBy() {
    return footer.getFileMetaData().getCreatedBy();
  }

  /** The columns this segment has. */
  List<Column> columns() {
    return columns;
  }

  /** Those of these columns that have any value in a row group; of the others no page is read. */
  List<Column> withValues(int group, List<Column> wanted) {
    Set<ColumnPath> empty = emptyColumns.get(group);
    return wanted.stream().filter(column -> !empty.contains(SegmentSchema.path(column))).toList();
  }

  private static Set<ColumnPath> emptyColumns(BlockMetaData group) {
    Set<ColumnPath> empty = new HashSet<>();
    for (ColumnChunkMetaData chunk : group.getColumns()) {
      Statistics<?> known = chunk.getStatistics();
      if (known.isNumNullsSet() && known.getNumNulls() == chunk.getValueCount()) {
        empty.add(chunk.getPath());
      }
    }
    return empty;
  }

  FileReader openFile(List<Column> wanted) throws IOException {
    FileReader file = new FileReader(input, footer, pageIndex);
    file.setRequestedSchema(SegmentSchema.of(wanted));
    return file;
  }

  IOException unreadable(Exception cause) {
    return unreadable(input, cause);
  }

  private boolean mayHoldPlanAbove(int group, long version) {
    return mayHoldAbove(group, Column.PLAN_VERSION, version);
  }

  private boolean mayHoldPlanUpTo(int group, long version) {
    ColumnPath path = SegmentSchema.path(Column.PLAN_VERSION);
    for (ColumnChunkMetaData chunk : footer.getBlocks().get(group).getColumns()) {
      if (chunk.getPath().equals(path)) {
        return !(chunk.getStatistics() instanceof LongStatistics longs
            && longs.hasNonNullValue()
            && longs.getMin() > version);
      }
    }
    return true;
  }

  private boolean mayHoldAbove(int group, Column column, long bound) {
    ColumnPath path = SegmentSchema.path(column);
    for (ColumnChunkMetaData chunk : footer.getBlocks().get(group).getColumns()) {
      if (chunk.getPath().equals(path)) {
        Statistics<?> known = chunk.getStatistics();
        boolean noneIn = known.isNumNullsSet() && known.getNumNulls() == chunk.getValueCount();
        boolean allBelow =
            known instanceof LongStatistics longs
                && longs.hasNonNullValue()
                && longs.getMax() <= bound;
        return !noneIn && !allBelow;
      }
    }
    return true;
  }

  private void requireAscending(int[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] < 0 || numbers[i] >= rowCount()) {
        throw new IllegalArgumentException(
            input.name() + " has rows 0 to " + (rowCount() - 1) + ", asked for " + numbers[i]);
      }
      if (i > 0 && numbers[i] <= numbers[i - 1]) {
        throw new IllegalArgumentException(
            "Row numbers must ascend, got " + numbers[i] + " after " + numbers[i - 1]);
      }
    }
  }

  private static void requireMagic(SegmentInput input, SeekableInputStream in) throws IOException {
    long length = input.getLength();
    if (length < BYTES_MIN) {
      throw new IOException(
          "%s is damaged: it has %d bytes, a segment has %d or more"
              .formatted(input.name(), length, BYTES_MIN));
    }
    for (long position : new long[] {0, length - MAGIC.length}) {
      byte[] found = new byte[MAGIC.length];
      in.seek(position);
      in.readFully(found);
      if (!Arrays.equals(found, MAGIC)) {
        throw new IOException(
            "%s is damaged: bytes %s at offset %d of %d, expected PAR1; it is cut off or no segment"
                .formatted(input.name(), Arrays.toString(found), position, length));
      }
    }
  }

  private static void requireSegment(SegmentInput input, ParquetMetadata footer, String workspaceId)
      throws IOException {
    Map<String, String> texts = footer.getFileMetaData().getKeyValueMetaData();
    int format = (int) number(input, texts, SegmentSchema.FORMAT_KEY);
    if (format > SegmentSchema.FORMAT) {
      throw new NewerFormatException(input.name(), format, SegmentSchema.FORMAT);
    }
    String workspace = texts.getOrDefault(SegmentSchema.WORKSPACE_KEY, "");
    if (!workspace.equals(workspaceId)) {
      throw new IOException(
          "%s belongs to workspace '%s', not to '%s'"
              .formatted(input.name(), workspace, workspaceId));
    }
    MessageType schema = footer.getFileMetaData().getSchema();
    for (Column column : Column.ALL) {
      var type = SegmentSchema.ALL.getType(column.columnName());
      boolean isThere = schema.containsField(type.getName());
      if (isThere ? !schema.getType(type.getName()).equals(type) : !Column.LATER.contains(column)) {
        throw new IOException("%s is damaged: it has no column '%s'".formatted(input.name(), type));
      }
    }
    long rows = firstRows(footer.getBlocks())[footer.getBlocks().size()];
    long told = number(input, texts, SegmentSchema.ROWS_KEY);
    if (rows != told) {
      throw new IOException(
          "%s is damaged: its row groups have %d rows, its footer says %d"
              .formatted(input.name(), rows, told));
    }
  }

  private static long number(SegmentInput input, Map<String, String> texts, String key)
      throws IOException {
    String text = texts.getOrDefault(key, "");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException(
          "%s is no Daybook segment: its footer has %s '%s', expected a number"
              .formatted(input.name(), key, text),
          e);
    }
  }

  private static long[] firstRows(List<BlockMetaData> groups) {
    long[] first = new long[groups.size() + 1];
    for (int i = 0; i < groups.size(); i++) {
      first[i + 1] = first[i] + groups.get(i).getRowCount();
    }
    return first;
  }

  private static List<Map<ColumnPath, OffsetIndex>> pageIndex(ParquetFileReader file)
      throws IOException {
    List<Map<ColumnPath, OffsetIndex>> index = new ArrayList<>();
    for (BlockMetaData group : file.getFooter().getBlocks()) {
      Map<ColumnPath, OffsetIndex> columns = new HashMap<>();
      for (ColumnChunkMetaData chunk : group.getColumns()) {
        columns.put(chunk.getPath(), file.readOffsetIndex(chunk));
      }
      index.add(columns);
    }
    return index;
  }

  /** Parquet's own exceptions do not say which file they speak of. */
  static IOException unreadable(SegmentInput input, Exception cause) {
    if (cause instanceof IOException io
        && (io instanceof FileSystemException
            || String.valueOf(io.getMessage()).startsWith(input.name()))) {
      return io;
    }
    return new IOException("%s cannot be read: %s".formatted(input.name(), cause), cause);
  }
}
