package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MediansTest {
  @Test
  void isTheMiddleOfAnOddNumberAndTheMeanOfTwoOfAnEven() {
    assertThat(Medians.of(9, 1, 4)).isEqualTo(4);
    assertThat(Medians.of(9, 1, 4, 6)).isEqualTo(5);
    assertThat(Medians.of(List.of("abc", "a"), String::length)).isEqualTo(2);
    assertThat(Medians.of()).isNaN();
  }

  @Test
  void leavesTheValuesInTheirOrder() {
    double[] values = {3, 1, 2};
    assertThat(Medians.of(values)).isEqualTo(2);
    assertThat(values).containsExactly(3, 1, 2);
  }
}
