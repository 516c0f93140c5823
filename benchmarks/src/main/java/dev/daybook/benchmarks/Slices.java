package dev.daybook.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * Measures contenders in turns of a second, in an order that changes each round, so that what else
 * happens on the machine hits all of them. Ratios are taken within a round, and the median of those
 * is reported.
 */
final class Slices {
  private static final Duration SLICE = Duration.ofSeconds(1);
  private static final int WARMING_ROUNDS = 6;

  private Slices() {}

  /**
   * One contender's turn.
   *
   * @param latencies of all steps of all threads
   * @param seconds until the last step was settled
   */
  record Slice(Latencies latencies, double seconds) {
    double perSecond() {
      return latencies.count() / seconds;
    }
  }

  /** The turns of each contender, in the order of the rounds; rounds to warm up are left out. */
  static List<List<Slice>> measure(
      String what, int rounds, int threads, List<? extends Contender> contenders) throws Exception {
    List<List<Slice>> slices = new ArrayList<>();
    contenders.forEach(contender -> slices.add(new ArrayList<>()));
    for (int round = -WARMING_ROUNDS; round < rounds; round++) {
      Console.progress("%s: round %d of %d", what, Math.max(0, round + 1), rounds);
      for (int turn = 0; turn < contenders.size(); turn++) {
        int index = round % 2 == 0 ? turn : contenders.size() - 1 - turn;
        contenders.get(index).begin();
        Slice slice = slice(contenders.get(index), threads);
        contenders.get(index).end();
        if (round >= 0) {
          slices.get(index).add(slice);
        }
      }
    }
    return slices;
  }

  private static Slice slice(Contender contender, int threads) throws Exception {
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Latencies>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int me = thread;
        running.add(
            pool.submit(() -> {
              ready.countDown();
              go.await();
              return steps(contender, me);
            }));
      }
      ready.await();
      long start = System.nanoTime();
      go.countDown();
      Latencies all = new Latencies();
      for (Future<Latencies> thread : running) {
        all.addAll(thread.get());
      }
      return new Slice(all, (System.nanoTime() - start) / 1e9);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static Latencies steps(Contender contender, int thread) throws Exception {
    Latencies latencies = new Latencies();
    long end = System.nanoTime() + SLICE.toNanos();
    while (System.nanoTime() < end) {
      contender.prepare(thread);
      long start = System.nanoTime();
      contender.step(thread);
      latencies.add(System.nanoTime() - start);
    }
    contender.settle(thread);
    return latencies;
  }

  /** The median over the rounds of one contender's figure by another's. */
  static double ratio(
      List<Slice> above, List<Slice> below, ToDoubleFunction<? super Slice> figure) {
    double[] ratios = new double[above.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(above.get(i)) / figure.applyAsDouble(below.get(i));
    }
    return Medians.of(ratios);
  }

  /** The median over the rounds. */
  static double median(List<Slice> slices, ToDoubleFunction<? super Slice> figure) {
    return Medians.of(slices, figure);
  }

  /** All steps of all rounds. */
  static Latencies pooled(List<Slice> slices) {
    Latencies all = new Latencies();
    slices.forEach(slice -> all.addAll(slice.latencies()));
    return all;
  }
}
