package dev.daybook.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/** What suites share that ask SQLite's full-text search, FTS5. */
public final class SqliteFts {
  /** The class of its JDBC driver. */
  public static final String DRIVER = "org.sqlite.JDBC";

  /** So that a question does not become a deeper expression than the engine takes. */
  private static final int TERMS_MAX = 1_000;

  private SqliteFts() {}

  /** Whether its driver is on the class path. */
  public static boolean isThere() {
    return ClassPath.has(DRIVER);
  }

  /**
   * What {@code MATCH} is given to find any of these terms, at most the first {@value #TERMS_MAX}:
   * each in quotes, so that it is a word, or a phrase if the tokenizer takes it apart, and never
   * part of the language of queries. Empty, which {@code MATCH} does not take, if there are none.
   */
  public static String anyOf(List<String> terms) {
    return terms.stream()
        .limit(TERMS_MAX)
        .map(term -> '"' + term.replace("\"", "\"\"") + '"')
        .collect(Collectors.joining(" OR "));
  }
}
