package dev.daybook.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordVectorTestEmbedderTest extends EmbedderContract {
  @Override
  protected Embedder open() {
    return new WordVectorTestEmbedder();
  }

  @Test
  void synonymsAreAlikeAndOtherWordsAreNot() {
    try (var embedder = new WordVectorTestEmbedder()) {
      float[] query = embedder.embedQuery("login crash");

      assertThat(dot(query, embedder.embedQuery("the authentication error"))).isGreaterThan(0.99f);
      assertThat(dot(query, embedder.embedQuery("green paint dries slowly"))).isLessThan(0.5f);
      assertThat(embedder.textsEmbedded()).isEqualTo(3);
    }
  }

  @Test
  void cutsBetweenWordsAndInsideOnlyWhenAWordIsTooLong() {
    try (var embedder = new WordVectorTestEmbedder()) {
      assertThat(embedder.split(" one two  three four ", 2, 9))
          .isEqualTo(List.of("one two", "three four"));
      assertThat(embedder.split("go a/b/c on", 3, 9)).isEqualTo(List.of("go", "a/b", "/c", "on"));
    }
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
