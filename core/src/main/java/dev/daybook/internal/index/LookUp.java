package dev.daybook.internal.index;

import dev.daybook.internal.index.LexicalQuery.Token;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;

/**
 * Which of the events shown hold the token that a question is: a path, a symbol, an error code, a
 * rare word. As a whole if there are any, else its parts one behind the other in something longer.
 * For one query and one thread.
 */
final class LookUp {
  /** So many events that hold the token are found by it alone, whatever the legs found. */
  static final int HOLDERS_MAX = 100;

  /** A plain word is looked up like a token only if no more shown events have it. */
  static final int RARE_EVENTS_MAX = 3;

  /**
   * What more events than this have, whether they are shown or not, is not rare; and where that is
   * the rarest part of a token, the token is not looked for within others.
   */
  private static final int SEARCHED_EVENTS_MAX = 10_000;

  private static final int[] NONE = {};

  private final LexicalLeg lexical;
  private final List<LeafReaderContext> leaves;

  /** One of these terms makes a holder; none if the holders are all there are. */
  private final List<Term> terms;

  private final int[] holders;

  private LookUp(
      LexicalLeg lexical,
      List<LeafReaderContext> leaves,
      Token token,
      List<String> words,
      FixedBitSet shown)
      throws IOException {
    this.lexical = lexical;
    this.leaves = leaves;
    if (token.whole().isEmpty()) {
      this.holders = words.size() > 1 ? NONE : rare(texts(words.getFirst()), shown);
      this.terms = List.of();
    } else {
      List<Term> whole = List.of(new Term(RowDocument.WHOLE, token.whole()));
      int[] ofWhole = withOne(whole, shown, HOLDERS_MAX);
      this.holders = ofWhole.length > 0 ? ofWhole : within(token, words, shown);
      this.terms = ofWhole.length < HOLDERS_MAX ? List.of() : whole;
    }
  }

  /**
   * Looks a token up.
   *
   * @param words its stems
   * @param shown which rows are looked at; null for all
   */
  static LookUp of(
      LexicalLeg lexical,
      List<LeafReaderContext> leaves,
      Token token,
      List<String> words,
      FixedBitSet shown)
      throws IOException {
    return new LookUp(lexical, leaves, token, words, shown);
  }

  /** Rows that hold the token, in ascending order, at most {@value #HOLDERS_MAX}. */
  int[] holders() {
    return holders;
  }

  /** Which of these rows, in ascending order, hold the token. */
  boolean[] hold(int[] rows) throws IOException {
    boolean[] hold = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      hold[i] = Arrays.binarySearch(holders, rows[i]) >= 0;
    }
    for (Term term : terms) {
      mark(term, rows, hold);
    }
    return hold;
  }

  private int[] rare(List<Term> word, FixedBitSet shown) throws IOException {
    if (eventsOf(word) > SEARCHED_EVENTS_MAX) {
      return NONE;
    }
    int[] found = withOne(word, shown, RARE_EVENTS_MAX + 1);
    return found.length > RARE_EVENTS_MAX ? NONE : found;
  }

  private static List<Term> texts(String word) {
    return LexicalQuery.TEXTS.stream().map(field -> new Term(field, word)).toList();
  }

  private int[] within(Token token, List<String> words, FixedBitSet shown) throws IOException {
    if (words.size() < 2) {
      return NONE;
    }
    int rarest = Integer.MAX_VALUE;
    for (String word : words) {
      rarest = Math.min(rarest, eventsOf(texts(word)));
    }
    if (rarest == 0 || rarest > SEARCHED_EVENTS_MAX) {
      return NONE;
    }
    FixedBitSet rows = lexical.matching(Filter.any(), List.of(token.text()));
    if (shown != null) {
      rows.and(shown);
    }
    if (rows.cardinality() > HOLDERS_MAX) {
      return NONE;
    }
    int[] within = new int[rows.cardinality()];
    int row = -1;
    for (int i = 0; i < within.length; i++) {
      row = rows.nextSetBit(row + 1);
      within[i] = row;
    }
    return within;
  }

  private int eventsOf(List<Term> any) throws IOException {
    int events = 0;
    for (Term term : any) {
      events += events(term);
    }
    return events;
  }

  private int events(Term term) throws IOException {
    int events = 0;
    for (LeafReaderContext leaf : leaves) {
      events += leaf.reader().docFreq(term);
    }
    return events;
  }

  private int[] withOne(List<Term> any, FixedBitSet shown, int most) throws IOException {
    List<Integer> rows = new ArrayList<>();
    for (LeafReaderContext leaf : leaves) {
      for (Term term : any) {
        PostingsEnum events = leaf.reader().postings(term, PostingsEnum.NONE);
        while (events != null
            && rows.size() < most
            && events.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          int row = leaf.docBase + events.docID();
          if (shown == null || shown.get(row)) {
            rows.add(row);
          }
        }
      }
    }
    return rows.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private void mark(Term term, int[] rows, boolean[] marked) throws IOException {
    int leaf = -1;
    PostingsEnum events = null;
    for (int i = 0; i < rows.length; i++) {
      int at = ReaderUtil.subIndex(rows[i], leaves);
      if (at != leaf) {
        leaf = at;
        events = leaves.get(leaf).reader().postings(term, PostingsEnum.NONE);
      }
      int doc = rows[i] - leaves.get(leaf).docBase;
      marked[i] |=
          events != null
              && (events.docID() == doc || (events.docID() < doc && events.advance(doc) == doc));
    }
  }
}
