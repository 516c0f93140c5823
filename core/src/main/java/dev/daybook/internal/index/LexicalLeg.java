package dev.daybook.internal.index;

import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
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
  private final IndexSearcher searcher;
  private final List<LeafReaderContext> leaves;
  private final double lengthOfHistory;

  LexicalLeg(MultiReader reader, Sources sources) {
    this.sources = sources;
    this.searcher = new IndexSearcher(reader);
    this.searcher.setSimilarity(RowDocument.SIMILARITY);
    this.searcher.setQueryCache(null);
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
    Weight weight =
        searcher.createWeight(searcher.rewrite(all.build()), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : leaves) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer != null) {
        DocIdSetIterator rows = scorer.iterator();
        for (int row = rows.nextDoc(); row != DocIdSetIterator.NO_MORE_DOCS; row = rows.nextDoc()) {
          matching.set(leaf.docBase + row);
        }
      }
    }
    return matching;
  }

  /** Makes a query ready; empty if it has no word that is searched. */
  Optional<Prepared> prepare(Query query) throws IOException {
    var words = LexicalQuery.of(query);
    return words.isEmpty() ? Optional.empty() : Optional.of(new Prepared(words.get()));
  }

  /** One query's words; not safe from several threads. */
  final class Prepared {
    private final org.apache.lucene.search.Query words;
    private final Map<Integer, Float> scores = new HashMap<>();

    private Prepared(org.apache.lucene.search.Query words) throws IOException {
      this.words = searcher.rewrite(words);
    }

    double lengthOfHistory() {
      return lengthOfHistory;
    }

    /**
     * The best rows, the best first.
     *
     * @param shown which rows are looked at; null for all
     */
    List<Scored> best(FixedBitSet shown, int count) throws IOException {
      TopRows top = new TopRows(count, sources);
      Weight weight = searcher.createWeight(words, ScoreMode.TOP_SCORES, 1);
      for (LeafReaderContext leaf : leaves) {
        ScorerSupplier supplier = weight.scorerSupplier(leaf);
        if (supplier != null) {
          supplier.setTopLevelScoringClause();
          supplier
              .bulkScorer()
              .score(
                  new TopCollector(leaf.docBase, top),
                  shown == null ? null : new Window(shown, leaf.docBase, leaf.reader().maxDoc()),
                  0,
                  DocIdSetIterator.NO_MORE_DOCS);
        }
      }
      // Skipping and exhaustive scorers may round differently: one way of scoring for all.
      List<Integer> rows = top.ranked().stream().map(Scored::row).toList();
      scoreAll(rows);
      return rows.stream()
          .map(row -> new Scored(row, scores.get(row)))
          .sorted(TopRows.bestFirst(sources))
          .toList();
    }

    /** Scores these rows, so that {@link #score} knows them; 0 for one without a wanted word. */
    void scoreAll(Collection<Integer> rows) throws IOException {
      Weight weight = searcher.createWeight(words, ScoreMode.COMPLETE, 1);
      Scorer scorer = null;
      int current = -1;
      for (int row : rows.stream().filter(r -> !scores.containsKey(r)).sorted().toList()) {
        int leaf = ReaderUtil.subIndex(row, leaves);
        if (leaf != current) {
          current = leaf;
          scorer = weight.scorer(leaves.get(leaf));
        }
        int doc = row - leaves.get(leaf).docBase;
        boolean matches =
            scorer != null
                && (scorer.docID() == doc
                    || (scorer.docID() < doc && scorer.iterator().advance(doc) == doc));
        scores.put(row, matches ? scorer.score() : 0f);
      }
    }

    float score(int row) {
      return scores.getOrDefault(row, 0f);
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
    private final TopRows top;
    private Scorable scorer;
    private float asked = 0;

    TopCollector(int start, TopRows top) {
      this.start = start;
      this.top = top;
    }

    @Override
    public void setScorer(Scorable newScorer) throws IOException {
      scorer = newScorer;
      raise();
    }

    @Override
    public void collect(int doc) throws IOException {
      top.offer(start + doc, scorer.score());
      raise();
    }

    /** Lets Lucene skip what is below the last kept; equal scores must come, the older one wins. */
    private void raise() throws IOException {
      float threshold = top.threshold();
      if (threshold > asked) {
        asked = threshold;
        scorer.setMinCompetitiveScore(threshold);
      }
    }
  }
}
