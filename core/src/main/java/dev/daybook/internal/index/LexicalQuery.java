package dev.daybook.internal.index;

import dev.daybook.internal.index.TextAnalysis.Stem;
import dev.daybook.recall.Query;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.TermQuery;

/**
 * The lexical leg's query: stems weighted by their count, whole paths and symbols, neighbouring
 * stems, the first line. The boosts were measured on judged sets; each clause is optional.
 */
final class LexicalQuery {
  private static final float WHOLE_BOOST = 0.25f;
  private static final float PAIR_BOOST = 0.2f;
  private static final float FIRST_LINE_BOOST = 0.35f;
  private static final int PAIR_SLOP = 1;

  /** More different words than this are cut: each costs time, and the first say it. */
  private static final int STEMS_MAX = 128;

  private LexicalQuery() {}

  /** The scored query; empty if the text has no word that is searched. */
  static Optional<org.apache.lucene.search.Query> of(Query query) {
    TextAnalysis analysis = new TextAnalysis();
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    List<Stem> stems = analysis.stemsOf(query.text());
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Stem stem : stems) {
      if (counts.size() < STEMS_MAX) {
        counts.merge(stem.text(), 1, Integer::sum);
      }
    }
    counts.forEach((stem, count) -> {
      add(any, new TermQuery(new Term(RowDocument.TEXT, stem)), count);
      add(any, new TermQuery(new Term(RowDocument.FIRST_LINE, stem)), FIRST_LINE_BOOST * count);
    });
    new LinkedHashSet<>(analysis.wholesOf(query.text()))
        .stream()
            .limit(STEMS_MAX)
            .forEach(
                whole -> add(any, new TermQuery(new Term(RowDocument.WHOLE, whole)), WHOLE_BOOST));
    var pairs = new LinkedHashSet<List<String>>();
    for (int i = 1; i < stems.size() && pairs.size() < STEMS_MAX; i++) {
      String first = stems.get(i - 1).text();
      String second = stems.get(i).text();
      if (!first.equals(second)) {
        pairs.add(List.of(first, second));
      }
    }
    for (List<String> pair : pairs) {
      add(any, new PhraseQuery(PAIR_SLOP, RowDocument.TEXT, pair.get(0), pair.get(1)), PAIR_BOOST);
    }
    for (String phrase : query.phrases()) {
      phrase(phrase).ifPresent(exact -> add(any, exact, 1));
    }
    BooleanQuery built = any.build();
    return built.clauses().isEmpty() ? Optional.empty() : Optional.of(built);
  }

  /** An exact phrase; empty if it has no word that is searched. */
  static Optional<org.apache.lucene.search.Query> phrase(String phrase) {
    List<Stem> stems = new TextAnalysis().stemsOf(phrase);
    if (stems.isEmpty()) {
      return Optional.empty();
    }
    if (stems.size() == 1) {
      return Optional.of(new TermQuery(new Term(RowDocument.TEXT, stems.getFirst().text())));
    }
    PhraseQuery.Builder exact = new PhraseQuery.Builder();
    for (Stem stem : stems) {
      exact.add(
          new Term(RowDocument.TEXT, stem.text()), stem.position() - stems.getFirst().position());
    }
    return Optional.of(exact.build());
  }

  private static void add(
      BooleanQuery.Builder any, org.apache.lucene.search.Query clause, float boost) {
    any.add(boost == 1 ? clause : new BoostQuery(clause, boost), Occur.SHOULD);
  }
}
