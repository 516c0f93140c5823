package dev.daybook.benchmarks.scan;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.TraceImport;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.Medians;
import dev.daybook.benchmarks.NeedsPeers;
import dev.daybook.benchmarks.ScratchFolder;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Actor;
import dev.daybook.event.TraceEvent;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Three columns of all events: the export beside parquet-java and DuckDB on the same files. */
@Command(
    name = "scan",
    description = "Scans three columns of all events, beside parquet-java and DuckDB.",
    mixinStandardHelpOptions = true)
@NeedsPeers
public final class ScanSuite implements Callable<Integer> {
  private static final String NAME = "scanned";
  private static final String TOOL = "bash";
  private static final String IN_ENGINE = "DuckDB in the engine, threads=1";
  private static final String OVER_JDBC = "DuckDB over JDBC, threads=2";

  /** The bars are for histories of so many events. */
  private static final int JUDGED_EVENTS = 100_000;

  private static final int SESSION_EVENTS = 1_000;
  private static final int ACTORS = 16;
  private static final int WARMUP_ROUNDS = 3;
  private static final double RAW_MIN = 0.9;
  private static final double ENGINE_MIN = 0.8;
  private static final double JDBC_MIN = 4;

  /** A round takes so long at least: fast scans are repeated. */
  private static final Duration TURN = Duration.ofMillis(300);

  @Option(names = "--events", description = "how long the history is")
  private int events = 100_000;

  @Option(names = "--traces", description = "a transcript instead, .jsonl or .jsonl.gz")
  private Optional<Path> traces = Optional.empty();

  @Option(
      names = "--store",
      description = "a folder to build the history in, or to take it from if it is there")
  private Optional<Path> store = Optional.empty();

  @Option(names = "--rounds", description = "how often each takes its turn")
  private int rounds = 9;

  @Option(names = "--only", description = "one case: ${COMPLETION-CANDIDATES}")
  private Optional<Case> only = Optional.empty();

  private final Figures figures = new Figures();

  ScanSuite() {}

  /** What can be measured by itself. */
  private enum Case {
    /** Three columns with the text among them. */
    TEXT,
    /** Three columns of small values. */
    SMALL,
    /** Three columns of the calls of one tool. */
    FILTER
  }

  private boolean isWanted(Case one) {
    return only.isEmpty() || only.get() == one;
  }

  @Override
  public Integer call() throws Exception {
    Console.machine();
    if (!DuckScan.isThere()) {
      Console.line("DuckDB is not on the class path: it takes part with -Ppeers");
    }
    try (ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-")) {
      Path folder = store.orElse(scratch.resolve("store"));
      try (ObjectStore local = LocalObjectStore.at(folder);
          Daybook daybook = engine(local, scratch.resolve("cache"));
          Workspace workspace = daybook.openOrCreate(NAME)) {
        if (workspace.traces().count(Filter.any()) == 0) {
          build(workspace);
        }
        List<Path> files = segments(folder);
        long count = workspace.traces().count(Filter.any());
        if (isWanted(Case.TEXT)) {
          scan(workspace, files, count, Columns.WITH_TEXT);
        }
        if (isWanted(Case.SMALL)) {
          scan(workspace, files, count, Columns.SMALL);
        }
        if (isWanted(Case.FILTER)) {
          scanOfOneTool(workspace, files);
        }
      }
    }
    figures.print();
    return 0;
  }

  /** Nothing that a merge replaced is kept, since whoever reads the files would count it twice. */
  static Daybook engine(ObjectStore store, Path cache) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 8L << 30)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .keepReplaced(Duration.ZERO)
        .open();
  }

  /** The segment files of a local store. */
  static List<Path> segments(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve(NAME))) {
      return all.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  private void build(Workspace workspace) throws IOException {
    if (traces.isPresent()) {
      TraceImport.Report unused = TraceImport.of(traces.get()).into(workspace);
    } else {
      record(workspace, events);
    }
    Console.progress("compacting");
    workspace.compact();
  }

  /**
   * Records events of a synthetic history, a thousand a session; notes on the plan are left out.
   */
  static void record(Workspace workspace, int count) {
    SyntheticHistory history = new SyntheticHistory(count, 11);
    for (int first = 0; first < count; first += SESSION_EVENTS) {
      Actor actor = Actor.agent("agent-" + first / SESSION_EVENTS % ACTORS);
      try (Session session = workspace.startSession(actor)) {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = first; i < Math.min(count, first + SESSION_EVENTS); i++) {
          if (history.event(i) instanceof TraceEvent event) {
            receipts.add(session.record(event));
          }
        }
        receipts.forEach(Receipt::await);
      }
      if (first % 25_000 == 0) {
        Console.progress("recorded %,d of %,d events", first, count);
      }
    }
  }

  private void scan(Workspace workspace, List<Path> files, long count, Columns columns)
      throws Exception {
    try (Scan export = export(workspace, columns, Filter.any(), ExportScan.Way.READ_AHEAD);
        Scan alone = export(workspace, columns, Filter.any(), ExportScan.Way.ONE_THREAD);
        Scan strings = export(workspace, columns, Filter.any(), ExportScan.Way.STRINGS);
        Scan raw = new RawScan(files, columns)) {
      List<Scan> ofDuckDb = ofDuckDb(files, columns);
      List<Scan> all = new ArrayList<>(List.of(export, alone, strings, raw));
      all.addAll(ofDuckDb);
      double[][] seconds = turns(all, columns.toString());
      String workload = "scan of " + columns;
      for (int i = 0; i < all.size(); i++) {
        figures.add(
            rate(workload, count, all.get(i).contender(), seconds[i]).noting(all.get(i).note()));
      }
      for (int i = 3; i < all.size(); i++) {
        String other = all.get(i).contender();
        // Two threads beside two, and one beside one.
        int own = other.endsWith("threads=2") ? 0 : 1;
        Figure figure =
            rate(workload, count, all.get(own).contender(), seconds[own])
                .beside(other, medianRatio(seconds[i], seconds[own]));
        figures.add(judged(figure, columns).judgedFrom(JUDGED_EVENTS));
        if (other.equals(OVER_JDBC)) {
          figures.add(
              rate(workload, count, strings.contender(), seconds[2])
                  .beside(other, medianRatio(seconds[i], seconds[2]))
                  .noting("both hand over a number and Strings"));
        }
      }
      for (Scan other : ofDuckDb) {
        other.close();
      }
    }
  }

  private static Scan export(
      Workspace workspace, Columns columns, Filter filter, ExportScan.Way way) {
    return new ExportScan(workspace.traces(), columns, filter, way);
  }

  /** With its bar and what is to be said of this ratio and no other. */
  private static Figure judged(Figure figure, Columns columns) {
    boolean hasText = columns.equals(Columns.WITH_TEXT);
    return switch (figure.beside()) {
      case RawScan.NAME ->
          figure
              .atLeast(RAW_MIN)
              .noting(
                  "both read the same pages; the export writes the values into Arrow's buffers");
      case IN_ENGINE ->
          hasText
              ? figure
                  .atLeast(ENGINE_MIN)
                  .noting(
                      "the engine hands on four sums, the export every value in Arrow's buffers")
              : figure.noting(
                  """
                  the engine adds up vectors and hands on four sums, where the export writes every \
                  value into memory that Java then reads one by one\
                  """);
      case OVER_JDBC ->
          figure
              .atLeast(JDBC_MIN)
              .noting(
                  "the export hands over Arrow's buffers, JDBC makes Strings; both may use two"
                      + " threads");
      default -> figure.noting("as many threads on either side");
    };
  }

  private static List<Scan> ofDuckDb(List<Path> files, Columns columns) throws SQLException {
    List<Scan> scans = new ArrayList<>();
    if (DuckScan.isThere()) {
      for (int threads = 1; threads <= 2; threads++) {
        for (DuckScan.Delivery delivery : DuckScan.Delivery.values()) {
          scans.add(DuckScan.of(files, columns, "", delivery, threads));
        }
      }
    }
    return scans;
  }

  private void scanOfOneTool(Workspace workspace, List<Path> files) throws Exception {
    Columns columns = Columns.WITH_TEXT;
    Filter filter = Filter.any().tool(TOOL);
    List<Scan> all = new ArrayList<>();
    all.add(export(workspace, columns, filter, ExportScan.Way.ONE_THREAD));
    if (DuckScan.isThere()) {
      for (DuckScan.Delivery delivery : DuckScan.Delivery.values()) {
        all.add(DuckScan.of(files, columns, "tool = '" + TOOL + "'", delivery, 1));
      }
    }
    String workload = "scan of one tool, " + columns;
    double[][] seconds = turns(all, workload);
    long count = workspace.traces().count(filter);
    for (int i = 0; i < all.size(); i++) {
      Figure figure =
          rate(workload, count, all.get(i).contender(), seconds[i]).noting(all.get(i).note());
      figures.add(
          i == 0
              ? figure
              : figure.beside(all.getFirst().contender(), medianRatio(seconds[0], seconds[i])));
    }
    for (Scan one : all) {
      one.close();
    }
  }

  private static Figure rate(String workload, long events, String contender, double[] seconds) {
    return Figure.of(workload, events, contender, "rate", events / Medians.of(seconds), "events/s");
  }

  /**
   * Seconds of each contender in each round; their order turns round each time.
   *
   * @throws IllegalStateException if they do not see the same
   */
  private double[][] turns(List<Scan> scans, String what) throws Exception {
    Scanned expected = scans.getFirst().check();
    for (Scan scan : scans) {
      Scanned found = scan.check();
      if (!found.equals(expected)) {
        throw new IllegalStateException(
            "%s: %s sees %s, %s sees %s"
                .formatted(what, scan.contender(), found, scans.getFirst().contender(), expected));
      }
    }
    double[][] seconds = new double[scans.size()][rounds];
    for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
      for (int i = 0; i < scans.size(); i++) {
        int turn = Math.floorMod(i + round, scans.size());
        double taken = seconds(scans.get(turn), expected.rows());
        if (round >= 0) {
          seconds[turn][round] = taken;
        }
      }
      Console.progress("%s: round %d of %d", what, Math.max(0, round + 1), rounds);
    }
    return seconds;
  }

  private static double seconds(Scan scan, long rows) throws Exception {
    long start = System.nanoTime();
    int runs = 0;
    do {
      if (scan.run().rows() != rows) {
        throw new IllegalStateException(scan.contender() + " does not see the same each time");
      }
      runs++;
    } while (System.nanoTime() - start < TURN.toNanos());
    return (System.nanoTime() - start) / 1e9 / runs;
  }

  /** Of the ratios within each round. */
  private static double medianRatio(double[] above, double[] below) {
    double[] ratios = new double[above.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = above[i] / below[i];
    }
    return Medians.of(ratios);
  }
}
