package dev.daybook.benchmarks.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.daybook.benchmarks.ClassPath;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The suite on a few hundred events; of its figures only what must hold at any size. */
final class ImportPeersSuiteTest {
  @TempDir Path folder;

  @Test
  void measuresDaybookBesideItsPartsWithoutAnyPeer() throws Exception {
    List<Figure> figures = run("--events=500", "--rounds=2", "--only", "daybook", "--only", "raw");
    assertThat(figures)
        .filteredOn(figure -> figure.measure().equals("on disk"))
        .extracting(Figure::contender)
        .containsExactly(
            DaybookIngest.DURABLE,
            DaybookIngest.SEALED,
            RawIngest.FSYNC,
            RawIngest.PARQUET,
            RawIngest.LUCENE,
            "raw parquet-java + raw Lucene");
    assertThat(figures)
        .allSatisfy(figure -> {
          assertThat(figure.events()).isEqualTo(500);
          // The clock of the processor may stand still for the 2 ms that some of them take.
          if (figure.measure().equals("processor time")) {
            assertThat(figure.value()).isNotNegative();
          } else {
            assertThat(figure.value()).isPositive();
          }
        });
    assertThat(figures)
        .filteredOn(figure -> figure.ratio().isPresent())
        .extracting(Figure::contender, Figure::beside)
        .containsExactly(
            tuple(DaybookIngest.DURABLE, RawIngest.FSYNC),
            tuple(DaybookIngest.SEALED, "raw parquet-java + raw Lucene"));
    assertThat(figures).as("too few events to judge").noneMatch(figure -> figure.bar().isPresent());
  }

  @Test
  void saysHowManyEventsAForcedBatchHolds() throws Exception {
    List<Figure> figures = run("--events=500", "--rounds=1", "--only", "daybook_100");
    assertThat(figures)
        .allSatisfy(figure -> assertThat(figure.contender()).isEqualTo(DaybookIngest.DURABLE_100))
        .first()
        .satisfies(rate -> {
          Matcher batch =
              Pattern.compile("a forced batch holds (\\d+) events").matcher(rate.note());
          assertThat(batch.find()).isTrue();
          assertThat(Integer.parseInt(batch.group(1))).isBetween(1, 100);
        });
  }

  @Test
  void importsTracesOfAFile() throws Exception {
    Path traces = folder.resolve("traces.jsonl");
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      rows.add(
          "{\"session\":\"s%d\",\"agent\":\"a\",\"seq\":%d,\"tool\":\"%s\",\"input\":\"make %d\",\"output\":\"done\",\"status\":\"ok\"}"
              .formatted(i % 3, i, i % 2 == 0 ? "bash" : "message", i));
    }
    Files.write(traces, rows);
    assertThat(run("--events=20", "--rounds=1", "--only=daybook", "--traces=" + traces))
        .isNotEmpty()
        .allSatisfy(figure -> assertThat(figure.events()).isEqualTo(20));
  }

  @Test
  void measuresThePeersThatAreThere() throws Exception {
    assumeThat(ClassPath.has(Appends.LANCE))
        .as("the peers are compiled and on the class path only with -Ppeers")
        .isTrue();
    List<Figure> figures = run("--events=300", "--rounds=1", "--lance-versions=2");
    assertThat(figures)
        .filteredOn(figure -> figure.measure().equals("time"))
        .extracting(Figure::contender, Figure::events)
        .contains(
            tuple("SQLite FTS5, 100 a transaction", 300L),
            tuple("SQLite FTS5, one transaction", 300L),
            tuple(LanceIngest.NAME, 200L));
    assertThat(figures).filteredOn(figure -> figure.ratio().isPresent()).hasSize(7);
  }

  @Test
  void aPeerThatIsNotThereIsNamed() throws Exception {
    assumeThat(ClassPath.has(Appends.LANCE)).as("with -Ppeers nothing is missing").isFalse();
    String said = said(() -> run("--events=100", "--rounds=1"));
    assertThat(said).contains("LanceDB's engine is left out").contains("-Ppeers");
  }

  private List<Figure> run(String... options) throws Exception {
    Path file = Files.createTempDirectory(folder, "figures").resolve("figures.jsonl");
    System.setProperty(Figures.FILE, file.toString());
    try {
      assertThat(
              new CommandLine(new ImportPeersSuite())
                  .setCaseInsensitiveEnumValuesAllowed(true)
                  .execute(options))
          .isZero();
    } finally {
      System.clearProperty(Figures.FILE);
    }
    return Figures.read(file);
  }

  private static String said(Clock.Step step) throws Exception {
    PrintStream console = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream err = new PrintStream(said, true, UTF_8)) {
      System.setErr(err);
      step.run();
    } finally {
      System.setErr(console);
    }
    return said.toString(UTF_8);
  }
}
