package dev.daybook.benchmarks;

import dev.daybook.recall.Embedder;
import java.util.List;
import java.util.Map;

/**
 * Stands in for a model: one vector a text, nothing is split. Questions have the vectors they were
 * given beforehand, so that no time goes into them; another question is embedded as a text is. Safe
 * from any thread if {@link #vector} is.
 */
public abstract class OneVectorEmbedder implements Embedder {
  private final Map<String, float[]> questions;

  /** Embeds texts, and questions as they were embedded beforehand. */
  protected OneVectorEmbedder(Map<String, float[]> questions) {
    this.questions = Map.copyOf(questions);
  }

  /** The vector of a text, of length 1. */
  protected abstract float[] vector(String text);

  @Override
  public int dimension() {
    return ClusteredEmbedder.DIMENSION;
  }

  @Override
  public int maxTokens() {
    return Integer.MAX_VALUE;
  }

  @Override
  public List<float[]> embedDocuments(List<String> documents) {
    return documents.stream().map(this::vector).toList();
  }

  @Override
  public float[] embedQuery(String text) {
    float[] known = questions.get(text);
    return known == null ? vector(text) : known;
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
