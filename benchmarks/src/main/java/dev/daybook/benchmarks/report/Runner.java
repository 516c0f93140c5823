package dev.daybook.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Scratch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs suites, one at a time, each in a process of its own. {@link #stop} may be called by any
 * thread, the rest by one.
 */
final class Runner {
  /** What a JVM ends with that got an interrupt or was told to end. */
  private static final Set<Integer> SIGNALS = Set.of(130, 143);

  private static final Duration TO_CLEAN_UP = Duration.ofSeconds(20);
  private static final Duration TO_END_OUTPUT = Duration.ofSeconds(5);

  private final Folder folder;
  private final Launcher launcher;
  private final InstantSource clock;
  private final String revision;
  private final Optional<Path> data;
  private boolean isStopped;
  private Optional<Process> running = Optional.empty();

  /**
   * One that has started nothing.
   *
   * @param revision of the sources
   * @param data the folder that suites read, whose name is not shown
   */
  Runner(
      Folder folder, Launcher launcher, InstantSource clock, String revision, Optional<Path> data) {
    this.folder = folder;
    this.launcher = launcher;
    this.clock = clock;
    this.revision = revision;
    this.data = data;
  }

  /**
   * Runs a suite, unless this was stopped.
   *
   * @param count such as {@code 3 of 9}, for whoever waits
   * @param patience after which it is ended
   * @return how it ended, which is also kept in the folder
   */
  SuiteRun run(String suite, List<String> line, String count, Duration patience)
      throws IOException, InterruptedException {
    Files.deleteIfExists(folder.figures(suite));
    Path scratch = Files.createTempDirectory("daybook-report-");
    try {
      return run(suite, line, count, patience, scratch);
    } finally {
      clear(scratch);
    }
  }

  private SuiteRun run(
      String suite, List<String> line, String count, Duration patience, Path scratch)
      throws IOException, InterruptedException {
    SuiteRun begun =
        SuiteRun.starting(suite, line, revision, clock.instant(), Math.max(-1, Console.load()))
            .reading(data.map(Path::toString).orElse(""));
    folder.keep(begun);
    Optional<Process> started = start(suite, line, scratch);
    if (started.isEmpty()) {
      return begun;
    }
    Process process = started.get();
    Thread listener =
        Thread.ofVirtual().start(() -> passOn(process, suite, count, begun.started()));
    boolean isInTime = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
    if (!isInTime) {
      end(process);
    }
    // What it started and left behind may hold its output open.
    boolean unused = listener.join(TO_END_OUTPUT);
    SuiteRun run = ended(begun, process, isInTime ? Optional.empty() : Optional.of(patience));
    folder.keep(run);
    return run;
  }

  private synchronized Optional<Process> start(String suite, List<String> line, Path scratch)
      throws IOException {
    if (!isStopped) {
      Process process =
          launcher
              .of(line, folder.figures(suite), scratch)
              .redirectOutput(folder.output(suite).toFile())
              .start();
      process.getOutputStream().close();
      running = Optional.of(process);
      return running;
    }
    return Optional.empty();
  }

  /** Removes what a suite that was ended had no time to. */
  private static void clear(Path scratch) {
    try {
      Scratch.delete(scratch);
    } catch (IOException | UncheckedIOException e) {
      Console.progress("Cannot remove %s: %s; delete it by hand", scratch, e);
    }
  }

  private void passOn(Process process, String suite, String count, Instant started) {
    try (BufferedReader lines = process.errorReader(UTF_8);
        var kept = Files.newBufferedWriter(folder.progress(suite))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Duration took = Duration.between(started, clock.instant());
        Console.progress("[%s, %s, %s] %s", count, suite, spent(took), line);
        kept.write(line + "\n");
        kept.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep what " + suite + " said", e);
    }
  }

  private synchronized SuiteRun ended(
      SuiteRun begun, Process process, Optional<Duration> patience) {
    running = Optional.empty();
    Instant now = clock.instant();
    if (isStopped) {
      return begun.ended(SuiteRun.State.INTERRUPTED, "it was stopped", now);
    }
    if (patience.isPresent()) {
      return begun.ended(
          SuiteRun.State.INTERRUPTED,
          "it was ended after %d minutes; give more by --minutes-max"
              .formatted(patience.get().toMinutes()),
          now);
    }
    int code = process.exitValue();
    return code == 0
        ? begun.ended(SuiteRun.State.FINISHED, "", now)
        : begun.ended(
            SIGNALS.contains(code) ? SuiteRun.State.INTERRUPTED : SuiteRun.State.FAILED,
            "it ended with " + code,
            now);
  }

  /** Ends the suite that runs, if one does, and starts no other. */
  void stop() {
    Optional<Process> process;
    synchronized (this) {
      isStopped = true;
      process = running;
    }
    process.ifPresent(Runner::end);
  }

  synchronized boolean isStopped() {
    return isStopped;
  }

  /** Lets a process remove what it made, and what it started end, before it is killed. */
  private static void end(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    // Not that of the process, which would take its last words away.
    boolean unused = process.toHandle().destroy();
    try {
      if (!process.waitFor(TO_CLEAN_UP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  /** A duration as minutes and seconds. */
  static String spent(Duration took) {
    return String.format(Locale.ROOT, "%d:%02d", took.toMinutes(), took.toSecondsPart());
  }
}
