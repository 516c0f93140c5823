package dev.daybook.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How good a ranking is, by the measures of TREC.
 *
 * @param ndcg10 gains of 2^grade - 1, discounted by log2(rank + 1), over those of the best ranking
 *     there can be, both to rank 10. Where all grades are 1, linear gains say the same
 * @param map precision at each answer found, added up, over the number of answers
 * @param mrr one over the rank of the first answer; 0 if none was found
 * @param recall5 the share of the answers that are among the first 5
 * @param recall10 among the first 10
 * @param recall100 among the first 100
 */
public record Measures(
    double ndcg10, double map, double mrr, double recall5, double recall10, double recall100) {
  /** How far a ranking is looked at. */
  public static final int DEPTH = 100;

  private static final int GAIN_DEPTH = 10;

  /**
   * Of one question.
   *
   * @param ranked ids of documents, the best first
   * @param grades of the documents that answer, 1 and more; at least one
   */
  public static Measures of(List<String> ranked, Map<String, Integer> grades) {
    return of(ranked, grades, DEPTH);
  }

  /** The same with precision and rank looked at down to another depth, at least {@link #DEPTH}. */
  static Measures of(List<String> ranked, Map<String, Integer> grades, int depth) {
    double gain = 0;
    double precisions = 0;
    int first = 0;
    int found = 0;
    int at5 = 0;
    int at10 = 0;
    int at100 = 0;
    for (int i = 0; i < Math.min(depth, ranked.size()); i++) {
      int grade = grades.getOrDefault(ranked.get(i), 0);
      if (grade > 0) {
        found++;
        precisions += (double) found / (i + 1);
        first = first == 0 ? i + 1 : first;
        at5 += i < 5 ? 1 : 0;
        at10 += i < 10 ? 1 : 0;
        at100 += i < DEPTH ? 1 : 0;
        gain += gain(grade, i);
      }
    }
    double total = grades.size();
    return new Measures(
        gain / best(grades),
        precisions / total,
        first == 0 ? 0 : 1.0 / first,
        at5 / total,
        at10 / total,
        at100 / total);
  }

  private static double best(Map<String, Integer> grades) {
    List<Integer> ideal = grades.values().stream().sorted(Comparator.reverseOrder()).toList();
    double gain = 0;
    for (int i = 0; i < ideal.size(); i++) {
      gain += gain(ideal.get(i), i);
    }
    return gain;
  }

  private static double gain(int grade, int index) {
    return index < GAIN_DEPTH ? (Math.pow(2, grade) - 1) * Math.log(2) / Math.log(index + 2.0) : 0;
  }

  /** The averages over questions; zeros if there are none. */
  public static Measures average(List<Measures> all) {
    double n = Math.max(1, all.size());
    return new Measures(
        all.stream().mapToDouble(Measures::ndcg10).sum() / n,
        all.stream().mapToDouble(Measures::map).sum() / n,
        all.stream().mapToDouble(Measures::mrr).sum() / n,
        all.stream().mapToDouble(Measures::recall5).sum() / n,
        all.stream().mapToDouble(Measures::recall10).sum() / n,
        all.stream().mapToDouble(Measures::recall100).sum() / n);
  }

  /** The one line that says it. */
  public String line(String name) {
    return String.format(
        Locale.ROOT,
        "%s nDCG@10 %.4f MAP %.4f MRR %.4f R@5 %.4f R@10 %.4f R@100 %.4f",
        name,
        ndcg10,
        map,
        mrr,
        recall5,
        recall10,
        recall100);
  }
}
