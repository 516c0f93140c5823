package dev.daybook.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the same step on several threads at the same moment, again and again. */
public final class Race {
  private static final int SECONDS_MAX = 60;

  private Race() {}

  /** What one thread does in one round. */
  @FunctionalInterface
  public interface Step<T> {
    /** Runs on thread {@code thread} (from 0) in round {@code round} (from 0). */
    T run(int thread, int round) throws Exception;
  }

  /**
   * Starts every round on all threads together and returns what they answered: {@code
   * get(round).get(thread)}. The first failure of any thread fails the race.
   */
  public static <T> List<List<T>> run(int threads, int rounds, Step<T> step) throws Exception {
    var start = new CyclicBarrier(threads);
    var pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<T>>> runs = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int me = thread;
        runs.add(pool.submit(() -> runRounds(start, rounds, me, step)));
      }
      List<List<T>> byThread = new ArrayList<>();
      for (var run : runs) {
        byThread.add(run.get(SECONDS_MAX, TimeUnit.SECONDS));
      }
      List<List<T>> byRound = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        int r = round;
        byRound.add(byThread.stream().map(answers -> answers.get(r)).toList());
      }
      return byRound;
    } catch (ExecutionException e) {
      throw new AssertionError("A racing thread failed: " + e.getCause(), e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static <T> List<T> runRounds(CyclicBarrier start, int rounds, int thread, Step<T> step)
      throws Exception {
    List<T> answers = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      try {
        start.await(SECONDS_MAX, TimeUnit.SECONDS);
      } catch (BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException("Another thread of the race stopped in round " + round, e);
      }
      try {
        answers.add(step.run(thread, round));
      } catch (Exception | AssertionError e) {
        start.reset();
        throw e;
      }
    }
    return answers;
  }
}
