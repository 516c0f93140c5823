package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Benchmarks;
import dev.daybook.benchmarks.Figures;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A fresh JVM for a suite. */
final class Jvm {
  private Jvm() {}

  /** The flags that {@code benchmarks/run} gave this one, which are those of each. */
  static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-D" + Figures.FILE + "="))
        .toList();
  }

  /** A JVM that runs a suite; see {@link Launcher}. */
  static ProcessBuilder running(List<String> line, Path figures, Path scratch) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags());
    words.add("-D" + Figures.FILE + "=" + figures);
    words.add("-Djava.io.tmpdir=" + scratch);
    words.add(Benchmarks.class.getName());
    words.addAll(line);
    ProcessBuilder builder = new ProcessBuilder(words);
    // As an argument it could be too long, and would hide the suite in a list of processes.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }
}
