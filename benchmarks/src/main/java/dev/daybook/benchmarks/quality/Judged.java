package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.Measures;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** What a contestant got for each question of a set, in the order of the questions. */
record Judged(List<Measures> questions) {
  private static final int ROUNDS = 10_000;
  private static final long SEED = 1;

  /** Copies the list. */
  Judged {
    questions = List.copyOf(questions);
  }

  /** The averages over the questions. */
  Measures average() {
    return Measures.average(questions);
  }

  /** How many questions this did better and worse than another, and whether that may be chance. */
  String beside(Judged other) {
    int better = 0;
    int worse = 0;
    double[] differences = new double[questions.size()];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = questions.get(i).ndcg10() - other.questions.get(i).ndcg10();
      better += differences[i] > 0 ? 1 : 0;
      worse += differences[i] < 0 ? 1 : 0;
    }
    return String.format(
        Locale.ROOT,
        "Better in %d and worse in %d of %d questions, p = %.3f.",
        better,
        worse,
        differences.length,
        chance(differences));
  }

  /**
   * How often a difference as large comes out when it is left to chance which of the two got which
   * figure of a question: the randomisation test of paired samples, both sides.
   */
  static double chance(double... differences) {
    double sum = 0;
    for (double difference : differences) {
      sum += difference;
    }
    SplittableRandom random = new SplittableRandom(SEED);
    int asLarge = 1;
    for (int round = 0; round < ROUNDS; round++) {
      double other = 0;
      for (double difference : differences) {
        other += random.nextBoolean() ? difference : -difference;
      }
      // Sums of the same differences in another order differ in their last digits.
      asLarge += Math.abs(other) >= Math.abs(sum) - 1e-9 ? 1 : 0;
    }
    return asLarge / (double) (ROUNDS + 1);
  }
}
