package dev.daybook.internal.index;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 *   <li>for the turns of a conversation a share of what the turns beside them have;
 *   <li>a question that is one token (a path, a symbol, an error code, a rare word) is a look-up:
 *       events that hold it go before all others, also where no leg but that of words runs.
 * </ul>
 *
 * <p>For one query and one thread.
 */
final class Fusion {
  /** What is found by words no better than this place counts as not found by words. */
  static final int FLOOR_RANK = 50;

  /** In a small history the floor is at half of what is searched, but never above this place. */
  static final int FLOOR_RANK_MIN = 5;

  /** The share of the first chunk, which has the title or the call, in an event's nearness. */
  static final float FIRST_CHUNK_SHARE = 0.25f;

  /** What holding every word of the question is worth, before it is weighed by lean. */
  static final double ALL_WORDS = 0.55;

  /** What the turns beside a turn count. */
  static final double TURNS_SHARE = 0.25;

  /** The turns beside so many of the best are looked at. */
  static final int TURNS_MAX = 30;

  /** Above what two cosines can differ by. */
  private static final double LOOK_UP = 2.5;

  private final LexicalLeg.Prepared words;
  private final VectorLeg.Prepared meaning;
  private final Optional<LookUp> lookUp;

  /** What the vector leg found, in ascending order. */
  private final int[] nearestRows;

  private final float[] nearestScores;
  private final FixedBitSet shown;
  private final double traceLean;
  private final double planLean;

  /** The BM25 that counts as nothing. */
  private final double floor;

  /** The nearness of what has no vector. */
  private final double unknown;

  private Fusion(
      Query query,
      Map<Leg, List<Scored>> found,
      LexicalLeg.Prepared words,
      VectorLeg.Prepared meaning,
      FixedBitSet shown,
      Sources sources)
      throws IOException {
    this.words = words;
    this.meaning = meaning;
    this.shown = shown;
    this.traceLean = query.lean(Stream.TRACE).orElse(Query.LEAN_DEFAULT);
    this.planLean = query.lean(Stream.PLAN).orElse(Query.LEAN_DEFAULT);
    this.lookUp = traceLean + planLean > 0 ? words.lookUp(shown) : Optional.empty();
    List<Scored> byWords = found.get(Leg.LEXICAL);
    int searched = shown == null ? sources.rows() : shown.cardinality();
    int rank = Math.max(FLOOR_RANK_MIN, Math.min(FLOOR_RANK, searched / 2));
    this.floor = byWords.size() < rank ? 0 : byWords.get(rank - 1).score();
    List<Scored> nearest = found.get(Leg.VECTOR);
    this.unknown = nearest.isEmpty() ? 0 : nearest.getLast().score();
    this.nearestRows = new int[nearest.size()];
    this.nearestScores = new float[nearest.size()];
    List<Scored> byRow = new ArrayList<>(nearest);
    byRow.sort(Comparator.comparingInt(Scored::row));
    for (int i = 0; i < nearestRows.length; i++) {
      nearestRows[i] = byRow.get(i).row();
      nearestScores[i] = byRow.get(i).score();
    }
  }

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
    if (meaning.isEmpty() && words.isPresent()) {
      return byWords(found.get(Leg.LEXICAL), words.get(), shown, sources);
    }
    if (words.isEmpty() || meaning.isEmpty()) {
      return found.values().stream().findAny().orElse(List.of());
    }
    Fusion fusion = new Fusion(query, found, words.get(), meaning.get(), shown, sources);
    return fusion.ranked(found, sources);
  }

  /** By BM25 alone, but that what holds the token that is looked up is above all others. */
  private static List<Scored> byWords(
      List<Scored> found, LexicalLeg.Prepared words, FixedBitSet shown, Sources sources)
      throws IOException {
    Optional<LookUp> lookUp = words.lookUp(shown);
    if (lookUp.isEmpty()) {
      return found;
    }
    int[] rows = union(lookUp.get().holders(), List.of(found));
    words.scoreAll(rows);
    boolean[] holds = lookUp.get().hold(rows);
    float least = Float.MAX_VALUE;
    float highest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < rows.length; i++) {
      if (holds[i]) {
        least = Math.min(least, words.score(rows[i]));
      } else {
        highest = Math.max(highest, words.score(rows[i]));
      }
    }
    float lift = least > highest ? 0 : highest - least + 1;
    float[] lifted = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      lifted[i] = words.score(rows[i]) + (holds[i] ? lift : 0);
    }
    return TopRows.ranked(rows, lifted, sources);
  }

  private List<Scored> ranked(Map<Leg, List<Scored>> found, Sources sources) throws IOException {
    int[] rows = union(lookUp.map(LookUp::holders).orElse(new int[0]), found.values());
    double[] scores = scores(rows);
    if (lookUp.isPresent()) {
      lift(lookUp.get(), rows, scores);
    } else {
      addTurns(rows, scores);
    }
    float[] rounded = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rounded[i] = (float) scores[i];
    }
    return TopRows.ranked(rows, rounded, sources);
  }

  /** All rows that were found, each once, in ascending order. */
  private static int[] union(int[] holders, Collection<List<Scored>> found) {
    int count = holders.length;
    for (List<Scored> leg : found) {
      count += leg.size();
    }
    int[] rows = Arrays.copyOf(holders, count);
    int at = holders.length;
    for (List<Scored> leg : found) {
      for (Scored one : leg) {
        rows[at++] = one.row();
      }
    }
    return sortedOnce(rows, count);
  }

  private static int[] sortedOnce(int[] rows, int count) {
    Arrays.sort(rows, 0, count);
    int distinct = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0 || rows[i] != rows[i - 1]) {
        rows[distinct++] = rows[i];
      }
    }
    return Arrays.copyOf(rows, distinct);
  }

  /** What rows in ascending order have by themselves. */
  private double[] scores(int[] rows) throws IOException {
    words.scoreAll(rows);
    boolean[] isPlan = traceLean == planLean ? new boolean[rows.length] : words.ofPlan(rows);
    double[] scores = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      double byWords =
          Math.max(0, words.score(rows[i]) - floor) / words.lengthOfHistory()
              + (words.hasAllWords(rows[i]) ? ALL_WORDS : 0);
      scores[i] = nearness(rows[i]) + (isPlan[i] ? planLean : traceLean) * byWords;
    }
    return scores;
  }

  private double nearness(int row) throws IOException {
    int known = Arrays.binarySearch(nearestRows, row);
    if (known >= 0 && meaning.hasOneChunk(row)) {
      return nearestScores[known];
    }
    float nearness = meaning.score(row, FIRST_CHUNK_SHARE);
    return Float.isNaN(nearness) ? unknown : nearness;
  }

  /** Puts the rows that hold the token the question is before all others. */
  private static void lift(LookUp lookUp, int[] rows, double[] scores) throws IOException {
    double highest = 0;
    for (double score : scores) {
      highest = Math.max(highest, score);
    }
    boolean[] holds = lookUp.hold(rows);
    for (int i = 0; i < rows.length; i++) {
      scores[i] += holds[i] ? LOOK_UP + highest : 0;
    }
  }

  /**
   * Adds to the best what the turns beside them have more than those beside the others, so that
   * turns as such are neither better nor worse than other events.
   */
  private void addTurns(int[] rows, double[] scores) throws IOException {
    int[] best = best(rows, scores);
    Turns turns = words.turns(best, shown);
    int[] beside = new int[2 * best.length];
    int count = 0;
    for (int i = 0; i < best.length; i++) {
      if (turns.before(i) >= 0) {
        beside[count++] = turns.before(i);
      }
      if (turns.after(i) >= 0) {
        beside[count++] = turns.after(i);
      }
    }
    if (count == 0) {
      return;
    }
    int[] others = sortedOnce(beside, count);
    double[] theirs = scores(others);
    double[] share = new double[best.length];
    double sum = 0;
    int number = 0;
    for (int i = 0; i < best.length; i++) {
      if (turns.isTurn(i)) {
        double own = scores[Arrays.binarySearch(rows, best[i])];
        share[i] =
            (scoreOf(turns.before(i), others, theirs, own)
                    + scoreOf(turns.after(i), others, theirs, own))
                / 2;
        sum += share[i];
        number++;
      }
    }
    for (int i = 0; i < best.length; i++) {
      if (turns.isTurn(i)) {
        scores[Arrays.binarySearch(rows, best[i])] += TURNS_SHARE * (share[i] - sum / number);
      }
    }
  }

  private static double scoreOf(int row, int[] rows, double[] scores, double otherwise) {
    return row < 0 ? otherwise : scores[Arrays.binarySearch(rows, row)];
  }

  /** The rows with the highest scores, in ascending order; of equal scores the first rows. */
  static int[] best(int[] rows, double[] scores) {
    if (rows.length <= TURNS_MAX) {
      return rows;
    }
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    double least = sorted[sorted.length - TURNS_MAX];
    int equal = TURNS_MAX;
    for (double score : scores) {
      equal -= score > least ? 1 : 0;
    }
    int[] best = new int[TURNS_MAX];
    int count = 0;
    for (int i = 0; i < rows.length; i++) {
      if (scores[i] > least || (scores[i] == least && equal-- > 0)) {
        best[count++] = rows[i];
      }
    }
    return best;
  }
}
