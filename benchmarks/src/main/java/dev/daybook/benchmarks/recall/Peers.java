package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.RawLucene;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.SqliteFts;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** All who are measured, built where they were not there, and open. */
final class Peers implements Closeable {
  /** Kinds of index of vectors that LanceDB is tried with. */
  static final List<String> LANCE_KINDS = List.of("IVF_HNSW_SQ", "IVF_PQ", "IVF_FLAT");

  /** What its index must find of what an exact scan finds. */
  static final double LANCE_RECALL_MIN = 0.98;

  private static final String PLAIN = "PLAIN";

  private static final Map<Contender, LucenePeer.Manner> MANNERS =
      Map.of(
          Contender.LUCENE, LucenePeer.Manner.NEIGHBOURS,
          Contender.LUCENE_AT_ONCE, LucenePeer.Manner.AT_ONCE,
          Contender.LUCENE_WORDS, LucenePeer.Manner.SINGLE_WORDS);

  /**
   * How LanceDB is tried.
   *
   * @param kinds of index of vectors
   * @param buildMax how long the building of one may take
   */
  record Lance(List<String> kinds, Duration buildMax) {
    Lance {
      kinds = List.copyOf(kinds);
    }

    /** What is said of a kind that took longer. */
    String late(String kind) {
      double minutes = buildMax.toMillis() / 60_000.0;
      return "%s was not built within %s %s"
          .formatted(kind, Figure.plain(minutes), minutes == 1 ? "minute" : "minutes");
    }

    /**
     * Which kinds its best is the best of, and which were not tried, whose index may be quicker.
     *
     * @param built those that could be tried
     */
    String tried(Set<String> built) {
      List<String> untried = new ArrayList<>();
      for (String kind : kinds) {
        if (!built.contains(kind)) {
          untried.add(late(kind));
        }
      }
      for (String kind : LANCE_KINDS) {
        if (!kinds.contains(kind)) {
          untried.add(kind + " was left out");
        }
      }
      String tried = "tried: " + (built.isEmpty() ? "none" : String.join(", ", built));
      return untried.isEmpty()
          ? tried
          : "%s; %s, so x faster is an upper bound".formatted(tried, String.join(", ", untried));
    }
  }

  /**
   * What it took to have a contender's files.
   *
   * @param seconds empty if they were there and nobody wrote down how long it had taken
   * @param bytes on disk
   * @param note what is among them
   */
  record Built(Optional<Double> seconds, long bytes, String note) {}

  private final Path folder;
  private final RecallData data;
  private final Map<Contender, Peer> all = new EnumMap<>(Contender.class);
  private final Map<Contender, Built> built = new EnumMap<>(Contender.class);

  /** To be closed, the last first. */
  private final Deque<Closeable> open = new ArrayDeque<>();

  private Peers(Path folder, RecallData data) {
    this.folder = folder;
    this.data = data;
  }

  /** Opens those wanted; who is not on the class path is left out, and a line says so. */
  static Peers open(Path folder, RecallData data, Set<Contender> wanted, Lance lance)
      throws Exception {
    Peers peers = new Peers(folder, data);
    try {
      peers.openDaybook();
      Map<Contender, LucenePeer.Manner> manners = new EnumMap<>(MANNERS);
      manners.keySet().removeIf(contender -> !wanted.contains(contender));
      if (!manners.isEmpty()) {
        peers.openLucene(manners);
      }
      if (wanted.contains(Contender.SQLITE_COLUMN) || wanted.contains(Contender.SQLITE_HEAP)) {
        peers.openSqlite(wanted);
      }
      if (wanted.contains(Contender.LANCE) || wanted.contains(Contender.LANCE_INDEX)) {
        peers.openLance(wanted, lance);
      }
      return peers;
    } catch (Exception e) {
      try {
        peers.close();
      } catch (IOException | RuntimeException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  /** Who is there. */
  Map<Contender, Peer> all() {
    return Collections.unmodifiableMap(all);
  }

  /** What their files took; of two who share them, only the first is named. */
  Map<Contender, Built> built() {
    return Collections.unmodifiableMap(built);
  }

  private void add(Contender contender, Peer peer) {
    open.push(peer);
    all.put(contender, peer);
  }

  private void openDaybook() throws Exception {
    Making<Source.Kept> making = () -> data.source().workspace(folder);
    Made<Source.Kept> made = made("workspace", making);
    DaybookPeer peer = new DaybookPeer(made.what(), data);
    add(Contender.DAYBOOK, peer);
    built.put(
        Contender.DAYBOOK,
        new Built(
            made.seconds(),
            Scratch.bytes(peer.files()),
            "recording, each batch forced to disk, is in the time; events in full as Parquet,"
                + " snippets, vectors of a byte a component"));
  }

  private void openLucene(Map<Contender, LucenePeer.Manner> manners) throws Exception {
    Source source = data.source();
    Made<RawLucene> made =
        made("lucene", () -> RawLucene.of(folder, source, RawLucene.Vectors.FLOAT32, 1));
    open.push(made.what()::close);
    requireCount("Lucene", made.what().count().orElse(-1), data.events());
    long bytes = 0;
    for (String name : names()) {
      String about = "-%d-in-1-%s".formatted(source.count(), source.name());
      if (name.endsWith(about) && (name.startsWith("words") || name.startsWith("float32"))) {
        bytes += Scratch.bytes(folder.resolve(name));
      }
    }
    manners.forEach((contender, manner) -> add(contender, new LucenePeer(made.what(), manner)));
    Contender first = manners.keySet().iterator().next();
    built.put(first, new Built(made.seconds(), bytes, "no text is kept; vectors of floats"));
  }

  private void openSqlite(Set<Contender> wanted) throws Exception {
    if (!SqliteFts.isThere()) {
      Console.line("left out  SQLite: no driver on the class path; it comes with -Ppeers");
      return;
    }
    Path file = folder.resolve("sqlite-%s.db".formatted(data.source().key()));
    Made<Path> made =
        made(
            "sqlite",
            () -> {
              if (!Files.exists(file)) {
                Path work = folder.resolve("sqlite-%s.unfinished".formatted(data.source().key()));
                Files.deleteIfExists(work);
                SqlitePeer.build(work, data);
                Files.move(work, file);
              }
              return file;
            });
    Built files =
        new Built(made.seconds(), Files.size(file), "one transaction; texts, FTS5, float vectors");
    if (wanted.contains(Contender.SQLITE_COLUMN)) {
      add(Contender.SQLITE_COLUMN, SqlitePeer.open(file, SqlitePeer.Vectors.IN_COLUMN, data));
      built.put(Contender.SQLITE_COLUMN, files);
    }
    if (wanted.contains(Contender.SQLITE_HEAP)) {
      add(Contender.SQLITE_HEAP, SqlitePeer.open(file, SqlitePeer.Vectors.IN_HEAP, data));
      if (!wanted.contains(Contender.SQLITE_COLUMN)) {
        built.put(Contender.SQLITE_HEAP, files);
      }
    }
  }

  private void openLance(Set<Contender> wanted, Lance how) throws Exception {
    if (!LanceChild.isThere()) {
      Console.line("left out  LanceDB: not on the class path; it comes with -Ppeers");
      return;
    }
    Path tables = folder.resolve("lance-%s".formatted(data.source().key()));
    Files.createDirectories(tables);
    LanceChild child = new LanceChild(tables, data);
    open.push(child);
    List<String> kinds = new ArrayList<>();
    if (wanted.contains(Contender.LANCE)) {
      kinds.add(PLAIN);
    }
    if (wanted.contains(Contender.LANCE_INDEX)) {
      kinds.addAll(how.kinds());
    }
    // All are built before one is opened: one that takes too long ends the process.
    Map<String, Made<Path>> tablesMade = new LinkedHashMap<>();
    for (String kind : kinds) {
      Path table = tables.resolve(kind + ".lance");
      if (!Files.exists(table)) {
        child.prepare();
      }
      Made<Boolean> made = made("lance-" + kind, () -> isBuilt(child, table, kind, how.buildMax()));
      if (made.what()) {
        tablesMade.put(kind, new Made<>(table, made.seconds()));
      } else {
        Console.progress("LanceDB: %s", how.late(kind));
      }
    }
    if (wanted.contains(Contender.LANCE)) {
      openLance(child, Optional.ofNullable(tablesMade.remove(PLAIN)));
    }
    if (wanted.contains(Contender.LANCE_INDEX)) {
      openLance(child, tablesMade, how);
    }
  }

  private static boolean isBuilt(LanceChild child, Path table, String kind, Duration buildMax)
      throws IOException, InterruptedException {
    if (Files.exists(table)) {
      return true;
    }
    Console.progress("LanceDB: building %s", kind);
    return child.build(kind, buildMax);
  }

  private void openLance(LanceChild child, Optional<Made<Path>> made) throws IOException {
    if (made.isEmpty()) {
      Console.line("left out  LanceDB without an index: its table was not written in time");
      return;
    }
    openTable(child, PLAIN);
    add(
        Contender.LANCE,
        child.peer(
            PLAIN,
            "LanceDB, no index",
            "both scans at the same time, joined in Java; a process of its own that measures"
                + " itself"));
    built.put(
        Contender.LANCE,
        new Built(made.get().seconds(), Scratch.bytes(made.get().what()), "texts, float vectors"));
  }

  private void openTable(LanceChild child, String table) throws IOException {
    List<String> opened = child.tell("open " + table);
    requireCount("LanceDB " + table, Long.parseLong(opened.get(1)), data.events());
  }

  private void openLance(LanceChild child, Map<String, Made<Path>> tables, Lance how)
      throws IOException {
    double least = Double.POSITIVE_INFINITY;
    String best = "";
    String effort = "";
    for (Map.Entry<String, Made<Path>> table : tables.entrySet()) {
      String kind = table.getKey();
      List<String> tuned = child.tell("tune " + kind);
      if (tuned.size() < 3) {
        Console.progress("LanceDB %s: no effort tried finds %.2f", kind, LANCE_RECALL_MIN);
      } else if (Double.parseDouble(tuned.getFirst()) < least) {
        least = Double.parseDouble(tuned.getFirst());
        best = kind;
        effort = tuned.get(2);
        built.put(
            Contender.LANCE_INDEX,
            new Built(
                table.getValue().seconds(),
                Scratch.bytes(table.getValue().what()),
                "texts, float vectors, index of words, %s".formatted(kind)));
      }
    }
    String tried = how.tried(tables.keySet());
    if (best.isEmpty()) {
      Console.line("left out  LanceDB with an index: none finds %.2f; %s", LANCE_RECALL_MIN, tried);
      return;
    }
    openTable(child, "%s %s".formatted(best, effort));
    add(
        Contender.LANCE_INDEX,
        child.peer(
            best,
            "LanceDB, best index",
            "%s asked with probes,refine,ef %s, the quickest that finds %.2f; %s;"
                    .formatted(best, effort, LANCE_RECALL_MIN, tried)
                + " both scans at the same time, joined in Java; a process of its own that"
                + " measures itself"));
  }

  /** Refuses to measure one that does not hold all events. */
  static void requireCount(String what, long held, long events) {
    if (held != events) {
      throw new IllegalStateException("%s holds %,d of %,d events".formatted(what, held, events));
    }
  }

  /** Makes something, or finds it made. */
  private interface Making<T> {
    T make() throws Exception;
  }

  private record Made<T>(T what, Optional<Double> seconds) {}

  /** Measures a making that left something in the folder, and remembers how long it took. */
  private <T> Made<T> made(String name, Making<T> making) throws Exception {
    Path note = folder.resolve("seconds-%s-%s".formatted(name, data.source().key()));
    Set<String> before = names();
    long start = System.nanoTime();
    T what = making.make();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!names().equals(before)) {
      Files.writeString(note, Double.toString(seconds));
    }
    return new Made<>(
        what,
        Files.exists(note)
            ? Optional.of(Double.parseDouble(Files.readString(note)))
            : Optional.empty());
  }

  /** What is in the folder, and in the folders of LanceDB in it. */
  private Set<String> names() throws IOException {
    Set<String> names = new HashSet<>();
    try (Stream<Path> files = Files.walk(folder, 2)) {
      files
          .map(file -> folder.relativize(file).toString())
          .filter(name -> !name.startsWith("cache") && !name.startsWith("seconds-"))
          .forEach(names::add);
    }
    return names;
  }

  @Override
  public void close() throws IOException {
    closeAll(open);
  }

  /** Closes all, whatever one of them throws; what was thrown first has the others with it. */
  static void closeAll(Deque<Closeable> open) throws IOException {
    Exception first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException | RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    if (first != null) {
      throw new IOException("Not all of the contenders could be closed", first);
    }
  }
}
