package dev.daybook.benchmarks.recall;

import java.util.PriorityQueue;
import org.apache.lucene.util.VectorUtil;

/**
 * Keeps the nearest of many vectors by scalar product, which Lucene computes by the Vector API if
 * the JVM has that module. For one question and one thread.
 */
public final class Nearest {
  private final int count;

  /** The score in the upper half, the number below it inverted: the lower number wins a tie. */
  private final PriorityQueue<Long> kept = new PriorityQueue<>();

  private long least = Long.MIN_VALUE;

  /** Keeps so many, at least 1. */
  public Nearest(int count) {
    this.count = count;
  }

  /** Takes one. */
  public void offer(int number, float score) {
    int bits = Float.floatToIntBits(score);
    long ordered =
        ((long) (bits < 0 ? bits ^ Integer.MAX_VALUE : bits) << 32) | (~number & 0xffffffffL);
    if (ordered > least) {
      boolean unused = kept.add(ordered);
      if (kept.size() > count) {
        Long dropped = kept.poll();
        least = dropped;
      }
    }
  }

  /** Takes all vectors, by their number. */
  Nearest ofAll(float[][] vectors, float[] question) {
    for (int number = 0; number < vectors.length; number++) {
      offer(number, VectorUtil.dotProduct(vectors[number], question));
    }
    return this;
  }

  /** The numbers of those kept, the best first. */
  public int[] best() {
    int[] numbers = new int[kept.size()];
    for (int i = numbers.length - 1; i >= 0; i--) {
      numbers[i] = (int) ~kept.poll();
    }
    return numbers;
  }
}
