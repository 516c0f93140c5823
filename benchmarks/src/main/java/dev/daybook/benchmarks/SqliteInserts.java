package dev.daybook.benchmarks;

import dev.daybook.event.ToolCall;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One transaction of one row an event, in a database of its own in WAL mode with synchronous=FULL.
 * All threads share a connection under a lock: SQLite has one writer at a time, and connections
 * that wait for each other's lock sleep between attempts.
 */
final class SqliteInserts implements Contender, AutoCloseable {
  private final Connection connection;
  private final PreparedStatement insert;
  private final ReentrantLock lock = new ReentrantLock();
  private final ToolCall[] next;
  private final AtomicLong number = new AtomicLong();

  SqliteInserts(Path file, int threads) throws SQLException {
    next = new ToolCall[threads];
    connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement setup = connection.createStatement()) {
      setup.execute("PRAGMA journal_mode=WAL");
      setup.execute("PRAGMA synchronous=FULL");
      setup.execute(
          "CREATE TABLE event(id INTEGER PRIMARY KEY, time TEXT, session TEXT, actor TEXT,"
              + " type TEXT, tool TEXT, arguments TEXT, output TEXT, approach TEXT)");
    }
    insert = connection.prepareStatement("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  /** What the driver calls the engine. */
  String version() throws SQLException {
    return connection.getMetaData().getDatabaseProductVersion();
  }

  @Override
  public void prepare(int thread) {
    next[thread] = Recording.call(number.get());
  }

  @Override
  public void step(int thread) throws SQLException {
    long id = number.incrementAndGet();
    ToolCall call = next[thread];
    String time = Instant.now().toString();
    lock.lock();
    try {
      insert.setLong(1, id);
      insert.setString(2, time);
      insert.setString(3, "session-" + thread);
      insert.setString(4, "coder-" + thread);
      insert.setString(5, "ToolCall");
      insert.setString(6, call.tool());
      insert.setString(7, call.arguments());
      insert.setString(8, call.output());
      insert.setString(9, call.approach());
      int unused = insert.executeUpdate();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws SQLException {
    insert.close();
    connection.close();
  }
}
