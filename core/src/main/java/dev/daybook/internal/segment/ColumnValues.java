package dev.daybook.internal.segment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;

/**
 * The values of one column in the pages that were read, row by row. Between two rows it can be
 * moved forward to any row of those pages.
 */
final class ColumnValues {
  private final Column column;
  private final ColumnReader reader;
  private final int presentLevel;
  private final Spans spans;
  private int span;
  private long row;

  /** The text before and what it was read from: a dictionary gives one object for equal values. */
  private Binary lastBinary = Binary.EMPTY;

  private String lastText = "";

  /**
   * The rows whose values were read, page by page.
   *
   * @param first the first row of each page
   * @param end one more than the last row of each page
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Spans(long[] first, long[] end) {
    /** The pages in which any of {@code rows} stands, which ascend. */
    static Spans of(OffsetIndex pages, long groupRows, long[] rows) {
      long[] first = new long[pages.getPageCount()];
      long[] end = new long[pages.getPageCount()];
      int kept = 0;
      int next = 0;
      for (int page = 0; page < pages.getPageCount() && next < rows.length; page++) {
        long pageEnd = pages.getLastRowIndex(page, groupRows) + 1;
        if (rows[next] < pageEnd) {
          first[kept] = pages.getFirstRowIndex(page);
          end[kept++] = pageEnd;
          while (next < rows.length && rows[next] < pageEnd) {
            next++;
          }
        }
      }
      return new Spans(Arrays.copyOf(first, kept), Arrays.copyOf(end, kept));
    }

    private long rows() {
      return Arrays.stream(end).sum() - Arrays.stream(first).sum();
    }
  }

  /** Pages without word of the rows that were chosen, so that Parquet does not skip to them. */
  private record AllRows(PageReadStore pages) implements PageReadStore {
    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
      return pages.getPageReader(column);
    }

    @Override
    public long getRowCount() {
      return pages.getRowCount();
    }
  }

  private ColumnValues(Column column, ColumnReadStoreImpl store, Spans spans) {
    ColumnDescriptor descriptor =
        SegmentSchema.ALL.getColumnDescription(SegmentSchema.path(column).toArray());
    this.column = column;
    this.reader = store.getColumnReader(descriptor);
    this.presentLevel = descriptor.getMaxDefinitionLevel();
    this.spans = spans;
    this.row = spans.first()[0];
  }

  /** The columns of a row group of which all pages were read. */
  static Map<Column, ColumnValues> open(
      PageReadStore pages, String createdBy, Collection<Column> columns) {
    Spans all = new Spans(new long[] {0}, new long[] {pages.getRowCount()});
    return open(pages, createdBy, columns, column -> all);
  }

  /**
   * The columns of a row group of which the pages around some rows were read. Parquet could skip to
   * the rows by itself, but loses the last one if it begins another page (1.18.1,
   * SynchronizingColumnReader.isFullyConsumed).
   *
   * @throws IllegalArgumentException if the pages have more or fewer rows than the index says, so
   *     that nobody knows which row is which
   */
  static Map<Column, ColumnValues> open(
      PageReadStore pages,
      String createdBy,
      Collection<Column> columns,
      Map<ColumnPath, OffsetIndex> index,
      long groupRows,
      long[] rows) {
    Map<Column, ColumnValues> values =
        open(
            new AllRows(pages),
            createdBy,
            columns,
            column -> Spans.of(index.get(SegmentSchema.path(column)), groupRows, rows));
    values.values().forEach(ColumnValues::requireRows);
    return values;
  }

  /** A row has one value, or says that it has none; only of lists there may be more. */
  @SuppressWarnings("deprecation") // there is no other way to ask it
  private void requireRows() {
    if (column.kind() != Column.Kind.TEXTS && reader.getTotalValueCount() != spans.rows()) {
      throw new IllegalArgumentException(
          "pages of column %s have %d rows, their index says %d"
              .formatted(column.columnName(), reader.getTotalValueCount(), spans.rows()));
    }
  }

  private static Map<Column, ColumnValues> open(
      PageReadStore pages,
      String createdBy,
      Collection<Column> columns,
      Function<Column, Spans> spans) {
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(pages, new NoRecords(), SegmentSchema.ALL, createdBy);
    Map<Column, ColumnValues> values = new EnumMap<>(Column.class);
    for (Column column : columns) {
      values.put(column, new ColumnValues(column, store, spans.apply(column)));
    }
    return values;
  }

  /** Moves forward to a row of the row group. */
  void moveTo(long target) {
    while (target >= spans.end()[span]) {
      skip(spans.end()[span] - row);
      span++;
      row = spans.first()[span];
    }
    skip(target - row);
    row = target;
  }

  private void skip(long rows) {
    for (long i = 0; i < rows; i++) {
      do {
        if (reader.getCurrentDefinitionLevel() == presentLevel) {
          reader.skip();
        }
        reader.consume();
      } while (reader.getCurrentRepetitionLevel() > 0);
    }
  }

  /** The next row's text; empty if it has none. */
  String nextText() {
    String value = reader.getCurrentDefinitionLevel() == presentLevel ? text() : "";
    reader.consume();
    row++;
    return value;
  }

  /** The next row's list of texts; empty if it has none. */
  List<String> nextTexts() {
    if (reader.getCurrentDefinitionLevel() < presentLevel) {
      reader.consume();
      row++;
      return List.of();
    }
    List<String> values = new ArrayList<>();
    do {
      values.add(text());
      reader.consume();
    } while (reader.getCurrentRepetitionLevel() > 0);
    row++;
    return values;
  }

  /** The next row's number; what stands for none if it has none. */
  long nextNumber() {
    long value = column.absent();
    if (reader.getCurrentDefinitionLevel() == presentLevel) {
      value =
          switch (column.kind()) {
            case INT, REQUIRED_INT -> reader.getInteger();
            case LONG, REQUIRED_LONG, REQUIRED_TIME -> reader.getLong();
            case TEXT, REQUIRED_TEXT, TEXTS ->
                throw new IllegalStateException(column + " is a text");
          };
    }
    reader.consume();
    row++;
    return value;
  }

  @SuppressWarnings("ReferenceEquality") // the same object spares the comparison of its bytes
  private String text() {
    Binary binary = reader.getBinary();
    if (binary != lastBinary) {
      lastText = binary.toStringUsingUTF8();
      lastBinary = binary;
    }
    return lastText;
  }

  /** Parquet wants to be told where to put whole records; values are taken from columns instead. */
  private static final class NoRecords extends GroupConverter {
    private final PrimitiveConverter value = new PrimitiveConverter() {};

    @Override
    public Converter getConverter(int field) {
      return new Field();
    }

    @Override
    public void start() {}

    @Override
    public void end() {}

    private final class Field extends GroupConverter {
      @Override
      public Converter getConverter(int field) {
        return this;
      }

      @Override
      public PrimitiveConverter asPrimitiveConverter() {
        return value;
      }

      @Override
      public void start() {}

      @Override
      public void end() {}
    }
  }
}
