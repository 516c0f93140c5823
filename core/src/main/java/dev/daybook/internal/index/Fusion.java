package dev.daybook.internal.index;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.lucene.util.FixedBitSet;

/**
 * Joins what the legs found into one ranking, by a sum of scores; {@code
 * core/decisions/0006-hybrid-score-fusion.md} says why and what it was measured on:
 *
 * <ul>
 *   <li>nearness: the cosine of the nearest chunk, a quarter of it that of the first chunk;
 *   <li>words: what an event's BM25 is above that of the 50th found by words, over the logarithm of
 *       the number of events, and a fixed amount if it holds every word of the question; times the
 *       query's lean;
 *   <li>a question that is one token (a path, a symbol, an error code, a rare word) is a look-up:
 *       events that hold it go before all others.
 * </ul>
 */
final class Fusion {
  /** What is found by words no better than this place counts as not found by words. */
  static final int FLOOR_RANK = 50;

  /** In a small history the floor is at half of what is searched, but never above this place. */
  static final int FLOOR_RANK_MIN = 5;

  /** The share of the first chunk, which has the title or the call, in an event's nearness. */
  static final double FIRST_CHUNK_SHARE = 0.25;

  /** What holding every word of the question is worth, before it is weighed by lean. */
  static final double ALL_WORDS = 0.55;

  /** Above what two cosines can differ by. */
  private static final double LOOK_UP = 2.5;

  private Fusion() {}

  /**
   * The union of what was found, each scored by every leg that ran, the best first.
   *
   * @param shown which rows are looked at; null for all
   */
  static List<Scored> rank(
      Query query,
      Map<Leg, List<Scored>> found,
      Optional<LexicalLeg.Prepared> words,
      Optional<VectorLeg.Prepared> meaning,
      FixedBitSet shown,
      Sources sources)
      throws IOException {
    if (words.isEmpty() || meaning.isEmpty()) {
      return found.values().stream().findAny().orElse(List.of());
    }
    double[] leans = leans(query);
    Wording wording = words.get().wording(query.text());
    int[] rows = union(found, leans[0] + leans[1] > 0 ? wording.holders(shown) : new int[0]);
    double[] nearness = nearness(rows, found.get(Leg.VECTOR), meaning.get());
    double[] worded = worded(rows, found.get(Leg.LEXICAL), words.get(), shown, sources);
    boolean[] allWords = wording.holdAllWords(rows);
    boolean[] token = wording.holdToken(rows);
    boolean[] isPlan = leans[0] == leans[1] ? new boolean[rows.length] : words.get().ofPlan(rows);
    double highest = LOOK_UP;
    double[] scores = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      double lean = leans[isPlan[i] ? 1 : 0];
      double byWords = lean * (worded[i] + (allWords[i] ? ALL_WORDS : 0));
      scores[i] = nearness[i] + byWords;
      token[i] &= lean > 0;
      highest = Math.max(highest, LOOK_UP + byWords);
    }
    List<Scored> ranked = new ArrayList<>(rows.length);
    for (int i = 0; i < rows.length; i++) {
      ranked.add(new Scored(rows[i], (float) (scores[i] + (token[i] ? highest : 0))));
    }
    ranked.sort(TopRows.bestFirst(sources));
    return ranked;
  }

  /** The weights of words: for the trace and for the plan. */
  private static double[] leans(Query query) {
    return new double[] {
      query.lean(Stream.TRACE).orElse(Query.LEAN_DEFAULT),
      query.lean(Stream.PLAN).orElse(Query.LEAN_DEFAULT)
    };
  }

  /** All rows that were found, each once, in ascending order. */
  private static int[] union(Map<Leg, List<Scored>> found, int[] holders) {
    int count = holders.length;
    for (List<Scored> leg : found.values()) {
      count += leg.size();
    }
    int[] rows = Arrays.copyOf(holders, count);
    int at = holders.length;
    for (List<Scored> leg : found.values()) {
      for (Scored one : leg) {
        rows[at++] = one.row();
      }
    }
    Arrays.sort(rows);
    int distinct = 0;
    for (int i = 0; i < rows.length; i++) {
      if (i == 0 || rows[i] != rows[i - 1]) {
        rows[distinct++] = rows[i];
      }
    }
    return Arrays.copyOf(rows, distinct);
  }

  private static double[] nearness(int[] rows, List<Scored> nearest, VectorLeg.Prepared meaning)
      throws IOException {
    double unknown = nearest.isEmpty() ? 0 : nearest.getLast().score();
    double[] nearness = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      float best = meaning.score(rows[i]);
      nearness[i] =
          Float.isNaN(best)
              ? unknown
              : best + FIRST_CHUNK_SHARE * (meaning.firstChunk(rows[i]) - best);
    }
    return nearness;
  }

  private static double[] worded(
      int[] rows, List<Scored> found, LexicalLeg.Prepared words, FixedBitSet shown, Sources sources)
      throws IOException {
    words.scoreAll(IntStream.of(rows).boxed().toList());
    int searched = shown == null ? sources.rows() : shown.cardinality();
    int rank = Math.max(FLOOR_RANK_MIN, Math.min(FLOOR_RANK, searched / 2));
    double floor = found.size() < rank ? 0 : found.get(rank - 1).score();
    double[] worded = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      worded[i] = Math.max(0, words.score(rows[i]) - floor) / words.lengthOfHistory();
    }
    return worded;
  }
}
