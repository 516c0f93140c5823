package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Latencies;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long the answers of contenders took, round by round. In a round all are asked the same
 * questions, the slow ones only the first of them, so that a ratio is one of the same questions in
 * the same minute. For one thread.
 */
final class Turns {
  private final Map<Contender, List<List<Long>>> rounds = new EnumMap<>(Contender.class);

  /** Keeps what a contender's answers took in its next round, in the order of the questions. */
  void add(Contender contender, List<Long> nanos) {
    rounds.computeIfAbsent(contender, key -> new ArrayList<>()).add(List.copyOf(nanos));
  }

  /** All of a contender's answers. */
  Latencies all(Contender contender) {
    return of(rounds.get(contender).stream().flatMap(List::stream).toList());
  }

  /**
   * The p50 of the one by that of the other, within each round over the questions that both were
   * asked; the median of those.
   */
  double ratio(Contender one, Contender other) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds.get(one).size(); round++) {
      List<Long> some = rounds.get(one).get(round);
      List<Long> others = rounds.get(other).get(round);
      int both = Math.min(some.size(), others.size());
      ratios.add(median(some.subList(0, both)) / median(others.subList(0, both)));
    }
    ratios.sort(null);
    int half = ratios.size() / 2;
    return ratios.size() % 2 == 1
        ? ratios.get(half)
        : (ratios.get(half - 1) + ratios.get(half)) / 2;
  }

  private static double median(List<Long> nanos) {
    return of(nanos).millis(50);
  }

  private static Latencies of(List<Long> nanos) {
    Latencies latencies = new Latencies();
    nanos.forEach(latencies::add);
    return latencies;
  }
}
