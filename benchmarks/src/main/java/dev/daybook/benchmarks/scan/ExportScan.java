package dev.daybook.benchmarks.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.TraceStore;
import dev.daybook.arrow.EventBatches;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/** Daybook's export: Arrow record batches of what a filter lets pass. */
final class ExportScan implements Scan {
  private final TraceStore traces;
  private final Columns columns;
  private final Filter filter;
  private final Way way;
  private final BufferAllocator allocator = new RootAllocator();

  /** How the export is read, and what becomes of a text. */
  enum Way {
    /** As it is by default; texts stay in Arrow's buffers, where they are looked at. */
    READ_AHEAD("Daybook, Arrow export"),
    /** The same by one thread. */
    ONE_THREAD("Daybook, Arrow export, one thread"),
    /** As it is by default, and a String is made of each text. */
    STRINGS("Daybook, every text made a String");

    private final String contender;

    Way(String contender) {
      this.contender = contender;
    }
  }

  ExportScan(TraceStore traces, Columns columns, Filter filter, Way way) {
    this.traces = traces;
    this.columns = columns;
    this.filter = filter;
    this.way = way;
  }

  @Override
  public String contender() {
    return way.contender;
  }

  @Override
  public String note() {
    return switch (way) {
      case READ_AHEAD ->
          "values stay in Arrow's buffers, where their lengths are looked at; a second thread"
              + " decompresses texts";
      case ONE_THREAD -> "the same without that second thread";
      case STRINGS -> "the same batches, and a String of every text, as JDBC makes";
    };
  }

  @Override
  public Scanned run() throws IOException {
    return run(String::length);
  }

  @Override
  public Scanned check() throws IOException {
    return run(text -> text.getBytes(UTF_8).length);
  }

  private Scanned run(ToIntFunction<String> length) throws IOException {
    long rows = 0;
    long numbers = 0;
    long bytes = 0;
    long texts = 0;
    EventBatches batches = EventBatches.of(traces).columns(columns.names().toArray(String[]::new));
    if (way == Way.ONE_THREAD) {
      batches = batches.withoutReadAhead();
    }
    try (ArrowReader reader = batches.open(filter, allocator)) {
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      TimeStampVector times = (TimeStampVector) batch.getVector(columns.time());
      List<VarCharVector> of = new ArrayList<>();
      columns.texts().forEach(name -> of.add((VarCharVector) batch.getVector(name)));
      while (reader.loadNextBatch()) {
        int count = batch.getRowCount();
        rows += count;
        for (int row = 0; row < count; row++) {
          numbers += times.get(row);
        }
        for (VarCharVector vector : of) {
          bytes += way == Way.STRINGS ? lengths(vector, count, length) : bytes(vector, count);
          texts += count - vector.getNullCount();
        }
      }
    }
    return new Scanned(rows, numbers, bytes, texts);
  }

  private static long bytes(VarCharVector vector, int count) {
    ArrowBuf offsets = vector.getOffsetBuffer();
    long bytes = 0;
    int start = count == 0 ? 0 : offsets.getInt(0);
    for (int row = 1; row <= count; row++) {
      int end = offsets.getInt((long) row * VarCharVector.OFFSET_WIDTH);
      bytes += end - start;
      start = end;
    }
    return bytes;
  }

  private static long lengths(VarCharVector vector, int count, ToIntFunction<String> length) {
    long lengths = 0;
    for (int row = 0; row < count; row++) {
      if (!vector.isNull(row)) {
        lengths += length.applyAsInt(new String(vector.get(row), UTF_8));
      }
    }
    return lengths;
  }

  @Override
  public void close() {
    allocator.close();
  }
}
