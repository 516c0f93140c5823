package dev.daybook.benchmarks;

import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Recording beside SQLite on the same disk. */
@Command(
    name = "sqlite",
    description =
        "Measures recording in turns with SQLite (WAL, synchronous=FULL, a transaction an event)"
            + " and a raw group commit, on the local disk.",
    mixinStandardHelpOptions = true)
@NeedsPeers
final class SqliteSuite implements Callable<Integer> {
  private static final int THREADS = 16;
  private static final int UNACKNOWLEDGED = 64;
  private static final double PER_SECOND_MIN = 50_000;
  private static final String SQLITE = "SQLite";
  private static final String RAW = "raw group commit";
  private static final String OF_SQLITE =
      """
      WAL, synchronous=FULL, a transaction an event, one connection; the text in columns, no index \
      but the row's number\
      """;
  private static final String OF_RAW = "creates an object of what waits, from bytes that are ready";

  @Option(names = "--rounds", description = "turns of a second of each contender in each case")
  private int rounds = 20;

  private final Figures figures = new Figures();
  private int number;

  /**
   * A case.
   *
   * @param unacknowledged how many events a thread has under way before it waits
   * @param sqliteMin what is asked of it, as a multiple of SQLite; 0 for nothing
   * @param rawMin the same of the raw group commit
   * @param perSecondMin the same in events a second
   */
  private record Case(
      String name,
      int threads,
      int unacknowledged,
      double sqliteMin,
      double rawMin,
      double perSecondMin) {}

  @Override
  public Integer call() throws Exception {
    Console.machine();
    try (Place place = Place.of(false);
        ObjectStore store = place.store();
        SqliteInserts sqlite = new SqliteInserts(place.folder("events.sqlite"), THREADS)) {
      Console.line("store     %s; SQLite %s", place.describe(), sqlite.version());
      List<String> lines = new ArrayList<>();
      for (Case one :
          List.of(
              new Case("16 threads, 64 under way", THREADS, UNACKNOWLEDGED, 8, 0, PER_SECOND_MIN),
              new Case("16 threads, waiting", THREADS, 1, 1, 0.8, 0),
              new Case("1 thread, waiting", 1, 1, 0, 0, 0))) {
        measure(place, store, sqlite, one, lines);
      }
      Console.line(
          "%-26s %-28s %9s %8s %8s %8s  %s",
          "case", "contender", "events/s", "p50 ms", "x SQLite", "x raw", "bars");
      lines.forEach(line -> Console.line("%s", line));
    }
    return 0;
  }

  private void measure(
      Place place, ObjectStore store, SqliteInserts sqlite, Case one, List<String> lines)
      throws Exception {
    try (RawGroupCommit raw =
        new RawGroupCommit(
            store, "raw-" + ++number + "/000001/", one.threads(), one.unacknowledged())) {
      List<Contender> contenders =
          List.of(
              sqlite,
              raw,
              FreshRecording.alone(
                  place, "alone-" + number + "-", one.threads(), one.unacknowledged()),
              FreshRecording.withCompaction(
                  place, "compacted-" + number + "-", one.threads(), one.unacknowledged()));
      List<String> names = List.of(SQLITE, RAW, "Daybook", "Daybook with compaction");
      List<List<Slices.Slice>> slices =
          Slices.measure(one.name(), rounds, one.threads(), contenders);
      for (int i = 0; i < contenders.size(); i++) {
        lines.add(line(one, names.get(i), slices.get(i), slices.get(0), slices.get(1), i >= 2));
      }
    }
  }

  private String line(
      Case one,
      String name,
      List<Slices.Slice> slices,
      List<Slices.Slice> sqlite,
      List<Slices.Slice> raw,
      boolean isJudged)
      throws IOException {
    double perSecond = Slices.median(slices, Slices.Slice::perSecond);
    double bySqlite = Slices.ratio(slices, sqlite, Slices.Slice::perSecond);
    double byRaw = Slices.ratio(slices, raw, Slices.Slice::perSecond);
    List<String> bars = new ArrayList<>();
    if (isJudged && one.sqliteMin() > 0) {
      bars.add(bar("%.0f x SQLite", one.sqliteMin(), bySqlite));
    }
    if (isJudged && one.rawMin() > 0) {
      bars.add(bar("%.1f x raw", one.rawMin(), byRaw));
    }
    if (isJudged && one.perSecondMin() > 0) {
      bars.add(bar("%,.0f/s", one.perSecondMin(), perSecond));
    }
    if (isJudged) {
      addJudged(one, name, slices, bySqlite, byRaw);
    } else {
      figures.add(rate(one, name, slices).noting(name.equals(SQLITE) ? OF_SQLITE : OF_RAW));
    }
    if (one.unacknowledged() == 1) {
      Latencies all = Slices.pooled(slices);
      figures.add(Figure.of(workload(one), all.count(), name, "p50", all.millis(50), "ms"));
    }
    // With several under way a step is no acknowledgement, so its duration says nothing.
    return String.format(
        Locale.ROOT,
        "%-26s %-28s %,9.0f %8s %8.2f %8.2f  %s",
        one.name(),
        name,
        perSecond,
        one.unacknowledged() > 1
            ? "-"
            : String.format(Locale.ROOT, "%.2f", Slices.pooled(slices).millis(50)),
        bySqlite,
        byRaw,
        bars.isEmpty() ? "none" : String.join(", ", bars));
  }

  private static String workload(Case one) {
    return "recording, " + one.name();
  }

  private static Figure rate(Case one, String name, List<Slices.Slice> slices) {
    return Figure.of(
        workload(one),
        Slices.pooled(slices).count(),
        name,
        "rate",
        Slices.median(slices, Slices.Slice::perSecond),
        "events/s");
  }

  private void addJudged(
      Case one, String name, List<Slices.Slice> slices, double bySqlite, double byRaw)
      throws IOException {
    Figure rate = rate(one, name, slices);
    Figure besideSqlite = rate.beside(SQLITE, bySqlite);
    Figure besideRaw = rate.beside(RAW, byRaw);
    figures.add(one.sqliteMin() > 0 ? besideSqlite.atLeast(one.sqliteMin()) : besideSqlite);
    figures.add(one.rawMin() > 0 ? besideRaw.atLeast(one.rawMin()) : besideRaw);
    if (one.perSecondMin() > 0) {
      figures.add(rate.atLeast(one.perSecondMin()));
    }
  }

  private static String bar(String format, double bar, double is) {
    return String.format(Locale.ROOT, format, bar) + " " + Console.verdict(is >= bar);
  }
}
