package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Benchmarks;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.NeedsPeers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the suites one after the other and makes one page of what they measured. */
@Command(
    name = "report",
    description =
        "Runs the suites one after the other, each in a JVM of its own, and writes what they"
            + " measured as one page of HTML and as Markdown.",
    mixinStandardHelpOptions = true)
@NeedsPeers
public final class Report implements Callable<Integer> {
  private static final int PATIENCE = 5;
  private static final int PATIENCE_MINUTES_MIN = 15;
  private static final long TO_RENDER_SECONDS = 60;

  private final Launcher launcher;
  private final InstantSource clock;
  private final List<Suite> suites;
  private final Supplier<String> sources;
  private final Supplier<Causes> causes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where figures, output and pages are kept (default: benchmarks/target/report)")
  private Path out = Report.home().resolveSibling("report");

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SUITE",
      description = "these suites; of others the page shows what is there")
  private List<String> only = List.of();

  @Option(
      names = "--quick",
      description = "about ten minutes in all; ratios are rough, and most bars are not judged")
  private boolean isQuick;

  @Option(names = "--full", description = "the long suites too; two to three hours")
  private boolean isFull;

  @Option(
      names = "--resume",
      description = "leave out suites that finished in DIR, at this commit with these options")
  private boolean isResumed;

  @Option(names = "--render", description = "run nothing, render what is in DIR")
  private boolean isRenderedOnly;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "a folder with judged sets in recall/NAME, transcripts in traces/, a plan's rows in"
              + " plans/; without it some suites make data of their own, others are left out")
  private Optional<Path> data = Optional.empty();

  @Option(names = "--events", description = "how many events, for each suite that can be told")
  private Optional<Long> events = Optional.empty();

  @Option(
      names = "--minutes-max",
      description =
          "after which a suite is ended (default: five times what it is expected to take, at least"
              + " 15)")
  private Optional<Integer> minutesMax = Optional.empty();

  @Spec private CommandSpec spec;

  /** For the command line. */
  public Report() {
    this(
        Jvm::running,
        InstantSource.system(),
        Suites.ALL,
        () -> Revision.of(home()),
        Causes::written);
  }

  /**
   * One for tests.
   *
   * @param revision tells that of the sources
   * @param causes tells why bars are missed
   */
  Report(
      Launcher launcher,
      InstantSource clock,
      List<Suite> suites,
      Supplier<String> revision,
      Supplier<Causes> causes) {
    this.launcher = launcher;
    this.clock = clock;
    this.suites = List.copyOf(suites);
    this.sources = revision;
    this.causes = causes;
  }

  /** A suite that is going to be run. */
  private record Pending(Suite suite, List<String> line, int seconds) {}

  @Override
  public Integer call() throws Exception {
    check();
    // Now, so that nobody waits for the suites to hear of it.
    causes.get().faults().forEach(fault -> Console.progress("%s", fault));
    String chartJs = ChartJs.source();
    Folder folder = Folder.at(out);
    if (isRenderedOnly) {
      render(folder, chartJs);
      return 0;
    }
    String revision = sources.get();
    folder.keep(Head.here(revision, clock.instant().truncatedTo(ChronoUnit.SECONDS).toString()));
    Runner runner = new Runner(folder, launcher, clock, revision, data);
    CountDownLatch isRendered = new CountDownLatch(1);
    Thread whenStopped = new Thread(() -> stop(runner, isRendered), "stop the suite that runs");
    Runtime.getRuntime().addShutdownHook(whenStopped);
    try {
      return run(runner, pending(folder, revision), folder, chartJs);
    } finally {
      isRendered.countDown();
      forget(whenStopped);
    }
  }

  private void check() {
    if (isQuick && isFull) {
      throw new ParameterException(spec.commandLine(), "--quick and --full exclude each other");
    }
    if (data.isPresent() && !Files.isDirectory(data.get())) {
      throw new ParameterException(
          spec.commandLine(),
          "--data: '%s' is no folder; give the one that recall/, traces/ and plans/ are in"
              .formatted(data.get()));
    }
    List<String> names = suites.stream().map(Suite::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw new ParameterException(
            spec.commandLine(),
            "--only: there is no suite '%s' in a report; there are %s"
                .formatted(name, String.join(", ", names)));
      }
    }
  }

  private int run(Runner runner, List<Pending> pending, Folder folder, String chartJs)
      throws IOException, InterruptedException {
    Console.progress(
        "To run, about %d minutes on two processors that are not busy: %s",
        Math.ceilDiv(pending.stream().mapToInt(Pending::seconds).sum(), 60),
        String.join(", ", pending.stream().map(one -> one.suite().name()).toList()));
    boolean haveAllFinished = true;
    for (int i = 0; i < pending.size() && !runner.isStopped(); i++) {
      Pending one = pending.get(i);
      String count = (i + 1) + " of " + pending.size();
      SuiteRun run = runner.run(one.suite().name(), one.line(), count, patience(one));
      Console.progress(
          "[%s, %s, %s] %s %s",
          count, one.suite().name(), Runner.spent(run.took()), run.state(), run.reason());
      haveAllFinished &= run.state() == SuiteRun.State.FINISHED;
      // Now, so that there is a page of it whatever becomes of the others.
      write(folder, chartJs);
    }
    render(folder, chartJs);
    return haveAllFinished ? 0 : 1;
  }

  private Duration patience(Pending one) {
    return Duration.ofMinutes(
        minutesMax.orElseGet(() -> Math.max(PATIENCE_MINUTES_MIN, PATIENCE * one.seconds() / 60)));
  }

  /** What is to be run. What is left out is kept as such, unless there is something of it. */
  private List<Pending> pending(Folder folder, String revision) throws IOException {
    List<Pending> pending = new ArrayList<>();
    for (Suite suite : suites) {
      if (!only.isEmpty() && !only.contains(suite.name())) {
        continue;
      }
      Optional<SuiteRun> before = folder.run(suite);
      Optional<String> reason = reasonAgainst(suite);
      if (reason.isPresent()) {
        Console.progress("%s is left out: %s", suite.name(), reason.get());
        if (before.isEmpty() || before.get().state() == SuiteRun.State.LEFT_OUT) {
          folder.keep(
              SuiteRun.leftOut(
                  suite.name(), List.of(suite.command()), reason.get(), revision, clock.instant()));
        }
        continue;
      }
      Suite.Turn turn = suite.turn(size()).orElseThrow();
      List<String> line = suite.line(turn, data, events);
      if (isResumed && before.isPresent() && before.get().answers(line, revision)) {
        Console.progress("%s finished before", suite.name());
      } else {
        pending.add(new Pending(suite, line, turn.seconds()));
      }
    }
    return pending;
  }

  private Size size() {
    return isQuick ? Size.QUICK : isFull ? Size.FULL : Size.NORMAL;
  }

  private Optional<String> reasonAgainst(Suite suite) {
    if (!spec.root().subcommands().containsKey(suite.command())) {
      return Optional.of("this build has no suite '" + suite.command() + "'");
    }
    if (suite.turn(size()).isEmpty()) {
      return Optional.of(
          suite.turn(Size.NORMAL).isEmpty() ? "it needs --full" : "not with --quick");
    }
    return suite.lacks(data);
  }

  private void render(Folder folder, String chartJs) throws IOException {
    Contents contents = write(folder, chartJs);
    Console.line("page      %s", folder.html());
    Console.line("tables    %s", folder.markdown());
    Console.line("bars      %s", contents.score());
    contents.unfinished().forEach(run -> Console.line("unfinished  %s", Words.ofEnd(run)));
    contents
        .causes()
        .stale(contents.sections(), suites.stream().map(Suite::name).toList())
        .forEach(stale -> Console.progress("%s", stale));
  }

  private Contents write(Folder folder, String chartJs) throws IOException {
    Head head = folder.headKept().orElseGet(() -> Head.here("unknown", "unknown"));
    Contents contents = Contents.of(folder, suites, head, causes.get());
    Files.writeString(folder.html(), Page.of(contents, chartJs));
    Files.writeString(folder.markdown(), Markdown.of(contents));
    return contents;
  }

  /** What was measured is rendered by the thread that waits for the suite. */
  private static void stop(Runner runner, CountDownLatch isRendered) {
    runner.stop();
    try {
      if (!isRendered.await(TO_RENDER_SECONDS, TimeUnit.SECONDS)) {
        Console.progress("The page is not complete; render it again with --render");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is that hook that waits for this.
    }
  }

  /** The folder of classes, or the jar, this is in; of a build it is among the sources. */
  private static Path home() {
    URI here;
    try {
      here = Benchmarks.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("A class path that is no address", e);
    }
    return Path.of(here);
  }
}
