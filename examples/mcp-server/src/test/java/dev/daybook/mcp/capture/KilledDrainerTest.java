package dev.daybook.mcp.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Entry;
import dev.daybook.event.ToolCall;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drainers that are killed at any point lose nothing and record nothing twice. */
class KilledDrainerTest {
  private static final int ROUNDS = Integer.getInteger("sim.drains", 1);
  private static final int CALLS = 300;

  @TempDir Path folder;

  @Test
  void nothingIsLostAndNothingIsThereTwice() throws Exception {
    long seed = Long.getLong("sim.seed", new Random().nextLong());
    System.out.println("sim.seed=" + seed);
    Random random = new Random(seed);
    Path project = Files.createDirectory(folder.resolve("project"));
    Path transcript = project.resolve(Scene.SESSION + ".jsonl");
    try (LocalObjectStore store = LocalObjectStore.at(folder.resolve("store"))) {
      new Scene(project, store).close();
      for (int round = 0; round < ROUNDS; round++) {
        try (Scene scene = new Scene(project, store)) {
          int first = round * CALLS;
          for (int i = first; i < first + CALLS; i++) {
            scene.spool(
                Scene.worked("t" + i, "echo " + i, "out")
                    .put("transcript_path", transcript.toString())
                    .toString());
          }
        }
        kill(random);
        // The next drainer finds other times than the one before: the transcript is there now.
        for (int i = round * CALLS; i < (round + 1) * CALLS; i++) {
          Files.writeString(
              transcript,
              Transcripts.use("u" + i, Scene.NOON.minusSeconds(60).toString(), "t" + i, "echo " + i)
                  + "\n",
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
        }
        rename(round);
      }
      try (Scene scene = new Scene(project, store)) {
        Capture.Drained drained = scene.drain();
        assertThat(drained.messages()).isEmpty();
        assertThat(drained.left()).isZero();
        List<String> calls = scene.calls().stream().map(ToolCall::arguments).sorted().toList();
        assertThat(calls)
            .isEqualTo(
                IntStream.range(0, ROUNDS * CALLS).mapToObj(i -> "echo " + i).sorted().toList());
        assertThat(scene.timeline(Scene.SESSION)).extracting(Entry::id).doesNotHaveDuplicates();
      }
    }
  }

  /** Names begin anew in every scene, so what is left of this one makes room. */
  private void rename(int round) throws Exception {
    Path spool = folder.resolve("project/.daybook/spool/auth.claude-code");
    try (var files = Files.newDirectoryStream(spool, "*.json")) {
      for (Path file : files) {
        var unused = Files.move(file, spool.resolve("r" + round + "-" + file.getFileName()));
      }
    }
  }

  private int waiting() throws IOException {
    try (Stream<Path> files =
        Files.list(folder.resolve("project/.daybook/spool/auth.claude-code"))) {
      return (int) files.filter(file -> file.toString().endsWith(".json")).count();
    }
  }

  private void kill(Random random) throws Exception {
    int waiting = waiting();
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                DrainerProcess.class.getName(),
                folder.resolve("store").toString(),
                folder.resolve("project/.daybook").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      long end = System.nanoTime() + 30_000_000_000L;
      while (waiting() == waiting && System.nanoTime() < end) {
        Thread.sleep(1);
      }
      Thread.sleep(random.nextInt(400));
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    System.out.println(waiting() + " left by a drainer that was killed");
  }
}
