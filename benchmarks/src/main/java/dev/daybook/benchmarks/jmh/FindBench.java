package dev.daybook.benchmarks.jmh;

import dev.daybook.EntryPage;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.recall.Filter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The first page, 100 events with all they hold, of what a filter lets pass. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class FindBench {
  private static final List<String> ROOTS =
      List.of("src/main/**", "src/test/**", "docs/**", "tools/**", "web/**");

  /** What is let pass. */
  public enum Passing {
    /** Failed calls of one tool: one event in a hundred. */
    FAILURES_OF_A_TOOL,
    /** What touched files below one folder: one in eight. */
    PATHS,
    /** All tool calls: six in ten. */
    CALLS
  }

  /** What is let pass. */
  @Param public Passing filter;

  private List<Filter> filters;

  /** Makes the filters. */
  @Setup(Level.Trial)
  public void make() {
    filters =
        switch (filter) {
          case FAILURES_OF_A_TOOL ->
              SyntheticHistory.TOOLS.stream()
                  .map(tool -> Filter.any().tool(tool).failures())
                  .toList();
          case PATHS -> ROOTS.stream().map(root -> Filter.any().path(root)).toList();
          case CALLS -> List.of(Filter.any().type("ToolCall"));
        };
  }

  /** Finds the newest ones. */
  @Benchmark
  public EntryPage page(SealedHistory history, Turn turn) {
    return history.workspace().traces().find(filters.get(turn.next(filters.size())));
  }
}
