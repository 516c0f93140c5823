package dev.daybook.recall;

import java.util.List;

/**
 * Turns texts into vectors of unit length whose dot product says how alike the texts are in
 * meaning.
 *
 * <p>Contract: every vector has {@link #dimension()} finite components and length 1 (within 1e-3);
 * the vector of a text depends on that text and the model alone, never on the other texts of a
 * call; both methods may be called from any thread at once. An implementation that uses several
 * threads does so inside a call. Vectors of different {@linkplain #modelKey() model keys} are never
 * compared.
 */
public interface Embedder extends AutoCloseable {
  /**
   * Names everything a vector depends on (weights, tokenizer, pooling, limits), as 1 to 64
   * characters of {@code [a-z0-9-]}. Part of file names: a changed model has another key.
   */
  String modelKey();

  /** Components of a vector; 0 only for {@link #none()}. */
  int dimension();

  /**
   * How many tokens of a text are looked at, not counting those a model adds by itself; what is
   * beyond is cut.
   */
  int maxTokens();

  /**
   * One vector for each text, in order; a text without any token has a vector too. The caller may
   * change the arrays.
   *
   * @throws IllegalStateException if the embedder is closed
   */
  List<float[]> embedDocuments(List<String> texts);

  /**
   * The vector of a question.
   *
   * @throws IllegalStateException if the embedder is closed
   */
  float[] embedQuery(String text);

  /**
   * Splits a text into pieces of at most {@code tokensMax} tokens, in order, at most {@code
   * chunksMax} of them; what is left over is dropped. Pieces are parts of the text that do not
   * overlap; only white space is left out between them. A cut inside a word happens only if the
   * word alone has more than {@code tokensMax} tokens. A text without any token has no pieces.
   * Works after {@link #close()} as well.
   *
   * @throws IllegalArgumentException if a limit is below 1
   */
  List<String> split(String text, int tokensMax, int chunksMax);

  /** Whether this embeds at all; {@code false} only for {@link #none()}. */
  default boolean isPresent() {
    return dimension() > 0;
  }

  /**
   * Frees the model once the vectors that are being computed are done; a call with more texts than
   * that ends with {@link IllegalStateException}. Vectors handed out stay usable; closing again
   * does nothing.
   */
  @Override
  void close();

  /** The embedder that embeds nothing: recall is lexical and its coverage says so. */
  static Embedder none() {
    return NoEmbedder.INSTANCE;
  }
}
