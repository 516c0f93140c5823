package dev.daybook.benchmarks.recall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins rankings by the sum of 1 / (60 + rank), as a program does whose search engine does not. Of
 * Cormack, Clarke and Buettcher, SIGIR 2009, where the constant is from.
 */
public final class ReciprocalRanks {
  private static final int K = 60;

  private ReciprocalRanks() {}

  /** The best of two rankings. */
  public static int[] join(int[] some, int[] others, int count) {
    Map<Integer, Double> scores = new HashMap<>();
    for (int[] ranking : List.of(some, others)) {
      for (int i = 0; i < ranking.length; i++) {
        scores.merge(ranking[i], 1.0 / (K + i + 1), Double::sum);
      }
    }
    List<Map.Entry<Integer, Double>> all = new ArrayList<>(scores.entrySet());
    all.sort(
        Map.Entry.<Integer, Double>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    return all.stream().limit(count).mapToInt(Map.Entry::getKey).toArray();
  }
}
