package dev.daybook.internal.index;

import dev.daybook.internal.index.TopRows.Scored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.FixedBitSet;

/**
 * Nearness in meaning over all sources. Scores are cosines of vectors with a byte a component.
 * Sources without {@link Lists}, and what is left of others by a filter that few rows pass, are
 * compared with vector by vector. Of the rest the lists nearest to the question are looked through
 * by {@link Signs}, and the vectors that look best compared with: a few neighbours may be missed.
 * Safe from any thread.
 */
final class VectorLeg {
  /** So many rows are always compared with one by one. */
  static final int FEW = 1024;

  /** Vectors looked through by sign are this times the two thirds' power of all that pass. */
  private static final int LOOKED_THROUGH = 5;

  /** Vectors compared with for each that is asked for. */
  private static final int COMPARED_TIMES = 4;

  private static final int COMPARED_MIN = 300;

  private final Sources sources;
  private final int dimension;
  private final FixedBitSet withVector;
  private final long rowsWithVector;

  VectorLeg(Sources sources) {
    this.sources = sources;
    this.withVector = new FixedBitSet(Math.max(1, sources.rows()));
    int found = 0;
    for (int source = 0; source < sources.count(); source++) {
      Vectors vectors = sources.vectors(source);
      found = Math.max(found, vectors.dimension());
      or(withVector, sources.start(source), vectors.withVector());
    }
    this.dimension = found;
    this.rowsWithVector = withVector.cardinality();
  }

  private static void or(FixedBitSet bits, int start, FixedBitSet source) {
    FixedBitSet.orRange(source, 0, bits, start, Math.min(source.length(), bits.length() - start));
  }

  /** Whether no row has a vector. */
  boolean isEmpty() {
    return rowsWithVector == 0;
  }

  /** How many of these rows (null for all) have no vector. */
  long without(FixedBitSet shown) {
    return shown == null
        ? sources.rows() - rowsWithVector
        : shown.cardinality() - FixedBitSet.intersectionCount(shown, withVector);
  }

  Prepared prepare(float[] question) {
    if (question.length != dimension) {
      throw new IllegalArgumentException(
          "The query's vector has "
              + question.length
              + " components, those of the events "
              + dimension
              + "; both must come from one embedder");
    }
    return new Prepared(Question.of(question));
  }

  /** One query's vector; not safe from several threads. */
  final class Prepared {
    private final Question question;
    private final byte[] scratch = new byte[dimension];

    private Prepared(Question question) {
      this.question = question;
    }

    /**
     * The nearest rows, the nearest first: so many, or all with a vector if there are fewer.
     *
     * @param shown which rows are looked at; null for all
     */
    List<Scored> best(FixedBitSet shown, int count) throws IOException {
      FixedBitSet passing = withVector;
      if (shown != null) {
        passing = shown.clone();
        passing.and(withVector);
      }
      TopRows top = new TopRows(count, sources);
      Candidates candidates = new Candidates(question, passing, count);
      long all = 0;
      for (int source = 0; source < sources.count(); source++) {
        Vectors vectors = sources.vectors(source);
        int start = sources.start(source);
        int rows =
            shown == null
                ? vectors.rowsWithVector()
                : passing.cardinality(start, start + sources.table(source).rows());
        all += rows;
        if (rows == 0) {
          continue;
        }
        if (vectors.lists().isEmpty() || isFew(rows, vectors.chunks())) {
          scan(source, passing, top);
        } else {
          candidates.lookThrough(source, rows);
        }
      }
      candidates.compare(this, top);
      List<Scored> ranked = top.ranked();
      return ranked.size() < Math.min(count, all) ? allCompared(passing, count) : ranked;
    }

    /** Whether looking through lists would cost more than comparing with each row. */
    private static boolean isFew(int rows, int chunks) {
      return rows <= FEW || rows * Math.cbrt(rows) < 0.2 * chunks;
    }

    private List<Scored> allCompared(FixedBitSet passing, int count) throws IOException {
      TopRows top = new TopRows(count, sources);
      for (int source = 0; source < sources.count(); source++) {
        scan(source, passing, top);
      }
      return top.ranked();
    }

    private void scan(int source, FixedBitSet passing, TopRows top) throws IOException {
      Vectors vectors = sources.vectors(source);
      int start = sources.start(source);
      int end = start + Math.min(sources.table(source).rows(), vectors.withVector().length());
      for (int row = next(passing, start, end); row < end; row = next(passing, row + 1, end)) {
        top.offer(row, question.exact().best(vectors, row - start, scratch));
      }
    }

    /** The cosine of a row's nearest chunk; NaN if it has no vector. */
    float score(int row) throws IOException {
      int source = sources.sourceOf(row);
      return question.exact().best(sources.vectors(source), row - sources.start(source), scratch);
    }
  }

  private static int next(FixedBitSet bits, int from, int end) {
    return from >= end ? end : Math.min(end, bits.nextSetBit(from, end));
  }

  /** The vectors that one query has looked through by sign. */
  private final class Candidates {
    /** A list that was looked through. */
    private record Seen(int source, int list, int from) {}

    private final Question question;
    private final FixedBitSet passing;
    private final int wanted;
    private final List<Seen> seen = new ArrayList<>();
    private final int[] histogram = new int[Signs.BUCKETS];
    private int[] buckets = new int[0];
    private int[] sums = new int[0];
    private int size;

    Candidates(Question question, FixedBitSet passing, int count) {
      this.question = question;
      this.passing = passing;
      this.wanted =
          (int) Math.max(COMPARED_MIN, Math.min(Integer.MAX_VALUE, (long) COMPARED_TIMES * count));
    }

    /**
     * Looks through the lists nearest to the question.
     *
     * @param rows how many rows of the source pass
     */
    void lookThrough(int source, int rows) {
      Vectors vectors = sources.vectors(source);
      Lists lists = vectors.lists().orElseThrow();
      double share = (double) rows / vectors.rowsWithVector();
      double chunks = share * vectors.chunks();
      long enough = (long) Math.max(wanted, LOOKED_THROUGH * Math.pow(chunks, 2.0 / 3));
      int needed = (int) Math.min(lists.count(), 1 + lists.count() * (enough / chunks));
      boolean[] isSeen = new boolean[lists.count()];
      long passed = 0;
      for (int[] nearest = lists.nearest(question, needed); passed < enough; ) {
        for (int i = 0; i < nearest.length && passed < enough; i++) {
          if (!isSeen[nearest[i]]) {
            isSeen[nearest[i]] = true;
            passed += lookThrough(source, lists, nearest[i], share < 1);
          }
        }
        if (nearest.length == lists.count()) {
          return;
        }
        nearest = lists.nearest(question, lists.count());
      }
    }

    private int lookThrough(int source, Lists lists, int list, boolean isFiltered) {
      int from = size;
      size += lists.size(list);
      if (size > buckets.length) {
        buckets = Arrays.copyOf(buckets, Math.max(size, 2 * buckets.length));
      }
      if (sums.length < lists.size(list)) {
        sums = new int[lists.largest()];
      }
      lists.estimate(question, list, sums, buckets, from);
      seen.add(new Seen(source, list, from));
      int passed = isFiltered ? leaveOut(source, lists, list, from) : lists.size(list);
      for (int i = from; i < size; i++) {
        if (buckets[i] >= 0) {
          histogram[buckets[i]]++;
        }
      }
      return passed;
    }

    /** Takes out what does not pass; gives how many do. */
    private int leaveOut(int source, Lists lists, int list, int from) {
      Vectors vectors = sources.vectors(source);
      int start = sources.start(source);
      int passed = 0;
      for (int i = 0; i < lists.size(list); i++) {
        int chunk = lists.chunkAt(lists.start(list) + i);
        if (passing.get(start + vectors.rowOf(chunk))) {
          passed++;
        } else {
          buckets[from + i] = -1;
        }
      }
      return passed;
    }

    /** Compares with those that look best. */
    void compare(Prepared prepared, TopRows top) throws IOException {
      int least = Signs.BUCKETS - 1;
      for (int above = histogram[least]; above < wanted && least > 0; above += histogram[least]) {
        least--;
      }
      int equalMax = COMPARED_TIMES * wanted;
      int[] rows = new int[wanted];
      int count = 0;
      for (Seen one : seen) {
        Lists lists = sources.vectors(one.source()).lists().orElseThrow();
        Vectors vectors = sources.vectors(one.source());
        for (int i = 0; i < lists.size(one.list()); i++) {
          int bucket = buckets[one.from() + i];
          if (bucket > least || (bucket == least && equalMax-- > 0)) {
            int chunk = lists.chunkAt(lists.start(one.list()) + i);
            if (count == rows.length) {
              rows = Arrays.copyOf(rows, 2 * count);
            }
            rows[count++] = sources.start(one.source()) + vectors.rowOf(chunk);
          }
        }
      }
      Arrays.sort(rows, 0, count);
      for (int i = 0; i < count; i++) {
        if (i == 0 || rows[i] != rows[i - 1]) {
          top.offer(rows[i], prepared.score(rows[i]));
        }
      }
    }
  }
}
