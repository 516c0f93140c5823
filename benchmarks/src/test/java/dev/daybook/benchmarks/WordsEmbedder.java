package dev.daybook.benchmarks;

import dev.daybook.recall.Embedder;
import dev.daybook.recall.EmbedderProvider;
import java.util.List;
import java.util.Locale;

/** Vectors of words' hashes, for tests: the same words, the same vector. */
public final class WordsEmbedder implements Embedder, EmbedderProvider {
  private static final int DIMENSION = 64;

  /** For the service loader. */
  public WordsEmbedder() {}

  @Override
  public Embedder load() {
    return this;
  }

  @Override
  public String modelKey() {
    return "words-of-a-test";
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int maxTokens() {
    return 1_000;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return texts.stream().map(this::embedQuery).toList();
  }

  @Override
  public float[] embedQuery(String text) {
    float[] vector = new float[DIMENSION];
    vector[0] = 0.1f;
    for (String word : text.toLowerCase(Locale.ROOT).split("\\W+", -1)) {
      vector[Math.floorMod(word.hashCode(), DIMENSION)] += 1;
    }
    double length = 0;
    for (float component : vector) {
      length += component * component;
    }
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] /= (float) Math.sqrt(length);
    }
    return vector;
  }

  @Override
  public List<String> split(String text, int tokensMax, int chunksMax) {
    return text.isBlank() ? List.of() : List.of(text);
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
