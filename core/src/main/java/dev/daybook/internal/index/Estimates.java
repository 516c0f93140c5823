package dev.daybook.internal.index;

import java.util.Arrays;

/**
 * The vectors that look best by sign of those a question is compared with: so many, and those whose
 * estimated cosine is in the bucket of the last. What cannot be among them any more is not kept.
 * Estimates of several lists are put into buckets together, as loops over few are slow.
 */
final class Estimates {
  private static final int GATHERED = 512;
  private static final int IDLE = 2;

  private final Question question;
  private final long wanted;
  private final int[] sums = new int[GATHERED];
  private final float[] factors = new float[GATHERED];
  private final float[] bases = new float[GATHERED];
  private final int[] gatheredChunks = new int[GATHERED];
  private int gathered;

  /** How many were kept of each bucket. */
  private final int[] histogram = new int[Signs.BUCKETS];

  /** So many or more of those kept reach this bucket; those below are not wanted. */
  private int least;

  /** How many of those kept reach it. */
  private long reaching;

  private int[] chunks = new int[2 * GATHERED];
  private int[] buckets = new int[2 * GATHERED];
  private int size;

  /** How many vectors were added. */
  private long added;

  /** How many batches in a row brought nothing that is among the best. */
  private int idle;

  /**
   * Begins.
   *
   * @param wanted how many are to be found, at least 1
   */
  Estimates(Question question, long wanted) {
    this.question = question;
    this.wanted = wanted;
  }

  /** How many vectors were added. */
  long added() {
    return added;
  }

  /**
   * Whether the last {@value #IDLE} batches, a thousand vectors, brought none that is among the
   * best so far: where vectors lie in groups, the lists of the question's own come first, and those
   * behind have nothing to say.
   */
  boolean isExhausted() {
    return idle >= IDLE;
  }

  /** How many are kept, when those added were {@link #flush}ed. */
  int size() {
    return size;
  }

  /** The numbers of the vectors kept, in the order they were added in. */
  int[] chunks() {
    return chunks;
  }

  /** The bucket of each. */
  int[] buckets() {
    return buckets;
  }

  /** The bucket that so many reach as are wanted, and as few more as possible. */
  int least() {
    return least;
  }

  /**
   * Adds neighbouring vectors of a list.
   *
   * @param chunkAt the number of each
   * @param base the product of the question with their centre
   */
  void add(ListedSigns signs, int list, int[] chunkAt, int from, int to, float base) {
    added += to - from;
    for (int next = from; next < to; ) {
      int count = Math.min(to - next, GATHERED - gathered);
      signs.sum(question.planes(), list, next, count, sums, factors, gathered);
      System.arraycopy(chunkAt, next, gatheredChunks, gathered, count);
      Arrays.fill(bases, gathered, gathered + count, base);
      gathered += count;
      next += count;
      if (gathered == GATHERED) {
        flush();
      }
    }
  }

  /** Decides about those that were added. */
  void flush() {
    Signs.bucket(question.planes(), sums, factors, bases, gathered);
    if (size + gathered > chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunks.length);
      buckets = Arrays.copyOf(buckets, chunks.length);
    }
    int before = size;
    for (int i = 0; i < gathered; i++) {
      int bucket = sums[i];
      if (bucket >= least) {
        histogram[bucket]++;
        reaching++;
        chunks[size] = gatheredChunks[i];
        buckets[size++] = bucket;
      }
    }
    // What is left over at the end of a source says little about the next one.
    idle = gathered == GATHERED ? idle + 1 : 0;
    gathered = 0;
    while (reaching - histogram[least] >= wanted) {
      reaching -= histogram[least++];
    }
    for (int i = before; i < size; i++) {
      if (buckets[i] >= least) {
        idle = 0;
        break;
      }
    }
  }
}
