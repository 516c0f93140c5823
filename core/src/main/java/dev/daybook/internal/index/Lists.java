package dev.daybook.internal.index;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apache.lucene.util.NumericUtils;

/**
 * What makes the vectors of a file quick to search: lists of neighbours, each with its {@link
 * Centre}, and the {@link Signs} of every vector against the centre of its list. A position is the
 * place of a vector when lists stand one after the other; within a list vectors keep their order.
 * Safe from any thread.
 */
final class Lists {
  /** How many centres beyond those that are wanted are compared exactly. */
  private static final int COMPARED_TIMES = 3;

  /** A mean is taken of about so many vectors of a list, if it has more. */
  private static final int SUMMED = 64;

  private static final int SUMMED_MIN = 16;

  private final int[] starts;
  private final int[] chunkAt;
  private final Centre[] centres;
  private final ListedSigns signs;
  private final Signs signsOfCentres;
  private final Centre middle;

  private Lists(int[] starts, int[] chunkAt, Centre[] centres, ListedSigns signs, int dimension) {
    this.starts = starts;
    this.chunkAt = chunkAt;
    this.centres = centres;
    this.signs = signs;
    float[] all = new float[dimension];
    for (int list = 0; list < centres.length; list++) {
      Centre centre = centres[list];
      for (int i = 0; i < dimension; i++) {
        all[i] += centre.bytes()[i] * centre.scale() * size(list);
      }
    }
    this.middle = Centre.of(all, chunkAt.length);
    this.signsOfCentres = new Signs(dimension, centres.length);
    for (int list = 0; list < centres.length; list++) {
      Centre centre = centres[list];
      float unit = centre.length() == 0 ? 0 : centre.scale() / centre.length();
      signsOfCentres.set(
          list,
          centre.bytes(),
          middle.inScale(unit, dimension),
          middle.distance(centre.bytes(), unit));
    }
  }

  /** Collects lists: first every vector with {@link #add}, then every one with {@link #sign}. */
  static final class Builder {
    private final int dimension;
    private final char[] listOf;
    private final int[] starts;
    private final int[] positions;
    private final float[][] sums;
    private final int[] summed;
    private final int every;
    private final double[] scales;
    private final int[] chunkAt;
    private final ListedSigns signs;
    private final Centre[] centres;
    private final byte[][] compared;

    /**
     * Begins.
     *
     * @param listOf the list of each vector
     */
    Builder(int dimension, char[] listOf) {
      this.dimension = dimension;
      this.listOf = listOf;
      int lists = 1;
      for (char list : listOf) {
        lists = Math.max(lists, list + 1);
      }
      starts = new int[lists + 1];
      for (char list : listOf) {
        starts[list + 1]++;
      }
      Arrays.parallelPrefix(starts, Integer::sum);
      positions = Arrays.copyOf(starts, lists);
      sums = new float[lists][dimension];
      summed = new int[lists];
      every = Math.max(1, listOf.length / (SUMMED * lists));
      scales = new double[lists];
      chunkAt = new int[listOf.length];
      signs = new ListedSigns(dimension, starts);
      centres = new Centre[lists];
      compared = new byte[lists][];
    }

    /** Takes in a vector, in the order of their numbers. */
    void add(int chunk, byte[] vector, float scale) {
      int list = listOf[chunk];
      if (chunk % every != 0 && summed[list] >= SUMMED_MIN) {
        return;
      }
      summed[list]++;
      float[] sum = sums[list];
      for (int i = 0; i < sum.length; i++) {
        sum[i] += vector[i] * scale;
      }
      scales[list] += scale;
    }

    /** Called between the two rounds. */
    void center() {
      for (int list = 0; list < centres.length; list++) {
        centres[list] = Centre.of(sums[list], summed[list]);
        compared[list] =
            centres[list].inScale((float) (scales[list] / Math.max(1, summed[list])), dimension);
      }
    }

    /** Keeps the signs of a vector, in the order of their numbers. */
    void sign(int chunk, byte[] padded, float scale) {
      int list = listOf[chunk];
      int position = positions[list]++;
      chunkAt[position] = chunk;
      signs.set(list, position, padded, compared[list], centres[list].distance(padded, scale));
    }

    Lists build() {
      return new Lists(starts, chunkAt, centres, signs, dimension);
    }
  }

  int count() {
    return centres.length;
  }

  int size(int list) {
    return starts[list + 1] - starts[list];
  }

  /**
   * Adds the vectors of a list.
   *
   * @param base the product of the question with its centre
   */
  void addTo(Estimates estimates, int list, float base) {
    estimates.add(signs, list, chunkAt, starts[list], starts[list + 1], base);
  }

  /** Adds those vectors of a list that pass. */
  void addTo(Estimates estimates, int list, float base, IntPredicate passing) {
    int end = starts[list + 1];
    for (int from = starts[list]; from < end; from++) {
      int to = from;
      while (to < end && passing.test(chunkAt[to])) {
        to++;
      }
      if (to > from) {
        estimates.add(signs, list, chunkAt, from, to, base);
        from = to;
      }
    }
  }

  /**
   * Lists whose centres are near to a question, the nearest first.
   *
   * @param lists their numbers
   * @param bases the product of the question with the centre of each
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Nearest(int[] lists, float[] bases) {}

  /**
   * Lists whose centres are nearest to a question.
   *
   * @param wanted how many are needed; there are more if there are so many
   */
  Nearest nearest(Question question, int wanted) {
    int least = Integer.MIN_VALUE;
    int[] buckets = {};
    if (wanted * COMPARED_TIMES < count()) {
      buckets =
          signsOfCentres.estimate(
              question.planes(), middle.product(question.padded()) * question.scale());
      int[] histogram = new int[Signs.BUCKETS];
      for (int bucket : buckets) {
        histogram[bucket]++;
      }
      least = Signs.reachedBy((long) wanted * COMPARED_TIMES, histogram);
    }
    float[] products = new float[count()];
    long[] order = new long[count()];
    int compared = 0;
    for (int list = 0; list < count(); list++) {
      if (buckets.length == 0 || buckets[list] >= least) {
        products[list] = centres[list].product(question.padded());
        float cosine = centres[list].cosine(products[list]);
        order[compared++] = (long) ~NumericUtils.floatToSortableInt(cosine) << Integer.SIZE | list;
      }
    }
    Arrays.sort(order, 0, compared);
    int[] nearest = new int[compared];
    float[] bases = new float[compared];
    for (int i = 0; i < compared; i++) {
      nearest[i] = (int) order[i];
      bases[i] = products[nearest[i]] * question.scale();
    }
    return new Nearest(nearest, bases);
  }
}
