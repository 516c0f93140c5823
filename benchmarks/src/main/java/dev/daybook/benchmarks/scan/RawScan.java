package dev.daybook.benchmarks.scan;

import dev.daybook.benchmarks.ZstdCodecs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.PlainReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** The column reader of parquet-java over the same files, without Hadoop and without Daybook. */
final class RawScan implements Scan {
  static final String NAME = "raw parquet-java, column reader";

  /** Nothing is written. */
  private static final int ANY_LEVEL = 1;

  private final List<Footer> files = new ArrayList<>();
  private final Columns columns;

  /** A file and its footer, which is read once, as the export does. */
  private record Footer(LocalInputFile file, ParquetMetadata footer) {}

  RawScan(List<Path> files, Columns columns) throws IOException {
    this.columns = columns;
    for (Path path : files) {
      LocalInputFile file = new LocalInputFile(path);
      try (ParquetFileReader reader =
          ParquetFileReader.open(file, PlainReadOptions.with(new ZstdCodecs(ANY_LEVEL)))) {
        this.files.add(new Footer(file, reader.getFooter()));
      }
    }
  }

  @Override
  public String contender() {
    return NAME;
  }

  @Override
  public String note() {
    return "checks the checksums of pages, as the export does; knows nothing of what is in the"
        + " tail";
  }

  @Override
  public Scanned run() throws IOException {
    long rows = 0;
    long numbers = 0;
    long bytes = 0;
    long texts = 0;
    for (Footer known : files) {
      // Closing a reader releases its codecs.
      ParquetReadOptions options = PlainReadOptions.with(new ZstdCodecs(ANY_LEVEL));
      try (ParquetFileReader file =
          ParquetFileReader.open(known.file(), known.footer(), options, known.file().newStream())) {
        MessageType all = file.getFileMetaData().getSchema();
        List<Type> fields = new ArrayList<>();
        columns.names().forEach(name -> fields.add(all.getType(name)));
        MessageType schema = new MessageType(all.getName(), fields);
        file.setRequestedSchema(schema);
        for (PageReadStore group = file.readNextRowGroup();
            group != null;
            group = file.readNextRowGroup()) {
          ColumnReadStoreImpl store =
              new ColumnReadStoreImpl(
                  group, new NoRecords(), schema, file.getFileMetaData().getCreatedBy());
          long count = group.getRowCount();
          rows += count;
          ColumnReader times = store.getColumnReader(descriptor(schema, columns.time()));
          for (long row = 0; row < count; row++) {
            numbers += times.getLong();
            times.consume();
          }
          for (String name : columns.texts()) {
            ColumnDescriptor descriptor = descriptor(schema, name);
            ColumnReader values = store.getColumnReader(descriptor);
            int present = descriptor.getMaxDefinitionLevel();
            for (long row = 0; row < count; row++) {
              if (values.getCurrentDefinitionLevel() == present) {
                bytes += values.getBinary().length();
                texts++;
              }
              values.consume();
            }
          }
        }
      }
    }
    return new Scanned(rows, numbers, bytes, texts);
  }

  private static ColumnDescriptor descriptor(MessageType schema, String column) {
    return schema.getColumnDescription(new String[] {column});
  }

  /** Where records would go; values are taken from columns instead. */
  private static final class NoRecords extends GroupConverter {
    private final PrimitiveConverter value = new PrimitiveConverter() {};

    @Override
    public Converter getConverter(int field) {
      return value;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
