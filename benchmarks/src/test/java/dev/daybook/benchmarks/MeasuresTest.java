package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeasuresTest {
  private static double discount(int rank) {
    return Math.log(2) / Math.log(rank + 1.0);
  }

  @Test
  void countsGainsOfGradedDocumentsByRank() {
    Measures found = Measures.of(List.of("x", "b", "a"), Map.of("a", 2, "b", 1, "c", 1));

    double gained = 1 * discount(2) + 3 * discount(3);
    double best = 3 * discount(1) + 1 * discount(2) + 1 * discount(3);
    assertThat(found.ndcg10()).isCloseTo(gained / best, within(1e-12));
    assertThat(found.map()).isCloseTo((1.0 / 2 + 2.0 / 3) / 3, within(1e-12));
    assertThat(found.mrr()).isEqualTo(0.5);
    assertThat(found.recall5()).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void looksNoFurtherThanEachMeasureSays() {
    List<String> ranked = new ArrayList<>();
    for (int i = 1; i <= 150; i++) {
      ranked.add("d" + i);
    }
    Measures found = Measures.of(ranked, Map.of("d5", 1, "d10", 1, "d11", 1, "d100", 1, "d101", 1));

    assertThat(found.recall5()).isEqualTo(0.2);
    assertThat(found.recall10()).isEqualTo(0.4);
    assertThat(found.recall100()).isEqualTo(0.8);
    assertThat(found.map())
        .isCloseTo((1.0 / 5 + 2.0 / 10 + 3.0 / 11 + 4.0 / 100) / 5, within(1e-12));
    double best = discount(1) + discount(2) + discount(3) + discount(4) + discount(5);
    assertThat(found.ndcg10()).isCloseTo((discount(5) + discount(10)) / best, within(1e-12));
    assertThat(Measures.of(ranked, Map.of("d101", 1), 1_000).map())
        .isCloseTo(1.0 / 101, within(1e-12));
    assertThat(Measures.of(ranked, Map.of("d101", 1), 1_000).recall100()).isZero();
  }

  @Test
  void isZeroWhereNothingWasFoundAndOneWhereAllCameFirst() {
    assertThat(Measures.of(List.of(), Map.of("a", 1))).isEqualTo(new Measures(0, 0, 0, 0, 0, 0));
    assertThat(Measures.of(List.of("a", "b"), Map.of("a", 3, "b", 1)))
        .isEqualTo(new Measures(1, 1, 1, 1, 1, 1));
  }

  @Test
  void averagesOverQuestionsAndPrintsOneLine() {
    Measures average =
        Measures.average(
            List.of(new Measures(1, 1, 1, 1, 1, 1), new Measures(0, 0.5, 0, 0, 0.25, 1)));

    assertThat(average.line("lexical"))
        .isEqualTo(
            "lexical nDCG@10 0.5000 MAP 0.7500 MRR 0.5000 R@5 0.5000 R@10 0.6250 R@100 1.0000");
    assertThat(Measures.average(List.of())).isEqualTo(new Measures(0, 0, 0, 0, 0, 0));
  }
}
