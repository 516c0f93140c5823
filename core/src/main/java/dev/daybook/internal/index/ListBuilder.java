package dev.daybook.internal.index;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Sorts the vectors of a file into lists of neighbours: k-means over cosines on a sample, then each
 * vector goes to its nearest centre. Equal files give equal lists. A vector meets only those
 * centres exactly whose signs are most alike, which makes it a matter of microseconds.
 */
final class ListBuilder {
  /** Beyond it the number of a list does not fit its place in the file. */
  private static final int LISTS_MAX = 1 << Character.SIZE;

  private static final int SAMPLED_OF_LIST = 32;
  private static final int ROUNDS = 4;

  /** How many centres a vector is compared with exactly, at least. */
  private static final int COMPARED = 24;

  private final ByteBuffer file;
  private final int dataAt;
  private final int count;
  private final int dimension;
  private final byte[] vector;
  private final long[] signs;
  private final int[] differences;
  private final int[] histogram;
  private final Centre[] centres;

  /** The middle of all vectors, in the mean scale of vectors and in that of centres. */
  private byte[] middleOfVectors = {};

  private Signs signsOfCentres;

  private ListBuilder(ByteBuffer file, int dataAt, int count, int dimension) {
    this.file = file;
    this.dataAt = dataAt;
    this.count = count;
    this.dimension = dimension;
    int lists = listsFor(count);
    this.vector = Signs.padded(dimension);
    this.signs = new long[Signs.words(dimension)];
    this.differences = new int[lists];
    this.histogram = new int[dimension + 1];
    this.centres = new Centre[lists];
    this.signsOfCentres = new Signs(dimension, lists);
  }

  /** A file with a higher list number is damaged. */
  static int listsMax(int count) {
    return (int) Math.min(LISTS_MAX, 8 * Math.sqrt(count));
  }

  /** How many lists so many vectors are sorted into. */
  static int listsFor(int count) {
    return (int) Math.max(1, Math.min(LISTS_MAX, Math.round(4 * Math.sqrt(count))));
  }

  /**
   * The list of each vector.
   *
   * @param file with its records from {@code dataAt} on
   */
  static char[] lists(ByteBuffer file, int dataAt, int count, int dimension) {
    ListBuilder builder = new ListBuilder(file, dataAt, count, dimension);
    builder.findCentres();
    char[] lists = new char[count];
    for (int i = 0; i < count; i++) {
      builder.read(i);
      lists[i] = (char) builder.nearest();
    }
    return lists;
  }

  private float read(int record) {
    int at = dataAt + record * (8 + dimension);
    file.get(at + 8, vector, 0, dimension);
    return file.getFloat(at + 4);
  }

  private void findCentres() {
    int sampled = Math.min(count, centres.length * SAMPLED_OF_LIST);
    float[] all = new float[dimension];
    double scales = 0;
    for (int i = 0; i < sampled; i++) {
      float scale = read(sample(i, sampled));
      add(all, scale);
      scales += scale;
    }
    Centre middle = Centre.of(all, sampled);
    middleOfVectors = middle.inScale((float) (scales / sampled), dimension);
    for (int list = 0; list < centres.length; list++) {
      float[] first = new float[dimension];
      add(first, read(sample((int) ((long) list * sampled / centres.length), sampled)));
      centres[list] = Centre.of(first, 1);
    }
    for (int round = 0; round < ROUNDS; round++) {
      signCentres(middle);
      moveCentres(sampled);
    }
    signCentres(middle);
  }

  private int sample(int number, int sampled) {
    return (int) ((long) number * count / sampled);
  }

  private void add(float[] sum, float scale) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += vector[i] * scale;
    }
  }

  private void signCentres(Centre middle) {
    for (int list = 0; list < centres.length; list++) {
      Centre centre = centres[list];
      float unit = centre.length() == 0 ? 0 : centre.scale() / centre.length();
      signsOfCentres.set(list, centre.bytes(), middle.inScale(unit, dimension), 0);
    }
  }

  private void moveCentres(int sampled) {
    float[][] sums = new float[centres.length][dimension];
    int[] counts = new int[centres.length];
    for (int i = 0; i < sampled; i++) {
      float scale = read(sample(i, sampled));
      int list = nearest();
      add(sums[list], scale);
      counts[list]++;
    }
    for (int list = 0; list < centres.length; list++) {
      if (counts[list] > 0) {
        centres[list] = Centre.of(sums[list], counts[list]);
      }
    }
  }

  /** The list whose centre is nearest to the vector just read, the first of several. */
  private int nearest() {
    Signs.of(vector, middleOfVectors, signs);
    signsOfCentres.differences(signs, centres.length, differences);
    Arrays.fill(histogram, 0);
    for (int difference : differences) {
      histogram[difference]++;
    }
    int most = 0;
    for (int seen = histogram[0]; seen < COMPARED && most < dimension; seen += histogram[most]) {
      most++;
    }
    int nearest = 0;
    float best = Float.NEGATIVE_INFINITY;
    for (int list = 0; list < centres.length; list++) {
      if (differences[list] <= most) {
        float cosine = centres[list].cosine(centres[list].product(vector));
        if (cosine > best) {
          best = cosine;
          nearest = list;
        }
      }
    }
    return nearest;
  }
}
