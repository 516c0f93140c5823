package dev.daybook.internal.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.util.FixedBitSet;

/**
 * The vectors of one source, one for each chunk of a row, quantised to a byte a component with a
 * scale for each vector. The chunks of a row follow one another. A row without a vector is absent.
 * Safe from any thread.
 */
public abstract sealed class Vectors permits VectorFile, TailVectors.Snapshot, NoVectors {
  Vectors() {}

  /** No vectors at all. */
  public static Vectors none() {
    return NoVectors.INSTANCE;
  }

  /** Components of a vector; 0 only if there are none. */
  public abstract int dimension();

  /** How many vectors there are. */
  public abstract int chunks();

  /** How many rows have at least one. */
  public abstract int rowsWithVector();

  /** One bit for each row with a vector; shorter than there are rows if the last have none. */
  abstract FixedBitSet withVector();

  /** What makes them quick to search; none if each is to be looked at. */
  Optional<Lists> lists() {
    return Optional.empty();
  }

  /** The first chunk of a row; -1 if it has no vector. */
  abstract int firstChunkOf(int row);

  abstract int rowOf(int chunk);

  abstract float scaleOf(int chunk);

  /** Reads the components of a vector. */
  abstract void read(int chunk, byte[] into) throws IOException;

  /**
   * Reads some bytes of a vector, so that it is on its way to the processor when {@link #read} asks
   * for it: several are fetched at once, which halves the time for vectors far apart.
   */
  int touch(int chunk) throws IOException {
    return 0;
  }

  /** Takes a hold; {@code false} if the vectors are closed already. */
  boolean retain() {
    return true;
  }

  /** Lets go of a hold. */
  void release() {
    // Only a file has something to free.
  }

  /** Whether a row has a vector. */
  public boolean has(int row) {
    return firstChunkOf(row) >= 0;
  }

  /** The vectors of a row, as near to those given as a byte a component allows; may be empty. */
  public List<float[]> vectorsOf(int row) throws IOException {
    List<float[]> vectors = new ArrayList<>();
    int chunk = firstChunkOf(row);
    byte[] bytes = new byte[dimension()];
    for (; chunk >= 0 && chunk < chunks() && rowOf(chunk) == row; chunk++) {
      read(chunk, bytes);
      float[] vector = new float[bytes.length];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = bytes[i] * scaleOf(chunk);
      }
      vectors.add(vector);
    }
    return vectors;
  }
}
