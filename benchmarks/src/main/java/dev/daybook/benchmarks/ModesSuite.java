package dev.daybook.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import picocli.CommandLine.Command;

/**
 * Records, embeds and recalls in a new JVM for each JDK of this machine, with and without the
 * vector module, and with what recall by meaning needs on the class path or not, and compares what
 * is said with what is to be said.
 */
@Command(
    name = "modes",
    description =
        "Recall on every JDK from 21 on, with and without the vector module, with and without what"
            + " an embedder needs.",
    mixinStandardHelpOptions = true)
final class ModesSuite implements Callable<Integer> {
  private static final long SECONDS_MAX = 120;

  /** What an embedder finds. */
  enum Embedding {
    /** All it needs. */
    WHOLE("all there", "", "", ""),
    /** The library is not on the class path. */
    WITHOUT_RUNTIME(
        "no ONNX Runtime", "ai/onnxruntime/OrtEnvironment.class", "", "needs ONNX Runtime, which"),
    /** The weights are not on the class path. */
    WITHOUT_MODEL("no model", "all-minilm-l6-v2-q.onnx", "", "has no all-minilm-l6-v2-q"),
    /** The library has no native code for this processor. */
    ON_ANOTHER_PROCESSOR("no native code", "", "riscv64", "cannot start ONNX Runtime on"),
    /** There is no embedder on the class path. */
    WITHOUT_EMBEDDER(
        "no embedder",
        "META-INF/services/dev.daybook.recall.EmbedderProvider",
        "",
        "there is no embedder on the class path");

    private final String said;
    private final String lacking;
    private final String processor;
    private final String reason;

    Embedding(String said, String lacking, String processor, String reason) {
      this.said = said;
      this.lacking = lacking;
      this.processor = processor;
      this.reason = reason;
    }
  }

  /** Whether the command line has the incubating module for SIMD. */
  enum VectorModule {
    /** It has. */
    ADDED("added"),
    /** It has not. */
    ABSENT("absent");

    private final String said;

    VectorModule(String said) {
      this.said = said;
    }
  }

  /**
   * One way to run.
   *
   * @param jdk the folder of the JDK
   */
  record Mode(Path jdk, VectorModule module, Embedding embedding) {
    /** What a JVM in this mode says; folders and logs go below the scratch folder. */
    ModesProcess.Answer run(Path scratch) throws IOException, InterruptedException {
      Path folder = Files.createTempDirectory(scratch, "mode-");
      List<String> line = new ArrayList<>();
      line.add(jdk.resolve("bin").resolve("java").toString());
      line.addAll(
          List.of(
              "-Xmx256m",
              "-XX:+UseSerialGC",
              "--enable-native-access=ALL-UNNAMED",
              "-Dslf4j.provider=" + KeptLog.class.getName(),
              "-Ddaybook.onnxruntime.folder=" + scratch.resolve("onnxruntime")));
      if (module == VectorModule.ADDED) {
        line.add("--add-modules=jdk.incubator.vector");
      }
      line.addAll(List.of(ModesProcess.class.getName(), folder.toString(), embedding.processor));
      Path errors = folder.resolve("errors");
      ProcessBuilder builder =
          new ProcessBuilder(line)
              .redirectError(errors.toFile())
              .redirectOutput(folder.resolve("output").toFile());
      builder.environment().put("CLASSPATH", classPathWithout(embedding.lacking));
      Process process = builder.start();
      try {
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
          throw new IOException(
              "%s did not end well within %d s:%n%s"
                  .formatted(this, SECONDS_MAX, Files.readString(errors)));
        }
      } finally {
        process.destroyForcibly();
      }
      return ModesProcess.Answer.parse(Files.readAllLines(folder.resolve("output")));
    }

    /** What is wrong with an answer; empty if nothing. */
    List<String> wrong(ModesProcess.Answer answer) {
      boolean isWhole = embedding == Embedding.WHOLE;
      boolean isHinted = isWhole && module == VectorModule.ABSENT;
      List<String> wrong = new ArrayList<>();
      check(answer.legs().equals(isWhole ? "lexical+vector" : "lexical"), "legs", wrong);
      check(
          isWhole ? answer.note().isEmpty() : answer.note().contains(embedding.reason),
          "note",
          wrong);
      check(answer.log().size() == (isWhole && !isHinted ? 0 : 1), "log", wrong);
      for (String logged : answer.log()) {
        check(
            logged.contains(isHinted ? "--add-modules jdk.incubator.vector" : embedding.reason),
            "log",
            wrong);
      }
      check(answer.byWords().equals("right"), "words", wrong);
      check(answer.byMeaning().equals(isWhole ? "right" : "none"), "meaning", wrong);
      return wrong;
    }

    private static void check(boolean holds, String what, List<String> wrong) {
      if (!holds && !wrong.contains(what)) {
        wrong.add(what);
      }
    }
  }

  /** The JDKs that {@code benchmarks/run} found, this one at least, each once. */
  static List<Path> jdks() throws IOException {
    List<Path> jdks = new ArrayList<>();
    String own = System.getProperty("java.home");
    for (String folder :
        (own + "\n" + System.getenv().getOrDefault("DAYBOOK_JDKS", "")).split("\n", -1)) {
      if (!folder.isBlank()) {
        Path real = Path.of(folder).toRealPath();
        if (!jdks.contains(real)) {
          jdks.add(real);
        }
      }
    }
    return jdks;
  }

  /** The class path of this JVM without the entries that have a file; whole if it is empty. */
  private static String classPathWithout(String file) throws IOException {
    List<String> kept = new ArrayList<>();
    String separator = System.getProperty("path.separator");
    for (String entry : System.getProperty("java.class.path").split(separator, -1)) {
      if (file.isEmpty() || !has(Path.of(entry), file)) {
        kept.add(entry);
      }
    }
    return String.join(separator, kept);
  }

  private static boolean has(Path entry, String file) throws IOException {
    if (!Files.isRegularFile(entry)) {
      return Files.exists(entry.resolve(file));
    }
    try (ZipFile jar = new ZipFile(entry.toFile())) {
      return jar.getEntry(file) != null;
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Console.machine();
    List<Path> jdks = jdks();
    for (Path jdk : jdks) {
      Console.line("JDK       %s", jdk);
    }
    Console.line(
        "%-10s %-8s %-16s %-15s %-6s %-8s %-7s %s",
        "JDK", "module", "class path", "legs", "words", "meaning", "verdict", "note");
    Path scratch = Files.createTempDirectory("daybook-modes-");
    int failed = 0;
    try {
      for (Path jdk : jdks) {
        for (VectorModule module : VectorModule.values()) {
          for (Embedding embedding : Embedding.values()) {
            failed += show(new Mode(jdk, module, embedding), scratch);
          }
        }
      }
    } finally {
      Scratch.delete(scratch);
    }
    return failed == 0 ? 0 : 1;
  }

  private static int show(Mode mode, Path scratch) throws IOException, InterruptedException {
    ModesProcess.Answer answer = mode.run(scratch);
    List<String> wrong = mode.wrong(answer);
    Console.line(
        "%-10s %-8s %-16s %-15s %-6s %-8s %-7s %s",
        answer.jdk(),
        mode.module().said,
        mode.embedding().said,
        answer.legs(),
        answer.byWords(),
        answer.byMeaning(),
        wrong.isEmpty() ? "right" : "WRONG: " + String.join(", ", wrong),
        answer.note().isEmpty() ? "none" : answer.note());
    Stream.concat(
            answer.log().stream().map(line -> "log   " + line),
            answer.luceneLog().stream().map(line -> "j.u.l " + line))
        .forEach(line -> Console.line("           %s", line));
    return wrong.isEmpty() ? 0 : 1;
  }
}
