package dev.daybook.internal.index;

import org.apache.lucene.util.VectorUtil;

/**
 * The mean of some vectors.
 *
 * @param bytes its components, {@link Signs#padded} with zeros
 * @param scale of the bytes
 * @param length of the mean, at most about 1: the wider its vectors are spread, the less
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Centre(byte[] bytes, float scale, float length) {
  /**
   * The mean of vectors.
   *
   * @param sum of their components
   * @param count how many they are; of none the mean is zero
   */
  static Centre of(float[] sum, int count) {
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = sum[i] / Math.max(1, count);
    }
    Quantised quantised = Quantised.of(mean);
    byte[] bytes = Signs.padded(mean.length);
    System.arraycopy(quantised.bytes(), 0, bytes, 0, mean.length);
    double length = Math.sqrt(VectorUtil.dotProduct(bytes, bytes)) * quantised.scale();
    return new Centre(bytes, quantised.scale(), (float) length);
  }

  /** The product with a vector whose padded bytes are of scale 1. */
  float product(byte[] vector) {
    return VectorUtil.dotProduct(bytes, vector) * scale;
  }

  /**
   * The cosine with a vector, but for the vector's length.
   *
   * @param product what {@link #product} gives for the vector
   */
  float cosine(float product) {
    return length == 0 ? 0 : product / length;
  }

  /** How far a vector is from here. */
  float distance(byte[] vector, float vectorScale) {
    double square =
        (double) VectorUtil.dotProduct(vector, vector) * vectorScale * vectorScale
            - 2.0 * product(vector) * vectorScale
            + (double) length * length;
    return (float) Math.sqrt(Math.max(0, square));
  }

  /** The components in bytes of another scale, for {@link Signs#set}. */
  byte[] inScale(float other, int dimension) {
    byte[] centre = new byte[bytes.length];
    for (int i = 0; i < centre.length; i++) {
      centre[i] =
          i < dimension && other > 0
              ? (byte) Math.max(-127, Math.min(127, Math.round(bytes[i] * scale / other)))
              : Byte.MAX_VALUE;
    }
    return centre;
  }
}
