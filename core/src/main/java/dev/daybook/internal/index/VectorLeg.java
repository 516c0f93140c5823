package dev.daybook.internal.index;

import dev.daybook.internal.index.TopRows.Scored;
import java.io.IOException;
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

  /** Vectors looked through by sign are this times the root of all that pass. */
  private static final int LOOKED_THROUGH = 40;

  /** The same for where lists that bring nothing more of the best are the end of it. */
  private static final int LOOKED_THROUGH_MIN = 12;

  /** Vectors compared with for each row that is asked for, and at least, if there are few. */
  private static final int COMPARED_TIMES = 5;

  private static final int COMPARED_MIN = 300;

  /** From here on the number compared with rises by the fourth root of those that pass. */
  private static final double MANY = 65_536;

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
      int[] passingOf = new int[sources.count()];
      boolean[] isListed = new boolean[sources.count()];
      long all = 0;
      double listed = 0;
      for (int source = 0; source < isListed.length; source++) {
        Vectors vectors = sources.vectors(source);
        int start = sources.start(source);
        int rows =
            shown == null
                ? vectors.rowsWithVector()
                : passing.cardinality(start, start + sources.table(source).rows());
        passingOf[source] = rows;
        all += rows;
        isListed[source] = vectors.lists().isPresent() && !isFew(rows, vectors.chunks());
        listed += isListed[source] ? chunks(vectors, rows) : 0;
      }
      for (int source = 0; source < isListed.length; source++) {
        if (!isListed[source] && passingOf[source] > 0) {
          scan(source, passing, top);
        }
      }
      if (listed > 0) {
        Candidates candidates = new Candidates(question, passing, count, listed);
        for (int source = 0; source < isListed.length; source++) {
          if (isListed[source]) {
            candidates.lookThrough(source, passingOf[source]);
          }
        }
        candidates.compare(top);
      }
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

    @SuppressWarnings("ReferenceEquality") // the very set of an unfiltered query
    private void scan(int source, FixedBitSet passing, TopRows top) throws IOException {
      Vectors vectors = sources.vectors(source);
      int start = sources.start(source);
      int end = start + Math.min(sources.table(source).rows(), vectors.withVector().length());
      if (passing == withVector) {
        scanAll(vectors, start, top);
        return;
      }
      for (int row = next(passing, start, end); row < end; row = next(passing, row + 1, end)) {
        top.offer(row, question.exact().best(vectors, row - start, scratch));
      }
    }

    private void scanAll(Vectors vectors, int start, TopRows top) throws IOException {
      for (int chunk = 0; chunk < vectors.chunks(); ) {
        int row = vectors.rowOf(chunk);
        float best = question.exact().cosine(vectors, chunk, scratch);
        for (chunk++; chunk < vectors.chunks() && vectors.rowOf(chunk) == row; chunk++) {
          best = Math.max(best, question.exact().cosine(vectors, chunk, scratch));
        }
        top.offer(start + row, best);
      }
    }

    /** Whether a row's only chunk is its first, so that {@link #best} says it all. */
    boolean hasOneChunk(int row) {
      Vectors vectors = sources.vectors(sources.sourceOf(row));
      return vectors.chunks() == vectors.rowsWithVector();
    }

    /** The cosine of a row's nearest chunk, with a share of the first's; NaN without a vector. */
    float score(int row, float firstShare) throws IOException {
      int source = sources.sourceOf(row);
      return question
          .exact()
          .best(sources.vectors(source), row - sources.start(source), firstShare, scratch);
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

  /** How many vectors some of the rows have. */
  private static double chunks(Vectors vectors, int rows) {
    return (double) rows / vectors.rowsWithVector() * vectors.chunks();
  }

  /** The vectors that one query has looked through by sign. */
  private final class Candidates {
    private final Question question;
    private final FixedBitSet passing;
    private final Estimates estimates;

    /** How many are compared with, of few. */
    private final long wanted;

    /** How many are compared with. */
    private final long most;

    /** By source: where its vectors end among those that look best. */
    private final int[] ends = new int[sources.count()];

    private final byte[] scratch = new byte[dimension];

    /** Keeps the reads ahead from being left out. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    /**
     * Begins.
     *
     * @param all how many vectors pass
     */
    Candidates(Question question, FixedBitSet passing, int count, double all) {
      this.question = question;
      this.passing = passing;
      this.wanted = Math.max(COMPARED_MIN, (long) COMPARED_TIMES * count);
      this.most = (long) (wanted * Math.sqrt(Math.sqrt(Math.max(1, all / MANY))));
      this.estimates = new Estimates(question, most);
    }

    /**
     * Looks through the lists nearest to the question; called for sources in their order.
     *
     * @param rows how many rows of the source pass
     */
    void lookThrough(int source, int rows) {
      Vectors vectors = sources.vectors(source);
      Lists lists = vectors.lists().orElseThrow();
      double chunks = chunks(vectors, rows);
      long enough =
          (long) Math.min(chunks, Math.max(2.0 * wanted, LOOKED_THROUGH * Math.sqrt(chunks)));
      Lists.Nearest nearest =
          lists.nearest(
              question, (int) Math.min(lists.count(), 1 + lists.count() * (enough / chunks)));
      boolean[] isSeen = new boolean[lists.count()];
      long before = estimates.added();
      enough += before;
      long least = before + (long) (LOOKED_THROUGH_MIN * Math.sqrt(chunks));
      for (int i = 0; estimates.added() < enough; i++) {
        if (estimates.added() >= least && estimates.isExhausted()) {
          break;
        }
        if (i == nearest.lists().length) {
          if (i == lists.count()) {
            break;
          }
          nearest = lists.nearest(question, lists.count());
          i = 0;
        }
        int list = nearest.lists()[i];
        if (!isSeen[list]) {
          isSeen[list] = true;
          add(source, lists, list, nearest.bases()[i], rows < vectors.rowsWithVector());
        }
      }
      estimates.flush();
      Arrays.fill(ends, source, ends.length, estimates.size());
    }

    private void add(int source, Lists lists, int list, float base, boolean isFiltered) {
      if (isFiltered) {
        Vectors vectors = sources.vectors(source);
        int start = sources.start(source);
        lists.addTo(estimates, list, base, c -> passing.get(start + vectors.rowOf(c)));
      } else {
        lists.addTo(estimates, list, base);
      }
    }

    /** Compares with those that look best. */
    void compare(TopRows top) throws IOException {
      int least = estimates.least();
      long equalMax = most;
      int[] chunks = new int[estimates.size()];
      int[] buckets = estimates.buckets();
      int[] numbers = estimates.chunks();
      int from = 0;
      for (int source = 0; source < ends.length; source++) {
        int found = 0;
        int end = ends[source];
        for (; from < end; from++) {
          int bucket = buckets[from];
          if (bucket >= least && (bucket > least || equalMax-- > 0)) {
            chunks[found++] = numbers[from];
          }
        }
        compare(source, chunks, found, top);
      }
    }

    private void compare(int source, int[] chunks, int found, TopRows top) throws IOException {
      Vectors vectors = sources.vectors(source);
      int start = sources.start(source);
      boolean isOneARow = vectors.chunks() == vectors.rowsWithVector();
      if (!isOneARow) {
        Arrays.sort(chunks, 0, found);
      }
      for (int i = 0; i < found; i++) {
        touched += vectors.touch(chunks[i]);
      }
      int last = -1;
      for (int i = 0; i < found; i++) {
        int row = vectors.rowOf(chunks[i]);
        if (isOneARow) {
          top.offer(start + row, question.exact().cosine(vectors, chunks[i], scratch));
        } else if (row != last) {
          top.offer(start + row, question.exact().best(vectors, row, scratch));
        }
        last = row;
      }
    }
  }
}
