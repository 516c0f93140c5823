package dev.daybook.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the quickstart as its user does, twice, and reads what the user reads. */
class QuickstartTest {
  private static final String SQL = "SQL +(select .*)\n";

  @TempDir private static Path folder;
  private static Jvm run;
  private static List<String> rows;
  private static Jvm again;

  @BeforeAll
  static void runTwice() throws Exception {
    Files.writeString(
        folder.resolve("pom.xml"),
        "<properties><maven.compiler.release>21</maven.compiler.release></properties>\n");
    run = Jvm.run(folder, Map.of());
    rows = query(shown(SQL).replace("'target/", "'" + folder.resolve("target") + "/"));
    again = Jvm.run(folder, Map.of(), "--no-embeddings");
  }

  @Test
  void endsWellAndWithoutNoise() {
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .startsWith("Daybook quickstart   workspace build-the-checkout   target/factory\n\n");
  }

  @Test
  void theWeeksAreTwoProcesses() {
    assertThat(shown("WEEK ONE   planner-1, process (\\d+)\n"))
        .isNotEqualTo(shown("WEEK TWO   coder-7, process (\\d+), a new JVM\n"));
  }

  @Test
  void theFirstAgentReallyRunsCommands() {
    assertThat(run.out())
        .containsPattern("  ok +ls +\\d+\\.\\d\\d s\n")
        .containsPattern("  ok +grep -rn --include=pom.xml maven.compiler.release \\. ")
        .containsPattern("  failed +javac --release 5 Probe.java .* s  exit 2: .*5 not supported\n")
        .contains(
            "  plan v2  2 tasks, 1 decision, 1 rejected approach; handoff offered to role coder\n");
  }

  @Test
  void theSecondAgentIsToldWhatTheFirstTriedAndDoesSomethingElse() {
    assertThat(run.out())
        .containsPattern(
            "  briefing  \\d+ of 4,000 tokens: 1 handoff, 1 rejected approach, 1 decision, 2 tasks,"
                + " 1 failed call")
        .contains("  accepted  handoff of JAVA-5 from planner-1 (tests: 0 passed, 1 failed)\n")
        .containsPattern(
            Jvm.lines(
                "  about to run  javac --release 5 Probe.java",
                "    planner-1 already tried this \\d+ s ago: exit 2: .*5 not supported"
                    + " +\\[\\w{26}]",
                "  ok +javac --release 21 Probe.java .*"));
    assertThat(folder.resolve("target/quickstart/Probe.class")).exists();
  }

  @Test
  void recallFindsAnEventInWordsThatDoNotOccurInIt() {
    assertThat(run.out())
        .containsPattern(
            Jvm.lines(
                "  recall \"why can it not be built for the old platform\\?\"   lexical \\+ vector"
                    + " over .*",
                "    0\\.\\d\\d  planner-1  .*\\(vector 1, lexical -\\)"));
  }

  @Test
  void theSqlShownReadsTheSegments() {
    assertThat(shown(SQL)).contains("'target/factory/build-the-checkout/000001/segment/");
    assertThat(rows)
        .anyMatch(row -> row.startsWith("bash SOFT_FAIL bash javac --release 5 Probe.java\n"))
        .anyMatch(row -> row.startsWith("bash OK bash javac --release 21 Probe.java"));
  }

  @Test
  void theNextRunStartsAnewAndSaysSo() {
    assertThat(again.exit()).isZero();
    assertThat(again.out())
        .startsWith(
            "Daybook quickstart   workspace build-the-checkout   target/factory   (that of the last"
                + " run was deleted)\n")
        .contains("2 tasks, 1 decision, 1 rejected approach");
  }

  @Test
  void withoutEmbeddingsRecallSaysThatItGoesByWords() {
    assertThat(again.err()).isEmpty();
    assertThat(again.out())
        .containsPattern(
            Jvm.lines(
                ".* platform\\?\"   lexical over \\d+ events; vector: there is no embedder",
                "    nothing found"));
  }

  private static String shown(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(run.out());
    assertThat(matcher.find()).as("%s in %s", pattern, run.out()).isTrue();
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
