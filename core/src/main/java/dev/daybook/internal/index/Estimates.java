package dev.daybook.internal.index;

import java.util.Arrays;

/**
 * The vectors that a question is compared with by sign, with the bucket of each one's estimated
 * cosine. They are gathered from their lists before they are compared, as loops over few are slow.
 */
final class Estimates {
  private static final int GATHERED = 512;

  private final Question question;
  private final long[][] words;
  private final float[] factors = new float[GATHERED];
  private final float[] bases = new float[GATHERED];
  private final int[] sums = new int[GATHERED];
  private final int[] histogram = new int[Signs.BUCKETS];

  /** The first vectors, which have a bucket; then come those that are gathered. */
  private int estimated;

  private int gathered;

  private int[] chunks = {};
  private int[] buckets = {};
  private int size;

  Estimates(Question question) {
    this.question = question;
    this.words = new long[Signs.words(question.exact().bytes().length)][GATHERED];
  }

  /** How many vectors were added. */
  int size() {
    return size;
  }

  /** The numbers of the vectors added; what is beyond the size does not count. */
  int[] chunks() {
    return chunks;
  }

  /** The bucket of each; known behind {@link #bucketOf}. */
  int[] buckets() {
    return buckets;
  }

  /**
   * Adds neighbouring vectors of a list.
   *
   * @param chunkAt the number of each
   * @param base the product of the question with their centre
   */
  void add(ListedSigns signs, int list, int[] chunkAt, int from, int to, float base) {
    reserve(to - from);
    System.arraycopy(chunkAt, from, chunks, size, to - from);
    size += to - from;
    for (int next = from; next < to; ) {
      int count = Math.min(to - next, GATHERED - gathered);
      signs.copy(list, next, count, words, factors, gathered);
      Arrays.fill(bases, gathered, gathered + count, base);
      gathered += count;
      next += count;
      if (gathered == GATHERED) {
        flush();
      }
    }
  }

  /** Makes room for so many vectors more. */
  void reserve(long count) {
    if (size + count > chunks.length) {
      chunks =
          Arrays.copyOf(
              chunks, Math.toIntExact(Math.max(size + count, chunks.length + chunks.length / 2)));
      buckets = Arrays.copyOf(buckets, chunks.length);
    }
  }

  /**
   * The bucket that so many vectors reach and as few more as possible; to be called when all were
   * added.
   */
  int bucketOf(long count) {
    flush();
    return Signs.reachedBy(count, histogram);
  }

  private void flush() {
    Signs.estimate(question.planes(), words, factors, bases, gathered, sums, buckets, estimated);
    for (int i = estimated; i < estimated + gathered; i++) {
      histogram[buckets[i]]++;
    }
    estimated += gathered;
    gathered = 0;
  }
}
