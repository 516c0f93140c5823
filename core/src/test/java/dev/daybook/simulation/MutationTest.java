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
 * The exploration proves itself: with any one rule of the protocol taken away it finds a violation.
 */
class MutationTest {
  private static final int RUNS_AT_ONCE = 2;

  @Test
  void everyRuleIsMissedWhenItIsTakenAway() throws Exception {
    List<String> survivors = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(RUNS_AT_ONCE);
    try {
      List<Future<String>> runs = new ArrayList<>();
      for (Mutant mutant : Mutants.ALL) {
        runs.add(threads.submit(mutant::violation));
      }
      for (int i = 0; i < runs.size(); i++) {
        Mutant mutant = Mutants.ALL.get(i);
        String violation = runs.get(i).get();
        System.out.printf(
            Locale.ROOT,
            "%-60s %3d steps  %s%n",
            mutant.rule(),
            steps(violation),
            violation.lines().findFirst().orElse("NOT FOUND"));
        if (violation.isEmpty()) {
          survivors.add(mutant.rule());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.printf(
        Locale.ROOT,
        "%d of %d mutants found%n",
        Mutants.ALL.size() - survivors.size(),
        Mutants.ALL.size());
    assertThat(survivors).isEmpty();
  }

  private static long steps(String history) {
    return history.lines().filter(line -> line.matches(" *\\d+\\. .*")).count();
  }
}
