package dev.daybook.recall;

import java.util.List;

/** Does what another embedder does; for tests that change one thing. */
public abstract class ForwardingTestEmbedder implements Embedder {
  private final Embedder of;

  /** Forwards to this one, and closes it. */
  protected ForwardingTestEmbedder(Embedder of) {
    this.of = of;
  }

  @Override
  public String modelKey() {
    return of.modelKey();
  }

  @Override
  public int dimension() {
    return of.dimension();
  }

  @Override
  public int maxTokens() {
    return of.maxTokens();
  }

  @Override
  public List<float[]> embedDocuments(List<String> texts) {
    return of.embedDocuments(texts);
  }

  @Override
  public float[] embedQuery(String text) {
    return of.embedQuery(text);
  }

  @Override
  public List<String> split(String text, int tokensMax, int chunksMax) {
    return of.split(text, tokensMax, chunksMax);
  }

  @Override
  public void close() {
    of.close();
  }
}
