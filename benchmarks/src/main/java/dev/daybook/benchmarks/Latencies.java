package dev.daybook.benchmarks;

import java.util.Arrays;

/** Durations in nanoseconds, and their percentiles. For one thread. */
public final class Latencies {
  private long[] nanos = new long[1_024];
  private int count;

  /** Adds one. */
  public void add(long newNanos) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = newNanos;
  }

  /** Adds all of another. */
  public void addAll(Latencies more) {
    for (int i = 0; i < more.count; i++) {
      add(more.nanos[i]);
    }
  }

  public int count() {
    return count;
  }

  /** The nearest-rank percentile in milliseconds; not a number if there is nothing. */
  public double millis(double percent) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * count);
    return sorted[Math.max(0, rank - 1)] / 1e6;
  }
}
