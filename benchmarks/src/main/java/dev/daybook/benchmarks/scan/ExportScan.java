package dev.daybook.benchmarks.scan;

import dev.daybook.TraceStore;
import dev.daybook.arrow.EventBatches;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
  private final BufferAllocator allocator = new RootAllocator();

  ExportScan(TraceStore traces, Columns columns, Filter filter) {
    this.traces = traces;
    this.columns = columns;
    this.filter = filter;
  }

  @Override
  public String contender() {
    return "Daybook, Arrow export";
  }

  @Override
  public String note() {
    return "";
  }

  @Override
  public Scanned run() throws IOException {
    long rows = 0;
    long numbers = 0;
    long bytes = 0;
    long texts = 0;
    try (ArrowReader reader =
        EventBatches.of(traces)
            .columns(columns.names().toArray(String[]::new))
            .open(filter, allocator)) {
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
          bytes += bytes(vector, count);
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

  @Override
  public void close() {
    allocator.close();
  }
}
