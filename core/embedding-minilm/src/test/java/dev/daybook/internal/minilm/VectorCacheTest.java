package dev.daybook.internal.minilm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VectorCacheTest {
  @Test
  void findsWhatWasPut() {
    VectorCache cache = new VectorCache(10_000);
    float[] vector = {1, 2};
    cache.put("a", vector);

    assertThat(cache.find("a")).containsSame(vector);
    assertThat(cache.find("b")).isEmpty();
  }

  @Test
  void dropsTheOneNotUsedForLongest() {
    VectorCache cache = new VectorCache(10_000);
    cache.put("a", new float[1_000]);
    cache.put("b", new float[1_000]);
    assertThat(cache.find("a")).isPresent();
    cache.put("c", new float[1_000]);

    assertThat(cache.find("b")).isEmpty();
    assertThat(cache.find("a")).isPresent();
    assertThat(cache.find("c")).isPresent();
  }

  @Test
  void staysWithinItsBytes() {
    VectorCache cache = new VectorCache(50_000);
    for (int i = 0; i < 1_000; i++) {
      cache.put("sequence " + i, new float[384]);
      cache.put("sequence " + i, new float[384]);
      assertThat(cache.bytes()).isBetween(1L, 50_000L);
    }
    assertThat(cache.bytes()).isGreaterThan(45_000);
  }

  @Test
  void keepsNothingThatIsTooLargeForIt() {
    VectorCache cache = new VectorCache(1_000);
    cache.put("a", new float[384]);

    assertThat(cache.find("a")).isEmpty();
    assertThat(cache.bytes()).isZero();
  }
}
