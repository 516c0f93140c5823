package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.NeedsPeers;
import dev.daybook.benchmarks.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Imports the same events into Daybook and into its peers, and into the parts Daybook is made of,
 * in turns.
 */
@Command(
    name = "import-peers",
    description =
        "Imports the same events without vectors into Daybook, SQLite with FTS5 and LanceDB's"
            + " engine, in turns, beside raw files, parquet-java and Lucene.",
    mixinStandardHelpOptions = true)
@NeedsPeers
public final class ImportPeersSuite implements Callable<Integer> {
  private static final String WORKLOAD = "import without vectors";
  private static final String SQLITE_100 = "SQLite FTS5, 100 a transaction";
  private static final String SQLITE_ONCE = "SQLite FTS5, one transaction";
  private static final String RAW_SUM = "raw parquet-java + raw Lucene";
  private static final int LANCE_VERSIONS = 100;
  private static final int WARM_UP_EVENTS = 20_000;
  private static final String SQLITE_DRIVER = "org.sqlite.JDBC";

  @Option(
      names = "--events",
      defaultValue = "100000",
      description = "how many events, at most; ${DEFAULT-VALUE} by default")
  private int events;

  @Option(
      names = "--traces",
      description = "a .jsonl or .jsonl.gz file of trace rows, in place of made-up events")
  private Path traces;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description =
          "turns of each contender, after one on fewer events that is not counted; ${DEFAULT-VALUE}"
              + " by default")
  private int rounds;

  @Option(
      names = "--only",
      arity = "1..*",
      paramLabel = "CONTENDER",
      description = "only these: ${COMPLETION-CANDIDATES}")
  private List<Contender> only = List.of();

  @Option(
      names = "--lance-versions",
      defaultValue = "" + LANCE_VERSIONS,
      description =
          "how many versions of 100 rows LanceDB's engine writes; its time grows with each, its"
              + " rate is that of these; ${DEFAULT-VALUE} by default")
  private int lanceVersions;

  /** Made by the command line. */
  public ImportPeersSuite() {}

  /** Who takes turns. */
  enum Contender {
    DAYBOOK,
    SQLITE_100,
    SQLITE_ONCE,
    LANCE,
    RAW;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public Integer call() throws Exception {
    if (events < 1 || rounds < 1 || lanceVersions < 1) {
      throw new IllegalArgumentException(
          "--events %d --rounds %d --lance-versions %d: each must be at least 1"
              .formatted(events, rounds, lanceVersions));
    }
    Set<Contender> chosen = chosen();
    Console.machine();
    Path scratch = Files.createTempDirectory("daybook-import-");
    Thread cleanUp = new Thread(() -> deleteQuietly(scratch));
    Runtime.getRuntime().addShutdownHook(cleanUp);
    try {
      List<ImportedEvent> all =
          traces == null ? ImportedEvent.synthetic(events) : ImportedEvent.of(traces, events);
      Console.line(
          "events    %,d, %s; %d rounds; %s",
          all.size(),
          traces == null ? "made up" : "of " + traces.getFileName(),
          rounds,
          Files.getFileStore(scratch).type());
      Console.progress("warming up");
      round(
          contenders(chosen, all.subList(0, Math.min(all.size(), WARM_UP_EVENTS)), scratch),
          scratch,
          0);
      Map<Contender, Ingest> contenders = contenders(chosen, all, scratch);
      List<Map<String, Clock.Span>> measured = new ArrayList<>();
      for (int round = 1; round <= rounds; round++) {
        Console.progress("round %d of %d", round, rounds);
        measured.add(round(contenders, scratch, round));
      }
      Figures figures = new Figures();
      report(figures, all.size(), measured);
      figures.print();
    } finally {
      Runtime.getRuntime().removeShutdownHook(cleanUp);
      Scratch.delete(scratch);
    }
    return 0;
  }

  private static void deleteQuietly(Path folder) {
    try {
      Scratch.delete(folder);
    } catch (IOException e) {
      Console.progress("%s is left: %s", folder, e);
    }
  }

  /** Those asked for whose classes are there; says which are not. */
  private Set<Contender> chosen() {
    Set<Contender> chosen = only.isEmpty() ? EnumSet.allOf(Contender.class) : EnumSet.copyOf(only);
    if (!isThere(SQLITE_DRIVER)
        && chosen.removeAll(EnumSet.of(Contender.SQLITE_100, Contender.SQLITE_ONCE))) {
      Console.progress(
          "SQLite is left out: its driver %s is not on the class path; build with -Ppeers, as"
              + " benchmarks/run import-peers does",
          SQLITE_DRIVER);
    }
    if (!Appends.hasLance() && chosen.remove(Contender.LANCE)) {
      Console.progress(
          "LanceDB's engine is left out: %s was not compiled; build with -Ppeers, as"
              + " benchmarks/run import-peers does",
          Appends.LANCE);
    }
    if (chosen.isEmpty()) {
      throw new IllegalStateException(
          "None of the contenders asked for is there; build with -Ppeers, as benchmarks/run"
              + " import-peers does");
    }
    return chosen;
  }

  private static boolean isThere(String type) {
    try {
      Class.forName(type);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private Map<Contender, Ingest> contenders(
      Set<Contender> chosen, List<ImportedEvent> all, Path scratch) throws Exception {
    Map<Contender, Ingest> contenders = new EnumMap<>(Contender.class);
    for (Contender contender : chosen) {
      contenders.put(
          contender,
          switch (contender) {
            case DAYBOOK -> new DaybookIngest(all);
            case SQLITE_100 -> new SqliteIngest(SQLITE_100, all, 100);
            case SQLITE_ONCE -> new SqliteIngest(SQLITE_ONCE, all, Integer.MAX_VALUE);
            case LANCE -> new LanceIngest(all, lanceVersions);
            case RAW -> RawIngest.of(all, scratch.resolve("parts"));
          });
    }
    return contenders;
  }

  /** Each contender once, another one first in each round. */
  private static Map<String, Clock.Span> round(
      Map<Contender, Ingest> contenders, Path scratch, int round) throws Exception {
    List<Contender> order = new ArrayList<>(contenders.keySet());
    Collections.rotate(order, -round);
    Map<String, Clock.Span> spans = new LinkedHashMap<>();
    for (Contender contender : order) {
      Path folder = scratch.resolve("round-" + round + "-" + contender);
      Clock clock = new Clock();
      // So that nobody pays for what the one before left.
      System.gc();
      contenders.get(contender).run(folder, clock);
      Scratch.delete(folder);
      clock
          .spans()
          .forEach((name, span) ->
              Console.progress(
                  "  %-36s %,9.0f events/s  %.2f s, processor %.2f s",
                  name, span.perSecond(), span.nanos() / 1e9, span.processorNanos() / 1e9));
      spans.putAll(clock.spans());
    }
    if (spans.containsKey(RawIngest.PARQUET)) {
      spans.put(RAW_SUM, spans.get(RawIngest.PARQUET).plus(spans.get(RawIngest.LUCENE)));
    }
    return spans;
  }

  private static void report(Figures figures, int events, List<Map<String, Clock.Span>> rounds)
      throws IOException {
    for (String name :
        List.of(
            DaybookIngest.DURABLE,
            DaybookIngest.SEALED,
            SQLITE_100,
            SQLITE_ONCE,
            LanceIngest.NAME,
            RawIngest.FSYNC,
            RawIngest.PARQUET,
            RawIngest.LUCENE,
            RAW_SUM)) {
      if (rounds.getFirst().containsKey(name)) {
        long of = rounds.getFirst().get(name).events();
        Figure rate =
            Figure.of(
                WORKLOAD,
                of,
                name,
                "rate",
                median(rounds, name, Clock.Span::perSecond),
                "events/s");
        figures.add(rate.noting(note(name)));
        figures.add(
            Figure.of(
                WORKLOAD,
                of,
                name,
                "time",
                median(rounds, name, span -> span.nanos() / 1e3 / span.events()),
                "us/event"));
        figures.add(
            Figure.of(
                WORKLOAD,
                of,
                name,
                "processor time",
                median(rounds, name, span -> span.processorNanos() / 1e3 / span.events()),
                "us/event"));
        figures.add(
            Figure.of(
                WORKLOAD,
                of,
                name,
                "on disk",
                median(rounds, name, span -> (double) span.bytes() / span.events()),
                "bytes/event"));
      }
    }
    bar(figures, events, rounds, DaybookIngest.DURABLE, SQLITE_100, 3);
    bar(figures, events, rounds, DaybookIngest.DURABLE, LanceIngest.NAME, 5);
    bar(figures, events, rounds, DaybookIngest.DURABLE, RawIngest.FSYNC, 0);
    bar(figures, events, rounds, DaybookIngest.SEALED, SQLITE_100, 1.5);
    bar(figures, events, rounds, DaybookIngest.SEALED, SQLITE_ONCE, 0.8);
    bar(figures, events, rounds, DaybookIngest.SEALED, RAW_SUM, 0.75);
  }

  /** Our rate by that of another, within each round. */
  private static void bar(
      Figures figures,
      int events,
      List<Map<String, Clock.Span>> rounds,
      String ours,
      String theirs,
      double least)
      throws IOException {
    if (rounds.getFirst().containsKey(ours) && rounds.getFirst().containsKey(theirs)) {
      double ratio =
          median(
              rounds.stream()
                  .map(spans -> spans.get(ours).perSecond() / spans.get(theirs).perSecond())
                  .toList());
      Figure figure =
          Figure.of(
                  WORKLOAD,
                  events,
                  ours,
                  "rate",
                  median(rounds, ours, Clock.Span::perSecond),
                  "events/s")
              .beside(theirs, ratio);
      figures.add(least > 0 ? figure.atLeast(least) : figure);
    }
  }

  private static double median(
      List<Map<String, Clock.Span>> rounds, String name, ToDoubleFunction<Clock.Span> value) {
    return median(rounds.stream().map(spans -> value.applyAsDouble(spans.get(name))).toList());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  private static String note(String name) {
    return switch (name) {
      case DaybookIngest.DURABLE ->
          "one handle, sessions open before; the caller's thread serialises while another"
              + " compresses and writes, so it uses two processors where it is not waiting for the"
              + " disk";
      case DaybookIngest.SEALED ->
          "the time until durable, one compaction, and a first recall; segment and index are built"
              + " at the same time, on two processors; ids, checksums and the columns that SQL"
              + " reads are in it, and no vectors";
      case SQLITE_100 ->
          "WAL, synchronous=FULL, JDBC, FTS5 with external content, a trigger and Porter's stemmer,"
              + " an index on session and time; it writes from one thread, so it uses one"
              + " processor; found by words at once";
      case SQLITE_ONCE ->
          "the same with nothing durable before the end of the import; one processor";
      case LanceIngest.NAME ->
          "does not force files to disk, so it may lose what it acknowledged when the machine"
              + " stops; no index; fewer versions than the whole import would be, and each takes"
              + " longer than the one before, which is in its favour";
      case RawIngest.FSYNC ->
          "the finished bytes of the batches, each in a file of its own, file and folder forced";
      case RawIngest.PARQUET ->
          "one thread, the finished values of the columns as texts in memory; same schema, pages,"
              + " dictionaries and compression as a segment; forced once";
      case RawIngest.LUCENE ->
          "one thread, 256 MiB of memory before a flush; the terms, filters and stored heads of the"
              + " index, no row table; one part, committed";
      case RAW_SUM -> "one after the other, on one processor";
      default -> "";
    };
  }
}
