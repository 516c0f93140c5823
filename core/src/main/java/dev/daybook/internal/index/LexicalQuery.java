package dev.daybook.internal.index;

import dev.daybook.internal.index.TextAnalysis.Stem;
import dev.daybook.recall.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.TermQuery;

/**
 * What a query asks of the lexical leg: stems weighted by their count, whole paths and symbols,
 * neighbouring stems, the first line. The boosts were measured on judged sets; each part is
 * optional.
 *
 * @param words single terms, each once; the stems of the text come first
 * @param nears terms that count more where they stand together
 * @param stems how many stems the text has
 * @param token what the text is if it is one token
 */
record LexicalQuery(List<Word> words, List<Near> nears, int stems, Optional<Token> token) {
  private static final float WHOLE_BOOST = 0.25f;
  private static final float PAIR_BOOST = 0.2f;
  private static final float FIRST_LINE_BOOST = 0.35f;

  /** More different words than this are cut: each costs time, and the first say it. */
  private static final int STEMS_MAX = 128;

  /** Where words of a text are: of most events, and of short turns. */
  static final List<String> TEXTS = List.of(RowDocument.TEXT, RowDocument.TURN);

  /**
   * A term.
   *
   * @param boost 0 if it counts only as part of a phrase
   */
  record Word(Sort sort, String text, float boost) {}

  /**
   * A text without white space.
   *
   * @param text as it was given
   * @param whole its term in {@link RowDocument#WHOLE}; empty if it is a plain word
   */
  record Token(String text, String whole) {}

  /** Where a term is looked for. */
  enum Sort {
    /** A stem, in {@link RowDocument#TEXT} or {@link RowDocument#TURN}. */
    STEM,
    /** A stem in {@link RowDocument#FIRST_LINE}. */
    FIRST_LINE,
    /** A whole path or symbol in {@link RowDocument#WHOLE}. */
    WHOLE
  }

  /** How near terms must be. */
  enum Reach {
    /** Two, the second behind the first or with one word between, which counts half. */
    PAIR,
    /** Exactly as given. */
    PHRASE
  }

  /**
   * Terms beside each other.
   *
   * @param words numbers of the words, at least two
   * @param offsets where each stands, counted from the first
   */
  record Near(Reach reach, List<Integer> words, List<Integer> offsets, float boost) {}

  /** The query's parts; empty if the text has no word that is searched. */
  static Optional<LexicalQuery> of(Query query) {
    return TextAnalysis.with(analysis -> of(query, analysis));
  }

  private static Optional<LexicalQuery> of(Query query, TextAnalysis analysis) {
    List<Stem> stems = analysis.stemsOf(query.text());
    Set<String> wholes = new LinkedHashSet<>(analysis.wholes(STEMS_MAX));
    Map<String, Float> boosts = new LinkedHashMap<>();
    for (Stem stem : stems) {
      if (boosts.size() < STEMS_MAX) {
        boosts.merge(stem.text(), 1f, Float::sum);
      }
    }
    int stemsOfText = boosts.size();
    List<Word> others = new ArrayList<>();
    boosts.forEach(
        (stem, count) -> others.add(new Word(Sort.FIRST_LINE, stem, FIRST_LINE_BOOST * count)));
    wholes.forEach(whole -> others.add(new Word(Sort.WHOLE, whole, WHOLE_BOOST)));
    List<List<Stem>> phrases = new ArrayList<>();
    for (String phrase : query.phrases()) {
      List<Stem> inPhrase = analysis.stemsOf(phrase);
      phrases.add(inPhrase);
      float alone = inPhrase.size() == 1 ? 1 : 0;
      inPhrase.forEach(stem -> boosts.merge(stem.text(), alone, Float::sum));
    }
    List<Word> words = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    boosts.forEach((stem, boost) -> {
      numbers.put(stem, words.size());
      words.add(new Word(Sort.STEM, stem, boost));
    });
    words.addAll(others);
    List<Near> nears = pairs(stems, numbers);
    for (List<Stem> phrase : phrases) {
      if (phrase.size() > 1) {
        int first = phrase.getFirst().position();
        nears.add(
            new Near(
                Reach.PHRASE,
                phrase.stream().map(stem -> numbers.get(stem.text())).toList(),
                phrase.stream().map(stem -> stem.position() - first).toList(),
                1));
      }
    }
    boolean isToken = stemsOfText > 0 && query.text().chars().noneMatch(Character::isWhitespace);
    Optional<Token> token =
        isToken
            ? Optional.of(new Token(query.text(), wholes.stream().findFirst().orElse("")))
            : Optional.empty();
    return words.isEmpty()
        ? Optional.empty()
        : Optional.of(new LexicalQuery(words, nears, stemsOfText, token));
  }

  private static List<Near> pairs(List<Stem> stems, Map<String, Integer> numbers) {
    List<Near> pairs = new ArrayList<>();
    Set<List<Integer>> seen = new HashSet<>();
    for (int i = 1; i < stems.size() && seen.size() < STEMS_MAX; i++) {
      Integer first = numbers.get(stems.get(i - 1).text());
      Integer second = numbers.get(stems.get(i).text());
      if (first != null && second != null && !first.equals(second)) {
        List<Integer> pair = List.of(first, second);
        if (seen.add(pair)) {
          pairs.add(new Near(Reach.PAIR, pair, List.of(0, 1), PAIR_BOOST));
        }
      }
    }
    return pairs;
  }

  /** Which events hold an exact phrase; empty if it has no word that is searched. */
  static Optional<org.apache.lucene.search.Query> phrase(String phrase) {
    List<Stem> stems = TextAnalysis.with(analysis -> analysis.stemsOf(phrase));
    if (stems.isEmpty()) {
      return Optional.empty();
    }
    BooleanQuery.Builder anywhere = new BooleanQuery.Builder();
    for (String field : TEXTS) {
      if (stems.size() == 1) {
        anywhere.add(new TermQuery(new Term(field, stems.getFirst().text())), Occur.SHOULD);
      } else {
        PhraseQuery.Builder exact = new PhraseQuery.Builder();
        for (Stem stem : stems) {
          exact.add(new Term(field, stem.text()), stem.position() - stems.getFirst().position());
        }
        anywhere.add(exact.build(), Occur.SHOULD);
      }
    }
    return Optional.of(anywhere.build());
  }
}
