package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.RawLucene;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.internal.index.LuceneTerms.Neighbours;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
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

  /** For a suite that is stopped: processes end and copies go all the same. */
  private final Thread stopped = new Thread(this::closeQuietly);

  private Peers(Path folder, RecallData data) {
    this.folder = folder;
    this.data = data;
    Runtime.getRuntime().addShutdownHook(stopped);
  }

  private void closeQuietly() {
    try {
      closeAll();
    } catch (IOException | RuntimeException e) {
      Console.progress("not all was tidied up: %s", e);
    }
  }

  /**
   * Opens those wanted; who is not on the class path is left out, and a line says so.
   *
   * @param last is closed behind all, also when they cannot be opened or the suite is stopped
   */
  static Peers open(
      Path folder, RecallData data, Set<Contender> wanted, List<String> lanceKinds, Closeable last)
      throws Exception {
    Peers peers = new Peers(folder, data);
    peers.opened(last);
    try {
      peers.openDaybook();
      if (wanted.contains(Contender.LUCENE) || wanted.contains(Contender.LUCENE_WORDS)) {
        peers.openLucene(wanted);
      }
      if (wanted.contains(Contender.SQLITE_COLUMN) || wanted.contains(Contender.SQLITE_HEAP)) {
        peers.openSqlite(wanted);
      }
      if (wanted.contains(Contender.LANCE) || wanted.contains(Contender.LANCE_INDEX)) {
        peers.openLance(wanted, lanceKinds);
      }
      return peers;
    } catch (Exception e) {
      peers.close();
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

  private synchronized void opened(Closeable what) {
    open.push(what);
  }

  private void add(Contender contender, Peer peer) {
    opened(peer);
    all.put(contender, peer);
  }

  private void openDaybook() throws Exception {
    Making<ScaleWorkspace> making = () -> ScaleWorkspace.of(folder, data.history(), 1);
    Made<ScaleWorkspace> made = made("workspace", making);
    DaybookPeer peer = new DaybookPeer(made.what(), data);
    add(Contender.DAYBOOK, peer);
    built.put(
        Contender.DAYBOOK,
        new Built(
            made.seconds(),
            bytesIn(peer.files()),
            "recording, each batch forced to disk, is in the time; events in full as Parquet,"
                + " snippets, vectors of a byte a component"));
  }

  private void openLucene(Set<Contender> wanted) throws Exception {
    SyntheticHistory history = data.history();
    Made<RawLucene> made =
        made("lucene", () -> RawLucene.of(folder, history, RawLucene.Vectors.FLOAT32, 1));
    opened(made.what()::close);
    long bytes = 0;
    for (String name : names()) {
      String about = "-%d-in-1-".formatted(history.events());
      if (name.contains(about) && (name.startsWith("words") || name.startsWith("float32"))) {
        bytes += bytesIn(folder.resolve(name));
      }
    }
    Contender first = wanted.contains(Contender.LUCENE) ? Contender.LUCENE : Contender.LUCENE_WORDS;
    if (wanted.contains(Contender.LUCENE)) {
      add(Contender.LUCENE, new LucenePeer(made.what(), Neighbours.COUNTED));
    }
    if (wanted.contains(Contender.LUCENE_WORDS)) {
      add(Contender.LUCENE_WORDS, new LucenePeer(made.what(), Neighbours.IGNORED));
    }
    built.put(first, new Built(made.seconds(), bytes, "no text is kept; vectors of floats"));
  }

  private void openSqlite(Set<Contender> wanted) throws Exception {
    if (!SqlitePeer.isThere()) {
      Console.line("left out  SQLite: no driver on the class path; it comes with -Ppeers");
      return;
    }
    Path file = folder.resolve("sqlite-%d.db".formatted(data.events()));
    Made<Path> made =
        made(
            "sqlite",
            () -> {
              if (!Files.exists(file)) {
                Path work = folder.resolve("sqlite-%d.unfinished".formatted(data.events()));
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

  private void openLance(Set<Contender> wanted, List<String> kinds) throws Exception {
    if (!LanceChild.isThere()) {
      Console.line("left out  LanceDB: not on the class path; it comes with -Ppeers");
      return;
    }
    Path questions = Files.createTempFile("daybook-benchmark-", ".questions");
    opened(() -> Files.deleteIfExists(questions));
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(questions)))) {
      data.writeQuestions(out);
    }
    Path tables = folder.resolve("lance-%d".formatted(data.events()));
    Files.createDirectories(tables);
    LanceChild child = new LanceChild(tables, data.events(), questions);
    opened(child);
    if (wanted.contains(Contender.LANCE)) {
      openLance(child, tables);
    }
    if (wanted.contains(Contender.LANCE_INDEX)) {
      openLance(child, tables, kinds);
    }
  }

  private Made<Path> lance(LanceChild child, Path tables, String kind) throws Exception {
    Path table = tables.resolve(kind + ".lance");
    return made(
        "lance-" + kind,
        () -> {
          if (!Files.exists(table)) {
            Console.progress("LanceDB: building %s", kind);
            List<String> unused = child.tell("build " + kind);
          }
          return table;
        });
  }

  private void openLance(LanceChild child, Path tables) throws Exception {
    Made<Path> made = lance(child, tables, PLAIN);
    List<String> unused = child.tell("open " + PLAIN);
    add(
        Contender.LANCE,
        child.peer(
            PLAIN,
            "LanceDB, no index",
            "both scans at the same time, joined in Java; a process of its own that measures"
                + " itself"));
    built.put(
        Contender.LANCE, new Built(made.seconds(), bytesIn(made.what()), "texts, float vectors"));
  }

  private void openLance(LanceChild child, Path tables, List<String> kinds) throws Exception {
    double least = Double.POSITIVE_INFINITY;
    String best = "";
    String effort = "";
    for (String kind : kinds) {
      Made<Path> made = lance(child, tables, kind);
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
                made.seconds(),
                bytesIn(made.what()),
                "texts, float vectors, index of words, %s".formatted(kind)));
      }
    }
    if (best.isEmpty()) {
      Console.line(
          "left out  LanceDB with an index: none of %s finds %.2f", kinds, LANCE_RECALL_MIN);
      return;
    }
    List<String> unused = child.tell("open %s %s".formatted(best, effort));
    add(
        Contender.LANCE_INDEX,
        child.peer(
            best,
            "LanceDB, best index",
            "%s asked with probes,refine,ef %s, the quickest of those tried that finds %.2f;"
                    .formatted(best, effort, LANCE_RECALL_MIN)
                + " both scans at the same time, joined in Java; a process of its own that"
                + " measures itself"));
  }

  /** Makes something, or finds it made. */
  private interface Making<T> {
    T make() throws Exception;
  }

  private record Made<T>(T what, Optional<Double> seconds) {}

  /** Measures a making that left something in the folder, and remembers how long it took. */
  private <T> Made<T> made(String name, Making<T> making) throws Exception {
    Path note = folder.resolve("seconds-%s-%d".formatted(name, data.events()));
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

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      boolean unused = Runtime.getRuntime().removeShutdownHook(stopped);
    } catch (IllegalStateException e) {
      // The suite is being stopped, and the hook does the same.
      return;
    }
    closeAll();
  }

  private synchronized void closeAll() throws IOException {
    IOException first = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
