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
 * Which events hold the token that a question is: a path, a symbol, an error code, a rare word. As
 * a whole if there are any, else its parts one behind the other in something longer. For one query
 * and one thread.
 */
final class LookUp {
  /** So many events that hold the token are found by it alone, whatever the legs found. */
  static final int HOLDERS_MAX = 100;

  /** A plain word is looked up like a token only if no more events than this have it. */
  static final int RARE_EVENTS_MAX = 3;

  /** Where its rarest part is in more events than this, a token is not looked for within others. */
  private static final int PHRASE_EVENTS_MAX = 10_000;

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
    List<Term> found = terms(token, words);
    if (found.isEmpty()) {
      this.holders = token.whole().isEmpty() ? NONE : within(token, words, shown);
      this.terms = List.of();
    } else {
      this.holders = withOne(found, shown);
      this.terms = holders.length < HOLDERS_MAX ? List.of() : found;
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

  private List<Term> terms(Token token, List<String> words) throws IOException {
    if (!token.whole().isEmpty()) {
      Term whole = new Term(RowDocument.WHOLE, token.whole());
      return events(whole) > 0 ? List.of(whole) : List.of();
    }
    if (words.size() > 1) {
      return List.of();
    }
    List<Term> word = texts(words.getFirst());
    return eventsOf(word) <= RARE_EVENTS_MAX ? word : List.of();
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
    if (rarest == 0 || rarest > PHRASE_EVENTS_MAX) {
      return NONE;
    }
    FixedBitSet rows = lexical.matching(Filter.any(), List.of(token.text()));
    if (rows.cardinality() > HOLDERS_MAX) {
      return NONE;
    }
    if (shown != null) {
      rows.and(shown);
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

  private int[] withOne(List<Term> any, FixedBitSet shown) throws IOException {
    List<Integer> rows = new ArrayList<>();
    for (LeafReaderContext leaf : leaves) {
      for (Term term : any) {
        PostingsEnum events = leaf.reader().postings(term, PostingsEnum.NONE);
        while (events != null
            && rows.size() < HOLDERS_MAX
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
