package dev.daybook.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code daybook} on a machine made of empty folders, with JDKs and a Maven that only
 * say how they were called.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is for a POSIX shell")
class LauncherTest {
  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private Path machine;
  private Path home;
  private Path module;

  private record Result(int exit, String output, String errors) {}

  @BeforeEach
  void makeMachine() throws IOException {
    machine = Files.createDirectory(folder.resolve("a machine")).toRealPath();
    home = Files.createDirectory(machine.resolve("home of maria"));
    module = Files.createDirectories(machine.resolve("the project/examples/mcp-server"));
    write(
        module.resolve("daybook"),
        Files.readAllLines(Path.of("daybook")).stream()
            .map(LauncherTest::ofThisMachine)
            .collect(Collectors.joining("\n", "", "\n")));
    write(
        machine.resolve("bin/mvn"),
        """
        #!/bin/sh
        echo "what Maven says on its standard output"
        echo "mvn $* in $PWD with $JAVA_HOME and $JAVA_DAYBOOK_HOME" >&2
        mkdir -p examples/mcp-server/target/app
        if [ -n "$SLOW" ]; then sleep 1; fi
        if [ -n "$BROKEN" ]; then exit 1; fi
        echo '-cp "a:b c"' > examples/mcp-server/target/app/java.args
        """);
    write(machine.resolve("bin/sleep"), "#!/bin/sh\nexec /bin/sleep 0.1\n");
    environment.put("HOME", home.toString());
    environment.put("MACHINE", machine.toString());
    environment.put("PATH", machine.resolve("bin") + ":" + tools());
    environment.put("JAVA_HOME", machine.resolve("gone").toString());
    environment.put("LANG", "de_DE.UTF-8");
  }

  /** The real machine may have a Maven and a JDK beside these. */
  private Path tools() throws IOException {
    Path tools = Files.createDirectory(machine.resolve("tools"));
    for (String tool :
        List.of(
            "sed", "tr", "cat", "dirname", "find", "mkdir", "readlink", "rm", "stty", "touch")) {
      for (String bin : List.of("/usr/bin/", "/bin/")) {
        if (Files.exists(Path.of(bin + tool)) && Files.notExists(tools.resolve(tool))) {
          Path unused = Files.createSymbolicLink(tools.resolve(tool), Path.of(bin + tool));
        }
      }
    }
    return tools;
  }

  /** Folders of the whole machine become folders below the one of this test. */
  private static String ofThisMachine(String line) {
    int said = line.indexOf("look_in \"");
    if (said < 0) {
      return line;
    }
    int end = line.indexOf('"', said + "look_in \"".length()) + 1;
    return line.substring(0, end) + line.substring(end).replace(" /", " \"$MACHINE\"/");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** A JDK that says how it was called; its version stands in its release file. */
  private static Path jdk(Path at, String version) throws IOException {
    write(
        at.resolve("bin/java"),
        """
        #!/bin/sh
        if [ "$1" = -XshowSettings:properties ]; then echo '    java.home = %1$s' >&2; exit; fi
        echo 'java of %1$s'
        for argument in "$@"; do echo "$argument"; done
        echo "terminal '$DAYBOOK_TERMINAL' locale '$LC_ALL/$LC_CTYPE/$LC_MESSAGES' in $PWD"
        exit 7
        """
            .formatted(at));
    write(at.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        at.resolve("release"), "IMPLEMENTOR=\"N\"\nJAVA_VERSION=\"" + version + "\"\n");
    return at;
  }

  private Result run(String... arguments) throws IOException, InterruptedException {
    return run(module.resolve("daybook"), arguments);
  }

  private ProcessBuilder builder(Path script, String... arguments) {
    List<String> line = new ArrayList<>(List.of("/bin/sh", script.toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(home.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  private Result run(Path script, String... arguments) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process =
        builder(script, arguments)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(output), Files.readString(errors));
  }

  @Test
  void buildsOnceAndKeepsArgumentsAndFolderOfTheCaller() throws Exception {
    Path jdk = jdk(machine.resolve("usr/lib/jvm/temurin 25"), "25.0.3");

    Result first = run("note", "my note's \"docs\"", "", "*", "$HOME `x`");

    assertThat(first.exit()).isEqualTo(7);
    assertThat(first.errors())
        .contains("Building daybook")
        .contains(
            "mvn -q -Ddaybook -pl examples/mcp-server -am in " + machine.resolve("the project"))
        .contains(" and " + jdk + "\n");
    assertThat(first.output())
        .startsWith("java of " + jdk + "\n")
        .contains("\n@" + module + "/target/app/java.args\n")
        .contains("\ndev.daybook.mcp.Main\nnote\nmy note's \"docs\"\n\n*\n$HOME `x`\n")
        .endsWith("terminal '' locale '/de_DE.UTF-8/C' in " + home + "\n")
        .doesNotContain("Training")
        .doesNotContain("what Maven says");
    Result second = run("plan");
    assertThat(second.errors()).isEmpty();
    assertThat(second.output()).startsWith("java of " + jdk + "\n").contains("\nplan\n");
  }

  @Test
  void looksForAJdkOnceAndAgainWhenItIsGone() throws Exception {
    Path first = jdk(home.resolve(".jdks/openjdk-22"), "22");
    assertThat(run("plan").output()).startsWith("java of " + first);
    Path chosen = jdk(machine.resolve("chosen"), "26-ea");
    environment.put("JAVA_HOME", chosen.toString());
    assertThat(run("plan").output()).as("what was found is kept").startsWith("java of " + first);

    Files.delete(first.resolve("bin/java"));

    assertThat(run("plan").output()).startsWith("java of " + chosen);
  }

  @Test
  void saysWhereItLookedIfThereIsNone() throws Exception {
    Path old = jdk(machine.resolve("on the path"), "17.0.15");
    Path unused = Files.createSymbolicLink(machine.resolve("bin/java"), old.resolve("bin/java"));
    Path runtime = jdk(home.resolve(".jdks/only a runtime"), "21.0.1");
    Files.delete(runtime.resolve("bin/javac"));

    Result result = run("plan");

    assertThat(result.exit()).isEqualTo(69);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors())
        .startsWith("daybook needs a JDK from 21 on and found none. It looked at\n")
        .containsPattern("JAVA_HOME +" + machine + "/gone has no bin/java\n")
        .containsPattern("java on the path +" + machine + "/on the path is JDK 17\n")
        .containsPattern("\n  /usr/lib/jvm/\\* +nothing there\n")
        .containsPattern("~/.jdks/\\* +" + runtime + " has no compiler\n")
        .endsWith("or set JAVA_HOME to the folder that one is in.\n");
  }

  @Test
  void startsThroughLinksAndInALocaleWithoutLetters() throws Exception {
    Path jdk = jdk(machine.resolve("usr/lib/jvm/a"), "21.0.4");
    Path link = machine.resolve("bin/daybook");
    Path unused = Files.createSymbolicLink(machine.resolve("bin/d1"), module.resolve("daybook"));
    unused = Files.createSymbolicLink(link, Path.of("d1"));
    environment.remove("LANG");

    Result result = run(link, "plan");

    assertThat(result.output())
        .startsWith("java of " + jdk)
        .contains("\n-XX:TieredStopAtLevel=1\n")
        .contains("locale '/C.UTF-8/C'");
    environment.put("LC_ALL", "en_US.utf8");
    assertThat(run(link, "verify").output())
        .contains("locale '/en_US.utf8/C'")
        .doesNotContain("TieredStopAtLevel");
  }

  @Test
  void isFoundByARelativePathWhateverCdIsToldToSay() throws Exception {
    Path jdk = jdk(machine.resolve("usr/lib/jvm/a"), "21.0.4");
    Path unused = Files.createSymbolicLink(home.resolve("link"), module);
    environment.put("CDPATH", home.toString());
    assertThat(run(Path.of("link/daybook"), "plan").output()).startsWith("java of " + jdk);
  }

  @Test
  void twoThatStartAtOnceBuildOnce() throws Exception {
    Path unused = jdk(machine.resolve("usr/lib/jvm/a"), "21.0.4");
    environment.put("SLOW", "yes");
    Process other = builder(module.resolve("daybook"), "plan").start();
    Path lock = module.resolve("target/daybook.lock/process");
    while (other.isAlive() && Files.notExists(lock)) {
      Thread.onSpinWait();
    }
    Result waited = run("ready");
    String built = new String(other.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(built).contains("Building daybook").contains("mvn -q");
    assertThat(waited.errors())
        .isEqualTo(
            "Waiting for process %d, which builds daybook; if it does not, remove %s%n"
                .formatted(other.pid(), lock.getParent()));
    assertThat(waited.output()).contains("\nready\n");
    assertThat(lock.getParent()).doesNotExist();
  }

  @Test
  void whoeverWasKilledWhileItBuiltKeepsNobodyWaiting() throws Exception {
    Path unused = jdk(machine.resolve("usr/lib/jvm/a"), "21.0.4");
    Process gone = new ProcessBuilder("true").start();
    assertThat(gone.waitFor(60, TimeUnit.SECONDS)).isTrue();
    write(module.resolve("target/daybook.lock/process"), gone.pid() + "\n");
    assertThat(run("plan").errors()).startsWith("Building daybook");
  }

  @Test
  void buildsAnewWhenAPullBroughtOtherSources() throws Exception {
    Path unused = jdk(machine.resolve("usr/lib/jvm/a"), "21.0.4");
    Path root = machine.resolve("the project");
    Path source = root.resolve("core/src/main/java/A.java");
    write(source, "class A {}");
    write(root.resolve(".git/logs/HEAD"), "pulled");
    for (String folder : List.of("storage-local", "storage-s3")) {
      Files.createDirectories(root.resolve(folder));
    }
    write(root.resolve("pom.xml"), "<project/>");
    assertThat(run("plan").errors()).contains("Building daybook");
    Path built = module.resolve("target/app/java.args");
    FileTime past = FileTime.from(Instant.now().minusSeconds(100));
    Files.setLastModifiedTime(built, past);

    assertThat(run("serve").errors()).as("a client waits for no build").isEmpty();
    environment.put("BROKEN", "yes");
    Result broken = run("plan");
    assertThat(broken.exit()).as("there is one that works").isEqualTo(7);
    assertThat(broken.errors())
        .contains("goes on as it was built before", "cd " + root + " && mvn");
    assertThat(run("plan").errors()).as("it is not tried each time").isEmpty();
    environment.remove("BROKEN");
    Files.setLastModifiedTime(built, past);
    assertThat(run("plan").errors()).contains("Building daybook");
    Files.setLastModifiedTime(built, past);
    for (Path file : List.of(source, root.resolve("pom.xml"))) {
      Files.setLastModifiedTime(file, FileTime.from(past.toInstant().minusSeconds(1)));
    }
    assertThat(run("plan").errors()).as("a commit that changed no source").isEmpty();

    // What cannot be written is not built, and that is said.
    write(source, "class A { }");
    Files.setLastModifiedTime(built, past);
    Path lock = Files.createFile(module.resolve("target/daybook.lock"));
    assertThat(run("plan"))
        .isEqualTo(
            new Result(
                7,
                run("plan").output(),
                "daybook goes on as it was built before its sources changed: nothing can be written to %s/target\n"
                    .formatted(module)));
    Files.delete(lock);

    // A work tree has its log elsewhere.
    Files.move(root.resolve(".git"), machine.resolve("git of the tree"));
    Files.writeString(root.resolve(".git"), "gitdir: ../git of the tree\n");
    assertThat(run("plan").errors()).contains("Building daybook");
  }

  @Test
  void aServerOrHookDoesNotBuild() throws Exception {
    Path unused = jdk(machine.resolve("usr/lib/jvm/a"), "21.0.4");
    for (String command : List.of("serve", "hook")) {
      Result result = run(command);
      assertThat(result.exit()).isEqualTo(69);
      assertThat(result.output()).isEmpty();
      assertThat(result.errors())
          .startsWith("daybook is not built")
          .endsWith("run: " + module + "/daybook --version\n");
    }
    Files.delete(machine.resolve("bin/mvn"));
    Result result = run("plan");
    assertThat(result.exit()).isEqualTo(69);
    assertThat(result.errors()).contains("needs Maven");
    Files.delete(module.resolve("target"));
    Files.createFile(module.resolve("target"));
    Result unwritable = run("plan");
    assertThat(unwritable.exit()).isEqualTo(69);
    assertThat(unwritable.errors()).contains("nothing can be written to " + module + "/target");
  }
}
