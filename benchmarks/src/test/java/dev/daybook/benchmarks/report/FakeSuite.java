package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A suite that takes no time: a figure, a line on each output, and an end as it is told. */
final class FakeSuite {
  private FakeSuite() {}

  public static void main(String[] arguments) throws Exception {
    List<String> line = List.of(arguments);
    Path left = Files.createTempDirectory("fake-");
    Files.writeString(left.resolve("left"), "by a suite that does not clean up");
    Figures figures = new Figures();
    figures.add(Figure.of("fake work", 10, line.getFirst(), "p50", 2, "ms").atMost(1));
    System.out.println("printed by " + String.join(" ", line));
    System.err.println("said by " + line.getFirst());
    if (line.contains("--fail")) {
      System.exit(3);
    }
    if (line.contains("--hang")) {
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}
