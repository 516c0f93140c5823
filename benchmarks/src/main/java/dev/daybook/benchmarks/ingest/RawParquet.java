package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.ZstdCodecs;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.PlainReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;

/**
 * A table of plain values with the schema of a segment, and parquet-java by itself: the pages, the
 * dictionaries and the compression that segments have, and nothing else.
 *
 * @param schema of a segment
 * @param rows a value for each column: a text, a number, a list of texts, or null for none
 */
record RawParquet(MessageType schema, List<Object[]> rows) {
  private static final int ZSTD_LEVEL = 3;

  /** As in segments: a dictionary of these saves little. */
  private static final List<String> UNIQUE =
      List.of(
          "event_id",
          "time",
          "recorded_time",
          "cause",
          "source",
          "span_id",
          "plan_version",
          "duration_us",
          "arguments_hash",
          "approach",
          "text",
          "payload");

  private static final List<String> FREE_TEXT = List.of("text", "payload", "labels");

  /** Reads a segment. */
  static RawParquet read(Path segment) throws IOException {
    ParquetReadOptions options = PlainReadOptions.with(new ZstdCodecs(ZSTD_LEVEL));
    try (ParquetFileReader file = ParquetFileReader.open(new LocalInputFile(segment), options)) {
      MessageType schema = file.getFileMetaData().getSchema();
      List<Object[]> rows = new ArrayList<>();
      PageReadStore group = file.readNextRowGroup();
      while (group != null) {
        RecordReader<Object[]> records =
            new ColumnIOFactory().getColumnIO(schema).getRecordReader(group, new Values(schema));
        for (long row = 0; row < group.getRowCount(); row++) {
          rows.add(records.read());
        }
        group = file.readNextRowGroup();
      }
      return new RawParquet(schema, rows);
    }
  }

  /** The number of a column. */
  int column(String name) {
    return schema.getFieldIndex(name);
  }

  /** Writes all rows, and forces them to disk. */
  void write(Path file) throws IOException {
    try (ParquetWriter<Object[]> writer = new Builder(file, schema).build()) {
      for (Object[] row : rows) {
        writer.write(row);
      }
    }
    try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
      written.force(true);
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Object[], Builder> {
    private final MessageType schema;

    Builder(Path file, MessageType schema) {
      super(new LocalOutputFile(file));
      this.schema = schema;
      withConf(new PlainParquetConfiguration());
      withCodecFactory(new ZstdCodecs(ZSTD_LEVEL));
      withCompressionCodec(CompressionCodecName.ZSTD);
      withRowGroupSize(16L << 20);
      withPageSize(64 << 10);
      withPageRowCountLimit(500);
      withMinRowCountForPageSizeCheck(10);
      withMaxRowCountForPageSizeCheck(500);
      withDictionaryPageSize(256 << 10);
      withStatisticsTruncateLength(64);
      withPageWriteChecksumEnabled(true);
      withValidation(false);
      UNIQUE.forEach(column -> withDictionaryEncoding(column, false));
      FREE_TEXT.forEach(column -> withStatisticsEnabled(column, false));
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @Deprecated
    protected WriteSupport<Object[]> getWriteSupport(Configuration hadoop) {
      throw new UnsupportedOperationException("Written without Hadoop");
    }

    @Override
    protected WriteSupport<Object[]> getWriteSupport(ParquetConfiguration configuration) {
      return new Writing(schema);
    }
  }

  private static final class Writing extends WriteSupport<Object[]> {
    private final MessageType schema;
    private final String[] names;
    private RecordConsumer out;

    Writing(MessageType schema) {
      this.schema = schema;
      this.names = new String[schema.getFieldCount()];
      for (int i = 0; i < names.length; i++) {
        names[i] = schema.getFieldName(i);
      }
    }

    @Override
    @Deprecated
    public WriteContext init(Configuration hadoop) {
      throw new UnsupportedOperationException("Written without Hadoop");
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(schema, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(Object[] row) {
      out.startMessage();
      for (int i = 0; i < row.length; i++) {
        if (row[i] != null) {
          out.startField(names[i], i);
          put(row[i]);
          out.endField(names[i], i);
        }
      }
      out.endMessage();
    }

    private void put(Object value) {
      switch (value) {
        case String text -> out.addBinary(Binary.fromString(text));
        case Long number -> out.addLong(number);
        case Integer number -> out.addInteger(number);
        case List<?> texts -> {
          out.startGroup();
          out.startField("list", 0);
          for (Object text : texts) {
            out.startGroup();
            out.startField("element", 0);
            out.addBinary(Binary.fromString((String) text));
            out.endField("element", 0);
            out.endGroup();
          }
          out.endField("list", 0);
          out.endGroup();
        }
        default -> throw new IllegalStateException("No column holds a " + value.getClass());
      }
    }
  }

  /** Records as arrays of their values. */
  private static final class Values extends RecordMaterializer<Object[]> {
    private final Root root;

    Values(MessageType schema) {
      root = new Root(schema);
    }

    @Override
    public Object[] getCurrentRecord() {
      return root.row;
    }

    @Override
    public GroupConverter getRootConverter() {
      return root;
    }
  }

  private static final class Root extends GroupConverter {
    private final Converter[] columns;
    private Object[] row = {};

    Root(GroupType schema) {
      columns = new Converter[schema.getFieldCount()];
      for (int i = 0; i < columns.length; i++) {
        int column = i;
        columns[i] =
            schema.getType(i).isPrimitive()
                ? new Leaf(value -> row[column] = value)
                : new Nest(new Nest(new Leaf(value -> addTo(column, value))));
      }
    }

    private void addTo(int column, Object text) {
      List<String> texts = new ArrayList<>();
      if (row[column] instanceof List<?> before) {
        before.forEach(one -> texts.add((String) one));
      }
      texts.add((String) text);
      row[column] = List.copyOf(texts);
    }

    @Override
    public Converter getConverter(int field) {
      return columns[field];
    }

    @Override
    public void start() {
      row = new Object[columns.length];
    }

    @Override
    public void end() {}
  }

  /** A group of one field. */
  private static final class Nest extends GroupConverter {
    private final Converter only;

    Nest(Converter only) {
      this.only = only;
    }

    @Override
    public Converter getConverter(int field) {
      return only;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  private static final class Leaf extends PrimitiveConverter {
    private interface Taker {
      void take(Object value);
    }

    private final Taker taker;

    Leaf(Taker taker) {
      this.taker = taker;
    }

    @Override
    public void addBinary(Binary value) {
      taker.take(value.toStringUsingUTF8());
    }

    @Override
    public void addLong(long value) {
      taker.take(value);
    }

    @Override
    public void addInt(int value) {
      taker.take(value);
    }
  }
}
