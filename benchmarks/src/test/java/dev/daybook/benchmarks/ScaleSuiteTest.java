package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole suite on a history of a few hundred events; of its figures only counts are held. */
final class ScaleSuiteTest {
  @TempDir Path folder;

  @Test
  void measuresASmallHistoryInTwoIndexesAndKeepsIt() throws Exception {
    String first = run();
    assertThat(first)
        .contains("600 events", "in 2 compacted indexes of the 2 asked for")
        .containsPattern("hybrid +100 Lucene int8 ")
        .containsPattern("first by its token, compacted +\\d+ of 599 ")
        .containsPattern("first by its token, in the tail +\\d+ of 200 ")
        .containsPattern("coverage says so until then +50 of 50 ");
    List<String> kept = kept();
    assertThat(kept).anyMatch(name -> name.startsWith("workspace-")).hasSizeGreaterThan(4);
    assertThat(run()).contains("in 2 compacted indexes of the 2 asked for");
    assertThat(kept()).isEqualTo(kept);
  }

  private List<String> kept() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String run() {
    PrintStream console = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(said, true, UTF_8)) {
      System.setOut(out);
      int code =
          new CommandLine(new Benchmarks())
              .execute(
                  "scale", "--events=600", "--segments=2", "--queries=50", "--store=" + folder);
      assertThat(code).isZero();
    } finally {
      System.setOut(console);
    }
    return said.toString(UTF_8);
  }
}
