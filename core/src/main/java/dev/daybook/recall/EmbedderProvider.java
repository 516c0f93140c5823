package dev.daybook.recall;

/**
 * How an embedder on the class path is found: a {@link java.util.ServiceLoader} service. Daybook
 * asks the first provider there is, once an engine, unless the engine was given an embedder.
 */
public interface EmbedderProvider {
  /**
   * Loads the embedder.
   *
   * @throws IllegalStateException if it cannot run here, saying why; recall is then lexical, its
   *     coverage and one line in the log say the same, as they do if a class cannot be linked
   */
  Embedder load();
}
