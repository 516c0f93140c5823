package dev.daybook.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.daybook.benchmarks.Benchmarks;
import dev.daybook.benchmarks.Figures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ReportTest {
  private static final Suite GOOD =
      Suite.of("good", "import").ofLength("--events").at(Size.NORMAL, 1, "--events", "7");
  private static final Suite BAD = Suite.of("bad", "import").at(Size.NORMAL, 1, "--fail");
  private static final Suite LONG = Suite.of("long", "import").at(Size.FULL, 1);
  private static final Suite ABSENT = Suite.of("absent", "no-such").at(Size.NORMAL, 1);

  @TempDir Path folder;

  private final List<List<String>> started = new ArrayList<>();
  private final List<Path> scratches = new ArrayList<>();
  private String revision = "abc, clean";
  private String causes = "[]";

  @Command(name = "benchmarks/run")
  private static final class Root {}

  private ProcessBuilder fake(List<String> line, Path figures, Path scratch) {
    started.add(line);
    scratches.add(scratch);
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-D" + Figures.FILE + "=" + figures,
                "-Djava.io.tmpdir=" + scratch,
                FakeSuite.class.getName()));
    words.addAll(line);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }

  private int report(List<Suite> suites, String... options) {
    CommandLine root = new CommandLine(new Root());
    for (String command : List.of("import", "scan")) {
      root.addSubcommand(command, new Root());
    }
    root.addSubcommand(
        "report",
        new Report(
            this::fake, InstantSource.system(), suites, () -> revision, () -> Causes.of(causes)));
    root.setErr(new PrintWriter(new StringWriter()));
    List<String> line = new ArrayList<>(List.of("report", "--out", folder.toString()));
    line.addAll(List.of(options));
    return root.execute(line.toArray(String[]::new));
  }

  private String page() throws IOException {
    return Files.readString(folder.resolve("report.html"));
  }

  @Test
  void showsASuiteThatFailedAndRunsTheOthers() throws Exception {
    assertThat(report(List.of(BAD, GOOD))).isEqualTo(1);
    assertThat(started)
        .containsExactly(List.of("import", "--fail"), List.of("import", "--events", "7"));
    assertThat(page())
        .contains("bad: failed, it ended with 3", "said by import", "benchmarks/run import --fail")
        .contains("printed by import --events 7");
    assertThat(Files.readString(folder.resolve("report.md")))
        .contains(
            "**bad: failed, it ended with 3**", "said by import", "`benchmarks/run import --fail`");
  }

  @Test
  void keepsFiguresAndOutputOfEachSuite() throws Exception {
    assertThat(report(List.of(GOOD))).isZero();
    assertThat(Figures.read(folder.resolve("figures/good.jsonl"))).hasSize(1);
    assertThat(folder.resolve("output/good.txt")).content().contains("printed by import");
    assertThat(folder.resolve("output/good.progress.txt")).content().contains("said by import");
    assertThat(report(List.of(GOOD))).isZero();
    assertThat(Figures.read(folder.resolve("figures/good.jsonl"))).as("not added to").hasSize(1);
  }

  @Test
  void resumesWithWhatDidNotFinish() {
    assertThat(report(List.of(BAD, GOOD))).isEqualTo(1);
    started.clear();
    assertThat(report(List.of(BAD, GOOD), "--resume")).isEqualTo(1);
    assertThat(started).containsExactly(List.of("import", "--fail"));
  }

  @Test
  void resumesNothingOfSourcesThatNobodyKnows() {
    revision = Revision.UNKNOWN;
    assertThat(report(List.of(GOOD))).isZero();
    assertThat(report(List.of(GOOD), "--resume")).isZero();
    assertThat(started).hasSize(2);
  }

  @Test
  void resumesNothingThatWasRunWithOtherOptions() {
    assertThat(report(List.of(GOOD))).isZero();
    assertThat(report(List.of(GOOD), "--resume", "--events", "8")).isZero();
    assertThat(started).hasSize(2).last().isEqualTo(List.of("import", "--events", "8"));
  }

  @Test
  void saysWhatIsLeftOutAndWhy() throws Exception {
    Suite needy = Suite.of("needy", "scan").needing("--set", "recall/a").at(Size.NORMAL, 1);
    assertThat(report(List.of(LONG, ABSENT, needy))).isZero();
    assertThat(started).isEmpty();
    assertThat(page())
        .contains("long: left out, it needs --full")
        .contains("absent: left out, this build has no suite &#39;no-such&#39;")
        .contains("needy: left out, it needs --data DIR with recall/a in DIR");
  }

  @Test
  void rendersWhatIsThereWithoutRunningAnything() throws Exception {
    assertThat(report(List.of(GOOD))).isZero();
    started.clear();
    Files.delete(folder.resolve("report.html"));
    assertThat(report(List.of(GOOD), "--render")).isZero();
    assertThat(started).isEmpty();
    assertThat(page()).contains("fake work");
  }

  @Test
  void showsWhatWasMeasuredBeforeBesideTheOnesThatAreRun() throws Exception {
    Suite other = Suite.of("other", "import").at(Size.NORMAL, 1);
    assertThat(report(List.of(GOOD, other))).isZero();
    started.clear();
    assertThat(report(List.of(GOOD, other), "--only", "other")).isZero();
    assertThat(started).hasSize(1);
    assertThat(page()).contains("Figures of good", "Figures of other");
  }

  @Test
  void tellsCausesOfNothingAndWhatItCannotReadOfThem() throws Exception {
    causes =
        """
        [{"suite": "good", "workload": "fake work", "cause": "It is fake."},
         {"suite": "good", "workload": "real work", "cause": "It is real."},
         {"suite": "good", "reason": "Nobody knows."}]
        """;
    String told = told(() -> assertThat(report(List.of(GOOD))).isZero());
    assertThat(told)
        .containsOnlyOnce("causes.json, entry 2 (suite 'good', workload 'real work'): ")
        .containsOnlyOnce("causes.json, entry 3: 'reason' is no field; ")
        .doesNotContain("entry 1");
    assertThat(page()).contains("bar &lt;= 1</strong>: It is fake.");
  }

  private static String told(Runnable running) {
    PrintStream console = System.err;
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    try (PrintStream err = new PrintStream(told, true, UTF_8)) {
      System.setErr(err);
      running.run();
    } finally {
      System.setErr(console);
    }
    return told.toString(UTF_8);
  }

  @Test
  void refusesOptionsThatCannotBe() {
    assertThat(report(List.of(GOOD), "--quick", "--full")).isEqualTo(2);
    assertThat(report(List.of(GOOD), "--only", "god")).isEqualTo(2);
    assertThat(started).isEmpty();
  }

  @Test
  void endsASuiteThatTakesTooLong() throws Exception {
    Runner runner =
        new Runner(Folder.at(folder), this::fake, InstantSource.system(), "a", Optional.empty());
    SuiteRun run = runner.run("slow", List.of("slow", "--hang"), "1 of 1", Duration.ZERO);
    assertThat(run.state()).isEqualTo(SuiteRun.State.INTERRUPTED);
    assertThat(run.reason()).contains("--minutes-max");
  }

  @Test
  void stopsTheSuiteThatRunsAndStartsNoOther() throws Exception {
    Folder kept = Folder.at(folder);
    Runner runner = new Runner(kept, this::fake, InstantSource.system(), "a", Optional.empty());
    Thread stopping = Thread.ofVirtual().start(() -> stopOnceMeasured(runner, kept));
    SuiteRun run = runner.run("slow", List.of("slow", "--hang"), "1 of 2", Duration.ofMinutes(5));
    stopping.join();
    assertThat(run.state()).isEqualTo(SuiteRun.State.INTERRUPTED);
    assertThat(run.reason()).isEqualTo("it was stopped");
    assertThat(Figures.read(kept.figures("slow"))).hasSize(1);
    SuiteRun next = runner.run("next", List.of("next"), "2 of 2", Duration.ofMinutes(5));
    assertThat(next.state()).isEqualTo(SuiteRun.State.INTERRUPTED);
    assertThat(started).hasSize(1);
    assertThat(scratches).singleElement().satisfies(path -> assertThat(path).doesNotExist());
  }

  private static void stopOnceMeasured(Runner runner, Folder kept) {
    while (!Files.exists(kept.figures("slow"))) {
      Thread.onSpinWait();
    }
    runner.stop();
  }

  @Test
  void keepsARunAsItWas() {
    SuiteRun run =
        SuiteRun.starting("a", List.of("a", "--b c"), "r", Instant.ofEpochSecond(5), 1.5)
            .ended(SuiteRun.State.FINISHED, "", Instant.ofEpochSecond(9));
    assertThat(SuiteRun.of(run.json())).isEqualTo(run);
    assertThat(run.took()).hasSeconds(4);
    assertThat(run.command()).isEqualTo("benchmarks/run a '--b c'");
    assertThat(run.answers(List.of("a", "--b c"), "r")).isTrue();
    assertThat(run.answers(List.of("a"), "r")).isFalse();
    assertThat(run.answers(List.of("a", "--b c"), "s")).isFalse();
  }

  @Test
  void showsNoFolderOfWhoeverMeasured() throws Exception {
    Path data = Files.createDirectories(folder.resolve("home of maria"));
    Files.createDirectories(data.resolve("recall/a"));
    Suite reading = Suite.of("reading", "scan").using("--set", "recall/a").at(Size.NORMAL, 1);
    Suite lacking = Suite.of("lacking", "scan").needing("--set", "recall/b").at(Size.NORMAL, 1);
    assertThat(report(List.of(reading, lacking), "--data", data.toString())).isZero();
    assertThat(started)
        .containsExactly(List.of("scan", "--set", data.resolve("recall/a").toString()));
    assertThat(page())
        .contains(
            "benchmarks/run scan --set DIR/recall/a",
            "there is no recall/b in the folder of --data")
        .doesNotContain("Disk of scratch folders</td><td>/");
    assertThat(report(List.of(reading), "--data", data.resolve("gone").toString())).isEqualTo(2);
  }

  @Test
  void keepsWithinWhatASuiteTakesHoweverFewEventsAreAskedFor() {
    Suite suite = Suite.of("q").ofLength("--from", 10, 100).ofLength("--to").at(Size.QUICK, 1);
    Suite.Turn turn = suite.turn(Size.QUICK).orElseThrow();
    assertThat(suite.line(turn, Optional.empty(), Optional.of(50L)))
        .containsExactly("q", "--from", "50", "--to", "50");
    assertThat(suite.line(turn, Optional.empty(), Optional.of(5L))).contains("10", "5");
    assertThat(suite.line(turn, Optional.empty(), Optional.of(500L))).contains("100", "500");
  }

  @Test
  void tellsStatesOfTheSourcesApart() throws Exception {
    assumeTrue(isGitThere(), "there is no git");
    assertThat(Revision.of(folder)).isEqualTo(Revision.UNKNOWN);
    git("init", "-q");
    Files.createDirectories(folder.resolve("benchmarks"));
    Files.writeString(folder.resolve("other"), "1");
    git("add", "other");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "a");
    assertThat(Revision.of(folder)).as("another project's").isEqualTo(Revision.UNKNOWN);
    Files.writeString(folder.resolve("benchmarks/run"), "#");
    git("add", "benchmarks/run");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "b");
    assertThat(Revision.of(folder.resolve("benchmarks"))).endsWith(", clean");
    Files.writeString(folder.resolve("New.java"), "1");
    String changed = Revision.of(folder);
    Files.writeString(folder.resolve("New.java"), "2");
    assertThat(Revision.of(folder)).contains("changed").isNotEqualTo(changed);
  }

  private static boolean isGitThere() throws InterruptedException {
    try {
      return new ProcessBuilder("git", "--version").inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void git(String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("git", "-C", folder.toString()));
    words.addAll(List.of(arguments));
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void givesASuiteTheDataThatIsThere() throws Exception {
    Files.createDirectories(folder.resolve("recall/a"));
    Suite suite =
        Suite.of("q").using("--set", "recall/a").using("--set", "recall/b").at(Size.QUICK, 1, "-x");
    Suite.Turn turn = suite.turn(Size.QUICK).orElseThrow();
    assertThat(suite.line(turn, Optional.of(folder), Optional.of(9L)))
        .containsExactly("q", "-x", "--set", folder.resolve("recall/a").toString());
    assertThat(suite.line(turn, Optional.empty(), Optional.empty())).containsExactly("q", "-x");
    assertThat(suite.lacks(Optional.empty())).isEmpty();
  }

  @Test
  void knowsTheOptionsOfEverySuite() {
    Map<String, CommandLine> commands = Benchmarks.commandLine().getSubcommands();
    for (Suite suite : Suites.ALL) {
      CommandLine command = commands.get(suite.command());
      if (command != null) {
        assertThat(options(suite))
            .as(suite.name())
            .allSatisfy(option ->
                assertThat(command.getCommandSpec().findOption(option)).as(option).isNotNull());
      }
    }
    assertThat(Suites.ALL).extracting(Suite::name).doesNotHaveDuplicates();
  }

  private static List<String> options(Suite suite) {
    return Stream.of(
            suite.turns().values().stream().flatMap(turn -> turn.options().stream()),
            suite.data().stream().map(Suite.Data::option),
            suite.lengths().stream().map(Suite.Length::option))
        .flatMap(each -> each)
        .filter(word -> word.startsWith("--"))
        .toList();
  }

  @Test
  void takesAboutAsLongAsItSays() {
    assertThat(minutes(Size.QUICK)).isLessThanOrEqualTo(15);
    assertThat(minutes(Size.NORMAL)).isLessThanOrEqualTo(35);
  }

  private static int minutes(Size size) {
    return Suites.ALL.stream()
            .flatMap(suite -> suite.turn(size).stream())
            .mapToInt(Suite.Turn::seconds)
            .sum()
        / 60;
  }
}
