package dev.daybook.recall;

import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A question to the history. Begins with {@link #of} or {@link #ofPhrase}; every other method
 * returns a changed copy: {@code Query.of("why does token refresh
 * fail").from("planner-1").limit(5)}. Immutable; safe from any thread.
 */
public final class Query {
  /** The most hits a query may ask for. */
  public static final int LIMIT_MAX = 1_000;

  /** How many hits are given if nothing is said. */
  public static final int LIMIT_DEFAULT = 10;

  /**
   * The weight of the lexical leg if nothing is said: the best on three judged sets, and safe on
   * others. {@code benchmarks/run tune} finds that of a set of one's own.
   */
  public static final double LEAN_DEFAULT = 0.36;

  /** The most the lexical leg may weigh. */
  public static final double LEAN_MAX = 100;

  /** How old the answer may be if nothing is said. */
  public static final Duration FRESHNESS_DEFAULT = Duration.ofSeconds(5);

  private static final int TEXT_CHARS_MAX = 10_000;

  private final String text;
  private final List<String> phrases;
  private final Filter filter;
  private final int limit;
  private final Set<Leg> legs;
  private final Map<Stream, Double> leans;
  private final Duration freshness;

  private Query(
      String text,
      List<String> phrases,
      Filter filter,
      int limit,
      Set<Leg> legs,
      Map<Stream, Double> leans,
      Duration freshness) {
    this.text = text;
    this.phrases = phrases;
    this.filter = filter;
    this.limit = limit;
    this.legs = legs;
    this.leans = leans;
    this.freshness = freshness;
  }

  /**
   * A question in words, or a path, a symbol, a piece of an error message.
   *
   * @throws IllegalArgumentException if the text is blank or longer than 10,000 characters
   */
  public static Query of(String text) {
    return start(checked(text, "text"), List.of());
  }

  /**
   * A question that is one exact phrase and nothing else; see {@link #phrase}.
   *
   * @throws IllegalArgumentException if the phrase is blank or longer than 10,000 characters
   */
  public static Query ofPhrase(String phrase) {
    return start("", List.of(checked(phrase, "phrase")));
  }

  /**
   * Only events that hold this phrase: its words next to each other in this order. Upper and lower
   * case, punctuation, word endings and common words such as "the" are not told apart. Several
   * phrases must all be there.
   *
   * @throws IllegalArgumentException if the phrase is blank or longer than 10,000 characters
   */
  public Query phrase(String phrase) {
    List<String> all = new ArrayList<>(phrases);
    all.add(checked(phrase, "phrase"));
    return new Query(text, List.copyOf(all), filter, limit, legs, leans, freshness);
  }

  /**
   * The same question with every text changed that a host chooses: its words, its phrases, and what
   * {@link Filter#withTexts} changes. This question if none changes.
   */
  public Query withTexts(UnaryOperator<String> change) {
    String newText = change.apply(text);
    List<String> newPhrases = phrases.stream().map(change).toList();
    Filter newFilter = filter.withTexts(change);
    boolean isSame = newText.equals(text) && newPhrases.equals(phrases) && newFilter.equals(filter);
    return isSame ? this : new Query(newText, newPhrases, newFilter, limit, legs, leans, freshness);
  }

  /** Only events that pass this filter, in place of the filter so far. */
  public Query filter(Filter newFilter) {
    return new Query(
        text,
        phrases,
        Objects.requireNonNull(newFilter, "newFilter"),
        limit,
        legs,
        leans,
        freshness);
  }

  /** Only events of one of these actors, named by id. */
  public Query from(String... actors) {
    return narrowed(f -> f.agent(actors));
  }

  /** Only events of one of these sessions. */
  public Query session(SessionId... sessions) {
    return narrowed(f -> f.session(sessions));
  }

  /** Only events of one of these tasks. */
  public Query task(String... tasks) {
    return narrowed(f -> f.task(tasks));
  }

  /** Only calls of one of these tools. */
  public Query tool(String... tools) {
    return narrowed(f -> f.tool(tools));
  }

  /** Only events that name a file one of these globs matches; see {@link Filter#path}. */
  public Query path(String... globs) {
    return narrowed(f -> f.path(globs));
  }

  /** Only calls that failed. */
  public Query failures() {
    return narrowed(Filter::failures);
  }

  /**
   * At most this many hits.
   *
   * @throws IllegalArgumentException unless it is 1 to {@value #LIMIT_MAX}
   */
  public Query limit(int newLimit) {
    if (newLimit < 1 || newLimit > LIMIT_MAX) {
      throw new IllegalArgumentException(
          "Query.limit is " + newLimit + ", expected 1 to " + LIMIT_MAX);
    }
    return new Query(text, phrases, filter, newLimit, legs, leans, freshness);
  }

  /**
   * Only these legs, in place of both.
   *
   * @throws IllegalArgumentException if none is named
   */
  public Query legs(Leg... newLegs) {
    if (newLegs.length == 0) {
      throw new IllegalArgumentException(
          "Query.legs got none, expected " + Arrays.toString(Leg.values()) + " or one of them");
    }
    return new Query(
        text,
        phrases,
        filter,
        limit,
        Collections.unmodifiableSet(EnumSet.copyOf(Arrays.asList(newLegs))),
        leans,
        freshness);
  }

  /**
   * How much the lexical leg weighs against the vector leg, for events of both streams: an event's
   * score is its cosine plus {@code mu} times what its words are worth. 0 ranks by meaning alone.
   * Where nothing is said, what the engine was opened with, else {@link #LEAN_DEFAULT}.
   *
   * @throws IllegalArgumentException unless it is 0 to {@value #LEAN_MAX}
   */
  public Query lean(double mu) {
    return lean(Stream.TRACE, mu).lean(Stream.PLAN, mu);
  }

  /**
   * The same for the events of one stream: a plan is written in whole sentences, traces are full of
   * paths and outputs, so what is best may differ.
   *
   * @throws IllegalArgumentException unless it is 0 to {@value #LEAN_MAX}
   */
  public Query lean(Stream stream, double mu) {
    EnumMap<Stream, Double> newLeans = new EnumMap<>(Stream.class);
    newLeans.putAll(leans);
    newLeans.put(Objects.requireNonNull(stream, "stream"), checkedLean(mu));
    return new Query(
        text, phrases, filter, limit, legs, Collections.unmodifiableMap(newLeans), freshness);
  }

  /**
   * The weight, if it may be one.
   *
   * @throws IllegalArgumentException unless it is 0 to {@value #LEAN_MAX}
   */
  private static double checkedLean(double mu) {
    if (!(mu >= 0 && mu <= LEAN_MAX)) {
      throw new IllegalArgumentException("Query.lean is " + mu + ", expected 0 to " + LEAN_MAX);
    }
    return mu;
  }

  /**
   * How old the answer may be; zero asks the store for the newest.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public Query freshness(Duration age) {
    if (age.isNegative()) {
      throw new IllegalArgumentException("Query.freshness is " + age + ", expected zero or more");
    }
    return new Query(text, phrases, filter, limit, legs, leans, age);
  }

  /** The text asked for; empty if the query is phrases alone. */
  public String text() {
    return text;
  }

  /** The phrases every hit must hold. */
  public List<String> phrases() {
    return phrases;
  }

  /** Which events are looked at. */
  public Filter filter() {
    return filter;
  }

  /** The most hits given. */
  public int limit() {
    return limit;
  }

  /** The legs asked for. */
  public Set<Leg> legs() {
    return legs;
  }

  /** The weight of the lexical leg for events of a stream, if one was given. */
  public OptionalDouble lean(Stream stream) {
    Double lean = leans.get(stream);
    return lean == null ? OptionalDouble.empty() : OptionalDouble.of(lean);
  }

  /** How old the answer may be. */
  public Duration freshness() {
    return freshness;
  }

  /** What the vector leg compares with: the text, else the phrases. */
  public String question() {
    return text.isEmpty() ? String.join(" ", phrases) : text;
  }

  private Query narrowed(UnaryOperator<Filter> by) {
    return filter(by.apply(filter));
  }

  private static Query start(String text, List<String> phrases) {
    return new Query(
        text,
        phrases,
        Filter.any(),
        LIMIT_DEFAULT,
        Collections.unmodifiableSet(EnumSet.allOf(Leg.class)),
        Map.of(),
        FRESHNESS_DEFAULT);
  }

  private static String checked(String text, String name) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(
          "Query."
              + name
              + " is blank, so there is nothing to rank by; to list events by filter alone use"
              + " traces().find(filter)");
    }
    if (text.length() > TEXT_CHARS_MAX) {
      throw new IllegalArgumentException(
          "Query."
              + name
              + " has "
              + text.length()
              + " characters, expected at most "
              + TEXT_CHARS_MAX
              + "; ask with the telling part");
    }
    return text.strip();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Query query
        && text.equals(query.text)
        && phrases.equals(query.phrases)
        && filter.equals(query.filter)
        && limit == query.limit
        && legs.equals(query.legs)
        && leans.equals(query.leans)
        && freshness.equals(query.freshness);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text, phrases, filter, limit, legs, leans, freshness);
  }

  @Override
  public String toString() {
    return "Query['" + text + "' " + phrases + " " + filter + " limit " + limit + "]";
  }
}
