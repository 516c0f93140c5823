package dev.daybook.internal.index;

import dev.daybook.event.Envelope;
import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/** BM25 over all sources as one; also what passes a filter. Safe from any thread. */
final class LexicalLeg {
  private final Sources sources;
  private final LexicalStatistics searcher;
  private final List<LeafReaderContext> leaves;
  private final double lengthOfHistory;

  LexicalLeg(MultiReader reader, Sources sources) {
    this.sources = sources;
    this.searcher = new LexicalStatistics(reader);
    this.leaves = reader.leaves();
    this.lengthOfHistory = Math.log1p(sources.rows());
  }

  /** What BM25 is divided by so that it composes with cosines: ln(1 + rows). */
  double lengthOfHistory() {
    return lengthOfHistory;
  }

  /** One bit for each row that passes the filter and holds every phrase. */
  FixedBitSet matching(Filter filter, List<String> phrases) throws IOException {
    FixedBitSet matching = new FixedBitSet(Math.max(1, sources.rows()));
    if (filter.isAny() && phrases.isEmpty()) {
      matching.set(0, sources.rows());
      return matching;
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    if (!filter.isAny()) {
      all.add(FilterQuery.of(filter), Occur.FILTER);
    }
    for (String phrase : phrases) {
      all.add(
          LexicalQuery.phrase(phrase)
              .orElseGet(() -> new MatchNoDocsQuery("a phrase without words")),
          Occur.FILTER);
    }
    setMatching(all.build(), matching);
    return matching;
  }

  private void setMatching(org.apache.lucene.search.Query query, FixedBitSet matching)
      throws IOException {
    Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : leaves) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer != null) {
        DocIdSetIterator rows = scorer.iterator();
        for (int row = rows.nextDoc(); row != DocIdSetIterator.NO_MORE_DOCS; row = rows.nextDoc()) {
          matching.set(leaf.docBase + row);
        }
      }
    }
  }

  /** One bit for each row that is newer than a moment. */
  FixedBitSet beyond(Moment moment) throws IOException {
    FixedBitSet beyond = new FixedBitSet(Math.max(1, sources.rows()));
    long recorded = RowDocument.nanos(moment.recorded());
    if (recorded < Long.MAX_VALUE) {
      setMatching(
          new BooleanQuery.Builder()
              .add(FilterQuery.of(Filter.any().stream(Envelope.Stream.TRACE)), Occur.FILTER)
              .add(
                  LongPoint.newRangeQuery(RowDocument.RECORDED, recorded + 1, Long.MAX_VALUE),
                  Occur.FILTER)
              .build(),
          beyond);
    }
    forEachPlanRow((row, version) -> {
      if (version > moment.planVersion()) {
        beyond.set(row);
      }
    });
    return beyond;
  }

  /** One bit for each row that was recorded after a time. */
  FixedBitSet recordedAfter(Instant time) throws IOException {
    FixedBitSet after = new FixedBitSet(Math.max(1, sources.rows()));
    long recorded = RowDocument.nanos(time);
    if (recorded < Long.MAX_VALUE) {
      setMatching(
          LongPoint.newRangeQuery(RowDocument.RECORDED, recorded + 1, Long.MAX_VALUE), after);
    }
    return after;
  }

  /**
   * The last time at which one of these rows was recorded; {@link Instant#MIN} if there is none.
   */
  Instant lastRecorded(FixedBitSet rows) throws IOException {
    Latest latest = new Latest(rows);
    for (LeafReaderContext leaf : leaves) {
      PointValues times = leaf.reader().getPointValues(RowDocument.RECORDED);
      if (times != null) {
        latest.docBase = leaf.docBase;
        times.intersect(latest);
      }
    }
    return latest.isAny ? RowDocument.time(latest.nanos) : Instant.MIN;
  }

  /** Looks at no part of a tree of times that has nothing later than what it found. */
  private static final class Latest implements PointValues.IntersectVisitor {
    private final FixedBitSet rows;
    private int docBase;
    private long nanos = Long.MIN_VALUE;
    private boolean isAny;

    Latest(FixedBitSet rows) {
      this.rows = rows;
    }

    @Override
    public void visit(int row) {
      throw new IllegalStateException("Every time is looked at, so row " + row + " comes with it");
    }

    @Override
    public void visit(int row, byte[] time) {
      if (rows.get(docBase + row)) {
        isAny = true;
        nanos = Math.max(nanos, LongPoint.decodeDimension(time, 0));
      }
    }

    @Override
    public PointValues.Relation compare(byte[] least, byte[] most) {
      return isAny && LongPoint.decodeDimension(most, 0) <= nanos
          ? PointValues.Relation.CELL_OUTSIDE_QUERY
          : PointValues.Relation.CELL_CROSSES_QUERY;
    }
  }

  /** The last time of recording of each part of the index. */
  List<Instant> lastRecorded() throws IOException {
    List<Instant> last = new ArrayList<>();
    for (LeafReaderContext leaf : leaves) {
      PointValues times = leaf.reader().getPointValues(RowDocument.RECORDED);
      if (times != null) {
        last.add(RowDocument.time(LongPoint.decodeDimension(times.getMaxPackedValue(), 0)));
      }
    }
    return last;
  }

  /** Takes a row of the plan. */
  @FunctionalInterface
  interface PlanRow {
    /** A row and the plan version that holds it. */
    void take(int row, long planVersion);
  }

  /** Goes over the rows of the plan, whose number is small beside that of all. */
  void forEachPlanRow(PlanRow taker) throws IOException {
    for (LeafReaderContext leaf : leaves) {
      NumericDocValues versions = leaf.reader().getNumericDocValues(RowDocument.PLAN_VERSION);
      while (versions != null && versions.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        taker.take(leaf.docBase + versions.docID(), versions.longValue());
      }
    }
  }

  /** Takes a row and what it has in a column. */
  @FunctionalInterface
  interface ValueOfRow {
    /** A row and its value. */
    void take(int row, String value) throws IOException;
  }

  /** Goes over those of some rows that have a value in a column. */
  void forEachValue(FixedBitSet rows, Filter.Field column, ValueOfRow taker) throws IOException {
    for (LeafReaderContext leaf : leaves) {
      SortedDocValues values = leaf.reader().getSortedDocValues(RowDocument.column(column));
      if (values == null) {
        continue;
      }
      Map<Integer, String> known = new HashMap<>();
      int end = leaf.docBase + leaf.reader().maxDoc();
      for (int row = next(rows, leaf.docBase, end); row < end; row = next(rows, row + 1, end)) {
        if (values.advanceExact(row - leaf.docBase)) {
          int number = values.ordValue();
          String value = known.get(number);
          if (value == null) {
            value = values.lookupOrd(number).utf8ToString();
            known.put(number, value);
          }
          taker.take(row, value);
        }
      }
    }
  }

  /** Takes a row. */
  @FunctionalInterface
  interface TakenRow {
    /** A row. */
    void take(int row) throws IOException;
  }

  /**
   * What is wanted of a column, by the parts of the index in which something is; to be used once.
   */
  static final class Wanted {
    private final List<InPart> parts;

    private record InPart(LeafReaderContext leaf, SortedDocValues values, FixedBitSet numbers) {}

    private Wanted(List<InPart> parts) {
      this.parts = parts;
    }

    /** Whether no event, hidden ones too, has a wanted value. */
    boolean isNothing() {
      return parts.isEmpty();
    }

    /** Goes over those of some rows that have a wanted value. */
    void forEach(FixedBitSet rows, TakenRow taker) throws IOException {
      for (InPart part : parts) {
        int start = part.leaf.docBase;
        int end = start + part.leaf.reader().maxDoc();
        for (int row = next(rows, start, end); row < end; row = next(rows, row + 1, end)) {
          if (part.values.advanceExact(row - start) && part.numbers.get(part.values.ordValue())) {
            taker.take(row);
          }
        }
      }
    }
  }

  /** The wanted ones of the distinct values in a column. */
  Wanted wanted(Filter.Field column, Predicate<String> wanted) throws IOException {
    List<Wanted.InPart> parts = new ArrayList<>();
    for (LeafReaderContext leaf : leaves) {
      SortedDocValues values = leaf.reader().getSortedDocValues(RowDocument.column(column));
      if (values == null) {
        continue;
      }
      FixedBitSet numbers = new FixedBitSet(Math.max(1, values.getValueCount()));
      boolean isAny = false;
      for (int number = 0; number < values.getValueCount(); number++) {
        if (wanted.test(values.lookupOrd(number).utf8ToString())) {
          numbers.set(number);
          isAny = true;
        }
      }
      if (isAny) {
        parts.add(new Wanted.InPart(leaf, values, numbers));
      }
    }
    return new Wanted(parts);
  }

  private static int next(FixedBitSet bits, int from, int end) {
    return from >= end ? end : bits.nextSetBit(from, end);
  }

  /** Makes a query ready; empty if it has no word that is searched. */
  Optional<Prepared> prepare(Query query) throws IOException {
    var words = LexicalQuery.of(query);
    return words.isEmpty() ? Optional.empty() : Optional.of(new Prepared(words.get()));
  }

  /** One query's words; not safe from several threads. */
  final class Prepared {
    private final LexicalQuery query;
    private final LexicalScorer scorer;
    private final RowScores scores = new RowScores();

    private Prepared(LexicalQuery words) throws IOException {
      this.query = words;
      this.scorer = new LexicalScorer(searcher, words);
    }

    double lengthOfHistory() {
      return lengthOfHistory;
    }

    /**
     * The best rows, the best first. What has the best words is found first; neighbours among the
     * words then say in which order.
     *
     * @param shown which rows are looked at; null for all
     * @param others rows to score on the way, so that {@link #score} knows them
     */
    List<Scored> best(FixedBitSet shown, int count, List<Scored> others) throws IOException {
      int[] rows = new int[0];
      float least = 0;
      for (org.apache.lucene.search.Query candidates : scorer.candidates()) {
        TopRows top = new TopRows(count, sources);
        find(candidates, least, shown, top);
        least = Math.max(least, top.threshold());
        rows = union(rows, top.rows());
      }
      int[] wanted = Arrays.copyOf(rows, rows.length + others.size());
      for (int i = 0; i < others.size(); i++) {
        wanted[rows.length + i] = others.get(i).row();
      }
      scoreAll(wanted);
      TopRows top = new TopRows(count, sources);
      for (int row : rows) {
        top.offer(row, scores.of(row));
      }
      return top.ranked();
    }

    /** All numbers of two arrays in ascending order, each once. */
    private static int[] union(int[] some, int[] more) {
      int[] all = Arrays.copyOf(some, some.length + more.length);
      System.arraycopy(more, 0, all, some.length, more.length);
      Arrays.sort(all);
      int distinct = 0;
      for (int i = 0; i < all.length; i++) {
        if (i == 0 || all[i] != all[i - 1]) {
          all[distinct++] = all[i];
        }
      }
      return Arrays.copyOf(all, distinct);
    }

    private void find(
        org.apache.lucene.search.Query candidates, float least, FixedBitSet shown, TopRows top)
        throws IOException {
      Weight weight = searcher.createWeight(candidates, ScoreMode.TOP_SCORES, 1);
      for (LeafReaderContext leaf : leaves) {
        ScorerSupplier supplier = weight.scorerSupplier(leaf);
        if (supplier != null) {
          supplier.setTopLevelScoringClause();
          supplier
              .bulkScorer()
              .score(
                  new TopCollector(leaf.docBase, least, top),
                  shown == null ? null : new Window(shown, leaf.docBase, leaf.reader().maxDoc()),
                  0,
                  DocIdSetIterator.NO_MORE_DOCS);
        }
      }
    }

    /** Scores these rows, so that {@link #score} knows them; 0 for one without a wanted word. */
    void scoreAll(int[] rows) throws IOException {
      int[] unknown = new int[rows.length];
      int count = 0;
      for (int row : rows) {
        if (!scores.knows(row)) {
          unknown[count++] = row;
        }
      }
      if (count > 0) {
        Arrays.sort(unknown, 0, count);
        int distinct = 1;
        for (int i = 1; i < count; i++) {
          if (unknown[i] != unknown[i - 1]) {
            unknown[distinct++] = unknown[i];
          }
        }
        scorer.score(Arrays.copyOf(unknown, distinct), scores::put);
      }
    }

    /** The events that hold the token the question is; empty if it is none or none does. */
    Optional<LookUp> lookUp(FixedBitSet shown) throws IOException {
      if (query.token().isEmpty()) {
        return Optional.empty();
      }
      List<String> stems =
          query.words().subList(0, query.stems()).stream().map(LexicalQuery.Word::text).toList();
      LookUp found = LookUp.of(LexicalLeg.this, leaves, query.token().get(), stems, shown);
      return found.holders().length == 0 ? Optional.empty() : Optional.of(found);
    }

    /** The turns of conversations beside these rows, in ascending order; see {@link Turns}. */
    Turns turns(int[] rows, FixedBitSet shown) throws IOException {
      return Turns.beside(leaves, rows, shown);
    }

    /** Which of these rows, in ascending order, are of the plan. */
    boolean[] ofPlan(int[] rows) throws IOException {
      boolean[] ofPlan = new boolean[rows.length];
      int current = -1;
      NumericDocValues versions = null;
      for (int i = 0; i < rows.length; i++) {
        int leaf = ReaderUtil.subIndex(rows[i], leaves);
        if (leaf != current) {
          current = leaf;
          versions = leaves.get(leaf).reader().getNumericDocValues(RowDocument.PLAN_VERSION);
        }
        ofPlan[i] = versions != null && versions.advanceExact(rows[i] - leaves.get(leaf).docBase);
      }
      return ofPlan;
    }

    float score(int row) {
      return scores.of(row);
    }

    /** Called when all rows are scored; one scored later takes longer. */
    void forget() {
      scorer.forget();
    }

    /** Whether a row that was scored has every word of the query's text, if they are few. */
    boolean hasAllWords(int row) {
      return scores.hasAllWords(row);
    }

    /** The query's stems that a row has. */
    Set<String> stemsIn(int row) throws IOException {
      return scorer.stemsIn(row);
    }
  }

  /** Scores of some rows; those of all others are 0. */
  private static final class RowScores {
    private int[] rows = new int[256];
    private float[] scores = new float[rows.length];
    private boolean[] allWords = new boolean[rows.length];
    private int size;

    RowScores() {
      Arrays.fill(rows, -1);
    }

    boolean knows(int row) {
      return rows[place(row)] == row;
    }

    float of(int row) {
      int place = place(row);
      return rows[place] == row ? scores[place] : 0;
    }

    boolean hasAllWords(int row) {
      int place = place(row);
      return rows[place] == row && allWords[place];
    }

    void put(int row, float score, boolean hasAllWords) {
      if (2 * size >= rows.length) {
        grow();
      }
      int place = place(row);
      if (rows[place] != row) {
        rows[place] = row;
        size++;
      }
      scores[place] = score;
      allWords[place] = hasAllWords;
    }

    private void grow() {
      int[] oldRows = rows;
      float[] oldScores = scores;
      boolean[] oldAllWords = allWords;
      rows = new int[oldRows.length * 2];
      scores = new float[rows.length];
      allWords = new boolean[rows.length];
      Arrays.fill(rows, -1);
      for (int i = 0; i < oldRows.length; i++) {
        if (oldRows[i] >= 0) {
          int place = place(oldRows[i]);
          rows[place] = oldRows[i];
          scores[place] = oldScores[i];
          allWords[place] = oldAllWords[i];
        }
      }
    }

    /** Where the row is, or the free place where it goes. */
    private int place(int row) {
      int mask = rows.length - 1;
      int place = (row * 0x9E3779B9) >>> 7 & mask;
      while (rows[place] >= 0 && rows[place] != row) {
        place = (place + 1) & mask;
      }
      return place;
    }
  }

  /** The bits of one leaf out of those of all rows. */
  private record Window(FixedBitSet bits, int start, int length) implements Bits {
    @Override
    public boolean get(int index) {
      return bits.get(start + index);
    }
  }

  private static final class TopCollector implements LeafCollector {
    private final int start;

    /** What scores less is not wanted. */
    private final float least;

    private final TopRows top;
    private Scorable scorer;
    private float asked = 0;

    TopCollector(int start, float least, TopRows top) {
      this.start = start;
      this.least = least;
      this.top = top;
    }

    @Override
    public void setScorer(Scorable newScorer) throws IOException {
      scorer = newScorer;
      raise();
    }

    @Override
    public void collect(int doc) throws IOException {
      float score = scorer.score();
      if (score >= least) {
        top.offer(start + doc, score);
        raise();
      }
    }

    /** Lets Lucene skip what is below the last kept; equal scores must come, the older one wins. */
    private void raise() throws IOException {
      float threshold = Math.max(least, top.threshold());
      if (threshold > asked) {
        asked = threshold;
        scorer.setMinCompetitiveScore(threshold);
      }
    }
  }
}
