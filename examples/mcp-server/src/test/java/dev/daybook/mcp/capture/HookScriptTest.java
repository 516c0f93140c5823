package dev.daybook.mcp.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script itself, run by shells. */
class HookScriptTest {
  private static final Scene.Ran UNNOTICED = new Scene.Ran(0, "");

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void open() throws IOException {
    // A name with a space and a quote, as projects have.
    scene = new Scene(Files.createDirectory(folder.resolve("it's a project")));
    scene.connect();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private List<Path> spooled() throws IOException {
    try (Stream<Path> files = Files.list(scene.place.spool())) {
      return files.toList();
    }
  }

  private static void assumeThereIs(String shell) {
    boolean found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, shell)));
    assumeTrue(found, shell + " is not on the path of this machine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "dash", "bash"})
  void putsAnInputIntoTheSpoolAsItIsAndSaysNothing(String shell) throws IOException {
    assumeThereIs(shell);
    String input = "{\n \"a\": \"\\u0000 $(reboot) `x` 'q' \\\\ %s é\"\n}";
    assertThat(scene.script(shell, input, "PostToolUse")).isEqualTo(UNNOTICED);
    assertThat(spooled()).hasSize(1);
    assertThat(Files.readString(spooled().getFirst())).isEqualTo(input);
    assertThat(spooled().getFirst().getFileName().toString())
        .endsWith(".json")
        .doesNotStartWith(".");
    assertThat(Files.getPosixFilePermissions(spooled().getFirst()).toString())
        .doesNotContain("GROUP", "OTHERS");
  }

  @Test
  void losesAndTearsNothingOfFiftyAtOnce() throws Exception {
    List<Callable<Scene.Ran>> writers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String input =
          Scene.worked(
                  "toolu_" + i,
                  "echo " + i,
                  (i % 10 == 0 ? "x".repeat(2 << 20) : "y".repeat(9_000)) + i)
              .toString();
      writers.add(() -> scene.script("sh", input, "PostToolUse"));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(50)) {
      for (Future<Scene.Ran> ran : threads.invokeAll(writers)) {
        assertThat(ran.get()).isEqualTo(UNNOTICED);
      }
    }
    assertThat(spooled()).hasSize(50);
    assertThat(scene.drain()).isEqualTo(new Capture.Drained(50, 0, 0, 0, 0, List.of()));
    Set<String> ends =
        scene.calls().stream()
            .map(call -> scene.workspace.traces().output(call))
            .map(output -> output.substring(output.lastIndexOf('x') + 1).replace("y", ""))
            .collect(Collectors.toSet());
    assertThat(ends).hasSize(50);
  }

  @Test
  void takesAnotherNameThanOneThatIsTaken() throws IOException {
    String script = scene.home.resolve("hooks/daybook-hook").toString();
    String taken =
        "s=.daybook/spool/auth.claude-code; mkdir -p $s; echo other >$s/$$-0.json; echo more"
            + " >$s/.$$-1.tmp; exec sh \"$0\" PostToolUse";
    assertThat(scene.run(List.of("sh", "-c", taken, script), "mine")).isEqualTo(UNNOTICED);
    try (Stream<Path> files = Files.list(scene.place.spool())) {
      List<Path> ready = files.filter(file -> file.toString().endsWith("-2.json")).toList();
      assertThat(ready).hasSize(1);
      assertThat(Files.readString(ready.getFirst())).isEqualTo("mine");
    }
  }

  @Test
  void endsWellWhenTheSpoolIsNoFolder() throws IOException {
    Files.writeString(
        Files.createDirectories(scene.place.spool().getParent()).resolve("auth.claude-code"),
        "a file");
    assertThat(scene.script("sh", "{}", "PostToolUse")).isEqualTo(UNNOTICED);
    assertThat(scene.script("dash", "{}".repeat(1 << 20), "PostToolUse")).isEqualTo(UNNOTICED);
  }

  @Test
  void endsWellAndLeavesNothingHalfWhenTheDiskIsFull() throws IOException {
    String script = scene.home.resolve("hooks/daybook-hook").toString();
    Scene.Ran ran =
        scene.run(
            List.of("sh", "-c", "ulimit -f 8; exec sh \"$0\" PostToolUse", script),
            "x".repeat(1 << 20));
    assertThat(ran).isEqualTo(UNNOTICED);
    assertThat(spooled()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SessionStart", "PreToolUse", "PostToolUse", "SessionEnd"})
  void nothingIsBlockedByAScriptThatIsGone(String event) throws IOException {
    Path settings = scene.project.resolve(".claude/settings.local.json");
    String command =
        HookInput.JSON
            .readTree(settings.toFile())
            .at("/hooks/" + event + "/0/hooks/0/command")
            .asText();
    Files.delete(scene.home.resolve("hooks/daybook-hook"));
    assertThat(scene.run(List.of("sh", "-c", command), "{}").code()).isZero();
  }

  @Test
  void endsWellWithoutInputAndWithAnEventItDoesNotKnow() {
    assertThat(scene.script("sh", "", "PostToolUse")).isEqualTo(UNNOTICED);
    assertThat(scene.script("sh", "{}", "Whatever")).isEqualTo(UNNOTICED);
    assertThat(scene.script("sh", "{}")).isEqualTo(UNNOTICED);
  }

  @Test
  void saysNothingBeforeACallWithoutAServer() throws IOException {
    String input = Scene.bash("PreToolUse", "toolu_1", "ls").toString();
    assertThat(scene.script("sh", input, "PreToolUse")).isEqualTo(UNNOTICED);
    Path server = scene.place.server();
    // A process that is gone; its port may be anybody's by now.
    Files.writeString(server, "# process 999999999\nurl = \"http://127.0.0.1:9/\"\n");
    assertThat(scene.script("sh", input, "PreToolUse")).isEqualTo(UNNOTICED);
    Files.writeString(server, "nonsense");
    assertThat(scene.script("sh", input, "PreToolUse", "deny")).isEqualTo(UNNOTICED);
    assertThat(scene.place.spool()).doesNotExist();
  }

  @Test
  void startsTheCommandLineForABriefingWithoutAServer() throws IOException {
    String input = Scene.hook("SessionStart").put("source", "startup").toString();
    assertThat(scene.script("sh", input, "SessionStart"))
        .isEqualTo(new Scene.Ran(0, "from the program\n"));
    assertThat(Files.readString(scene.project.resolve("called")))
        .isEqualTo("hook|SessionStart|--workspace|auth|--actor|claude-code|" + input + "\n");
    assertThat(spooled()).hasSize(1);
  }

  @Test
  void keepsTheEndOfASessionWhateverBecomesOfTheCommandLine() throws Exception {
    String input = Scene.hook("SessionEnd").put("reason", "other").toString();
    assertThat(scene.script("sh", input, "SessionEnd")).isEqualTo(UNNOTICED);
    assertThat(Files.readString(spooled().getFirst())).isEqualTo(input);
  }
}
