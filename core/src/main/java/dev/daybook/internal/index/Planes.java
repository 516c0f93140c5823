package dev.daybook.internal.index;

/**
 * A question's vector in four bits a component, two's complement, as one plane of bits for each:
 * what {@link Signs} are compared with. The order of components is that of {@link Signs}.
 */
final class Planes {
  static final int COUNT = 4;

  /** The largest component becomes this. */
  private static final int LARGEST = 7;

  /** Bits by word of {@link Signs} times {@link #COUNT} plus plane. */
  final long[] bits;

  /** What a step of one is worth. */
  final float step;

  /** The sum of all components, in steps. */
  final int sum;

  private Planes(long[] bits, float step, int sum) {
    this.bits = bits;
    this.step = step;
    this.sum = sum;
  }

  static Planes of(Quantised question) {
    byte[] components = question.bytes();
    long[] bits = new long[Signs.words(components.length) * COUNT];
    int sum = 0;
    for (int i = 0; i < components.length; i++) {
      int steps = Math.round(components[i] * LARGEST / 127f);
      sum += steps;
      for (int plane = 0; plane < COUNT; plane++) {
        bits[i / Long.SIZE * COUNT + plane] |= (steps >> plane & 1L) << Signs.bitOf(i);
      }
    }
    return new Planes(bits, question.scale() * 127 / LARGEST, sum);
  }
}
