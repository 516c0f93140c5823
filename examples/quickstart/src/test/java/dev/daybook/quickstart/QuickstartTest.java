package dev.daybook.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the quickstart as its user does and reads what the user reads. */
class QuickstartTest {
  private static final Pattern SQL = Pattern.compile("SQL +(select .*)");

  @TempDir private Path folder;

  @BeforeEach
  void aCheckout() throws IOException {
    Files.writeString(
        folder.resolve("pom.xml"),
        "<properties><maven.compiler.release>21</maven.compiler.release></properties>\n");
  }

  @Test
  void theSecondAgentIsToldWhatTheFirstTried() throws Exception {
    Jvm run = quickstart();

    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    String out = run.out();
    assertThat(out).contains("workspace build-the-checkout   target/factory");
    assertThat(found(out, "WEEK ONE   planner-1, process (\\d+)"))
        .isNotEqualTo(found(out, "WEEK TWO   coder-7, process (\\d+), a new JVM"));
    assertThat(out)
        .containsPattern("  ok +ls ")
        .containsPattern("  ok +grep -rn --include=pom.xml maven.compiler.release \\. ")
        .containsPattern("  failed +javac --release 5 Probe.java .* s  exit 2: .*5 not supported")
        .contains("2 tasks, 1 decision, 1 rejected approach; handoff offered to role coder")
        .containsPattern(
            "briefing  \\d+ of 4,000 tokens: 1 handoff, 1 rejected approach, 1 decision")
        .contains("accepted  handoff of JAVA-5 from planner-1 (tests: 0 passed, 1 failed)")
        .containsPattern(
            "about to run  javac --release 5 Probe.java\n"
                + "    planner-1 already tried this \\d+ s ago: exit 2: .*5 not supported"
                + " +\\[\\w{26}]")
        .containsPattern("  ok +javac --release 21 Probe.java ");
    assertThat(folder.resolve("target/quickstart/Probe.class")).exists();
  }

  @Test
  void recallFindsAnEventInWordsThatDoNotOccurInIt() throws Exception {
    String out = quickstart().out();
    assertThat(out)
        .containsPattern(
            "recall \"why can it not be built for the old platform\\?\"  \\(lexical \\+ vector over"
                + " \\d+ events\\)")
        .containsPattern(
            "recall [^\n"
                + "]*\n"
                + "    0\\.\\d\\d  planner-1 +[^\n"
                + "]*--release 5[^\n"
                + "]*\\(vector 1, lexical -\\)");
  }

  @Test
  void theSqlShownReadsTheSegments() throws Exception {
    String out = quickstart("--folder", "elsewhere", "--no-embeddings").out();
    String sql = found(out, SQL.pattern());
    assertThat(sql).contains("'elsewhere/build-the-checkout/000001/segment/");

    List<String> rows = query(sql.replace("'elsewhere/", "'" + folder.resolve("elsewhere") + "/"));

    assertThat(rows)
        .anyMatch(row -> row.startsWith("bash SOFT_FAIL bash javac --release 5 Probe.java"));
  }

  @Test
  void theNextRunStartsAnewAndSaysSo() throws Exception {
    quickstart("--no-embeddings");
    Jvm again = quickstart("--no-embeddings");
    assertThat(again.exit()).isZero();
    assertThat(again.out())
        .contains("(that of the last run was deleted)")
        .contains("2 tasks, 1 decision, 1 rejected approach");
  }

  @Test
  void withoutEmbeddingsRecallSaysThatItIsLexical() throws Exception {
    Jvm run = quickstart("--no-embeddings");
    assertThat(run.exit()).isZero();
    assertThat(run.out()).containsPattern("platform\\?\"  \\(lexical over \\d+ events; [^\n]+\\)");
  }

  private Jvm quickstart(String... arguments) throws IOException, InterruptedException {
    return Jvm.run(folder, Map.of(), arguments);
  }

  private static String found(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }

  private static List<String> query(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(result.getString(1) + " " + result.getString(2) + " " + result.getString(3));
      }
    }
    return rows;
  }
}
