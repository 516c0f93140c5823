package dev.daybook.benchmarks.jmh;

import dev.daybook.event.Entry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * Everything that one session recorded, in order: 1,000 events with all they hold, from local
 * copies. The sessions of the history take turns.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ReplayBench {
  /** The whole session. */
  @Benchmark
  public List<Entry> session(SealedHistory history, Turn turn) {
    return history
        .workspace()
        .traces()
        .timeline(history.sessions().get(turn.next(history.sessions().size())));
  }
}
