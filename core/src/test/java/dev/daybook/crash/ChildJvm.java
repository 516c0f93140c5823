package dev.daybook.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with the class path of this one; ended when closed. */
public final class ChildJvm implements AutoCloseable {
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

  private final Process process;
  private final BufferedReader output;
  private final PrintStream input;

  /** Starts the main class; {@code command} goes before {@code java}. */
  public ChildJvm(List<String> command, Class<?> main, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(command);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            main.getName()));
    line.addAll(List.of(arguments));
    var builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    process = builder.start();
    output = process.inputReader(UTF_8);
    input = new PrintStream(process.getOutputStream(), true, UTF_8);
  }

  /** Starts the main class. */
  public ChildJvm(Class<?> main, String... arguments) throws IOException {
    this(List.of(), main, arguments);
  }

  /** Writes a line to its input. */
  public void tell(String line) {
    input.println(line);
  }

  /** The next line of its output. */
  public String hear() throws IOException {
    var line = output.readLine();
    if (line == null) {
      throw new IOException("The child process ended early; its error output is above");
    }
    return line;
  }

  /** The rest of its output, until it ends by itself. */
  public List<String> hearAll() throws IOException {
    return output.lines().toList();
  }

  /** Waits for its end. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("The child process still runs after " + ENDS_WITHIN);
    }
    return process.exitValue();
  }

  /** Ends it without giving it a chance to tidy up; what it wrote before can still be heard. */
  public void kill() throws InterruptedException {
    // Process.destroyForcibly would close this end of its output, the handle leaves it open.
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
