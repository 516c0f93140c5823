package dev.daybook.internal.index;

import dev.daybook.internal.index.TopRows.Scored;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.util.FixedBitSet;

/** Nearness in meaning over all sources: an exact scan of every vector. Safe from any thread. */
final class VectorLeg {
  private final Sources sources;
  private final int dimension;
  private final long rowsWithVector;

  VectorLeg(Sources sources) {
    this.sources = sources;
    int found = 0;
    long rows = 0;
    for (int source = 0; source < sources.count(); source++) {
      found = Math.max(found, sources.vectors(source).dimension());
      rows += sources.vectors(source).rowsWithVector();
    }
    this.dimension = found;
    this.rowsWithVector = rows;
  }

  /** Whether no row has a vector. */
  boolean isEmpty() {
    return rowsWithVector == 0;
  }

  /** How many of these rows (null for all) have no vector. */
  long without(FixedBitSet shown) {
    if (shown == null) {
      return sources.rows() - rowsWithVector;
    }
    long without = shown.cardinality();
    for (int source = 0; source < sources.count(); source++) {
      Vectors vectors = sources.vectors(source);
      int start = sources.start(source);
      int last = -1;
      for (int chunk = 0; chunk < vectors.chunks(); chunk++) {
        int row = vectors.rowOf(chunk);
        if (row != last && shown.get(start + row)) {
          without--;
        }
        last = row;
      }
    }
    return without;
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
    return new Prepared(Quantised.of(question));
  }

  /** One query's vector; not safe from several threads. */
  final class Prepared {
    private final Quantised question;
    private final byte[] scratch = new byte[dimension];

    private Prepared(Quantised question) {
      this.question = question;
    }

    /**
     * The nearest rows, the nearest first.
     *
     * @param shown which rows are looked at; null for all
     */
    List<Scored> best(FixedBitSet shown, int count) throws IOException {
      TopRows top = new TopRows(count, sources);
      for (int source = 0; source < sources.count(); source++) {
        scan(sources.vectors(source), sources.start(source), shown, top);
      }
      return top.ranked();
    }

    private void scan(Vectors vectors, int start, FixedBitSet shown, TopRows top)
        throws IOException {
      int chunk = 0;
      while (chunk < vectors.chunks()) {
        int row = vectors.rowOf(chunk);
        boolean isShown = shown == null || shown.get(start + row);
        float best = Float.NEGATIVE_INFINITY;
        for (; chunk < vectors.chunks() && vectors.rowOf(chunk) == row; chunk++) {
          if (isShown) {
            best = Math.max(best, question.cosine(vectors, chunk, scratch));
          }
        }
        if (isShown) {
          top.offer(start + row, best);
        }
      }
    }

    /** The cosine of a row's nearest chunk; NaN if it has no vector. */
    float score(int row) throws IOException {
      int source = sources.sourceOf(row);
      return question.best(sources.vectors(source), row - sources.start(source), scratch);
    }
  }
}
