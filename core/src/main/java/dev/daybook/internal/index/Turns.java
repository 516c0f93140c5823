package dev.daybook.internal.index;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.util.FixedBitSet;

/**
 * The turns of a conversation before and after some: messages of the same session, at most a few
 * rows away in the same segment; in the tail, in the same part of its index, which Lucene divides
 * as rows come in. Where a segment or such a part ends, a turn has a neighbour less.
 */
final class Turns {
  /** How many rows away a neighbour may be, those of other sessions counted. */
  static final int ROWS_AWAY_MAX = 8;

  /** Stands for: this turn has no such neighbour. */
  static final int NONE = -1;

  private final int[] before;
  private final int[] after;
  private final boolean[] isTurn;

  private Turns(int count) {
    before = new int[count];
    after = new int[count];
    isTurn = new boolean[count];
  }

  /** Whether the row given at this place is a turn. */
  boolean isTurn(int place) {
    return isTurn[place];
  }

  /** The row before it, or {@link #NONE}. */
  int before(int place) {
    return before[place];
  }

  /** The row after it, or {@link #NONE}. */
  int after(int place) {
    return after[place];
  }

  /**
   * The neighbours of these rows.
   *
   * @param rows in ascending order
   * @param shown which rows may be neighbours; null for all
   */
  static Turns beside(List<LeafReaderContext> leaves, int[] rows, FixedBitSet shown)
      throws IOException {
    Turns turns = new Turns(rows.length);
    Window window = new Window(shown);
    for (int i = 0; i < rows.length; i++) {
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(rows[i], leaves));
      window.moveTo(leaf, rows[i] - leaf.docBase);
      turns.isTurn[i] = window.sessionAt(0) >= 0;
      turns.before[i] = turns.isTurn[i] ? window.nearest(-1) : NONE;
      turns.after[i] = turns.isTurn[i] ? window.nearest(1) : NONE;
    }
    return turns;
  }

  /** The sessions of the rows around one; moves forward only, as a column does. */
  private static final class Window {
    private static final int WIDTH = 2 * ROWS_AWAY_MAX + 1;

    private final FixedBitSet shown;
    private final int[] sessions = new int[WIDTH];
    private LeafReaderContext leaf;
    private SortedDocValues own;
    private SortedDocValues column;
    private int centre;
    private int end;

    Window(FixedBitSet shown) {
      this.shown = shown;
    }

    void moveTo(LeafReaderContext newLeaf, int doc) throws IOException {
      if (newLeaf != leaf) {
        leaf = newLeaf;
        own = leaf.reader().getSortedDocValues(RowDocument.SESSION_OF_TURN);
        column = leaf.reader().getSortedDocValues(RowDocument.SESSION_OF_TURN);
        end = 0;
      }
      centre = doc;
      if (own == null || !own.advanceExact(doc)) {
        sessions[doc % WIDTH] = -1;
        return;
      }
      int last = Math.min(leaf.reader().maxDoc(), doc + ROWS_AWAY_MAX + 1);
      for (int at = Math.max(end, Math.max(0, doc - ROWS_AWAY_MAX)); at < last; at++) {
        sessions[at % WIDTH] = column.advanceExact(at) ? column.ordValue() : -1;
      }
      end = Math.max(end, last);
    }

    int sessionAt(int step) {
      return sessions[(centre + step) % WIDTH];
    }

    int nearest(int direction) {
      int session = sessionAt(0);
      for (int away = 1; away <= ROWS_AWAY_MAX; away++) {
        int doc = centre + direction * away;
        if (doc < 0 || doc >= end) {
          break;
        }
        int row = leaf.docBase + doc;
        if (sessions[doc % WIDTH] == session && (shown == null || shown.get(row))) {
          return row;
        }
      }
      return NONE;
    }
  }
}
