package dev.daybook.internal.segment;

import static dev.daybook.internal.segment.Rows.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment read by an engine that knows nothing of Daybook. */
class SegmentSqlTest {
  @TempDir static Path folder;
  private static List<Row> rows;
  private static Connection duckdb;

  @BeforeAll
  static void open() throws Exception {
    rows = new ArrayList<>(Rows.some(3_000, new Random(11)));
    rows.add(Rows.full());
    rows.sort(SegmentWriter.ORDER);
    Files.write(folder.resolve("s.parquet"), Rows.write(rows, 100_000));
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = duckdb.createStatement()) {
      statement.execute("set autoinstall_known_extensions = false");
      statement.execute(
          "create view log as select * from read_parquet('" + folder.resolve("s.parquet") + "')");
    }
  }

  @AfterAll
  static void close() throws Exception {
    duckdb.close();
  }

  @Test
  void countsByTypeAndWorkspace() throws Exception {
    assertThat(ask("select count(*) from log where type = 'ToolCall'"))
        .isEqualTo(Long.toString(count("ToolCall")));
    assertThat(ask("select count(*) from log where type = 'TaskStatusChanged' and stream = 'plan'"))
        .isEqualTo(Long.toString(count("TaskStatusChanged")));
    assertThat(ask("select count(*) from log where workspace = '" + WORKSPACE + "'"))
        .isEqualTo("3001");
  }

  @Test
  void seesNullWhereSomethingDoesNotApply() throws Exception {
    long withTask = rows.stream().filter(row -> !row.envelope().task().isEmpty()).count();
    assertThat(ask("select count(*) from log where task is not null"))
        .isEqualTo(Long.toString(withTask));
    long plan = rows.stream().filter(row -> row.envelope().planVersion() > 0).count();
    assertThat(ask("select count(plan_version) from log")).isEqualTo(Long.toString(plan));
    assertThat(ask("select count(*) from log where task = '' or text = ''")).isEqualTo("0");
  }

  @Test
  void sumsExitCodes() throws Exception {
    long sum =
        rows.stream()
            .mapToLong(row -> row.promoted().exitCode())
            .filter(code -> code != ToolCall.NO_EXIT_CODE)
            .sum();
    assertThat(ask("select sum(exit_code) from log")).isEqualTo(Long.toString(sum));
  }

  @Test
  void readsTimesAsInstants() throws Exception {
    assertThat(ask("select typeof(time) from log limit 1")).isEqualTo("TIMESTAMP WITH TIME ZONE");
    assertThat(ask("select epoch_us(recorded_time) from log where handoff = 'h-1'"))
        .isEqualTo("1772359200123456");
    assertThat(ask("select epoch_us(time) from log where handoff = 'h-1'")).isEqualTo("-1");
  }

  @Test
  void unnestsPaths() throws Exception {
    long paths = rows.stream().mapToLong(row -> row.promoted().paths().size()).sum();
    assertThat(ask("select count(*) from (select unnest(paths) as path from log)"))
        .isEqualTo(Long.toString(paths));
    assertThat(ask("select count(*) from log where list_contains(paths, 'src/ü b.java')"))
        .isEqualTo("1");
  }

  @Test
  void readsEveryColumnOfARow() throws Exception {
    assertThat(ask("select payload from log where handoff = 'h-1'")).isEqualTo("{\"a\": [1,  2]}");
    assertThat(
            ask(
                "select concat_ws('|', event_id, schema_version, actor_kind, actor_name, session,"
                    + " cause, vcs_state, duration_us, outcome, manifest)"
                    + " from log where handoff = 'h-1'"))
        .isEqualTo(
            Rows.full().id()
                + "|3|HUMAN|Ana Núñez|s-2|"
                + Rows.full().envelope().cause()
                + "|DIRTY|1500000|HARD_FAIL|1234");
  }

  @Test
  void standsInOrderOfSessionAndEventId() throws Exception {
    assertThat(
            ask(
                "select count(*) from (select (session, event_id) < lag((session, event_id)) over"
                    + " (order by file_row_number) as back from read_parquet('"
                    + folder.resolve("s.parquet")
                    + "', file_row_number = true)) where back"))
        .isEqualTo("0");
  }

  private static long count(String type) {
    return rows.stream().filter(row -> row.type().equals(type)).count();
  }

  private static String ask(String sql) throws Exception {
    try (Statement statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      assertThat(result.next()).as(sql).isTrue();
      return result.getString(1);
    }
  }
}
