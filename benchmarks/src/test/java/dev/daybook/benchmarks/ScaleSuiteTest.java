package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole suite on a history of a few hundred events; of its figures only counts are held. */
final class ScaleSuiteTest {
  @TempDir Path folder;
  @TempDir Path beside;

  @AfterEach
  void writeNoFile() {
    System.clearProperty(Figures.FILE);
  }

  @Test
  void measuresASmallHistoryInTwoIndexesAndKeepsIt() throws Exception {
    assertThat(run()).contains("300 events", "in 2 compacted indexes of the 2 asked for");
    List<Figure> figures = Figures.read(beside.resolve("figures"));

    assertThat(figures)
        .extracting(Figure::workload, Figure::contender, Figure::measure)
        .contains(
            tuple("on storage", "Daybook", "all three"),
            tuple("analysis", "Daybook", "time"),
            tuple("open, empty cache", "Daybook", "heap in use"),
            tuple("open, local copies there", "Daybook", "heap in use"),
            tuple("load of 10 hits", "Daybook", "p50"),
            tuple("fused recall, limit 100", "Lucene int8", "p99"),
            tuple("what is found by vectors", "Lucene float32", "recall@10"),
            tuple("fused recall, one tool of 8", "Daybook", "p50"),
            tuple("found by words, freshness 5 s", "Daybook", "p99"));
    assertThat(figures).allSatisfy(figure -> assertThat(figure.value()).isPositive());
    assertThat(figures)
        .filteredOn(figure -> figure.workload().equals("fused recall, limit 10"))
        .filteredOn(figure -> figure.measure().equals("p50, times its"))
        .extracting(Figure::beside)
        .containsExactly(
            "Lucene float32, pairs", "Lucene float32", "Lucene int8, pairs", "Lucene int8");
    assertThat(figures)
        .filteredOn(figure -> figure.workload().equals("an event by its token"))
        .extracting(Figure::note)
        .satisfiesExactly(
            note -> assertThat(note).matches("compacted, .* of 300"),
            note -> assertThat(note).matches("sealed, .* of 20"),
            note -> assertThat(note).matches("in the tail, .* of 20"));
    assertThat(figures)
        .as("of so short a history only what must be so of any has a bar")
        .filteredOn(figure -> figure.bar().isPresent())
        .extracting(Figure::measure)
        .containsExactly(
            "first, compacted", "first, sealed", "first, in the tail", "told until then");
    assertThat(figures.getLast().isMet()).as("%s", figures.getLast()).contains(true);

    Map<Path, FileTime> built = built();
    assertThat(built.keySet())
        .anyMatch(file -> file.endsWith("ids"))
        .anyMatch(file -> file.toString().startsWith("float32-300-in-2"))
        .anyMatch(file -> file.toString().startsWith("nearest-"));
    assertThat(run("--only", "RECALL")).contains("in 2 compacted indexes of the 2 asked for");
    assertThat(built()).isEqualTo(built);
  }

  /**
   * All files but local copies, which are marked when they are used, and when they were written.
   */
  private Map<Path, FileTime> built() throws Exception {
    Map<Path, FileTime> built = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith(folder.resolve("cache"))) {
          built.put(folder.relativize(file), Files.getLastModifiedTime(file));
        }
      }
    }
    return built;
  }

  private String run(String... more) {
    System.setProperty(Figures.FILE, beside.resolve("figures").toString());
    List<String> line =
        new ArrayList<>(
            List.of("scale", "--events=300", "--segments=2", "--queries=20", "--store=" + folder));
    line.addAll(List.of(more));
    PrintStream console = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(said, true, UTF_8)) {
      System.setOut(out);
      int code = new CommandLine(new Benchmarks()).execute(line.toArray(String[]::new));
      assertThat(code).isZero();
    } finally {
      System.setOut(console);
    }
    return said.toString(UTF_8);
  }
}
