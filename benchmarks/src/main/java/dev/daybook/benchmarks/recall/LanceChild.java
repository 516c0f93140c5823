package dev.daybook.benchmarks.recall;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.benchmarks.ClassPath;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.ScratchFolder;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The engine of LanceDB in a JVM of its own, because on two processors it makes an index of words
 * only if {@code LANCE_CPU_THREADS} is set before it starts. The process measures its own answers,
 * so what is said between the two costs nothing. What it is asked, and the native library it takes
 * out of a jar, are in a folder that goes with it. For one thread.
 */
final class LanceChild implements Closeable {
  /** Among the sources for peers, which are not always compiled. */
  private static final String MAIN = "dev.daybook.benchmarks.recall.LanceProcess";

  /** What the name of a folder ends in whose table is not built yet. */
  static final String UNFINISHED = ".unfinished";

  private final RecallData data;
  private final Path folder;
  private final ScratchFolder scratch;
  private final ProcessBuilder builder;
  private Process process;
  private BufferedReader output;
  private PrintStream input;

  /**
   * Starts it.
   *
   * @param folder where its tables are or will be
   * @param data what is asked
   */
  LanceChild(Path folder, RecallData data) throws IOException {
    this.data = data;
    this.folder = folder;
    scratch = ScratchFolder.of("daybook-lance-");
    Path questions = scratch.resolve("questions");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(questions)))) {
      data.writeQuestions(out);
    }
    builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                scratch.asTemporary(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                MAIN,
                folder.toString(),
                events().toString(),
                questions.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("LANCE_CPU_THREADS", "4");
    builder.environment().put("LANCE_LOG", "error");
    start();
  }

  /** What is in its tables, written before the first of them is built. */
  private Path events() {
    return scratch.resolve("events");
  }

  private void start() throws IOException {
    process = scratch.start(builder);
    output = process.inputReader(UTF_8);
    input = new PrintStream(process.getOutputStream(), true, UTF_8);
  }

  /** Whether it is on the class path. */
  static boolean isThere() {
    return ClassPath.has(MAIN);
  }

  /** Writes down what its tables are built of, which is no part of building one. */
  void prepare() throws IOException {
    if (!Files.exists(events())) {
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(events())))) {
        data.writeEvents(out);
      }
    }
  }

  /**
   * Has it build a table, of what was written down before. One that takes longer than the limit is
   * given up: the process is ended, since the engine cannot be told to stop, and another takes its
   * place, which has no table open.
   *
   * @return whether the table is there
   */
  boolean build(String kind, Duration limit) throws IOException, InterruptedException {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicBoolean isLate = new AtomicBoolean();
    // Its handle ends it without closing the streams that this thread reads.
    ProcessHandle building = process.toHandle();
    Thread watch =
        Thread.ofPlatform()
            .daemon()
            .name("lance-limit")
            .start(() -> {
              try {
                if (!answered.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                  isLate.set(true);
                  boolean unused = building.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    input.println("build " + kind);
    String line = output.readLine();
    answered.countDown();
    watch.join();
    if (isLate.get()) {
      int unused = process.waitFor();
      input.close();
      output.close();
      Path unfinished = folder.resolve(kind + UNFINISHED);
      if (Files.exists(unfinished)) {
        Scratch.delete(unfinished);
      }
      start();
    } else if (line == null) {
      throw ended("build " + kind);
    }
    return line != null;
  }

  private static IOException ended(String command) {
    return new IOException(
        "The process of LanceDB ended at '%s'; its error output is above".formatted(command));
  }

  /** Says something and hears the answer, which is words. */
  List<String> tell(String command) throws IOException {
    input.println(command);
    String line = output.readLine();
    if (line == null) {
      throw ended(command);
    }
    return Arrays.asList(line.split(" ", -1));
  }

  /** One of its tables. */
  Peer peer(String table, String name, String unequal) {
    return new Peer() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Answer ask(Part part, RecallData.Question question) throws IOException {
        List<String> said = tell("ask %s %s %d".formatted(table, part, question.number()));
        int[] events = new int[said.size() - 1];
        for (int i = 0; i < events.length; i++) {
          events[i] = Integer.parseInt(said.get(i + 1));
        }
        return new Answer(Long.parseLong(said.getFirst()), events);
      }

      @Override
      public String unequal() {
        return unequal;
      }

      @Override
      public void close() {
        // The process belongs to who started it.
      }
    };
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
