package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.FixedBitSet;

/**
 * Several sources as one row of rows: those of the first source, then those of the second, and so
 * on, which is how Lucene's MultiReader counts their documents.
 */
final class Sources {
  private final List<RowTable> tables;
  private final List<Vectors> vectors;
  private final int[] starts;

  Sources(List<RowTable> tables, List<Vectors> vectors) {
    this.tables = List.copyOf(tables);
    this.vectors = List.copyOf(vectors);
    starts = new int[tables.size() + 1];
    for (int i = 0; i < tables.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], tables.get(i).rows());
    }
  }

  int count() {
    return tables.size();
  }

  int rows() {
    return starts[tables.size()];
  }

  int start(int source) {
    return starts[source];
  }

  RowTable table(int source) {
    return tables.get(source);
  }

  Vectors vectors(int source) {
    return vectors.get(source);
  }

  /** The source of a row. */
  int sourceOf(int row) {
    if (row < starts[1]) {
      return 0;
    }
    int at = Arrays.binarySearch(starts, row);
    if (at < 0) {
      return -at - 2;
    }
    while (starts[at + 1] == row) {
      at++;
    }
    return at;
  }

  EventId id(int row) throws IOException {
    int source = sourceOf(row);
    return tables.get(source).id(row - starts[source]);
  }

  /** As identities compare, without making them. */
  int compareIds(int a, int b) throws IOException {
    int sourceA = sourceOf(a);
    int sourceB = sourceOf(b);
    RowTable tableA = tables.get(sourceA);
    RowTable tableB = tables.get(sourceB);
    int rowA = a - starts[sourceA];
    int rowB = b - starts[sourceB];
    int byHigh = Long.compareUnsigned(tableA.high(rowA), tableB.high(rowB));
    return byHigh != 0 ? byHigh : Long.compareUnsigned(tableA.low(rowA), tableB.low(rowB));
  }

  /**
   * Of the started calls that are ended, those that a call within a moment ends.
   *
   * @param ended what {@link EndedStarts} gives
   * @param beyond the rows outside the moment
   */
  FixedBitSet endedStarts(FixedBitSet ended, FixedBitSet beyond) throws IOException {
    FixedBitSet within = new FixedBitSet(ended.length());
    for (int i = 0; i < tables.size(); i++) {
      RowTable table = tables.get(i);
      int[] begun = table.endedStarts();
      int[] ends = table.ends();
      for (int n = 0; n < begun.length; n++) {
        if (!beyond.get(starts[i] + ends[n])) {
          within.set(starts[i] + begun[n]);
        }
      }
      for (RowTable.Foreign end : table.foreignEnds()) {
        if (!beyond.get(starts[i] + end.row())) {
          int begin = rowOf(end.cause());
          if (begin >= 0 && ended.get(begin)) {
            within.set(begin);
          }
        }
      }
    }
    return within;
  }

  /** The row of an event among all rows; -1 if there is none. */
  private int rowOf(EventId id) throws IOException {
    for (int source = 0; source < tables.size(); source++) {
      int row = tables.get(source).rowOf(id);
      if (row >= 0) {
        return starts[source] + row;
      }
    }
    return -1;
  }
}
