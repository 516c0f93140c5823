package dev.daybook.internal.index;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.FixedBitSet;

/** Vectors of the tail, in memory, appended row by row in any order of rows. */
final class TailVectors {
  private final int dimension;
  private byte[] bytes = new byte[0];
  private int[] rowOf = new int[64];
  private float[] scaleOf = new float[64];

  /** First chunk of a row plus one; 0 for none. */
  private int[] firstOf = new int[64];

  private int chunks;
  private FixedBitSet withVector = new FixedBitSet(64);

  TailVectors(int dimension) {
    this.dimension = dimension;
  }

  void add(int row, List<float[]> vectors) {
    for (float[] vector : vectors) {
      if (vector.length != dimension) {
        throw new IllegalArgumentException(
            "A vector has " + vector.length + " components, the tail " + dimension);
      }
    }
    if (vectors.isEmpty()) {
      return;
    }
    if (row >= firstOf.length) {
      firstOf = Arrays.copyOf(firstOf, Math.max(row + 1, firstOf.length * 2));
    }
    if (firstOf[row] != 0) {
      throw new IllegalArgumentException("Row " + row + " has vectors already");
    }
    List<Quantised> quantised = vectors.stream().map(Quantised::of).toList();
    int needed = chunks + vectors.size();
    if (needed > rowOf.length) {
      rowOf = Arrays.copyOf(rowOf, Math.max(needed, rowOf.length * 2));
      scaleOf = Arrays.copyOf(scaleOf, rowOf.length);
    }
    if (needed * dimension > bytes.length) {
      bytes = Arrays.copyOf(bytes, rowOf.length * dimension);
    }
    firstOf[row] = chunks + 1;
    for (Quantised vector : quantised) {
      rowOf[chunks] = row;
      scaleOf[chunks] = vector.scale();
      System.arraycopy(vector.bytes(), 0, bytes, chunks * dimension, dimension);
      chunks++;
    }
    withVector = FixedBitSet.ensureCapacity(withVector, row + 1);
    withVector.set(row);
  }

  Vectors snapshot() {
    return chunks == 0
        ? Vectors.none()
        : new Snapshot(dimension, bytes, rowOf, scaleOf, firstOf, chunks, withVector.clone());
  }

  /**
   * The vectors of one moment. The arrays are shared: what is below the number of chunks never
   * changes, and a first chunk written later lies at or above it.
   */
  static final class Snapshot extends Vectors {
    private final int dimension;
    private final byte[] bytes;
    private final int[] rowOf;
    private final float[] scaleOf;
    private final int[] firstOf;
    private final int chunks;
    private final FixedBitSet withVector;
    private final int rowsWithVector;

    private Snapshot(
        int dimension,
        byte[] bytes,
        int[] rowOf,
        float[] scaleOf,
        int[] firstOf,
        int chunks,
        FixedBitSet withVector) {
      this.dimension = dimension;
      this.bytes = bytes;
      this.rowOf = rowOf;
      this.scaleOf = scaleOf;
      this.firstOf = firstOf;
      this.chunks = chunks;
      this.withVector = withVector;
      this.rowsWithVector = withVector.cardinality();
    }

    @Override
    public int dimension() {
      return dimension;
    }

    @Override
    public int chunks() {
      return chunks;
    }

    @Override
    public int rowsWithVector() {
      return rowsWithVector;
    }

    @Override
    FixedBitSet withVector() {
      return withVector;
    }

    @Override
    int firstChunkOf(int row) {
      int first = row < firstOf.length ? firstOf[row] - 1 : -1;
      return first < chunks ? first : -1;
    }

    @Override
    int rowOf(int chunk) {
      return rowOf[chunk];
    }

    @Override
    float scaleOf(int chunk) {
      return scaleOf[chunk];
    }

    @Override
    void read(int chunk, byte[] into) {
      System.arraycopy(bytes, chunk * dimension, into, 0, dimension);
    }
  }
}
