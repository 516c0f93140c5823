package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.Scratch;
import dev.daybook.event.ToolCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;

/**
 * SQLite with FTS5: a table of events with an index on session and time, and a full-text index over
 * its texts, of which the table is the content, kept by a trigger. WAL mode, {@code
 * synchronous=FULL}. The words are stemmed, as Daybook's are.
 */
final class SqliteIngest implements Ingest {
  private static final String TEXTS = "tool, arguments, approach, error, output, text";

  private final String name;
  private final List<ImportedEvent> events;
  private final int transactionRows;

  /** Imports with so many rows in a transaction. */
  SqliteIngest(String name, List<ImportedEvent> events, int transactionRows) {
    this.name = name;
    this.events = events;
    this.transactionRows = transactionRows;
  }

  @Override
  public void run(Path folder, Clock clock) throws Exception {
    Files.createDirectories(folder);
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.sqlite"))) {
      create(connection);
      Clock.Span span = Clock.time(events.size(), () -> insert(connection));
      requireAll(connection);
      try (Statement checkpoint = connection.createStatement()) {
        checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      clock.keep(name, span.leaving(Scratch.bytes(folder)));
    }
  }

  private static void create(Connection connection) throws SQLException {
    try (Statement setup = connection.createStatement()) {
      setup.execute("PRAGMA journal_mode=WAL");
      setup.execute("PRAGMA synchronous=FULL");
      setup.execute(
          """
          CREATE TABLE event(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, session TEXT NOT NULL,
            actor TEXT NOT NULL, task TEXT, type TEXT NOT NULL, tool TEXT, arguments TEXT,
            approach TEXT, outcome TEXT, exit_code INTEGER, error TEXT, output TEXT, text TEXT,
            paths TEXT)
          """);
      setup.execute("CREATE INDEX event_by_session ON event(session, time)");
      setup.execute(
          """
          CREATE VIRTUAL TABLE event_text USING fts5(%s, content='event', content_rowid='id',
            tokenize='porter unicode61')
          """
              .formatted(TEXTS));
      setup.execute(
          """
          CREATE TRIGGER event_inserted AFTER INSERT ON event BEGIN
            INSERT INTO event_text(rowid, %s) VALUES (new.id, new.%s);
          END
          """
              .formatted(TEXTS, TEXTS.replace(", ", ", new.")));
    }
  }

  private void insert(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      int rows = 0;
      for (ImportedEvent event : events) {
        bind(insert, PeerRow.of(++rows, event));
        int unused = insert.executeUpdate();
        if (rows % transactionRows == 0) {
          connection.commit();
        }
      }
      connection.commit();
    }
    connection.setAutoCommit(true);
  }

  private static void bind(PreparedStatement insert, PeerRow row) throws SQLException {
    insert.setLong(1, row.id());
    insert.setLong(2, row.micros());
    insert.setString(3, row.session());
    insert.setString(4, row.actor());
    text(insert, 5, row.task());
    insert.setString(6, row.type());
    text(insert, 7, row.tool());
    text(insert, 8, row.arguments());
    text(insert, 9, row.approach());
    text(insert, 10, row.outcome());
    if (row.exitCode() == ToolCall.NO_EXIT_CODE) {
      insert.setNull(11, Types.INTEGER);
    } else {
      insert.setInt(11, row.exitCode());
    }
    text(insert, 12, row.error());
    text(insert, 13, row.output());
    text(insert, 14, row.text());
    text(insert, 15, row.paths());
  }

  private static void text(PreparedStatement insert, int column, String text) throws SQLException {
    if (text.isEmpty()) {
      insert.setNull(column, Types.VARCHAR);
    } else {
      insert.setString(column, text);
    }
  }

  private void requireAll(Connection connection) throws SQLException {
    Ingest.requireCount(name, events.size(), count(connection, "SELECT count(*) FROM event"));
    // Of a full-text index whose content is elsewhere, only its own table of sizes says what it
    // has.
    Ingest.requireCount(
        name + ", its full-text index",
        events.size(),
        count(connection, "SELECT count(*) FROM event_text_docsize"));
  }

  private static long count(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet counted = statement.executeQuery(sql)) {
      return counted.next() ? counted.getLong(1) : 0;
    }
  }
}
