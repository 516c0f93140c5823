package dev.daybook.benchmarks.quality;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.benchmarks.Measures;
import dev.daybook.benchmarks.SqliteFts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * SQLite's full-text search, FTS5, in memory: all words of the question in quotes, joined by OR,
 * the best by {@code bm25()} first, which is what {@code ORDER BY rank} means. Reached through
 * JDBC, so that its driver is needed when this runs and not before. For one thread.
 */
final class SqliteRanking implements Contestant, AutoCloseable {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");

  private final Candidates candidates;
  private final Connection connection;
  private final PreparedStatement search;

  /** Indexes the documents with a tokenizer of FTS5, such as {@code porter unicode61}. */
  SqliteRanking(Candidates candidates, String tokenizer) throws SQLException {
    this.candidates = candidates;
    connection = DriverManager.getConnection("jdbc:sqlite::memory:");
    try (Statement setup = connection.createStatement()) {
      setup.execute(
          "CREATE VIRTUAL TABLE document USING fts5(text, within UNINDEXED, tokenize = '"
              + tokenizer
              + "')");
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO document(rowid, text, within) VALUES (?, ?, ?)")) {
        for (int i = 0; i < candidates.documents().size(); i++) {
          Text document = candidates.documents().get(i);
          insert.setInt(1, i);
          insert.setString(2, document.text());
          insert.setString(3, document.meta(candidates.within()));
          int unused = insert.executeUpdate();
        }
      }
      connection.commit();
    }
    search =
        connection.prepareStatement(
            "SELECT rowid FROM document WHERE document MATCH ? AND (? OR within = ?)"
                + " ORDER BY rank LIMIT ?");
  }

  /** What the driver calls the engine. */
  String version() throws SQLException {
    return connection.getMetaData().getDatabaseProductVersion();
  }

  @Override
  public List<String> ranked(Text question) throws SQLException {
    String words = anyOf(question.text());
    List<String> ids = new ArrayList<>();
    if (words.isEmpty()) {
      return ids;
    }
    search.setString(1, words);
    search.setBoolean(2, candidates.within().isEmpty());
    search.setString(3, question.meta(candidates.within()));
    // One more, since the question's own document may be among them.
    search.setInt(4, Measures.DEPTH + 1);
    try (ResultSet rows = search.executeQuery()) {
      while (rows.next()) {
        Text document = candidates.documents().get(rows.getInt(1));
        if (candidates.counts(question, document)) {
          ids.add(document.id());
        }
      }
    }
    return ids;
  }

  /** A question as FTS5 is asked it. */
  static String anyOf(String question) {
    return SqliteFts.anyOf(WORD.matcher(question).results().map(MatchResult::group).toList());
  }

  @Override
  public void close() throws SQLException {
    try {
      search.close();
    } finally {
      connection.close();
    }
  }
}
