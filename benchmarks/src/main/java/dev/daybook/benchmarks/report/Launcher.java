package dev.daybook.benchmarks.report;

import java.nio.file.Path;
import java.util.List;

/** How a process that runs a suite is made. */
@FunctionalInterface
interface Launcher {
  /**
   * A process, not started yet.
   *
   * @param line the suite's command and options
   * @param figures the file for its figures
   * @param scratch an empty folder for all that it needs for a while
   */
  ProcessBuilder of(List<String> line, Path figures, Path scratch);
}
