package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * {@code benchmarks/run} on a machine made of empty folders, with JDKs and a Maven that only say
 * how they were called.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "benchmarks/run is for a POSIX shell")
class RunScriptTest {
  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private Path machine;
  private Path home;
  private Path project;

  private record Result(int exit, String output, String errors) {
    /** The arguments a JDK was started with. */
    List<String> called(Path jdk) {
      List<String> lines = output.lines().toList();
      assertThat(lines).as(errors).isNotEmpty().first().isEqualTo("java of " + jdk);
      return lines.subList(1, lines.size());
    }
  }

  @BeforeEach
  void makeMachine() throws IOException {
    machine = Files.createDirectory(folder.resolve("a machine"));
    home = Files.createDirectory(machine.resolve("home of maria"));
    project = Files.createDirectories(machine.resolve("the project"));
    String script =
        Files.readAllLines(Path.of("run")).stream()
            .map(RunScriptTest::ofThisMachine)
            .collect(Collectors.joining("\n", "", "\n"));
    write(project.resolve("benchmarks/run"), script);
    write(
        machine.resolve("bin/mvn"),
        """
        #!/bin/sh
        echo "what Maven says on its standard output"
        echo "mvn $* in $PWD with $JAVA_HOME and $JAVA_DAYBOOK_HOME" >&2
        mkdir -p benchmarks/target
        echo 'a:b c' > benchmarks/target/classpath
        """);
    environment.put("HOME", home.toString());
    environment.put("MACHINE", machine.toString());
    environment.put("PATH", machine.resolve("bin") + ":/usr/bin:/bin");
    environment.put("JAVA_HOME", "");
    // The machine that runs this test may have a java on its path.
    jdkOnPath("17.0.15");
  }

  /** Folders of the whole machine become folders below the one of this test. */
  private static String ofThisMachine(String line) {
    if (!line.startsWith("look_in \"")) {
      return line;
    }
    int said = line.indexOf('"', "look_in \"".length()) + 1;
    return line.substring(0, said) + line.substring(said).replace(" /", " \"$MACHINE\"/");
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
        "#!/bin/sh\n"
            + "if [ \"$1\" = -XshowSettings:properties ]; then echo '    java.home = "
            + at
            + "' >&2; exit; fi\n"
            + "echo 'java of "
            + at
            + "'\n"
            + "for argument in \"$@\"; do echo \"$argument\"; done\n"
            + "echo \"in $PWD\"\n"
            + "exit 7\n");
    write(at.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        at.resolve("release"), "IMPLEMENTOR=\"N\"\nJAVA_VERSION=\"" + version + "\"\n");
    return at;
  }

  private void jdkOnPath(String version) throws IOException {
    Path at = jdk(machine.resolve("on the path"), version);
    Files.deleteIfExists(machine.resolve("bin/java"));
    Files.createSymbolicLink(machine.resolve("bin/java"), at.resolve("bin/java"));
  }

  private Result run(String... arguments) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", project.resolve("benchmarks/run").toString()));
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
  void argumentsAndFolderAreThoseOfTheCaller() throws Exception {
    Path jdk = jdk(machine.resolve("usr/lib/jvm/temurin 25"), "25.0.3");

    Result result = run("recall-quality", "--set", "my set's \"docs\"", "", "*", "$HOME `x`");

    assertThat(result.exit()).isEqualTo(7);
    assertThat(result.called(jdk))
        .containsSubsequence("-cp", "a:b c", "dev.daybook.benchmarks.Benchmarks")
        .endsWith(
            "recall-quality",
            "--set",
            "my set's \"docs\"",
            "",
            "*",
            "$HOME `x`",
            "in " + home.toRealPath());
    assertThat(result.errors())
        .contains("mvn -q -Dbench -pl benchmarks -am in " + project.toRealPath())
        .endsWith(" and " + jdk + "\n");
  }

  @Test
  void givesPeersToTheSuitesThatNeedThem() throws Exception {
    jdk(machine.resolve("usr/lib/jvm/a"), "25");
    CommandLine all = Benchmarks.commandLine();
    List<String> needing =
        all.getSubcommands().entrySet().stream()
            .filter(suite -> needsPeers(suite.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    assertThat(needing).contains("scan", "recall-peers");
    for (String suite : needing) {
      assertThat(run(suite).errors()).as(suite).contains("mvn -q -Dbench -Ppeers -pl");
    }
    String listed =
        Files.readAllLines(Path.of("run")).stream()
            .filter(line -> line.contains("profiles=-Ppeers"))
            .map(line -> line.substring(0, line.indexOf(')')).strip())
            .findFirst()
            .orElseThrow();
    assertThat(Pattern.compile("|", Pattern.LITERAL).splitAsStream(listed))
        .as("and to no other")
        .containsExactlyInAnyOrderElementsOf(needing);
  }

  private static boolean needsPeers(CommandLine suite) {
    return suite.getCommandSpec().userObject().getClass().isAnnotationPresent(NeedsPeers.class);
  }

  @Test
  void takesTheFirstThatIsNewEnough() throws Exception {
    Path own = jdk(home.resolve(".jdks/openjdk-22"), "22");
    assertThat(run().called(own)).isNotEmpty();
    Path sdkman = jdk(home.resolve(".sdkman/candidates/java/21.0.4-tem"), "21.0.4");
    assertThat(run().called(sdkman)).isNotEmpty();
    Path common = jdk(machine.resolve("usr/lib/jvm/a"), "23.0.1");
    assertThat(run().called(common)).isNotEmpty();
    Path listed = jdk(machine.resolve("far away/jdk"), "24");
    Files.createDirectories(home.resolve(".m2"));
    Files.writeString(
        home.resolve(".m2/toolchains.xml"),
        "<toolchains><configuration>\n<jdkHome>" + listed + "</jdkHome></configuration>");
    assertThat(run().called(listed)).isNotEmpty();
    jdkOnPath("25");
    assertThat(run().called(machine.resolve("on the path"))).isNotEmpty();
    Path chosen = jdk(machine.resolve("chosen"), "26-ea");
    environment.put("JAVA_HOME", chosen.toString());
    assertThat(run().called(chosen)).isNotEmpty();
    environment.put("JAVA_HOME", jdk(machine.resolve("old"), "1.8.0_402").toString());
    assertThat(run().called(machine.resolve("on the path"))).isNotEmpty();
  }

  @Test
  void macsKeepThemElsewhere() throws Exception {
    Path jdk =
        jdk(
            machine.resolve("Library/Java/JavaVirtualMachines/temurin-21.jdk/Contents/Home"),
            "21.0.8");

    assertThat(run().called(jdk)).isNotEmpty();
  }

  @Test
  void saysWhereItLookedIfThereIsNone() throws Exception {
    environment.put("JAVA_HOME", machine.resolve("gone").toString());
    Path runtime = jdk(home.resolve(".jdks/only a runtime"), "21.0.1");
    Files.delete(runtime.resolve("bin/javac"));

    Result result = run("scale");

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors())
        .startsWith("benchmarks/run needs a JDK from 21 on and found none. It looked at\n")
        .containsPattern("JAVA_HOME +" + machine + "/gone has no bin/java\n")
        .containsPattern("java on the path +" + machine + "/on the path is JDK 17\n")
        .containsPattern("Maven toolchains +none in ")
        .containsPattern("\n  /usr/lib/jvm/\\* +nothing there\n")
        .containsPattern("\n  ~/.sdkman/candidates/java/\\* +nothing there\n")
        .containsPattern("~/.jdks/\\* +" + runtime + " has no compiler\n")
        .containsPattern("/Library/Java/JavaVirtualMachines/\\*/Contents/Home +nothing there\n")
        .endsWith("or set JAVA_HOME to the folder that one is in.\n");
  }

  @Test
  void saysThatMavenIsMissing() throws Exception {
    jdkOnPath("25");
    Files.delete(machine.resolve("bin/mvn"));
    leaveOnlyTools();

    Result result = run("scale");

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.errors()).contains("needs Maven");
  }

  @Test
  void mavenGetsAJdkIfItWouldFindNone() throws Exception {
    Path jdk = jdk(home.resolve(".jdks/21"), "21");
    Files.delete(machine.resolve("bin/java"));
    leaveOnlyTools();
    assertThat(run().errors()).endsWith("with " + jdk + " and " + jdk + "\n");
    environment.put("JAVA_HOME", machine.resolve("gone").toString());
    assertThat(run().errors()).endsWith("with " + jdk + " and " + jdk + "\n");

    environment.put("JAVA_HOME", machine.resolve("on the path").toString());
    assertThat(run().errors()).endsWith("/on the path and " + jdk + "\n");
  }

  /** The real machine may have a Maven and a JDK beside these. */
  private void leaveOnlyTools() throws IOException {
    Path tools = Files.createDirectory(machine.resolve("tools"));
    for (String tool : List.of("sed", "tr", "cat", "dirname", "mkdir")) {
      for (String bin : List.of("/usr/bin/", "/bin/")) {
        if (Files.exists(Path.of(bin + tool)) && Files.notExists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), Path.of(bin + tool));
        }
      }
    }
    environment.put("PATH", machine.resolve("bin") + ":" + tools);
  }
}
