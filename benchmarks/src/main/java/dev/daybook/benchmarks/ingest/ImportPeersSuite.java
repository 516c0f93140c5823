package dev.daybook.benchmarks.ingest;

import dev.daybook.benchmarks.ClassPath;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.Medians;
import dev.daybook.benchmarks.NeedsPeers;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.ScratchFolder;
import dev.daybook.benchmarks.SqliteFts;
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

  /** The bars are for imports of so many events. */
  private static final int BARRED_EVENTS = 100_000;

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
          "turns of each contender, after one that is not counted; ${DEFAULT-VALUE} by default")
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
    DAYBOOK_100,
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
    try (ScratchFolder scratch = ScratchFolder.of("daybook-import-")) {
      List<ImportedEvent> all =
          traces == null ? ImportedEvent.synthetic(events) : ImportedEvent.of(traces, events);
      Console.line(
          "events    %,d, %s; %d rounds; %s",
          all.size(),
          traces == null ? "made up" : "of " + traces.getFileName(),
          rounds,
          Files.getFileStore(scratch.path()).type());
      Map<Contender, Ingest> contenders = warmedUp(chosen, all, scratch.path());
      List<Map<String, Clock.Span>> measured = new ArrayList<>();
      for (int round = 1; round <= rounds; round++) {
        Console.progress("round %d of %d", round, rounds);
        measured.add(round(contenders, scratch.path(), round));
      }
      Figures figures = new Figures();
      report(figures, all.size(), measured);
      figures.print();
    }
    return 0;
  }

  /** Those asked for whose classes are there; says which are not. */
  private Set<Contender> chosen() {
    Set<Contender> chosen = only.isEmpty() ? EnumSet.allOf(Contender.class) : EnumSet.copyOf(only);
    if (!SqliteFts.isThere()
        && chosen.removeAll(EnumSet.of(Contender.SQLITE_100, Contender.SQLITE_ONCE))) {
      Console.progress(
          "SQLite is left out: its driver %s is not on the class path; build with -Ppeers, as"
              + " benchmarks/run import-peers does",
          SqliteFts.DRIVER);
    }
    if (!ClassPath.has(Appends.LANCE) && chosen.remove(Contender.LANCE)) {
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

  /** All, after one turn of each. */
  private Map<Contender, Ingest> warmedUp(
      Set<Contender> chosen, List<ImportedEvent> all, Path scratch) throws Exception {
    Console.progress("warming up");
    Map<Contender, Ingest> contenders = contenders(chosen, all, scratch);
    Map<Contender, Ingest> cold = new EnumMap<>(contenders);
    if (chosen.contains(Contender.RAW)) {
      // To know what the raw side has to write was Daybook's turn; another would be one more.
      cold.remove(Contender.DAYBOOK);
    }
    Map<String, Clock.Span> unused = round(cold, scratch, 0);
    return contenders;
  }

  private Map<Contender, Ingest> contenders(
      Set<Contender> chosen, List<ImportedEvent> all, Path scratch) throws Exception {
    Map<Contender, Ingest> contenders = new EnumMap<>(Contender.class);
    for (Contender contender : chosen) {
      contenders.put(
          contender,
          switch (contender) {
            case DAYBOOK -> new DaybookIngest(all);
            case DAYBOOK_100 -> DaybookIngest.byHundreds(all);
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
            DaybookIngest.DURABLE_100,
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
        figures.add(rate.noting(note(name, batch(rounds, name))));
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
    bar(figures, events, rounds, DaybookIngest.DURABLE_100, SQLITE_100, 0);
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
          Medians.of(rounds, spans -> spans.get(ours).perSecond() / spans.get(theirs).perSecond());
      Figure figure =
          Figure.of(
                  WORKLOAD,
                  events,
                  ours,
                  "rate",
                  median(rounds, ours, Clock.Span::perSecond),
                  "events/s")
              .beside(theirs, ratio)
              .noting(note(ours, batch(rounds, ours)) + "; the other: " + note(theirs, ""));
      figures.add(least > 0 ? figure.atLeast(least).judgedFrom(BARRED_EVENTS) : figure);
    }
  }

  /** How many events of a contender become durable together; empty if that was not counted. */
  private static String batch(List<Map<String, Clock.Span>> rounds, String name) {
    Clock.Span first = rounds.getFirst().get(name);
    return first.batches() == 0
        ? ""
        : Figure.plain(
            median(rounds, name, span -> Math.rint((double) span.events() / span.batches())));
  }

  private static double median(
      List<Map<String, Clock.Span>> rounds, String name, ToDoubleFunction<Clock.Span> value) {
    return Medians.of(rounds, spans -> value.applyAsDouble(spans.get(name)));
  }

  private static String note(String name, String batch) {
    return switch (name) {
      case DaybookIngest.DURABLE ->
          "a forced batch holds %s events, as many as were recorded meanwhile, up to 4 MiB, where"
                  .formatted(batch)
              + " SQLite's transaction holds 100; one handle, sessions open before; the caller's"
              + " thread serialises while another compresses and writes, so it uses two processors"
              + " where it is not waiting for the disk";
      case DaybookIngest.DURABLE_100 ->
          "the receipts of each 100 events are awaited before the next is recorded, so no more is"
              + " lost than of SQLite at 100 a transaction; a forced batch holds %s events"
                  .formatted(batch);
      case DaybookIngest.SEALED ->
          "the time until durable, one compaction, and a first recall; segment and index are built"
              + " at the same time, on two processors; ids, checksums and the columns that SQL"
              + " reads are in it, and no vectors";
      case SQLITE_100 ->
          "WAL, synchronous=FULL, JDBC, FTS5 with external content, a trigger and Porter's stemmer,"
              + " an index on session and time; it writes from one thread, so it uses one"
              + " processor; found by words at once";
      case SQLITE_ONCE ->
          "set up as with 100 a transaction, with nothing durable before the end of the import; one"
              + " processor";
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
