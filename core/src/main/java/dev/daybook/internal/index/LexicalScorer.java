package dev.daybook.internal.index;

import dev.daybook.internal.index.LexicalQuery.Near;
import dev.daybook.internal.index.LexicalQuery.Reach;
import dev.daybook.internal.index.LexicalQuery.Word;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermState;
import org.apache.lucene.index.TermStates;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.search.similarities.Similarity.SimScorer;
import org.apache.lucene.util.IOSupplier;

/**
 * A query's terms, looked up, and the score they give single rows. Neighbours are only looked at
 * where a row is scored: a query in which they took part in the search would take ten times as
 * long. Not safe from several threads.
 */
final class LexicalScorer {
  private static final long NORM_OF_NONE = 1;
  private static final int NO_FIELD = -1;

  /** A term that at least one row has. */
  private record Clause(
      Term term,
      int field,
      float boost,
      TermStates states,
      SimScorer scorer,
      boolean isNear,
      boolean isOfText) {
    boolean isIn(String name) {
      return term.field().equals(name);
    }
  }

  private record Phrase(String field, Query query) {}

  /** Clauses that count more together, all of one field. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Together(Reach reach, int[] clauses, int[] offsets, SimScorer scorer) {}

  /** Of a question with more different words no event is asked whether it holds them all. */
  static final int WORDS_MAX = 8;

  private final LexicalStatistics searcher;

  /** How many words a row must have to have all. */
  private final int wordsOfText;

  private final List<LeafReaderContext> leaves;
  private final List<String> fields = new ArrayList<>();
  private final List<Clause> clauses = new ArrayList<>();
  private final List<Together> nears = new ArrayList<>();
  private final List<Phrase> phrases = new ArrayList<>();

  /** By part of the index; null where nothing was scored yet. */
  private final InLeaf[] inLeaves;

  LexicalScorer(LexicalStatistics searcher, LexicalQuery query) throws IOException {
    this.searcher = searcher;
    this.leaves = searcher.getIndexReader().leaves();
    this.inLeaves = new InLeaf[leaves.size()];
    this.wordsOfText = query.stems() > WORDS_MAX ? Integer.MAX_VALUE : Math.max(1, query.stems());
    boolean[] isNear = new boolean[query.words().size()];
    query.nears().forEach(near -> near.words().forEach(word -> isNear[word] = true));
    int[] inText = new int[query.words().size()];
    int[] inTurn = new int[query.words().size()];
    Arrays.fill(inText, -1);
    Arrays.fill(inTurn, -1);
    boolean hasTurns = searcher.collectionStatistics(RowDocument.TURN) != null;
    for (int i = 0; i < isNear.length; i++) {
      Word word = query.words().get(i);
      switch (word.sort()) {
        case STEM -> {
          TermStates text = look(RowDocument.TEXT, word);
          if (hasTurns) {
            TermStates turn = look(RowDocument.TURN, word);
            int rows = text.docFreq();
            long times = text.totalTermFreq();
            text.accumulateStatistics(turn.docFreq(), turn.totalTermFreq());
            if (turn.docFreq() > 0) {
              turn.accumulateStatistics(rows, times);
              inTurn[i] = add(RowDocument.TURN, word, turn, isNear[i], i < query.stems());
            }
            if (rows > 0) {
              inText[i] = add(RowDocument.TEXT, word, text, isNear[i], i < query.stems());
            }
          } else if (text.docFreq() > 0) {
            inText[i] = add(RowDocument.TEXT, word, text, isNear[i], i < query.stems());
          }
        }
        case FIRST_LINE -> addIfThere(RowDocument.FIRST_LINE, word);
        case WHOLE -> addIfThere(RowDocument.WHOLE, word);
      }
    }
    for (Near near : query.nears()) {
      addNear(near, inText);
      addNear(near, inTurn);
    }
  }

  private TermStates look(String field, Word word) throws IOException {
    return TermStates.build(searcher, new Term(field, word.text()), true);
  }

  private void addIfThere(String field, Word word) throws IOException {
    if (searcher.collectionStatistics(field) != null) {
      TermStates states = look(field, word);
      if (states.docFreq() > 0) {
        int unused = add(field, word, states, false, false);
      }
    }
  }

  private int add(String field, Word word, TermStates states, boolean isNear, boolean isOfText)
      throws IOException {
    Term term = new Term(field, word.text());
    int number = fields.indexOf(field);
    if (number < 0) {
      number = fields.size();
      fields.add(field);
    }
    clauses.add(
        new Clause(
            term,
            number,
            word.boost(),
            states,
            scorer(field, word.boost(), List.of(statistics(term, states))),
            isNear,
            isOfText));
    return clauses.size() - 1;
  }

  private static TermStatistics statistics(Term term, TermStates states) {
    return new TermStatistics(term.bytes(), states.docFreq(), states.totalTermFreq());
  }

  private SimScorer scorer(String field, float boost, List<TermStatistics> terms)
      throws IOException {
    CollectionStatistics collection = searcher.collectionStatistics(field);
    return searcher.getSimilarity().scorer(boost, collection, terms.toArray(TermStatistics[]::new));
  }

  private void addNear(Near near, int[] numbers) throws IOException {
    int[] wanted = near.words().stream().mapToInt(word -> numbers[word]).toArray();
    if (Arrays.stream(wanted).anyMatch(number -> number < 0)) {
      return;
    }
    String field = fields.get(clauses.get(wanted[0]).field());
    List<TermStatistics> terms = new ArrayList<>();
    PhraseQuery.Builder phrase = new PhraseQuery.Builder();
    for (int i = 0; i < wanted.length; i++) {
      Clause clause = clauses.get(wanted[i]);
      terms.add(statistics(clause.term(), clause.states()));
      phrase.add(clause.term(), near.offsets().get(i));
    }
    int[] offsets = near.offsets().stream().mapToInt(Integer::intValue).toArray();
    nears.add(new Together(near.reach(), wanted, offsets, scorer(field, near.boost(), terms)));
    if (near.reach() == Reach.PHRASE) {
      phrases.add(new Phrase(field, new BoostQuery(phrase.build(), near.boost())));
    }
  }

  /**
   * Find what could be among the best: rows with one of the words, or a whole phrase; first among
   * texts, then among turns, each with half as many words to look for. A turn may be found by both,
   * and only the second gives it all it is worth.
   */
  List<Query> candidates() {
    boolean hasTurns = clauses.stream().anyMatch(clause -> clause.isIn(RowDocument.TURN));
    boolean hasTexts = clauses.stream().anyMatch(clause -> clause.isIn(RowDocument.TEXT));
    List<Query> queries = new ArrayList<>();
    if (hasTexts || !hasTurns) {
      queries.add(candidatesWithout(RowDocument.TURN));
    }
    if (hasTurns) {
      queries.add(candidatesWithout(RowDocument.TEXT));
    }
    return queries;
  }

  private Query candidatesWithout(String field) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (Clause clause : clauses) {
      if (clause.boost() > 0 && !clause.isIn(field)) {
        Query word = new TermQuery(clause.term(), clause.states());
        any.add(clause.boost() == 1 ? word : new BoostQuery(word, clause.boost()), Occur.SHOULD);
      }
    }
    for (Phrase phrase : phrases) {
      if (!phrase.field().equals(field)) {
        any.add(phrase.query(), Occur.SHOULD);
      }
    }
    BooleanQuery built = any.build();
    return built.clauses().size() == 1 ? built.clauses().getFirst().query() : built;
  }

  /** Takes a row and its score. */
  @FunctionalInterface
  interface Taker {
    /**
     * A row.
     *
     * @param score 0 if it has no word of the query
     * @param hasAllWords whether it has every word of the query's text, if they are few
     */
    void take(int row, float score, boolean hasAllWords);
  }

  /**
   * Scores rows, always the same way: each clause in turn, added up with double precision.
   *
   * @param rows ascending
   */
  void score(int[] rows, Taker taker) throws IOException {
    int from = 0;
    while (from < rows.length) {
      int number = ReaderUtil.subIndex(rows[from], leaves);
      LeafReaderContext leaf = leaves.get(number);
      int end = leaf.docBase + leaf.reader().maxDoc();
      InLeaf inLeaf = inLeaf(number, rows[from] - leaf.docBase);
      while (from < rows.length && rows[from] < end) {
        float score = inLeaf.score(rows[from] - leaf.docBase);
        taker.take(rows[from], score, inLeaf.words == wordsOfText);
        from++;
      }
    }
  }

  /** Lets go of what scoring was made quick by: an answer that is kept does not need it. */
  void forget() {
    Arrays.fill(inLeaves, null);
  }

  /** The clauses in a part of the index, where they can go on to a row and those behind it. */
  private InLeaf inLeaf(int number, int doc) throws IOException {
    InLeaf inLeaf = inLeaves[number];
    if (inLeaf == null) {
      inLeaf = new InLeaf(leaves.get(number));
      inLeaves[number] = inLeaf;
    } else {
      inLeaf.goOnTo(doc);
    }
    return inLeaf;
  }

  /** The query's stems that a row has. */
  Set<String> stemsIn(int row) throws IOException {
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(row, leaves));
    InLeaf inLeaf = new InLeaf(leaf);
    Set<String> stems = new HashSet<>();
    for (int i = 0; i < clauses.size(); i++) {
      if (LexicalStatistics.isText(clauses.get(i).term().field())
          && inLeaf.isAt(i, row - leaf.docBase)) {
        stems.add(clauses.get(i).term().text());
      }
    }
    return stems;
  }

  /** The clauses in one part of the index. */
  private final class InLeaf {
    private final PostingsEnum[] postings = new PostingsEnum[clauses.size()];
    private final NumericDocValues[] norms = new NumericDocValues[fields.size()];
    private final long[] norm = new long[fields.size()];
    private final int[] normOf = new int[fields.size()];
    private final Positions[] positions = new Positions[clauses.size()];

    /** How many words of the text the row scored last has. */
    private int words;

    private final int text = fields.indexOf(RowDocument.TEXT);
    private final int turn = fields.indexOf(RowDocument.TURN);

    private final LeafReaderContext leaf;
    private final TermsEnum[] terms = new TermsEnum[fields.size()];
    private final TermState[] states = new TermState[postings.length];

    /** No row behind this was asked for since the beginning. */
    private int furthest;

    InLeaf(LeafReaderContext leaf) throws IOException {
      this.leaf = leaf;
      for (int i = 0; i < postings.length; i++) {
        IOSupplier<TermState> supplier = clauses.get(i).states().get(leaf);
        states[i] = supplier == null ? null : supplier.get();
        int field = clauses.get(i).field();
        if (states[i] != null && terms[field] == null) {
          terms[field] = Terms.getTerms(leaf.reader(), fields.get(field)).iterator();
        }
      }
      begin();
    }

    /** Goes back to the beginning; what was made for the rows before is used again. */
    private void begin() throws IOException {
      furthest = -1;
      Arrays.fill(normOf, -1);
      for (int field = 0; field < norms.length; field++) {
        norms[field] = terms[field] == null ? null : leaf.reader().getNormValues(fields.get(field));
      }
      for (int i = 0; i < postings.length; i++) {
        Clause clause = clauses.get(i);
        if (states[i] != null) {
          terms[clause.field()].seekExact(clause.term().bytes(), states[i]);
          postings[i] =
              terms[clause.field()].postings(
                  postings[i], clause.isNear() ? PostingsEnum.POSITIONS : PostingsEnum.FREQS);
        }
      }
    }

    /** Postings only go forward: for a row before the last one all begin again. */
    void goOnTo(int doc) throws IOException {
      if (doc <= furthest) {
        begin();
      }
    }

    float score(int doc) throws IOException {
      double sum = 0;
      words = 0;
      // A row is a text or a turn: what the first word is found in is known of all others.
      int other = NO_FIELD;
      for (int i = 0; i < postings.length; i++) {
        if (clauses.get(i).field() != other && isAt(i, doc)) {
          other = otherThan(clauses.get(i).field(), other);
          words += clauses.get(i).isOfText() ? 1 : 0;
          sum += clauses.get(i).scorer().score(postings[i].freq(), norm(clauses.get(i), doc));
        }
      }
      for (Together near : nears) {
        float times = times(near, doc);
        if (times > 0) {
          sum += near.scorer().score(times, norm(clauses.get(near.clauses()[0]), doc));
        }
      }
      return (float) sum;
    }

    private int otherThan(int field, int known) {
      return field == text ? turn : field == turn ? text : known;
    }

    private boolean isAt(int clause, int doc) throws IOException {
      furthest = doc;
      PostingsEnum rows = postings[clause];
      return rows != null
          && (rows.docID() == doc || (rows.docID() < doc && rows.advance(doc) == doc));
    }

    private long norm(Clause clause, int doc) throws IOException {
      int field = clause.field();
      if (normOf[field] != doc) {
        normOf[field] = doc;
        norm[field] =
            norms[field] != null && norms[field].advanceExact(doc)
                ? norms[field].longValue()
                : NORM_OF_NONE;
      }
      return norm[field];
    }

    private float times(Together near, int doc) throws IOException {
      for (int clause : near.clauses()) {
        if (postings[clause] == null || postings[clause].docID() != doc) {
          return 0;
        }
      }
      Positions first = positions(near.clauses()[0], doc);
      float times = 0;
      for (int i = 0; i < first.count; i++) {
        times += timesAt(near, first, first.at[i], doc);
      }
      return times;
    }

    /** How much it counts that the first word stands here. */
    private float timesAt(Together near, Positions first, int start, int doc) throws IOException {
      if (near.reach() == Reach.PAIR) {
        Positions second = positions(near.clauses()[1], doc);
        boolean isApart = second.has(start + 2) && !first.has(start + 1);
        return second.has(start + 1) ? 1 : isApart ? 0.5f : 0;
      }
      for (int i = 1; i < near.clauses().length; i++) {
        if (!positions(near.clauses()[i], doc).has(start + near.offsets()[i])) {
          return 0;
        }
      }
      return 1;
    }

    private Positions positions(int clause, int doc) throws IOException {
      if (positions[clause] == null) {
        positions[clause] = new Positions();
      }
      positions[clause].read(postings[clause], doc);
      return positions[clause];
    }
  }

  /** Where a term stands in one row. */
  private static final class Positions {
    private int[] at = new int[8];
    private int count;
    private int doc = -1;

    void read(PostingsEnum postings, int newDoc) throws IOException {
      if (doc == newDoc) {
        return;
      }
      doc = newDoc;
      count = postings.freq();
      if (count > at.length) {
        at = new int[Math.max(count, at.length * 2)];
      }
      for (int i = 0; i < count; i++) {
        at[i] = postings.nextPosition();
      }
    }

    boolean has(int position) {
      return Arrays.binarySearch(at, 0, count, position) >= 0;
    }
  }
}
