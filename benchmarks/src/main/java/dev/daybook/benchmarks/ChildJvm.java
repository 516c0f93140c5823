package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the class path of this one, told by its input and heard by its output. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final PrintStream input;

  /** Starts a main class. */
  ChildJvm(Class<?> main, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Many JVMs on few processors: none may spend those on its compilers and collectors.
    line.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dhttp.maxConnections=64",
            "--enable-native-access=ALL-UNNAMED",
            main.getName()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    process = builder.start();
    output = process.inputReader(UTF_8);
    input = new PrintStream(process.getOutputStream(), true, UTF_8);
  }

  void tell(String line) {
    input.println(line);
  }

  /** The next line of its output. */
  String hear() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("A child process ended early; its error output is above");
    }
    return line;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
