package dev.daybook.arrow;

import dev.daybook.internal.segment.Column;
import dev.daybook.internal.segment.ColumnMemory;
import dev.daybook.internal.segment.ColumnScan.ReadAhead;
import dev.daybook.internal.segment.ColumnWriter;
import dev.daybook.internal.workspace.EventScan;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Reads the columns of a scan into batches. Not safe for several threads. */
final class BatchReader extends ArrowReader {
  /** So many rows of a column are read at once, before those of the next. */
  private static final int STEP_ROWS = 1_024;

  private final EventScan scan;
  private final List<Column> columns;
  private final Schema schema;

  /** Closed with this: its own allocator, or nothing. */
  private final AutoCloseable owned;

  private final Batch.Sizes sizes = new Batch.Sizes();

  /** Whether rows were taken out of the scan that nobody was given. */
  private boolean failed;

  private BatchReader(
      EventScan scan, List<Column> columns, BufferAllocator allocator, AutoCloseable owned) {
    super(allocator);
    this.scan = scan;
    this.columns = columns;
    this.schema = new Schema(columns.stream().map(BatchReader::field).toList());
    this.owned = owned;
  }

  static ArrowReader open(View view, Filter filter, List<Column> columns, ReadAhead readAhead) {
    BufferAllocator own = ArrowSupport.allocator(() -> new RootAllocator());
    try {
      probe(own);
      return new BatchReader(view.scan(filter, columns, readAhead), columns, own, own);
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }

  static ArrowReader open(
      View view,
      Filter filter,
      List<Column> columns,
      ReadAhead readAhead,
      BufferAllocator allocator) {
    probe(allocator);
    return new BatchReader(view.scan(filter, columns, readAhead), columns, allocator, () -> {});
  }

  /** Finds out whether memory can be written before anything is read. */
  private static void probe(BufferAllocator allocator) {
    ByteBuffer unused =
        ArrowSupport.probe(() -> {
          try (ArrowBuf some = allocator.buffer(Long.BYTES)) {
            return some.nioBuffer(0, Long.BYTES);
          }
        });
  }

  private static Field field(Column column) {
    String name = column.columnName();
    ArrowType utf8 = ArrowType.Utf8.INSTANCE;
    return switch (column.kind()) {
      case TEXT, REQUIRED_TEXT -> field(column, utf8);
      case TEXTS ->
          new Field(
              name,
              FieldType.nullable(ArrowType.List.INSTANCE),
              List.of(new Field(ListVector.DATA_VECTOR_NAME, FieldType.notNullable(utf8), null)));
      case INT, REQUIRED_INT -> field(column, new ArrowType.Int(Integer.SIZE, true));
      case LONG, REQUIRED_LONG -> field(column, new ArrowType.Int(Long.SIZE, true));
      case REQUIRED_TIME -> field(column, new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"));
    };
  }

  private static Field field(Column column, ArrowType type) {
    boolean nullable = !column.kind().isRequired();
    return new Field(column.columnName(), new FieldType(nullable, type, null), null);
  }

  @Override
  protected Schema readSchema() {
    return schema;
  }

  @Override
  public boolean loadNextBatch() throws IOException {
    prepareLoadNextBatch();
    getVectorSchemaRoot().clear();
    if (failed) {
      throw new IllegalStateException("Reading failed before; open another reader");
    }
    try (Batch batch = new Batch(columns, sizes, allocator)) {
      int rows = fill(batch);
      if (rows > 0) {
        failed = true;
        loadRecordBatch(batch.finish(rows));
        failed = false;
      }
      return rows > 0;
    } catch (ColumnMemory.NoRoomException e) {
      throw e.refusal();
    }
  }

  /** Puts rows into a batch; how many. */
  private int fill(Batch batch) {
    List<ColumnWriter> writers = batch.writers();
    int rows = 0;
    int read;
    do {
      int rowsMax = Math.min(STEP_ROWS, EventBatches.BATCH_ROWS_MAX - rows);
      failed = true;
      try {
        read = scan.read(writers, rowsMax, EventBatches.BATCH_BYTES - batch.bytes());
      } catch (RuntimeException e) {
        failed = !scan.canGoOn();
        if (failed || rows == 0) {
          throw e;
        }
        // The next call meets the same, if it is still there.
        return rows;
      }
      failed = false;
      rows += read;
    } while (read > 0
        && rows < EventBatches.BATCH_ROWS_MAX
        && batch.bytes() < EventBatches.BATCH_BYTES);
    return rows;
  }

  @Override
  public long bytesRead() {
    return scan.bytesRead();
  }

  @Override
  protected void closeReadSource() throws IOException {
    scan.close();
    try {
      owned.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("Cannot close the allocator of a reader", e);
    }
  }
}
