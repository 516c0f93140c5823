package dev.daybook.benchmarks;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Every way of joining the legs that was tried, on judged sets, as a table in Markdown: nDCG@10. A
 * hit says rank and score in each leg, so the other ways are computed from the same answers.
 */
@Command(
    name = "ablation",
    description = "Compares ways of joining the legs, and each leg, on judged sets.",
    mixinStandardHelpOptions = true)
final class AblationSuite implements Callable<Integer> {
  /** So many of each leg are joined. */
  private static final int CANDIDATES = 100;

  @Option(
      names = "--set",
      required = true,
      description = "a folder with corpus.jsonl, queries.jsonl and qrels.tsv; as often as you like")
  private List<Path> folders = List.of();

  @Mixin private SetWorkspace.Asking asking;

  @Override
  public Integer call() throws IOException {
    if (asking.embedder == SetWorkspace.Embedding.NONE) {
      Console.progress("--embedder none leaves one leg, so there is nothing to join");
      return 2;
    }
    Map<String, List<Double>> rows = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (Path folder : folders) {
      try (SetWorkspace judged = SetWorkspace.of(folder, asking)) {
        if (!judged.missing().isEmpty()) {
          Console.progress("One leg alone, so there is nothing to join: %s", judged.missing());
          return 1;
        }
        names.add(String.valueOf(folder.toAbsolutePath().normalize().getFileName()));
        measure(judged)
            .forEach(
                (name, value) -> rows.computeIfAbsent(name, key -> new ArrayList<>()).add(value));
      } catch (JudgedSet.Unreadable e) {
        Console.progress("%s", e.getMessage());
        return 1;
      }
    }
    table(names, rows);
    return 0;
  }

  private static void table(List<String> names, Map<String, List<Double>> rows) {
    Console.line(
        "| nDCG@10 | %s | mean | worst against the better leg |", String.join(" | ", names));
    Console.line("|---|%s", "---|".repeat(names.size() + 2));
    List<Double> lexical = rows.get("lexical");
    List<Double> vector = rows.get("vector");
    rows.forEach((name, values) -> {
      StringBuilder cells = new StringBuilder();
      double worst = Double.POSITIVE_INFINITY;
      for (int i = 0; i < values.size(); i++) {
        cells.append(String.format(Locale.ROOT, " %.4f |", values.get(i)));
        worst = Math.min(worst, values.get(i) - Math.max(lexical.get(i), vector.get(i)));
      }
      Console.line(
          "| %s |%s %.4f | %+.4f |",
          name, cells, values.stream().mapToDouble(v -> v).average().orElse(0), worst);
    });
  }

  private static Map<String, Double> measure(SetWorkspace judged) {
    Map<String, Double> sums = new LinkedHashMap<>();
    List<Text> questions = judged.judged();
    for (Text question : questions) {
      Map<String, Integer> grades = judged.grades(question);
      rankings(judged, question)
          .forEach((name, ranked) ->
              sums.merge(name, Measures.of(ranked, grades).ndcg10(), Double::sum));
    }
    sums.replaceAll((name, sum) -> sum / questions.size());
    return sums;
  }

  private static Map<String, List<String>> rankings(SetWorkspace judged, Text question) {
    List<Hit> all =
        judged.ask(question, query -> query.limit(Query.LIMIT_MAX)).stream()
            .filter(hit -> isWithin(hit, Leg.LEXICAL) || isWithin(hit, Leg.VECTOR))
            .toList();
    Map<String, List<String>> rankings = new LinkedHashMap<>();
    for (Leg leg : Leg.values()) {
      List<Hit> found = judged.ask(question, query -> query.legs(leg).limit(CANDIDATES));
      rankings.put(RecallQualitySuite.name(leg), judged.documents(found));
    }
    List<Hit> fused = judged.ask(question, query -> query.limit(CANDIDATES));
    rankings.put("**fused**", judged.documents(fused));
    fusions(new Found(all, judged.events()))
        .forEach((name, score) -> {
          List<Hit> ranked = new ArrayList<>(all);
          // Stable, and the product's order beforehand, so equal scores keep it.
          ranked.sort(Comparator.comparingDouble(score).reversed());
          rankings.put(name, judged.documents(ranked));
        });
    return rankings;
  }

  private static boolean isWithin(Hit hit, Leg leg) {
    int rank = hit.leg(leg).rank();
    return rank > 0 && rank <= CANDIDATES;
  }

  /** The ways that were tried; the larger the value the better. */
  private static Map<String, ToDoubleFunction<Hit>> fusions(Found found) {
    Map<String, ToDoubleFunction<Hit>> ways = new LinkedHashMap<>();
    for (double lean : new double[] {0.2, 0.36, 0.4}) {
      ways.put(
          String.format(Locale.ROOT, "sum, %.2f", lean),
          hit -> vector(hit) + lean * lexical(hit) / found.logarithm());
    }
    ways.put(
        "sum above the 50th",
        hit -> vector(hit) + 0.36 * found.aboveFloor(hit, 50) / found.logarithm());
    ways.put(
        "sum above the 20th",
        hit -> vector(hit) + 0.36 * found.aboveFloor(hit, 20) / found.logarithm());
    ways.put("product", hit -> vector(hit) * (1 + 0.7 * lexical(hit) / found.logarithm()));
    ways.put(
        "saturating",
        hit -> {
          double words = lexical(hit) / found.logarithm();
          return vector(hit) + 0.8 * words / (words + 1);
        });
    ways.put("ranks, k = 60", hit -> reciprocal(hit, Leg.LEXICAL) + reciprocal(hit, Leg.VECTOR));
    ways.put("ranks, 1 : 2", hit -> reciprocal(hit, Leg.LEXICAL) + 2 * reciprocal(hit, Leg.VECTOR));
    ways.put("min-max", hit -> found.minMax(hit, Leg.LEXICAL) + found.minMax(hit, Leg.VECTOR));
    ways.put("z-score", hit -> found.standard(hit, Leg.LEXICAL) + found.standard(hit, Leg.VECTOR));
    return ways;
  }

  private static double lexical(Hit hit) {
    return hit.leg(Leg.LEXICAL).score();
  }

  private static double vector(Hit hit) {
    return hit.leg(Leg.VECTOR).score();
  }

  private static double reciprocal(Hit hit, Leg leg) {
    return isWithin(hit, leg) ? 1.0 / (60 + hit.leg(leg).rank()) : 0;
  }

  /**
   * What was found for a question.
   *
   * @param hits by either leg
   * @param events how many were searched
   */
  private record Found(List<Hit> hits, long events) {
    double logarithm() {
      return Math.log1p((double) events);
    }

    double aboveFloor(Hit hit, int rank) {
      double floor =
          hits.stream()
              .filter(other -> other.leg(Leg.LEXICAL).rank() == rank)
              .mapToDouble(AblationSuite::lexical)
              .findAny()
              .orElse(0);
      return Math.max(0, lexical(hit) - floor);
    }

    double minMax(Hit hit, Leg leg) {
      var all = hits.stream().mapToDouble(other -> other.leg(leg).score()).summaryStatistics();
      double span = all.getMax() - all.getMin();
      return span == 0 ? 0 : (hit.leg(leg).score() - all.getMin()) / span;
    }

    double standard(Hit hit, Leg leg) {
      double mean = hits.stream().mapToDouble(other -> other.leg(leg).score()).average().orElse(0);
      double variance =
          hits.stream()
              .mapToDouble(other -> Math.pow(other.leg(leg).score() - mean, 2))
              .average()
              .orElse(0);
      return variance == 0 ? 0 : (hit.leg(leg).score() - mean) / Math.sqrt(variance);
    }
  }
}
