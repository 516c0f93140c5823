package dev.daybook.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.event.ToolCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands for an agent and keeps what they said. */
final class Shell {
  /** The tool's name in the traces. */
  static final String TOOL = "bash";

  private static final Duration TIME_MAX = Duration.ofSeconds(60);
  private static final int OUTPUT_BYTES_MAX = 64 << 10;
  private static final int STOPPED = -1;

  /**
   * A command that was run.
   *
   * @param command as a person would type it
   * @param exit its exit code
   * @param output what it printed, errors too, up to 64 KiB
   * @param took how long it ran
   */
  record Ran(String command, int exit, String output, Duration took) {
    boolean isOk() {
      return exit == 0;
    }

    boolean isStopped() {
      return exit == STOPPED;
    }

    /** What went wrong, in a line: the first that says "error", else the first. */
    String error() {
      String telling =
          output
              .lines()
              .filter(line -> line.toLowerCase(Locale.ROOT).contains("error"))
              .findFirst()
              .orElseGet(() -> output.lines().findFirst().orElse("no output"));
      return telling.replaceFirst("^.*?error: ", "").strip();
    }

    String reason() {
      return isStopped()
          ? "stopped after " + TIME_MAX.toSeconds() + " s"
          : "exit " + exit + ": " + error();
    }

    /** The call as it is recorded. */
    ToolCall call() {
      ToolCall call = ToolCall.of(TOOL, command).output(output);
      if (isStopped()) {
        return call.timedOut(took);
      }
      return (isOk() ? call : call.softFail(error())).exit(exit).took(took);
    }
  }

  private Shell() {}

  /**
   * Runs a program with arguments in a folder; empty if this machine has no such program.
   *
   * @param program what to start
   * @param words the command as a person would type it, the program's name first
   */
  static Optional<Ran> run(Path folder, String program, List<String> words)
      throws IOException, InterruptedException {
    List<String> line = new java.util.ArrayList<>(words);
    line.set(0, program);
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("GIT_PAGER", "");
    long began = System.nanoTime();
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Optional.empty();
    }
    try {
      process.getOutputStream().close();
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
      boolean ended = process.waitFor(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return Optional.of(
          new Ran(
              typed(words),
              ended ? process.exitValue() : STOPPED,
              output.join(),
              Duration.ofNanos(System.nanoTime() - began)));
    } finally {
      process.destroyForcibly();
    }
  }

  /** The command as a person would type it. */
  static String typed(List<String> words) {
    return String.join(
        " ", words.stream().map(word -> word.contains(" ") ? '"' + word + '"' : word).toList());
  }

  private static String read(InputStream in) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try (in) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        kept.write(buffer, 0, Math.min(count, OUTPUT_BYTES_MAX - kept.size()));
      }
    } catch (IOException e) {
      kept.writeBytes(("\n[output ends here: " + e.getMessage() + "]").getBytes(UTF_8));
    }
    return kept.toString(UTF_8);
  }
}
