package dev.daybook.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Causes of figures as the suites scan, recall-peers and curves write them, a line of JSON each.
 */
class CausesTest {
  private static final String SCANNED =
      """
      {"workload":"scan of time, tool, text","events":100000,"contender":"Daybook, Arrow export",\
      "measure":"rate","value":316175.3,"unit":"events/s","beside":"DuckDB over JDBC, threads=2",\
      "note":"the export hands over Arrow's buffers, JDBC makes Strings","ratio":3.72,"atLeast":4.0}
      {"workload":"scan of time, tool, outcome","events":100000,"contender":"Daybook, Arrow export",\
      "measure":"rate","value":2874593.1,"unit":"events/s","beside":"DuckDB over JDBC, threads=2",\
      "note":"the export hands over Arrow's buffers, JDBC makes Strings","ratio":3.95,"atLeast":4.0}
      {"workload":"fused recall, limit 10","events":100000,"contender":"Daybook","measure":"p50, times its",\
      "value":1.31,"unit":"ms","beside":"Lucene","note":"","ratio":1.22,"atMost":1.15}
      {"workload":"on storage","events":100000,"contender":"Daybook","measure":"all","value":1640.2,\
      "unit":"bytes/event","beside":"Daybook at 10,000 events","note":"","ratio":0.94}
      """;

  @TempDir private Path folder;
  private Figure text;
  private Figure small;
  private Figure fused;
  private Figure size;

  @BeforeEach
  void read() throws Exception {
    List<Figure> figures =
        Figures.read(Files.writeString(folder.resolve("figures.jsonl"), SCANNED));
    text = figures.get(0);
    small = figures.get(1);
    fused = figures.get(2);
    size = figures.get(3);
  }

  private static Section section(String suite, SuiteRun.State state, Figure... figures) {
    SuiteRun run =
        SuiteRun.starting(suite, List.of(suite), "r", Instant.EPOCH, 1)
            .ended(state, "", Instant.EPOCH);
    return new Section(run, List.of(figures), "", List.of());
  }

  private static Section printing(String suite, String output) {
    Section plain = section(suite, SuiteRun.State.FINISHED);
    return new Section(plain.run(), List.of(), output, List.of());
  }

  @Test
  void whatIsWrittenDownCanBeReadAndIsOfSuitesThatThereAre() {
    Causes written = Causes.written();
    assertThat(written.faults()).isEmpty();
    assertThat(written.stale(List.of(), Suites.ALL.stream().map(Suite::name).toList())).isEmpty();
    assertThat(written.of("recall-peers", fused)).startsWith("Either leg is slower");
    assertThat(written.of("recall-peers", size)).isEqualTo("cause not written down yet");
    assertThat(written.of("recall-peers-traces", fused)).isEqualTo("cause not written down yet");
  }

  @Test
  void aFieldThatIsNotGivenMayBeAnything() {
    Causes causes =
        Causes.of("[{\"contender\": \"Daybook\", \"measure\": \"all\", \"cause\": \"Words.\"}]");
    assertThat(causes.of("curves", size)).isEqualTo("Words.");
    assertThat(causes.of("recall-peers", fused)).isEqualTo(Causes.MISSING);
  }

  @Test
  void theEntryThatSaysMostIsTakenAndOfEqualsTheFirst() {
    Causes causes =
        Causes.of(
            """
            [{"suite": "scan", "cause": "general"},
             {"suite": "scan", "workload": "scan of time, tool, text", "cause": "first"},
             {"suite": "scan", "beside": "DuckDB over JDBC, threads=2", "cause": "second"}]
            """);
    assertThat(causes.of("scan", text)).isEqualTo("first");
    assertThat(causes.of("scan", small)).isEqualTo("second");
    assertThat(causes.of("scan", fused)).isEqualTo("general");
  }

  @Test
  void anEmptyFieldIsOfFiguresWithoutARatio() {
    Causes causes = Causes.of("[{\"beside\": \"\", \"cause\": \"alone\"}]");
    assertThat(causes.of("recall-peers", fused)).isEqualTo(Causes.MISSING);
    assertThat(causes.of("plan", Figure.of("w", 1, "Daybook", "p50", 2, "ms"))).isEqualTo("alone");
  }

  @Test
  void aLineThatWasPrintedIsFoundByAPartOfIt() {
    Causes causes =
        Causes.of(
            """
            [{"suite": "plan", "line": "update p99 ms", "cause": "Sixteen processes."},
             {"suite": "plan", "workload": "update p99 ms", "cause": "of figures alone"}]
            """);
    assertThat(causes.ofLine("plan", "update   p99 ms      2,417   2000: missed"))
        .isEqualTo("Sixteen processes.");
    assertThat(causes.ofLine("plan", "update   p50 ms      417")).isEqualTo(Causes.MISSING);
    assertThat(causes.of("plan", text)).isEqualTo(Causes.MISSING);
    assertThat(
            causes.stale(
                List.of(printing("plan", "update   p99 ms  1,417   2000: met")), List.of()))
        .singleElement()
        .asString()
        .contains("entry 2");
  }

  @Test
  void anEntryOfNothingThatWasMeasuredIsTold() {
    Causes causes =
        Causes.of(
            """
            [{"suite": "scan", "beside": "DuckDB over JDBC, threads=2", "cause": "a"},
             {"suite": "scan", "beside": "DuckDB over JDBC, 1 thread", "cause": "b"},
             {"suite": "replay", "workload": "not run", "cause": "c"},
             {"suite": "scna", "cause": "d"},
             {"measure": "p51", "cause": "e"}]
            """);
    List<String> suites = List.of("scan", "replay");
    assertThat(causes.stale(List.of(section("scan", SuiteRun.State.FINISHED, text)), suites))
        .containsExactly(
            "causes.json, entry 2 (suite 'scan', beside 'DuckDB over JDBC, 1 thread'): it is of"
                + " nothing that scan measured; correct it to what the tables show, or remove it",
            "causes.json, entry 4 (suite 'scna'): a report has no such suite; there are scan,"
                + " replay",
            "causes.json, entry 5 (measure 'p51'): it is of nothing that scan measured; correct it"
                + " to what the tables show, or remove it");
    assertThat(causes.stale(List.of(section("scan", SuiteRun.State.FAILED)), suites))
        .as("of a suite that did not come so far nobody knows")
        .hasSize(1);
  }

  @Test
  void aFileThatIsNoJsonSaysWhere() {
    Causes causes = Causes.of("[\n  {\"suite\": \"scan\",, \"cause\": \"a\"}\n]");
    assertThat(causes.faults())
        .singleElement()
        .asString()
        .startsWith("causes.json is no JSON at line 2, column 20: ")
        .contains("correct it there");
    assertThat(causes.of("scan", text)).isEqualTo(Causes.MISSING);
    assertThat(Causes.of("[] []").faults()).hasSize(1);
    assertThat(Causes.of("").faults()).hasSize(1);
    assertThat(Causes.of("{}").faults())
        .containsExactly("causes.json is no list; write entries between [ and ]");
  }

  @Test
  void anEntryThatCannotBeReadIsToldAndTheOthersCount() {
    Causes causes =
        Causes.of(
            """
            [{"suite": "scan", "worklod": "w", "cause": "a"},
             {"suite": "scan", "cause": " "},
             {"cause": "a"},
             {"suite": 7, "cause": "a"},
             "scan",
             {"suite": "scan", "cause": "good"}]
            """);
    assertThat(causes.faults())
        .containsExactly(
            "causes.json, entry 1: 'worklod' is no field; there are suite, workload, contender,"
                + " measure, beside, line and cause",
            "causes.json, entry 2: it has no 'cause'; write in a sentence or two why the bar is"
                + " missed",
            "causes.json, entry 3: it is of every figure; give at least one of suite, workload,"
                + " contender, measure, beside, line",
            "causes.json, entry 4: 'suite' is 7; write a text",
            "causes.json, entry 5: it is \"scan\"; write fields between { and }");
    assertThat(causes.of("scan", text)).isEqualTo("good");
    assertThat(Causes.of("[{\"suite\": \"a\", \"suite\": \"b\", \"cause\": \"c\"}]").faults())
        .as("a field that is there twice")
        .hasSize(1);
  }
}
