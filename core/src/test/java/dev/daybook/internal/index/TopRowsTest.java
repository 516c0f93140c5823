package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.TopRows.Scored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TopRowsTest {
  @Property(tries = 200)
  void keepsWhatSortingWouldPutFirst(
      @ForAll @IntRange(min = 1, max = 90) int count,
      @ForAll @IntRange(min = 0, max = 300) int offered,
      @ForAll @IntRange(min = 1, max = 20) int scores,
      @ForAll long seed) {
    Random random = new Random(seed);
    RowTableBuilder table = new RowTableBuilder();
    List<Integer> ages = new ArrayList<>(IntStream.range(0, 300).boxed().toList());
    Collections.shuffle(ages, random);
    for (int age : ages) {
      Row row = TestRows.text(age, "a");
      table.add(row);
    }
    Sources sources =
        new Sources(List.of(table.snapshot(new ConcurrentHashMap<>())), List.of(Vectors.none()));
    TopRows top = new TopRows(count, sources);
    List<Scored> all = new ArrayList<>();
    for (int row = 0; row < offered; row++) {
      float score = score(random, scores);
      top.offer(row, score);
      all.add(new Scored(row, score));
    }
    List<Scored> inOrderOfRows = List.copyOf(all);
    all.sort(TopRows.bestFirst(sources));
    List<Scored> expected = all.subList(0, Math.min(count, all.size()));

    assertThat(top.ranked()).isEqualTo(expected);
    assertThat(TopRows.ranked(rows(inOrderOfRows), longer(inOrderOfRows), sources)).isEqualTo(all);
    assertThat(Arrays.stream(top.rows()).boxed().toList())
        .isEqualTo(expected.stream().map(Scored::row).sorted().toList());
    if (offered >= count) {
      assertThat(top.threshold()).isEqualTo(expected.getLast().score());
    }
  }

  /** Whole numbers on both sides of zero, and both zeros. */
  private static float score(Random random, int scores) {
    int number = random.nextInt(scores) - scores / 3;
    return number == 0 && random.nextBoolean() ? -0.0f : number;
  }

  private static int[] rows(List<Scored> all) {
    return all.stream().mapToInt(Scored::row).toArray();
  }

  /** Scores with some more behind them, which are of no row. */
  private static float[] longer(List<Scored> all) {
    float[] scores = new float[all.size() + 3];
    Arrays.fill(scores, Float.POSITIVE_INFINITY);
    for (int i = 0; i < all.size(); i++) {
      scores[i] = all.get(i).score();
    }
    return scores;
  }
}
