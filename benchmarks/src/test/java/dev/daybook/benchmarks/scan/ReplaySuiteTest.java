package dev.daybook.benchmarks.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReplaySuiteTest {
  @TempDir private Path folder;

  @AfterEach
  void writeNoFile() {
    System.clearProperty(Figures.FILE);
  }

  @Test
  void saysWhatReplayingOneSessionReads() throws Exception {
    Path file = folder.resolve("figures.jsonl");
    System.setProperty(Figures.FILE, file.toString());
    int exit =
        new CommandLine(new ReplaySuite())
            .execute("--sessions=8", "--events=150", "--replays=2", "--segments=2");
    assertThat(exit).isZero();
    List<Figure> figures = Figures.read(file);
    assertThat(figures).extracting(Figure::measure).contains("bytes", "requests", "requests, all");
    List<Figure> requests =
        figures.stream().filter(figure -> figure.measure().equals("requests")).toList();
    assertThat(requests)
        .as("in ranges more than whole: footer, where the session is, pages")
        .first()
        .satisfies(ranges -> assertThat(ranges.value()).isGreaterThan(requests.get(1).value()));
    List<Figure> bytes =
        figures.stream().filter(figure -> figure.measure().equals("bytes")).toList();
    assertThat(bytes.get(0).value()).isLessThan(bytes.get(1).value() / 2);
  }
}
