package dev.daybook.internal.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Vectors in one bit a component: whether it is above that of a centre. With the distance from the
 * centre this gives an estimate of cosines whose error is a few hundredths (the estimator of
 * RaBitQ, Gao and Long, 2024, without its rotation), enough to leave most vectors out.
 *
 * <p>Words lie in one array for each 64 components, so that the loops over neighbours become vector
 * instructions.
 */
final class Signs {
  /** Estimates are counted in so many buckets, from -2 to 2. */
  static final int BUCKETS = 4096;

  private static final int BUCKETS_PER_ONE = BUCKETS / 4;
  private static final long HIGH = 0x8080808080808080L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int dimension;
  private final long[][] words;

  /** By vector, what the sum of the question's components by sign is multiplied with. */
  private final float[] factors;

  Signs(int dimension, int count) {
    this.dimension = dimension;
    this.words = new long[words(dimension)][count];
    this.factors = new float[count];
  }

  static int words(int dimension) {
    return (dimension + Long.SIZE - 1) / Long.SIZE;
  }

  /** The bit of a component in its word: eight bytes are compared at once. */
  static int bitOf(int component) {
    return component % 8 * 8 + 7 - component % Long.SIZE / 8;
  }

  /** Room for a vector's bytes as {@link #set} wants them. */
  static byte[] padded(int dimension) {
    return new byte[words(dimension) * Long.SIZE];
  }

  /**
   * Keeps the signs of a vector.
   *
   * @param bytes its components, in an array that {@link #padded} made
   * @param centre the components a vector is compared with, in the vector's scale, likewise; what
   *     is beyond the dimension has the highest value
   * @param distance of the vector from the centre
   */
  void set(int vector, byte[] bytes, byte[] centre, float distance) {
    for (int word = 0; word < words.length; word++) {
      words[word][vector] = word(word, bytes, centre);
    }
    factors[vector] = factor(distance, dimension);
  }

  /** What the sum of a question's components by the signs of a vector is multiplied with. */
  static float factor(float distance, int dimension) {
    return (float) (distance * Math.sqrt(Math.PI / 2 / dimension));
  }

  /** The signs of a vector that is not kept; parameters as for {@link #set}. */
  static void of(byte[] bytes, byte[] centre, long[] into) {
    for (int word = 0; word < into.length; word++) {
      into[word] = word(word, bytes, centre);
    }
  }

  private static long word(int word, byte[] bytes, byte[] centre) {
    long signs = 0;
    for (int i = 0; i < 8; i++) {
      int at = word * Long.SIZE + i * 8;
      signs |= above((long) LONG.get(bytes, at), (long) LONG.get(centre, at)) >>> i;
    }
    return signs;
  }

  /** The highest bit of each byte: whether that of {@code a} is above that of {@code b}. */
  private static long above(long a, long b) {
    long x = a ^ HIGH;
    long y = b ^ HIGH;
    long isLowLess = ~((y | HIGH) - (x & ~HIGH)) & HIGH;
    return ((x & ~y) | (~(x ^ y) & isLowLess)) & HIGH;
  }

  /** The buckets of the estimated cosines of all vectors, which have one centre. */
  int[] estimate(Planes question, float base) {
    float[] bases = new float[factors.length];
    Arrays.fill(bases, base);
    int[] sums = new int[factors.length];
    for (int word = 0; word < words.length; word++) {
      add(words[word], 0, sums.length, question, word, sums, 0);
    }
    bucket(question, sums, factors, bases, sums.length);
    return sums;
  }

  /**
   * The bucket that so many, and as few more as possible, reach.
   *
   * @param histogram how many are in each bucket
   */
  static int reachedBy(long count, int[] histogram) {
    int bucket = BUCKETS - 1;
    for (long seen = histogram[bucket]; seen < count && bucket > 0; seen += histogram[bucket]) {
      bucket--;
    }
    return bucket;
  }

  /**
   * Adds up the components of a question whose sign is set in a word of each of some vectors.
   *
   * @param words one of each vector, from {@code from} on
   * @param sums what is added to, from {@code at} on
   */
  static void add(
      long[] words, int from, int count, Planes question, int word, int[] sums, int at) {
    int plane = word * Planes.COUNT;
    add(
        words,
        from,
        count,
        question.bits[plane],
        question.bits[plane + 1],
        question.bits[plane + 2],
        question.bits[plane + 3],
        sums,
        at);
  }

  /** Kept so simple that it becomes vector code. */
  private static void add(
      long[] words, int from, int count, long p0, long p1, long p2, long p3, int[] sums, int at) {
    for (int i = 0; i < count; i++) {
      long word = words[from + i];
      sums[at + i] +=
          Long.bitCount(word & p0)
              + (Long.bitCount(word & p1) << 1)
              + (Long.bitCount(word & p2) << 2)
              - (Long.bitCount(word & p3) << 3);
    }
  }

  /** In how many components the signs of each of the first vectors differ from others. */
  void differences(long[] others, int count, int[] into) {
    Arrays.fill(into, 0, count, 0);
    for (int word = 0; word < words.length; word++) {
      differ(words[word], others[word], count, into);
    }
  }

  private static void differ(long[] words, long others, int count, int[] into) {
    for (int i = 0; i < count; i++) {
      into[i] += Long.bitCount(words[i] ^ others);
    }
  }

  /**
   * Makes of sums the buckets of the estimated cosines of the first vectors, in their place: were
   * they put into another array of numbers, it would not become vector code.
   *
   * @param factors of each vector
   * @param bases the product of the question with the centre of each
   */
  static void bucket(Planes question, int[] sums, float[] factors, float[] bases, int count) {
    float unit = question.step * BUCKETS_PER_ONE;
    int sum = question.sum;
    float middle = 2f * BUCKETS_PER_ONE;
    for (int i = 0; i < count; i++) {
      int bucket =
          (int) (middle + bases[i] * BUCKETS_PER_ONE + factors[i] * ((2 * sums[i] - sum) * unit));
      sums[i] = Math.max(0, Math.min(BUCKETS - 1, bucket));
    }
  }
}
