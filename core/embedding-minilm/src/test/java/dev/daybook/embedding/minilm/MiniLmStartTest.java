package dev.daybook.embedding.minilm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts and ends of the process, each in a JVM of its own. */
class MiniLmStartTest {
  private static final Path LIBRARIES = Path.of("target", "onnxruntime").toAbsolutePath();

  @TempDir Path folder;

  /** ONNX Runtime 1.29.0 crashes on such a command line. */
  @Test
  void startsWithACommandLineOf8000Characters() throws Exception {
    Result result = run("embed", "-Dpadding=" + "x".repeat(8_000));

    assertThat(result.output()).isEqualTo("dimension 384");
    assertThat(result.exit()).isZero();
    assertThat(leftInTemporaryFolder()).isEmpty();
  }

  @Test
  void leavesNothingBehindWhenItDies() throws Exception {
    Result result = run("embed-and-halt");

    assertThat(result.output()).isEqualTo("dimension 384");
    assertThat(leftInTemporaryFolder()).isEmpty();
  }

  @Test
  void runsWithLibrariesThatOnnxRuntimeUnpacks() throws Exception {
    Result result = run("embed", "-Ddaybook.onnxruntime.folder=none");

    assertThat(result.output()).isEqualTo("dimension 384");
    assertThat(result.exit()).isZero();
  }

  @Test
  void isDiscoveredWithoutLoadingAndSaysWhyItCannotLoad() throws Exception {
    Result result = run("discover", "-Dos.arch=riscv64");

    assertThat(result.output().lines())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("found MiniLmEmbedderProvider"),
            second ->
                assertThat(second)
                    .contains("cannot start ONNX Runtime on")
                    .contains("riscv64")
                    .contains("recall is lexical"));
    assertThat(result.exit()).isZero();
  }

  @Test
  void survivesAnExitWhileItLoads() throws Exception {
    Result result = run("exit-while-loading");

    assertThat(result.output()).isEmpty();
    assertThat(result.exit()).isZero();
  }

  private record Result(int exit, String output) {}

  private Result run(String task, String... options) throws IOException, InterruptedException {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + temporary,
            "-Ddaybook.onnxruntime.folder=" + LIBRARIES));
    command.addAll(List.of(options));
    command.addAll(List.of(MiniLmProcess.class.getName(), task));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended within a minute").isTrue();
      return new Result(process.exitValue(), Files.readString(output).strip());
    } finally {
      process.destroyForcibly();
    }
  }

  private List<Path> leftInTemporaryFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("tmp"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
