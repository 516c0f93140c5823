package dev.daybook.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

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
   * get(round).get(thread)}. The first failure of any thread ends and fails the race.
   */
  public static <T> List<List<T>> run(int threads, int rounds, Step<T> step) throws Exception {
    var start = new CyclicBarrier(threads);
    var failure = new AtomicReference<Throwable>();
    var pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<T>>> runs = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int me = thread;
        runs.add(pool.submit(() -> runRounds(start, rounds, failure, me, step)));
      }
      List<List<T>> byThread = new ArrayList<>();
      for (var run : runs) {
        byThread.add(run.get(SECONDS_MAX, TimeUnit.SECONDS));
      }
      if (failure.get() != null) {
        throw new AssertionError("A racing thread failed: " + failure.get(), failure.get());
      }
      return IntStream.range(0, rounds)
          .mapToObj(round -> byThread.stream().map(answers -> answers.get(round)).toList())
          .toList();
    } finally {
      pool.shutdownNow();
    }
  }

  /** Goes on to meet the others after a failure, so that nobody waits for a thread that is gone. */
  private static <T> List<T> runRounds(
      CyclicBarrier start, int rounds, AtomicReference<Throwable> failure, int thread, Step<T> step)
      throws Exception {
    List<T> answers = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      start.await(SECONDS_MAX, TimeUnit.SECONDS);
      if (failure.get() == null) {
        try {
          answers.add(step.run(thread, round));
        } catch (Exception | AssertionError e) {
          failure.compareAndSet(null, e);
        }
      }
    }
    return answers;
  }
}
