package dev.daybook.factory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An agent's place in the team, and the process that has it at the moment. For one thread. */
final class AgentProcess {
  private final Team.Member member;
  private final Settings settings;
  private final Path log;
  private Process process;
  private Instant startAt = Instant.MIN;
  private int killed;
  private int failed;

  AgentProcess(Team.Member member, Settings settings) throws IOException {
    this.member = member;
    this.settings = settings;
    this.log = Files.createDirectories(settings.notes()).resolve(member.name() + ".log");
    start();
  }

  String name() {
    return member.name();
  }

  int killed() {
    return killed;
  }

  /** How many processes ended with an error of their own. */
  int failed() {
    return failed;
  }

  Path log() {
    return log;
  }

  /**
   * A JVM like this one. The class path goes by a variable, since a long command line is too long
   * for some systems.
   */
  private void start() throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx384m",
                Agent.class.getName(),
                "--name",
                member.name()));
    line.addAll(settings.arguments());
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    process = builder.start();
  }

  /** Ends it as a power cut would; it starts again at that time. */
  void kill(Instant again) throws InterruptedException {
    process.destroyForcibly().waitFor();
    killed++;
    startAt = again;
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Starts it again if it was killed or failed, and it is time. */
  void care(Instant now) throws IOException {
    if (process.isAlive() || isDone()) {
      return;
    }
    if (startAt.equals(Instant.MIN)) {
      failed++;
      startAt = now.plusSeconds(1);
    }
    if (!now.isBefore(startAt)) {
      startAt = Instant.MIN;
      start();
    }
  }

  /** Whether it found nothing left to do. */
  boolean isDone() {
    return !process.isAlive() && process.exitValue() == 0 && startAt.equals(Instant.MIN);
  }

  /** Ends it for good. */
  void end() {
    process.destroyForcibly();
  }
}
