package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.SqliteFts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.util.VectorUtil;

/**
 * SQLite with an FTS5 table of the texts and a table of vectors, all of which are compared with the
 * question's, in Java, since the engine has no function for that. One connection, one thread.
 */
final class SqlitePeer implements Peer {
  /** Where the vectors are when a question comes. */
  enum Vectors {
    /** In a column, read for each question. */
    IN_COLUMN,
    /** In the heap, read once. */
    IN_HEAP
  }

  /** How it is asked for what has no blanks and several words, as a path has. */
  enum Paths {
    /** For all of its words, one behind the other. */
    AS_PHRASES("\\s+"),
    /** For any of its words, as the others are. */
    AS_WORDS("[^\\p{L}\\p{N}]+");

    private final Pattern between;

    Paths(String between) {
      this.between = Pattern.compile(between);
    }

    /** How it is asked about a history. */
    static Paths of(Source source) {
      return source instanceof Traces ? AS_WORDS : AS_PHRASES;
    }
  }

  /** What is no part of a word to its tokenizer either, unicode61. */
  private static final Pattern EDGES = Pattern.compile("^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$");

  private final Vectors place;
  private final Paths paths;
  private final Connection connection;
  private final PreparedStatement words;
  private final PreparedStatement scan;
  private final float[][] heap;

  private SqlitePeer(Vectors place, Paths paths, Connection connection, int events)
      throws SQLException {
    this.place = place;
    this.paths = paths;
    this.connection = connection;
    this.words =
        connection.prepareStatement(
            "SELECT rowid FROM text WHERE text MATCH ? ORDER BY rank LIMIT "
                + RecallData.CANDIDATES);
    this.scan = connection.prepareStatement("SELECT id, components FROM vector");
    this.heap = place == Vectors.IN_HEAP ? load(events) : new float[0][];
  }

  /** Fills a new database. */
  static void build(Path file, RecallData data) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement setup = connection.createStatement()) {
      setup.execute("PRAGMA journal_mode=WAL");
      setup.execute("CREATE VIRTUAL TABLE text USING fts5(body, tokenize='porter unicode61')");
      setup.execute("CREATE TABLE vector(id INTEGER PRIMARY KEY, components BLOB NOT NULL)");
      connection.setAutoCommit(false);
      try (PreparedStatement text =
              connection.prepareStatement("INSERT INTO text(rowid, body) VALUES (?, ?)");
          PreparedStatement vector =
              connection.prepareStatement("INSERT INTO vector VALUES (?, ?)")) {
        for (int number = 0; number < data.events(); number++) {
          text.setInt(1, number);
          text.setString(2, data.text(number));
          vector.setInt(1, number);
          vector.setBytes(2, bytes(data.vectors()[number]));
          int unused = text.executeUpdate() + vector.executeUpdate();
          if (number % 50_000 == 0) {
            Console.progress("SQLite: %,d of %,d", number, data.events());
          }
        }
      }
      connection.commit();
      setup.execute("INSERT INTO text(text) VALUES ('optimize')");
      connection.commit();
      connection.setAutoCommit(true);
      setup.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  private static byte[] bytes(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return bytes.array();
  }

  /** Opens a database that was filled. */
  static SqlitePeer open(Path file, Vectors place, RecallData data) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement setup = connection.createStatement()) {
      // All of it in memory: what is compared is not the disk.
      setup.execute("PRAGMA mmap_size=" + (8L << 30));
      setup.execute("PRAGMA cache_size=" + -(1 << 20));
      setup.execute("PRAGMA query_only=ON");
      for (String table : List.of("text", "vector")) {
        try (ResultSet rows = setup.executeQuery("SELECT count(*) FROM " + table)) {
          Peers.requireCount("SQLite's table " + table, rows.getLong(1), data.events());
        }
      }
      return new SqlitePeer(place, Paths.of(data.source()), connection, data.events());
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private float[][] load(int events) throws SQLException {
    float[][] vectors = new float[events][];
    try (ResultSet rows = scan.executeQuery()) {
      while (rows.next()) {
        vectors[rows.getInt(1)] = floats(rows.getBytes(2), new float[0]);
      }
    }
    return vectors;
  }

  private static float[] floats(byte[] bytes, float[] scratch) {
    int count = bytes.length / Float.BYTES;
    float[] vector = scratch.length == count ? scratch : new float[count];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
    return vector;
  }

  @Override
  public String name() {
    return switch (place) {
      case IN_COLUMN -> "SQLite FTS5, vectors in a column";
      case IN_HEAP -> "SQLite FTS5, vectors in the heap";
    };
  }

  @Override
  public Answer ask(Part part, RecallData.Question question) throws SQLException {
    String match = match(question.text(), paths);
    long start = System.nanoTime();
    int[] found =
        switch (part) {
          case WORDS -> byWords(match);
          case VECTORS -> byVectors(question.vector());
          case BOTH ->
              ReciprocalRanks.join(byWords(match), byVectors(question.vector()), RecallData.WANTED);
        };
    long nanos = System.nanoTime() - start;
    return new Answer(nanos, Arrays.copyOf(found, Math.min(found.length, RecallData.WANTED)));
  }

  private int[] byWords(String match) throws SQLException {
    words.setString(1, match);
    int[] found = new int[RecallData.CANDIDATES];
    int count = 0;
    try (ResultSet rows = words.executeQuery()) {
      while (rows.next()) {
        found[count++] = rows.getInt(1);
      }
    }
    return Arrays.copyOf(found, count);
  }

  private int[] byVectors(float[] question) throws SQLException {
    Nearest nearest = new Nearest(RecallData.CANDIDATES);
    if (place == Vectors.IN_HEAP) {
      return nearest.ofAll(heap, question).best();
    }
    float[] scratch = new float[question.length];
    try (ResultSet rows = scan.executeQuery()) {
      while (rows.next()) {
        scratch = floats(rows.getBytes(2), scratch);
        nearest.offer(rows.getInt(1), VectorUtil.dotProduct(scratch, question));
      }
    }
    return nearest.best();
  }

  /**
   * Any of the words, each once, without stop words: FTS5 knows none and would go through every
   * event.
   */
  static String match(String question, Paths paths) {
    CharArraySet stopWords = EnglishAnalyzer.getDefaultStopSet();
    List<String> all =
        paths
            .between
            .splitAsStream(question.toLowerCase(Locale.ROOT))
            .map(word -> EDGES.matcher(word).replaceAll(""))
            .filter(word -> !word.isEmpty() && !stopWords.contains(word))
            .distinct()
            .toList();
    return all.isEmpty() ? "\"\"" : SqliteFts.anyOf(all);
  }

  @Override
  public String unequal() {
    return "one thread and one connection, everything in the page cache and mapped; stop words"
        + " are taken out of the question beforehand; "
        + switch (paths) {
          case AS_PHRASES -> "a path is asked for as a phrase";
          case AS_WORDS ->
              "a path is asked for by any of its words, as it is of Daybook, which takes longer"
                  + " than as a phrase";
        }
        + "; scalar products by Lucene's VectorUtil, which uses the Vector API";
  }

  @Override
  public void close() throws IOException {
    try {
      words.close();
      scan.close();
      connection.close();
    } catch (SQLException e) {
      throw new IOException("SQLite cannot be closed", e);
    }
  }
}
