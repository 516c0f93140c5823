package dev.daybook.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        echo 'a:b c' > examples/mcp-server/target/app/classpath
        """);
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
        List.of("sed", "tr", "cat", "dirname", "mkdir", "readlink", "rm", "mv", "stty")) {
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
        echo "terminal '$DAYBOOK_TERMINAL' locale '$LC_ALL' in $PWD"
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

  private Result run(Path script, String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("/bin/sh", script.toString()));
    line.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(home.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
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
        .endsWith("terminal '' locale '' in " + home + "\n")
        .doesNotContain("Training")
        .doesNotContain("what Maven says");
    assertThat(module.resolve("target/app/java.args"))
        .content()
        .contains("\n-XX:SharedArchiveFile=\"" + module + "/target/app/daybook.jsa\"\n")
        .endsWith("\n-cp \"a:b c\"\n");
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
        .contains("locale 'C.UTF-8'");
    environment.put("LC_ALL", "en_US.utf8");
    assertThat(run(link, "verify").output())
        .contains("locale 'en_US.utf8'")
        .doesNotContain("TieredStopAtLevel");
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
  }
}
