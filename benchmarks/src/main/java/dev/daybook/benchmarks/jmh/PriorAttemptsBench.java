package dev.daybook.benchmarks.jmh;

import dev.daybook.PriorAttempt;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Whether somebody tried it before: what an agent asks before it acts. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PriorAttemptsBench {
  private static final int ASKED = 200;

  private final List<ToolCall> failed = new ArrayList<>();
  private final List<ToolCall> untried = new ArrayList<>();
  private final List<String> described = new ArrayList<>();

  /** Chooses calls of the history, and some that come after it. */
  @Setup(Level.Trial)
  public void make(SealedHistory sealed) {
    SyntheticHistory history = sealed.history();
    for (long number = 0; number < history.events() && failed.size() < ASKED; number++) {
      if (history.event(number) instanceof ToolCall call && call.outcome().isFailure()) {
        failed.add(ToolCall.of(call.tool(), call.arguments()));
        // Not as it was recorded, so that it is found by likeness.
        described.add("again " + call.arguments());
      }
    }
    for (long number = history.events(); untried.size() < ASKED; number++) {
      if (history.event(number) instanceof ToolCall call) {
        untried.add(ToolCall.of(call.tool(), call.arguments()));
      }
    }
    if (failed.isEmpty()) {
      throw new IllegalStateException(
          "None of %,d events is a failed call; take more by -p events=N"
              .formatted(history.events()));
    }
  }

  /** A call that failed before. */
  @Benchmark
  public List<PriorAttempt> failedCall(SealedHistory history, Turn turn) {
    return history.workspace().traces().priorAttempts(failed.get(turn.next(failed.size())));
  }

  /** A call that nobody made, so that every way to find one is gone. */
  @Benchmark
  public List<PriorAttempt> untriedCall(SealedHistory history, Turn turn) {
    return history.workspace().traces().priorAttempts(untried.get(turn.next(untried.size())));
  }

  /** A failed call in words. */
  @Benchmark
  public List<PriorAttempt> description(SealedHistory history, Turn turn) {
    return history.workspace().traces().priorAttempts(described.get(turn.next(described.size())));
  }
}
