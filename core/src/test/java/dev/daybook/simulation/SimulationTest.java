package dev.daybook.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Many seeded histories. {@code -Dsim.histories=N} runs the first N seeds, {@code -Dsim.seed=N}
 * that one alone.
 */
class SimulationTest {
  private static final long HISTORIES = Long.getLong("sim.histories", 2_000);
  private static final int RUNS_AT_ONCE = 2;

  /** From so many on it is certain that everything has happened that can. */
  private static final long ENOUGH = 500;

  @Test
  void noHistoryBreaksAnInvariant() throws Exception {
    Long only = Long.getLong("sim.seed");
    long start = System.nanoTime();
    AtomicLong next = new AtomicLong(only == null ? 1 : only);
    long last = only == null ? HISTORIES : only;
    ExecutorService runners = Executors.newFixedThreadPool(RUNS_AT_ONCE);
    ExecutorService threads = Executors.newCachedThreadPool();
    Summary summary = new Summary();
    try {
      List<Future<Summary>> runs = new ArrayList<>();
      for (int i = 0; i < RUNS_AT_ONCE; i++) {
        runs.add(
            runners.submit(() -> {
              Summary mine = new Summary();
              long seed = next.getAndIncrement();
              while (seed <= last && mine.violations.isEmpty()) {
                mine.add(new Simulation(seed, threads).run());
                seed = next.getAndIncrement();
              }
              return mine;
            }));
      }
      for (Future<Summary> run : runs) {
        summary.add(run.get());
      }
    } finally {
      runners.shutdownNow();
      threads.shutdownNow();
    }
    System.out.printf(Locale.ROOT, "%s in %.1f s%n", summary, (System.nanoTime() - start) / 1e9);
    assertThat(summary.violations).isEmpty();
    if (only == null && HISTORIES >= ENOUGH) {
      assertThat(summary.histories).isEqualTo(HISTORIES);
      assertThat(summary.acknowledged).isGreaterThan(10 * HISTORIES);
      assertThat(summary.failed).isGreaterThan(HISTORIES / 10);
      assertThat(summary.unknown).isGreaterThan(HISTORIES / 10);
    }
  }

  @Test
  void aSeedIsAHistory() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (long seed = 1; seed <= 5; seed++) {
        assertThat(new Simulation(seed, threads).run())
            .isEqualTo(new Simulation(seed, threads).run());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static final class Summary {
    long histories;
    long requests;
    long faults;
    long crashes;
    long acknowledged;
    long failed;
    long unknown;
    long reads;
    final List<String> violations = new ArrayList<>();

    void add(Simulation.Outcome outcome) {
      histories++;
      requests += outcome.requests();
      faults += outcome.faults();
      crashes += outcome.crashes();
      acknowledged += outcome.acknowledged();
      failed += outcome.failed();
      unknown += outcome.unknown();
      reads += outcome.reads();
      outcome.violation().ifPresent(violations::add);
    }

    void add(Summary other) {
      histories += other.histories;
      requests += other.requests;
      faults += other.faults;
      crashes += other.crashes;
      acknowledged += other.acknowledged;
      failed += other.failed;
      unknown += other.unknown;
      reads += other.reads;
      violations.addAll(other.violations);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d histories: %,d requests, %,d faults, %,d crashes, %,d events acknowledged, %,d"
              + " failed, %,d unknown, %,d reads, %d violations",
          histories,
          requests,
          faults,
          crashes,
          acknowledged,
          failed,
          unknown,
          reads,
          violations.size());
    }
  }
}
