package dev.daybook.benchmarks.jmh;

import dev.daybook.arrow.EventBatches;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Three columns of every event as Arrow record batches, each value looked at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ScanBench {
  /** The third column; the others are when it happened and with which tool. */
  public enum Third {
    /** What is searched, by far the largest. */
    TEXT,
    /** How a call ended: one of a few words. */
    OUTCOME
  }

  /** The third column. */
  @Param public Third third;

  /** Reads them all; the sum is of the times, and of the lengths of the texts. */
  @Benchmark
  public long threeColumns(SealedHistory history) throws IOException {
    String last =
        switch (third) {
          case TEXT -> "text";
          case OUTCOME -> "outcome";
        };
    long sum = 0;
    long rows = 0;
    try (ArrowReader reader =
        EventBatches.of(history.workspace().traces())
            .columns("time", "tool", last)
            .open(Filter.any())) {
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        TimeStampMicroTZVector times = (TimeStampMicroTZVector) batch.getVector("time");
        VarCharVector tools = (VarCharVector) batch.getVector("tool");
        VarCharVector texts = (VarCharVector) batch.getVector(last);
        int count = batch.getRowCount();
        for (int row = 0; row < count; row++) {
          sum += times.get(row) + length(tools, row) + length(texts, row);
        }
        rows += count;
      }
    }
    // The ends of sessions are events as well.
    if (rows < history.events) {
      throw new IllegalStateException(
          "The scan gave %,d events, expected at least %,d".formatted(rows, history.events));
    }
    return sum;
  }

  private static int length(VarCharVector texts, int row) {
    return texts.isNull(row) ? 0 : texts.getValueLength(row);
  }
}
