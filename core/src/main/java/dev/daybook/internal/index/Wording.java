package dev.daybook.internal.index;

import dev.daybook.internal.index.TextAnalysis.Stem;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;

/**
 * What BM25 does not say of a question: which events hold every word of it, and, if it is a single
 * token (a path, a symbol, an error code, a rare word), which events hold that token. For one query
 * and one thread.
 */
final class Wording {
  /** Of a question with more different words no event is asked whether it holds them all. */
  static final int WORDS_MAX = 8;

  /** So many events that hold the token are found by it alone, whatever the legs found. */
  static final int HOLDERS_MAX = 100;

  /** A plain word is looked up like a token only if no more events than this have it. */
  static final int RARE_EVENTS_MAX = 3;

  /** Where its rarest part is in more events than this, a token is not looked for within others. */
  private static final int PHRASE_EVENTS_MAX = 10_000;

  private static final int[] NONE = {};

  private final LexicalLeg lexical;
  private final List<LeafReaderContext> leaves;
  private final String text;
  private final List<String> words;
  private final Optional<Term> token;
  private final int[] within;

  Wording(LexicalLeg lexical, List<LeafReaderContext> leaves, String text) throws IOException {
    this.lexical = lexical;
    this.leaves = leaves;
    this.text = text;
    TextAnalysis analysis = new TextAnalysis();
    Set<String> stems = new LinkedHashSet<>();
    for (Stem stem : analysis.stemsOf(text)) {
      stems.add(stem.text());
    }
    // The longer, the rarer: what an event does not hold shows early.
    this.words = new ArrayList<>(stems);
    this.words.sort(Comparator.comparingInt(String::length).reversed());
    boolean isToken = !stems.isEmpty() && text.chars().noneMatch(Character::isWhitespace);
    this.token = isToken ? token(analysis) : Optional.empty();
    this.within = isToken && token.isEmpty() ? withinOthers() : NONE;
  }

  /** The term that all who hold the token have; none if no event has it, or it is no rare word. */
  private Optional<Term> token(TextAnalysis analysis) throws IOException {
    List<String> wholes = analysis.wholesOf(text);
    if (!wholes.isEmpty()) {
      Term whole = new Term(RowDocument.WHOLE, wholes.getFirst());
      return events(whole) > 0 ? Optional.of(whole) : Optional.empty();
    }
    Term word = new Term(RowDocument.TEXT, words.getFirst());
    return words.size() == 1 && events(word) <= RARE_EVENTS_MAX
        ? Optional.of(word)
        : Optional.empty();
  }

  /** The events in which the token's parts follow one another as a piece of something longer. */
  private int[] withinOthers() throws IOException {
    if (words.size() < 2) {
      return NONE;
    }
    int rarest = Integer.MAX_VALUE;
    for (String word : words) {
      rarest = Math.min(rarest, events(new Term(RowDocument.TEXT, word)));
    }
    if (rarest == 0 || rarest > PHRASE_EVENTS_MAX) {
      return NONE;
    }
    FixedBitSet rows = lexical.matching(Filter.any(), List.of(text));
    return rows.cardinality() > HOLDERS_MAX ? NONE : rowsOf(rows);
  }

  private static int[] rowsOf(FixedBitSet bits) {
    int[] rows = new int[bits.cardinality()];
    int row = -1;
    for (int i = 0; i < rows.length; i++) {
      row = bits.nextSetBit(row + 1);
      rows[i] = row;
    }
    return rows;
  }

  private int events(Term term) throws IOException {
    int events = 0;
    for (LeafReaderContext leaf : leaves) {
      events += leaf.reader().docFreq(term);
    }
    return events;
  }

  /**
   * Rows that hold the token the question is, in order; at most {@value #HOLDERS_MAX}, none if it
   * is no token.
   *
   * @param shown which rows are looked at; null for all
   */
  int[] holders(FixedBitSet shown) throws IOException {
    if (token.isEmpty()) {
      return Arrays.stream(within).filter(row -> shown == null || shown.get(row)).toArray();
    }
    int[] holders = new int[HOLDERS_MAX];
    int count = 0;
    for (LeafReaderContext leaf : leaves) {
      PostingsEnum events = leaf.reader().postings(token.get(), PostingsEnum.NONE);
      while (events != null
          && count < HOLDERS_MAX
          && events.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        int row = leaf.docBase + events.docID();
        if (shown == null || shown.get(row)) {
          holders[count++] = row;
        }
      }
    }
    return Arrays.copyOf(holders, count);
  }

  /** Which of these rows, in ascending order, hold the token the question is. */
  boolean[] holdToken(int[] rows) throws IOException {
    boolean[] hold = new boolean[rows.length];
    if (token.isPresent()) {
      Arrays.fill(hold, true);
      keepThoseWith(token.get(), rows, hold);
    } else {
      for (int i = 0; i < rows.length && within.length > 0; i++) {
        hold[i] = Arrays.binarySearch(within, rows[i]) >= 0;
      }
    }
    return hold;
  }

  /** Which of these rows, in ascending order, hold every word of the question. */
  boolean[] holdAllWords(int[] rows) throws IOException {
    boolean[] hold = new boolean[rows.length];
    if (words.isEmpty() || words.size() > WORDS_MAX) {
      return hold;
    }
    Arrays.fill(hold, true);
    for (String word : words) {
      if (!keepThoseWith(new Term(RowDocument.TEXT, word), rows, hold)) {
        break;
      }
    }
    return hold;
  }

  /** Unmarks the rows without a term; {@code false} if none is left. */
  private boolean keepThoseWith(Term term, int[] rows, boolean[] marked) throws IOException {
    boolean isAnyLeft = false;
    int leaf = -1;
    PostingsEnum events = null;
    for (int i = 0; i < rows.length; i++) {
      if (!marked[i]) {
        continue;
      }
      int at = ReaderUtil.subIndex(rows[i], leaves);
      if (at != leaf) {
        leaf = at;
        events = events(term, leaves.get(leaf));
      }
      int doc = rows[i] - leaves.get(leaf).docBase;
      marked[i] =
          events != null
              && (events.docID() == doc || (events.docID() < doc && events.advance(doc) == doc));
      isAnyLeft |= marked[i];
    }
    return isAnyLeft;
  }

  private static PostingsEnum events(Term term, LeafReaderContext leaf) throws IOException {
    var terms = leaf.reader().terms(term.field());
    if (terms == null) {
      return null;
    }
    TermsEnum found = terms.iterator();
    return found.seekExact(term.bytes()) ? found.postings(null, PostingsEnum.NONE) : null;
  }
}
