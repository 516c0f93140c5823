package dev.daybook.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of a report: what each suite said, measured and how it was run, and the pages made of
 * it.
 */
record Folder(Path path) {
  /** A folder, made if it is not there. */
  static Folder at(Path path) throws IOException {
    Path whole = path.toAbsolutePath().normalize();
    for (String name : List.of("figures", "output", "runs")) {
      Files.createDirectories(whole.resolve(name));
    }
    return new Folder(whole);
  }

  /** A line of JSON for each figure. */
  Path figures(String suite) {
    return path.resolve("figures").resolve(suite + ".jsonl");
  }

  /** Its standard output. */
  Path output(String suite) {
    return path.resolve("output").resolve(suite + ".txt");
  }

  /** Its standard error. */
  Path progress(String suite) {
    return path.resolve("output").resolve(suite + ".progress.txt");
  }

  Path html() {
    return path.resolve("report.html");
  }

  Path markdown() {
    return path.resolve("report.md");
  }

  private Path run(String suite) {
    return path.resolve("runs").resolve(suite + ".json");
  }

  private Path head() {
    return path.resolve("head.json");
  }

  void keep(SuiteRun run) throws IOException {
    Files.writeString(run(run.suite()), run.json());
  }

  Optional<SuiteRun> run(Suite suite) throws IOException {
    Path file = run(suite.name());
    return Files.exists(file) ? Optional.of(SuiteRun.of(Files.readString(file))) : Optional.empty();
  }

  /** Every run that is kept: in the order of these suites, then what is no longer among them. */
  List<SuiteRun> runs(List<Suite> order) throws IOException {
    List<SuiteRun> runs = new ArrayList<>();
    for (Suite suite : order) {
      run(suite).ifPresent(runs::add);
    }
    List<String> known = order.stream().map(Suite::name).toList();
    try (Stream<Path> files = Files.list(path.resolve("runs"))) {
      for (Path file : files.sorted().toList()) {
        SuiteRun run = SuiteRun.of(Files.readString(file));
        if (!known.contains(run.suite())) {
          runs.add(run);
        }
      }
    }
    return runs;
  }

  void keep(Head head) throws IOException {
    Files.writeString(head(), head.json());
  }

  /** What was said of the machine when suites were last run. */
  Optional<Head> headKept() throws IOException {
    return Files.exists(head()) ? Optional.of(Head.of(Files.readString(head()))) : Optional.empty();
  }
}
