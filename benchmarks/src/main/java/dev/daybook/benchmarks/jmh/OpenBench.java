package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.recall.Query;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * A new engine on a folder whose indexes and vectors are among its local copies, until it has
 * answered, and closed again. The JVM is warm; {@code cold-open} measures one that is not.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class OpenBench {
  /** Until the plan is there; closing workspace and engine, which write nothing, is in the time. */
  @Benchmark
  public long untilPlan(SealedHistory history) {
    try (Daybook daybook = history.openAgain();
        Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
      return workspace.plan().version();
    }
  }

  /**
   * Until a first recall by words and meaning is answered, which opens indexes and vectors; closing
   * workspace and engine, which lets go of those, is in the time.
   */
  @Benchmark
  public int untilRecall(SealedHistory history, Turn turn) {
    String text = history.questions().get(turn.next(history.questions().size())).text();
    try (Daybook daybook = history.openAgain();
        Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
      return workspace.recall(Query.of(text)).ids().size();
    }
  }
}
