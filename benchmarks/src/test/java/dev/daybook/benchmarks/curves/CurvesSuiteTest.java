package dev.daybook.benchmarks.curves;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole suite on histories of a thousand and two thousand events. */
class CurvesSuiteTest {
  @TempDir Path folder;

  @Test
  void measuresTheSamePartsAtEachSizeAndKeepsWhatItBuilt() throws IOException {
    String first =
        run(
            "--from=1000",
            "--to=2000",
            "--store=" + folder,
            "--opens=1",
            "--questions=5",
            "--only",
            "COMPACT",
            "SIZE",
            "OPEN",
            "RECALL");

    for (String measure :
        List.of("merging ten, peak heap", "vector", "requests until first answer", "p99")) {
      for (String events : List.of("1,000", "2,000")) {
        assertThat(first).containsPattern("(?m)^.* " + events + " Daybook +" + measure + " ");
      }
    }
    assertThat(first)
        .containsPattern("(?m)^on storage +2,000 .* Daybook at 1,000 events ")
        .containsPattern("(?m)^time +2,000 events took");
    assertThat(files()).noneMatch(name -> name.startsWith("scratch-")).contains("cache");

    assertThat(
            run(
                "--from=1000",
                "--to=1000",
                "--store=" + folder,
                "--questions=5",
                "--writes=100",
                "--only",
                "COMPACT",
                "SIZE",
                "ATTEMPTS",
                "WRITE"))
        .contains("left out  compaction at 1,000 events: the history was in the folder already")
        .containsPattern("(?m)^on storage +1,000 Daybook +all ")
        .containsPattern("(?m)^priorAttempts +1,000 Daybook +in words, p50 ")
        .containsPattern("(?m)^write, default settings +1,000 Daybook +closing afterwards ");
  }

  @Test
  void countsWhatS3WouldTakeMoneyFor() {
    assertThat(run("--from=1000", "--to=1000", "--questions=5", "--only", "S3"))
        .containsPattern("dollars a million events +[0-9.,]+ US\\$")
        .containsPattern("requests a million strong recalls +[0-9.,]+ ");
    assertThat(run("--from=1000", "--to=1000", "--s3-events=500", "--only", "S3"))
        .contains("left out  S3 at 1,000 events: --s3-events is 500");
  }

  @Test
  void aProcessThatFailsFailsTheSuite() {
    assertThat(said(1, "--from=1000", "--to=1000", "--heap=1k", "--only", "RECALL"))
        .contains("failed    building at 1,000 events: BuildProcess under [-Xmx1k");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  /** In processes that do not live long enough for a better compiler to be of use. */
  private static String[] quickly(String... arguments) {
    return Stream.concat(
            Stream.of("--flag=-XX:TieredStopAtLevel=1", "--flag=-XX:+UseSerialGC"),
            Stream.of(arguments))
        .toArray(String[]::new);
  }

  private static String run(String... arguments) {
    return said(0, arguments);
  }

  private static String said(int code, String... arguments) {
    PrintStream console = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(said, true, UTF_8)) {
      System.setOut(out);
      assertThat(
              new CommandLine(new CurvesSuite())
                  .setCaseInsensitiveEnumValuesAllowed(true)
                  .execute(quickly(arguments)))
          .isEqualTo(code);
    } finally {
      System.setOut(console);
    }
    return said.toString(UTF_8);
  }
}
