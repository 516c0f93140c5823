package dev.daybook.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** Medians: of an even number of values the mean of the two in the middle. */
public final class Medians {
  private Medians() {}

  /** The median of values, which stay as they are; not a number if there are none. */
  public static double of(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The median of what each of some things has. */
  public static <T> double of(Collection<T> things, ToDoubleFunction<? super T> value) {
    return of(things.stream().mapToDouble(value).toArray());
  }
}
