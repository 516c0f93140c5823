package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchFolderTest {
  @TempDir Path folder;

  @Test
  void goesWithAllInItAndMayBeClosedAgain() throws IOException {
    ScratchFolder scratch = ScratchFolder.in(folder.resolve("parent"), "scratch-");
    Files.createDirectories(scratch.resolve("a/b"));
    Files.writeString(scratch.resolve("a/b/c"), "kept nowhere");
    assertThat(scratch.asTemporary()).isEqualTo("-Djava.io.tmpdir=" + scratch.path());

    scratch.close();
    scratch.close();

    assertThat(folder.resolve("parent")).isEmptyDirectory();
  }

  @Test
  void endsWhatWasStartedFirst() throws IOException {
    ScratchFolder scratch = ScratchFolder.in(folder, "scratch-");
    Process process = scratch.start(jvm(scratch.path()));

    scratch.close();

    assertThat(process.isAlive()).isFalse();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void goesWhenTheJvmStopsWhoeverClosesItMeanwhile() throws Exception {
    Process process = jvm(folder).start();

    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    process.getOutputStream().close();

    assertThat(process.waitFor()).isEqualTo(3);
    assertThat(folder).isEmptyDirectory();
  }

  private static ProcessBuilder jvm(Path folder) {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    Stopped.class.getName(),
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }

  /** Makes a folder, and is stopped while it has it open, when its input ends. */
  static final class Stopped {
    private Stopped() {}

    /** Takes the folder to make it in. */
    public static void main(String[] arguments) throws IOException {
      try (ScratchFolder scratch = ScratchFolder.in(Path.of(arguments[0]), "scratch-")) {
        Files.writeString(scratch.resolve("file"), "kept nowhere");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> closeQuietly(scratch)));
        System.out.println("ready");
        int unused = System.in.read();
        System.exit(3);
      }
    }

    private static void closeQuietly(ScratchFolder scratch) {
      try {
        scratch.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
