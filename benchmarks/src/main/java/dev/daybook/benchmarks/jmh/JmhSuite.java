package dev.daybook.benchmarks.jmh;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs benchmarks by JMH, each in JVMs of its own, and gives what they measured as figures. JMH's
 * own output is progress.
 */
@Command(
    name = "jmh",
    description = "Measures the hot paths one by one with JMH, in JVMs of their own.",
    mixinStandardHelpOptions = true)
public final class JmhSuite implements Callable<Integer> {
  /** What every fork gets; whatever the suite was started with. */
  private static final List<String> JVM =
      List.of(
          "-Xmx2g",
          "--enable-native-access=ALL-UNNAMED",
          "--add-modules=jdk.incubator.vector",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "-Dhttp.maxConnections=64");

  /** How often and how long, unless JMH's own options say so. */
  private record Length(int forks, int warmUps, int iterations, int seconds) {}

  private static final Length QUICK = new Length(1, 1, 2, 1);
  private static final Length USUAL = new Length(2, 3, 5, 2);

  /** Ways to look into a benchmark. */
  enum Profile {
    /** A recording of Java Flight Recorder for each benchmark. */
    JFR,
    /** Bytes allocated by a call, and how much the collector had to do. */
    GC,
    /** Where threads stand, by samples. */
    STACK
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description =
          "regular expressions; what --list calls a benchmark holds one of them, in any case. After"
              + " -- options of JMH itself")
  private List<String> words = List.of();

  @Option(names = "--list", description = "names the benchmarks and runs none")
  private boolean lists;

  @Option(names = "--quick", description = "one fork, one iteration to warm up, two of a second")
  private boolean isQuick;

  @Option(names = "--forks", description = "JVMs for each benchmark; 0 for this one")
  private Optional<Integer> forks = Optional.empty();

  @Option(names = "--seconds", description = "of each iteration")
  private Optional<Integer> seconds = Optional.empty();

  @Option(names = "--profile", description = "one of ${COMPLETION-CANDIDATES}; may be repeated")
  private List<Profile> profiles = List.of();

  @Option(names = "--recordings", description = "where JFR writes: ${DEFAULT-VALUE}")
  private Path recordings = Path.of("target", "jmh");

  @Option(names = "--json", paramLabel = "FILE", description = "all that JMH knows, as JSON")
  private Optional<Path> json = Optional.empty();

  @Override
  public Integer call() throws IOException {
    SortedMap<String, String> chosen = chosen();
    if (lists) {
      chosen.values().forEach(about -> Console.line("%s", about));
      return 0;
    }
    CommandLineOptions own = ownOptions();
    Console.machine();
    Figures figures = new Figures();
    try (Forks running = new Forks(Files.createTempDirectory("daybook-jmh-"))) {
      OutputFormat progress =
          OutputFormatFactory.createFormatInstance(
              System.err, own.verbosity().orElse(VerboseMode.NORMAL));
      Results results = new Results(progress, running, figures);
      new Runner(options(own, chosen.keySet(), running.scratch()), results).run();
      figures.print();
      List<String> failed = results.failed();
      if (!failed.isEmpty()) {
        Console.progress(
            "%d of %d benchmarks failed; what they threw is above:",
            failed.size(), results.count());
        failed.forEach(name -> Console.progress("  %s", name));
      }
      return failed.isEmpty() ? 0 : 1;
    } catch (RunnerException e) {
      figures.print();
      Console.progress("JMH gave up: %s", e.getMessage());
      return 1;
    }
  }

  /** Options of JMH's own stand after the only {@code --}. */
  private int patterns() {
    List<String> given = spec.commandLine().getParseResult().originalArgs();
    int own = given.contains("--") ? given.size() - given.indexOf("--") - 1 : 0;
    return words.size() - own;
  }

  private CommandLineOptions ownOptions() {
    try {
      return new CommandLineOptions(words.subList(patterns(), words.size()).toArray(String[]::new));
    } catch (CommandLineOptionException e) {
      throw new ParameterException(
          spec.commandLine(), "What stands after -- is for JMH, which says: " + e.getMessage(), e);
    }
  }

  /** What is asked for: the names JMH knows, and what is to be said about each. */
  private SortedMap<String, String> chosen() {
    List<BenchmarkListEntry> all = all();
    SortedMap<String, String> chosen = new TreeMap<>();
    List<String> patterns = words.subList(0, patterns());
    for (String pattern : patterns.isEmpty() ? List.of("") : patterns) {
      Pattern wanted = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
      List<BenchmarkListEntry> found =
          all.stream()
              .filter(entry -> wanted.matcher(Results.name(entry.getUsername())).find())
              .toList();
      if (found.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(),
            "No benchmark is called anything like '%s'; --list names them".formatted(pattern));
      }
      found.forEach(entry -> chosen.put(entry.getUsername(), about(entry)));
    }
    return chosen;
  }

  /** Every benchmark on the class path. */
  static List<BenchmarkListEntry> all() {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
    return List.copyOf(BenchmarkList.defaultList().getAll(silent, List.of()));
  }

  private static String about(BenchmarkListEntry entry) {
    StringBuilder about = new StringBuilder(Results.name(entry.getUsername()));
    if (entry.getParams().hasValue()) {
      new TreeMap<>(entry.getParams().get())
          .forEach((name, values) ->
              about.append("  ").append(name).append('=').append(String.join(",", values)));
    }
    return about.toString();
  }

  private org.openjdk.jmh.runner.options.Options options(
      CommandLineOptions own, Iterable<String> chosen, Path scratch) throws IOException {
    Length length = isQuick ? QUICK : USUAL;
    ChainedOptionsBuilder options = new OptionsBuilder().parent(own);
    chosen.forEach(name -> options.include("^" + Pattern.quote(name) + "$"));
    List<String> jvm = new ArrayList<>(JVM);
    // Whatever a fork leaves behind that is killed goes with the scratch folder.
    jvm.add("-Djava.io.tmpdir=" + scratch);
    jvm.add("-D" + SealedHistory.SHARED + "=" + scratch);
    if (own.getJvmArgs().hasValue()) {
      jvm.addAll(own.getJvmArgs().get());
    }
    options.jvmArgs(jvm.toArray(String[]::new));
    options.shouldFailOnError(own.shouldFailOnError().orElse(false));
    if (forks.isPresent() || !own.getForkCount().hasValue()) {
      options.forks(forks.orElse(length.forks()));
    }
    if (!own.getWarmupIterations().hasValue()) {
      options.warmupIterations(length.warmUps());
    }
    if (!own.getMeasurementIterations().hasValue()) {
      options.measurementIterations(length.iterations());
    }
    if (seconds.isPresent() || !own.getWarmupTime().hasValue()) {
      options.warmupTime(TimeValue.seconds(seconds.orElse(length.seconds())));
    }
    if (seconds.isPresent() || !own.getMeasurementTime().hasValue()) {
      options.measurementTime(TimeValue.seconds(seconds.orElse(length.seconds())));
    }
    for (Profile profile : profiles) {
      switch (profile) {
        case JFR -> {
          Files.createDirectories(recordings);
          options.addProfiler("jfr", "dir=" + recordings.toAbsolutePath());
        }
        case GC -> options.addProfiler("gc");
        case STACK -> options.addProfiler("stack", "lines=5;top=10");
      }
    }
    json.ifPresent(file ->
        options.resultFormat(ResultFormatType.JSON).result(file.toAbsolutePath().toString()));
    return options.build();
  }

  /**
   * The processes of a run and the folder they write in. If this process is told to end, they end
   * first and the folder goes.
   */
  static final class Forks implements AutoCloseable {
    private static final int ENDING_ROUNDS = 20;
    private static final int ROUND_MILLIS = 100;

    private final Path scratch;
    private final Thread atExit = new Thread(this::end, "jmh-forks-end");
    private volatile boolean ending;

    Forks(Path scratch) {
      this.scratch = scratch;
      Runtime.getRuntime().addShutdownHook(atExit);
    }

    Path scratch() {
      return scratch;
    }

    /** Holds up whoever would start the next fork while all are being ended. */
    void mayGoOn() {
      while (ending) {
        LockSupport.park(this);
      }
    }

    private void end() {
      ending = true;
      // Again and again: one may have been starting, and folders fill while a process is dying.
      for (int round = 0; round < ENDING_ROUNDS; round++) {
        List<ProcessHandle> running = ProcessHandle.current().descendants().toList();
        running.forEach(ProcessHandle::destroyForcibly);
        try {
          if (running.isEmpty()) {
            Scratch.delete(scratch);
            return;
          }
          Thread.sleep(ROUND_MILLIS);
        } catch (IOException e) {
          // It is tried again in the next round.
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    @Override
    public void close() throws IOException {
      Runtime.getRuntime().removeShutdownHook(atExit);
      Scratch.delete(scratch);
    }
  }
}
