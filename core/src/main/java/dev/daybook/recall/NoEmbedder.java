package dev.daybook.recall;

import java.util.List;

/** Embeds nothing; see {@link Embedder#none()}. */
enum NoEmbedder implements Embedder {
  INSTANCE;

  @Override
  public String modelKey() {
    return "none";
  }

  @Override
  public int dimension() {
    return 0;
  }

  @Override
  public int maxTokens() {
    return 0;
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    throw new IllegalStateException("There is no embedder; ask isPresent() first");
  }

  @Override
  public float[] embedQuery(String text) {
    throw new IllegalStateException("There is no embedder; ask isPresent() first");
  }

  @Override
  public List<String> split(String text, int tokensMax, int chunksMax) {
    return List.of();
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
