package dev.daybook.embedding.minilm;

import dev.daybook.recall.Embedder;
import dev.daybook.recall.EmbedderProvider;

/**
 * Makes {@link MiniLmEmbedder} the default embedder; finding it loads neither model nor library.
 */
public final class MiniLmEmbedderProvider implements EmbedderProvider {
  /** For {@link java.util.ServiceLoader}. */
  public MiniLmEmbedderProvider() {}

  @Override
  public Embedder load() {
    return MiniLmEmbedder.load();
  }
}
