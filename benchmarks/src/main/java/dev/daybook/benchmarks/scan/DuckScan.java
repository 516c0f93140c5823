package dev.daybook.benchmarks.scan;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** DuckDB over the same files: sums within the engine, or values handed to Java over JDBC. */
final class DuckScan implements Scan {
  private final Delivery delivery;
  private final int threads;
  private final Connection connection;
  private final PreparedStatement query;

  /** Where values are looked at. */
  enum Delivery {
    /** In the engine, which hands on sums only. */
    IN_ENGINE,
    /** In Java, a value at a time from a result set. */
    OVER_JDBC
  }

  private DuckScan(Delivery delivery, int threads, Connection connection, PreparedStatement query) {
    this.delivery = delivery;
    this.threads = threads;
    this.connection = connection;
    this.query = query;
  }

  /** Whether its driver is on the class path. */
  static boolean isThere() {
    return DriverManager.drivers()
        .anyMatch(driver -> driver.getClass().getName().startsWith("org.duckdb."));
  }

  /**
   * A scan of these files.
   *
   * @param where a condition in SQL; empty for all rows
   */
  static DuckScan of(
      List<Path> files, Columns columns, String where, Delivery delivery, int threads)
      throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:duckdb:");
    try {
      try (Statement set = connection.createStatement()) {
        boolean unused = set.execute("set threads = " + threads);
        // As its documentation advises for files that are read more than once.
        unused = set.execute("set parquet_metadata_cache = true");
      }
      PreparedStatement query = connection.prepareStatement(sql(files, columns, where, delivery));
      return new DuckScan(delivery, threads, connection, query);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static String sql(List<Path> files, Columns columns, String where, Delivery delivery) {
    String first = columns.texts().getFirst();
    String second = columns.texts().getLast();
    String from =
        files.stream()
            .map(file -> "'" + file.toString().replace("'", "''") + "'")
            .collect(Collectors.joining(", ", " from read_parquet([", "])"));
    String select =
        switch (delivery) {
          case IN_ENGINE ->
              """
              select count(*), sum(epoch_us(%1$s)), \
              coalesce(sum(strlen(%2$s)), 0) + coalesce(sum(strlen(%3$s)), 0), \
              count(%2$s) + count(%3$s)\
              """
                  .formatted(columns.time(), first, second);
          case OVER_JDBC -> "select epoch_us(%s), %s, %s".formatted(columns.time(), first, second);
        };
    return select + from + (where.isEmpty() ? "" : " where " + where);
  }

  @Override
  public String contender() {
    return "DuckDB %s, threads=%d"
        .formatted(delivery == Delivery.IN_ENGINE ? "in the engine" : "over JDBC", threads);
  }

  @Override
  public String note() {
    return switch (delivery) {
      case IN_ENGINE ->
          "adds up numbers and lengths in the engine and hands on four sums; checks no checksums";
      case OVER_JDBC -> "values by getLong and getString, which makes strings; checks no checksums";
    };
  }

  @Override
  public Scanned run() throws SQLException {
    return run(String::length);
  }

  @Override
  public Scanned check() throws SQLException {
    return run(text -> text.getBytes(StandardCharsets.UTF_8).length);
  }

  private Scanned run(ToIntFunction<String> length) throws SQLException {
    try (ResultSet result = query.executeQuery()) {
      return switch (delivery) {
        case IN_ENGINE -> sums(result);
        case OVER_JDBC -> values(result, length);
      };
    }
  }

  private static Scanned sums(ResultSet result) throws SQLException {
    boolean unused = result.next();
    return new Scanned(
        result.getLong(1),
        result.getBigDecimal(2).longValue(),
        result.getLong(3),
        result.getLong(4));
  }

  private static Scanned values(ResultSet result, ToIntFunction<String> length)
      throws SQLException {
    long rows = 0;
    long numbers = 0;
    long bytes = 0;
    long texts = 0;
    while (result.next()) {
      rows++;
      numbers += result.getLong(1);
      for (int column = 2; column <= 3; column++) {
        String text = result.getString(column);
        if (text != null) {
          bytes += length.applyAsInt(text);
          texts++;
        }
      }
    }
    return new Scanned(rows, numbers, bytes, texts);
  }

  @Override
  public void close() throws SQLException {
    query.close();
    connection.close();
  }
}
