package dev.daybook.internal.index;

import java.util.Arrays;

/**
 * The {@link Signs} of vectors that are in lists, each against the centre of its list. Those of a
 * list lie together, word by word: of a long history only some lists are looked through, and what
 * is far apart in memory is slow to reach. Safe from any thread once all are set.
 */
final class ListedSigns {
  private final int dimension;
  private final int[] starts;
  private final int wordCount;

  /**
   * Of each list the first word of all its vectors, the second of all, and so on. One array of all
   * lists would need tens of megabytes of the heap in one piece.
   */
  private final long[][] words;

  private final float[] factors;
  private final long[] scratch;

  /**
   * Room for the signs of all lists.
   *
   * @param starts where each list begins among all vectors; the last is their number
   */
  ListedSigns(int dimension, int[] starts) {
    this.dimension = dimension;
    this.starts = starts;
    this.wordCount = Signs.words(dimension);
    this.words = new long[starts.length - 1][];
    for (int list = 0; list < words.length; list++) {
      words[list] = new long[Math.multiplyExact(starts[list + 1] - starts[list], wordCount)];
    }
    this.factors = new float[starts[starts.length - 1]];
    this.scratch = new long[wordCount];
  }

  /** Keeps the signs of a vector; parameters as for {@link Signs#set}. For one thread. */
  void set(int list, int position, byte[] bytes, byte[] centre, float distance) {
    Signs.of(bytes, centre, scratch);
    int size = starts[list + 1] - starts[list];
    int at = position - starts[list];
    for (int word = 0; word < wordCount; word++) {
      words[list][at + word * size] = scratch[word];
    }
    factors[position] = Signs.factor(distance, dimension);
  }

  /**
   * Adds up a question's components by the signs of neighbouring vectors of a list.
   *
   * @param sums where they are put, from {@code at} on
   * @param factorOf likewise, what {@link Signs#bucket} multiplies each with
   */
  void sum(Planes question, int list, int from, int count, int[] sums, float[] factorOf, int at) {
    int size = starts[list + 1] - starts[list];
    int first = from - starts[list];
    Arrays.fill(sums, at, at + count, 0);
    for (int word = 0; word < wordCount; word++) {
      Signs.add(words[list], first + word * size, count, question, word, sums, at);
    }
    System.arraycopy(factors, from, factorOf, at, count);
  }
}
