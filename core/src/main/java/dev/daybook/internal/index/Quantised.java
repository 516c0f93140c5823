package dev.daybook.internal.index;

import java.io.IOException;
import org.apache.lucene.util.VectorUtil;

/**
 * A vector with a byte a component: {@code component = byte * scale}, the largest being ±127. Equal
 * vectors give equal bytes, and quantising what was read back gives the same bytes again.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Quantised(byte[] bytes, float scale) {
  static Quantised of(float[] vector) {
    float largest = 0;
    for (float component : vector) {
      if (!Float.isFinite(component)) {
        throw new IllegalArgumentException("A vector has the component " + component);
      }
      largest = Math.max(largest, Math.abs(component));
    }
    byte[] bytes = new byte[vector.length];
    float scale = largest / 127;
    if (scale > 0) {
      for (int i = 0; i < vector.length; i++) {
        bytes[i] = (byte) Math.max(-127, Math.min(127, Math.round(vector[i] / scale)));
      }
    }
    return new Quantised(bytes, scale);
  }

  /** The cosine with a chunk; both are of unit length. */
  float cosine(Vectors vectors, int chunk, byte[] scratch) throws IOException {
    vectors.read(chunk, scratch);
    return VectorUtil.dotProduct(bytes, scratch) * scale * vectors.scaleOf(chunk);
  }

  /** The cosine with the nearest chunk of a row; {@link Float#NaN} if it has no vector. */
  float best(Vectors vectors, int row, byte[] scratch) throws IOException {
    return best(vectors, row, 0, scratch);
  }

  /** The same with a share of it replaced by as much of the first chunk's. */
  float best(Vectors vectors, int row, float firstShare, byte[] scratch) throws IOException {
    float best = Float.NaN;
    float first = Float.NaN;
    int chunk = vectors.firstChunkOf(row);
    for (; chunk >= 0 && chunk < vectors.chunks() && vectors.rowOf(chunk) == row; chunk++) {
      float cosine = cosine(vectors, chunk, scratch);
      first = Float.isNaN(first) ? cosine : first;
      best = Float.isNaN(best) ? cosine : Math.max(best, cosine);
    }
    return firstShare == 0 ? best : best + firstShare * (first - best);
  }
}
