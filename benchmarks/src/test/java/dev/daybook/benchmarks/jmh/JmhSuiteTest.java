package dev.daybook.benchmarks.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.benchmarks.Benchmarks;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import picocli.CommandLine;

final class JmhSuiteTest {
  /** In this JVM, once each. */
  private static final List<String> ONCE =
      List.of("--forks=0", "--", "-bm", "ss", "-wi", "0", "-i", "1");

  @TempDir Path folder;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  @BeforeEach
  void runBesideOthersOfTheMachine() {
    System.setProperty("jmh.ignoreLock", "true");
    System.setProperty(Figures.FILE, folder.resolve("figures").toString());
  }

  @AfterEach
  void clear() {
    System.clearProperty("jmh.ignoreLock");
    System.clearProperty(Figures.FILE);
  }

  @Test
  void hasABenchmarkOfEveryHotPath() {
    assertThat(JmhSuite.all().stream().map(BenchmarkListEntry::getUsername).map(Results::name))
        .contains(
            "record.oneThread",
            "record.sixteenThreads",
            "updatePlan.editTask",
            "planFold.openAndAsk",
            "ready.ready",
            "find.page",
            "recall.ids",
            "priorAttempts.failedCall",
            "briefing.briefing",
            "open.untilRecall",
            "compaction.compact",
            "scan.threeColumns",
            "masking.nothingFound",
            "replay.session");
    assertThat(run("--list", "^recall", "^record")).isZero();
    assertThat(said.toString(UTF_8))
        .contains("recall.ids  events=10000  legs=LEXICAL,VECTOR,FUSED")
        .contains("record.oneThread  place=DISK,S3")
        .doesNotContain("priorAttempts");
  }

  @Test
  void makesAFigureOfWhatItMeasures() throws Exception {
    assertThat(run(once("READY.ready", "-p", "events=100"))).isZero();
    assertThat(Figures.read(folder.resolve("figures")))
        .singleElement()
        .satisfies(figure -> {
          assertThat(figure)
              .usingRecursiveComparison()
              .ignoringFields("value")
              .isEqualTo(Figure.of("ready", 100, "ready", "p50", 0, "ms"));
          assertThat(figure.value()).isPositive();
        });
    assertThat(said.toString(UTF_8)).startsWith("machine ").doesNotContain("Iteration");
  }

  @Test
  void goesOnAfterOneThatThrowsAndNamesIt() throws Exception {
    assertThat(run(once("^ready", "-p", "events=-1,50"))).isEqualTo(1);
    assertThat(told.toString(UTF_8))
        .contains("2 of 4 benchmarks failed", "ready: blocked, -1 events");
    assertThat(Figures.read(folder.resolve("figures"))).hasSize(2);
  }

  @Test
  void saysThatNothingIsCalledLikeThatBeforeItRunsAnything() {
    assertThat(run("ready", "redy")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(told.toString(UTF_8)).contains("'redy'", "--list");
    assertThat(run("ready", "--", "-f", "many")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(said.toString(UTF_8)).isEmpty();
  }

  private static String[] once(String pattern, String... more) {
    List<String> all = new ArrayList<>(List.of(pattern));
    all.addAll(ONCE);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private int run(String... arguments) {
    PrintStream console = System.out;
    PrintStream errors = System.err;
    List<String> all = new ArrayList<>(List.of("jmh"));
    all.addAll(List.of(arguments));
    try (PrintStream out = new PrintStream(said, true, UTF_8);
        PrintStream err = new PrintStream(told, true, UTF_8)) {
      System.setOut(out);
      System.setErr(err);
      return new CommandLine(new Benchmarks()).execute(all.toArray(String[]::new));
    } finally {
      System.setOut(console);
      System.setErr(errors);
    }
  }
}
