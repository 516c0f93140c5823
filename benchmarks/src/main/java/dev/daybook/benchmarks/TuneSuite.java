package dev.daybook.benchmarks;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Finds how much the lexical leg should weigh on a set of one's own. Whether the best weight is
 * better by more than chance is told by halves: the weight is chosen on one half of the questions
 * and judged on the other, many times over.
 */
@Command(
    name = "tune",
    description = "Finds the weight of the lexical leg (Query.lean) for a judged set.",
    mixinStandardHelpOptions = true)
final class TuneSuite implements Callable<Integer> {
  private static final List<Double> LEANS =
      List.of(
          0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.36, 0.4, 0.45, 0.5, 0.6, 0.7, 0.85, 1.0, 1.5, 2.0,
          4.0);
  private static final int HALVINGS = 500;

  /** Fewer questions than this say nothing; recall.md names 20 to 50. */
  private static final int QUESTIONS_MIN = 10;

  private static final double SURE = 0.9;

  @Option(
      names = "--set",
      required = true,
      description = "a folder with corpus.jsonl, queries.jsonl and qrels.tsv")
  private Path folder;

  @Option(names = "--seed", description = "of the halves (default: ${DEFAULT-VALUE})")
  private long seed = 1;

  @Mixin private SetWorkspace.Asking asking;

  @Override
  public Integer call() throws IOException {
    if (asking.embedder == SetWorkspace.Embedding.NONE) {
      Console.progress("--embedder none leaves one leg, so there is nothing to weigh");
      return 2;
    }
    try (SetWorkspace judged = SetWorkspace.of(folder, asking)) {
      if (!judged.missing().isEmpty()) {
        Console.progress("One leg alone, so there is nothing to weigh: %s", judged.missing());
        return 1;
      }
      tune(judged);
    } catch (JudgedSet.Unreadable e) {
      Console.progress("%s", e.getMessage());
      return 1;
    }
    return 0;
  }

  private void tune(SetWorkspace judged) {
    double[] lexical = ndcg(judged, query -> query.legs(Leg.LEXICAL));
    double[] vector = ndcg(judged, query -> query.legs(Leg.VECTOR));
    double[] usual = ndcg(judged, query -> query);
    double[][] leaning = new double[LEANS.size()][];
    Console.line("lean nDCG@10");
    for (int i = 0; i < leaning.length; i++) {
      double lean = LEANS.get(i);
      leaning[i] = ndcg(judged, query -> query.lean(lean));
      Console.line("%4.2f %.4f", lean, average(leaning[i]));
    }
    Console.line(
        "legs lexical %.4f vector %.4f, default (lean %.2f) %.4f",
        average(lexical), average(vector), Query.LEAN_DEFAULT, average(usual));
    int[] all = IntStream.range(0, usual.length).toArray();
    int best = best(leaning, all);
    Console.line(
        "best lean %.2f, nDCG@10 %.4f, default %+.4f on the questions it was chosen by",
        LEANS.get(best), average(leaning[best]), average(leaning[best]) - average(usual));
    Halves halves = halves(leaning, usual);
    Console.line(
        "held out %+.4f on average of %d halves (9 of 10 between %+.4f and %+.4f), better in %.0f"
            + " %%",
        halves.average(), HALVINGS, halves.low(), halves.high(), halves.share() * 100);
    Console.line("%s", advice(LEANS.get(best), halves, usual.length));
  }

  private static String advice(double lean, Halves halves, int questions) {
    if (questions < QUESTIONS_MIN) {
      return "keep the default: %d questions are too few to tell, 20 to 50 are enough"
          .formatted(questions);
    }
    return halves.share() >= SURE && halves.average() > 0
        ? String.format(
            java.util.Locale.ROOT, "use Query.lean(%.2f) for questions like these", lean)
        : "keep the default: what another weight gains here may be chance";
  }

  /**
   * What choosing on one half gains on the other.
   *
   * @param average over all halvings
   * @param low a twentieth of them gain less
   * @param high a twentieth gain more
   * @param share of the halvings in which it gains
   */
  private record Halves(double average, double low, double high, double share) {}

  private Halves halves(double[][] leaning, double[] usual) {
    int n = usual.length;
    if (n < 2) {
      return new Halves(0, 0, 0, 0);
    }
    Random random = new Random(seed);
    double[] gains = new double[HALVINGS];
    for (int round = 0; round < HALVINGS; round++) {
      int[] mixed = mixed(n, random);
      int[] chosenBy = Arrays.copyOfRange(mixed, 0, n / 2);
      int[] judgedBy = Arrays.copyOfRange(mixed, n / 2, n);
      int lean = best(leaning, chosenBy);
      gains[round] = average(leaning[lean], judgedBy) - average(usual, judgedBy);
    }
    Arrays.sort(gains);
    return new Halves(
        average(gains),
        gains[HALVINGS / 20],
        gains[HALVINGS - 1 - HALVINGS / 20],
        Arrays.stream(gains).filter(gain -> gain > 0).count() / (double) HALVINGS);
  }

  private static int[] mixed(int n, Random random) {
    int[] mixed = IntStream.range(0, n).toArray();
    for (int i = n - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = mixed[i];
      mixed[i] = mixed[other];
      mixed[other] = kept;
    }
    return mixed;
  }

  /** The best weight for some questions; of equal ones that nearest to the default. */
  private static int best(double[][] leaning, int[] questions) {
    int best = LEANS.indexOf(Query.LEAN_DEFAULT);
    for (int i = 0; i < leaning.length; i++) {
      if (average(leaning[i], questions) > average(leaning[best], questions) + 1e-9) {
        best = i;
      }
    }
    return best;
  }

  private static double[] ndcg(SetWorkspace judged, UnaryOperator<Query> how) {
    return judged.judged().stream().mapToDouble(question -> ndcg(judged, question, how)).toArray();
  }

  private static double ndcg(SetWorkspace judged, Text question, UnaryOperator<Query> how) {
    return Measures.of(
            judged.documents(
                judged.ask(question, query -> how.apply(query).limit(Measures.DEPTH + 1))),
            judged.grades(question))
        .ndcg10();
  }

  private static double average(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static double average(double[] values, int[] of) {
    return Arrays.stream(of).mapToDouble(i -> values[i]).average().orElse(0);
  }
}
