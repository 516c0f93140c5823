package dev.daybook.storage.s3.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server in a JVM of its own, which prints {@code port N} first and ends when its standard input
 * does: so also when this process is killed.
 */
final class ServerProcess implements AutoCloseable {
  private static final int STOP_SECONDS_MAX = 10;

  private final Process process;
  private final URI endpoint;

  private ServerProcess(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts a JVM like this one and waits until the server listens.
   *
   * @param log takes what the server prints on standard error
   */
  static ServerProcess start(String classPath, List<String> arguments, Path log)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectError(log.toFile());
    // As a variable: a class path of many jars makes a command line too long for some systems.
    builder.environment().put("CLASSPATH", classPath);
    var process = builder.start();
    // Not closed: the server's further output, if any, goes nowhere, and its end is the end.
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    var first = out.readLine();
    if (first == null || !first.startsWith("port ")) {
      process.destroy();
      throw new IOException(
          "The server did not start: it printed '" + first + "' and " + Files.readString(log));
    }
    return new ServerProcess(
        process, URI.create("http://127.0.0.1:" + first.substring("port ".length())));
  }

  URI endpoint() {
    return endpoint;
  }

  long pid() {
    return process.pid();
  }

  /** Ends the server, in order; by force if it does not within seconds. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("The server ran on for " + STOP_SECONDS_MAX + " s; it was killed");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
