package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM with the class path of this one, told by its input and heard by its output. Its
 * temporary files are in a folder that goes with it.
 */
public final class ChildJvm implements AutoCloseable {
  private final ScratchFolder temporary;
  private final BufferedReader output;
  private final PrintStream input;

  /** Many JVMs on few processors: none may spend those on its compilers and collectors. */
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** Starts a main class in a small JVM. */
  public ChildJvm(Class<?> main, String... arguments) throws IOException {
    this(SMALL, main, arguments);
  }

  /** Starts a main class in a JVM with these flags. */
  public ChildJvm(List<String> flags, Class<?> main, String... arguments) throws IOException {
    temporary = ScratchFolder.of("daybook-child-");
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(flags);
    line.add(temporary.asTemporary());
    line.addAll(
        List.of("-Dhttp.maxConnections=64", "--enable-native-access=ALL-UNNAMED", main.getName()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = temporary.start(builder);
    output = process.inputReader(UTF_8);
    input = new PrintStream(process.getOutputStream(), true, UTF_8);
  }

  /** Gives it a line. */
  public void tell(String line) {
    input.println(line);
  }

  /** The next line of its output. */
  public String hear() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("A child process ended early; its error output is above");
    }
    return line;
  }

  /** Ends it with force, waits for that, and removes its temporary files. */
  @Override
  public void close() {
    try {
      temporary.close();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot remove " + temporary.path() + "; remove it by hand", e);
    }
  }
}
