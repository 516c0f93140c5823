package dev.daybook.internal.index;

import java.util.Arrays;

/**
 * A question's vector in the forms that it is compared in.
 *
 * @param exact with a byte a component
 * @param padded the same bytes, {@link Signs#padded} with zeros
 * @param planes with four bits a component
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Question(Quantised exact, byte[] padded, Planes planes) {
  static Question of(float[] vector) {
    Quantised exact = Quantised.of(vector);
    byte[] padded = Arrays.copyOf(exact.bytes(), Signs.padded(vector.length).length);
    return new Question(exact, padded, Planes.of(exact));
  }

  float scale() {
    return exact.scale();
  }
}
