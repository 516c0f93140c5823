package dev.daybook.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Every order of requests and every choice of faults of small scenarios. {@code
 * -Dsim.explore.faults=N} lets N faults more happen than usual in each, {@code
 * -Dsim.explore.states=N} stops each after so many states.
 */
class ExplorationTest {
  private static final int MORE_FAULTS = Integer.getInteger("sim.explore.faults", 0);
  private static final int STATES_MAX = Integer.getInteger("sim.explore.states", 2_000_000);
  private static final int STATES_MIN = 100_000;
  private static final int RUNS_AT_ONCE = 2;

  @Test
  void noOrderAndNoFaultBreaksAnInvariant() throws Exception {
    long start = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(RUNS_AT_ONCE);
    List<Explorer.Result> results = new ArrayList<>();
    try {
      List<Future<Explorer.Result>> runs = new ArrayList<>();
      for (Scenario scenario : Scenarios.all(MORE_FAULTS)) {
        runs.add(threads.submit(() -> Explorer.explore(scenario.statesMax(STATES_MAX))));
      }
      for (Future<Explorer.Result> run : runs) {
        System.out.println(run.get());
        results.add(run.get());
      }
    } finally {
      threads.shutdownNow();
    }
    long states = results.stream().mapToLong(Explorer.Result::states).sum();
    System.out.printf(
        Locale.ROOT,
        "%,d states in %d scenarios, %d of them seen to the end, in %.1f s%n",
        states,
        results.size(),
        results.stream().filter(Explorer.Result::complete).count(),
        (System.nanoTime() - start) / 1e9);
    assertThat(results.stream().flatMap(result -> result.violation().stream())).isEmpty();
    assertThat(states).isGreaterThanOrEqualTo(STATES_MIN);
    if (MORE_FAULTS == 0) {
      assertThat(results).allMatch(Explorer.Result::complete);
    }
  }
}
