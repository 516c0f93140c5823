package dev.daybook.internal.index;

import org.apache.lucene.util.FixedBitSet;

/** The source without vectors; see {@link Vectors#none()}. */
final class NoVectors extends Vectors {
  static final Vectors INSTANCE = new NoVectors();

  private NoVectors() {}

  @Override
  public int dimension() {
    return 0;
  }

  @Override
  public int chunks() {
    return 0;
  }

  @Override
  public int rowsWithVector() {
    return 0;
  }

  @Override
  FixedBitSet withVector() {
    return new FixedBitSet(0);
  }

  @Override
  int firstChunkOf(int row) {
    return -1;
  }

  @Override
  int rowOf(int chunk) {
    throw new IndexOutOfBoundsException(chunk);
  }

  @Override
  float scaleOf(int chunk) {
    throw new IndexOutOfBoundsException(chunk);
  }

  @Override
  void read(int chunk, byte[] into) {
    throw new IndexOutOfBoundsException(chunk);
  }
}
