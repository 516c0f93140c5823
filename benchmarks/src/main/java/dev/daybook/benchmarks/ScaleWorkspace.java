package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.daybook.Daybook;
import dev.daybook.PlanChange;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.Vcs;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A workspace that holds a synthetic history, compacted; built once and kept as it is. */
public final class ScaleWorkspace {
  /** Its name. */
  public static final String NAME = "scale";

  /** Events of one session. */
  public static final int SESSION_EVENTS = 1_000;

  private static final int ACTORS = 16;
  private static final int NOTES_AT_ONCE = 100;

  /** The most events that are compacted at once: they are in memory meanwhile. */
  private static final long SLICE_EVENTS_MAX = 100_000;

  private static final int COMPACTIONS_MAX = 10;

  /** When the first event happened; each one is a second after the one before. */
  private static final Instant BEGIN = Instant.parse("2025-01-01T00:00:00Z");

  private static final Pattern FILE =
      Pattern.compile("\"(?:key\":\")?([^\"]*/(segment|index|vector)/[^\"]+)\"");

  /** On which commits the events of a history are recorded. */
  public enum Commits {
    /** On none that is known. */
    NONE,
    /** Each session on one of its own. */
    OF_SESSIONS
  }

  private final SyntheticHistory history;
  private final int segments;
  private final Commits commits;
  private final Path home;
  private final Path cache;

  private ScaleWorkspace(
      SyntheticHistory history, int segments, Commits commits, Path home, Path cache) {
    this.history = history;
    this.segments = segments;
    this.commits = commits;
    this.home = home;
    this.cache = cache;
  }

  /** What is told how building goes on. */
  public interface Watch {
    /** One that does not listen. */
    Watch NONE = (step, events, nanos) -> {};

    /**
     * A step is over.
     *
     * @param step {@code record}, {@code seal} or {@code merge}
     * @param events how many it dealt with
     * @param nanos how long it took
     */
    void done(String step, long events, long nanos);
  }

  /** The workspace of a history, built first if it is not in the folder. */
  public static ScaleWorkspace of(Path folder, SyntheticHistory history, int segments)
      throws IOException {
    return of(folder, history, segments, Commits.NONE, 1, Watch.NONE);
  }

  /**
   * The same, built in at least so many slices for each segment, each recorded and sealed by
   * itself; ten of a size are then merged.
   */
  public static ScaleWorkspace of(
      Path folder, SyntheticHistory history, int segments, Commits commits, int slices, Watch watch)
      throws IOException {
    ScaleWorkspace workspace =
        new ScaleWorkspace(
            history,
            segments,
            commits,
            folder.resolve(name(history, segments, commits)),
            folder.resolve("cache"));
    if (!Files.exists(workspace.idFile())) {
      workspace.build(slices, watch);
    }
    return workspace;
  }

  private static String name(SyntheticHistory history, int segments, Commits commits) {
    return "workspace-%d-%d-in-%d-history-%d%s"
        .formatted(
            LuceneTerms.VERSION,
            history.events(),
            segments,
            SyntheticHistory.VERSION,
            commits == Commits.NONE ? "" : "-commits");
  }

  /** Whether the workspace of a history is in a folder, complete. */
  public static boolean isIn(Path folder, SyntheticHistory history, int segments, Commits commits) {
    return Files.exists(folder.resolve(name(history, segments, commits)).resolve("ids"));
  }

  private Path idFile() {
    return home.resolve("ids");
  }

  private Path store() {
    return home.resolve("store");
  }

  /** Where local copies of indexes are. */
  public Path cache() {
    return cache;
  }

  private void build(int slicesMin, Watch watch) throws IOException {
    long start = System.nanoTime();
    if (Files.exists(home)) {
      Scratch.delete(home);
    }
    Path building = home.resolve("building");
    ByteBuffer ids = ByteBuffer.allocate(Math.toIntExact(history.events() * 16));
    try (ObjectStore objects = LocalObjectStore.at(building);
        Daybook daybook = engine(objects, cache, new ClusteredEmbedder(Map.of()));
        Workspace workspace = daybook.create(NAME)) {
      for (int part = 0; part < segments; part++) {
        long from = history.firstOf(part, segments);
        long end = history.firstOf(part + 1, segments);
        long slices = Math.max(slicesMin, (end - from + SLICE_EVENTS_MAX - 1) / SLICE_EVENTS_MAX);
        for (long slice = 0; slice < slices; slice++) {
          long first = from + (end - from) * slice / slices;
          long last = from + (end - from) * (slice + 1) / slices;
          long began = System.nanoTime();
          Map<Long, EventId> recorded = record(workspace, first, last);
          watch.done("record", last - first, System.nanoTime() - began);
          recorded.forEach((number, id) ->
              ids.putLong(Math.toIntExact(number * 16), id.high())
                  .putLong(Math.toIntExact(number * 16 + 8), id.low()));
          began = System.nanoTime();
          seal(workspace);
          watch.done("seal", last - first, System.nanoTime() - began);
          Console.progress(
              "workspace: %,d of %,d events recorded and sealed, %.0f s",
              last, history.events(), (System.nanoTime() - start) / 1e9);
        }
      }
      for (int i = 0; i < COMPACTIONS_MAX && indexes(objects) > segments; i++) {
        long began = System.nanoTime();
        workspace.compact();
        watch.done("merge", history.events(), System.nanoTime() - began);
      }
      // Before it is closed, since closing merges.
      link(building, store());
    }
    Scratch.delete(building);
    Files.write(idFile(), ids.array());
    Console.progress("workspace built in %.0f s", (System.nanoTime() - start) / 1e9);
  }

  /** Merging is not wanted now. */
  private static final class Merging extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Takes what was recorded into a segment of its own, with its vectors, and merges none. */
  public static void seal(Workspace workspace) {
    try {
      workspace.compact(progress -> {
        if (progress.step().startsWith("merging")) {
          throw new Merging();
        }
      });
    } catch (Merging e) {
      // As it was meant to end.
    }
  }

  /** An engine that compacts when it is told to. */
  public static Daybook engine(ObjectStore objects, Path cache, Embedder embedder) {
    return Daybook.on(objects)
        .embedder(embedder)
        .cache(cache, 1L << 40)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .keepReplaced(Duration.ZERO)
        .open();
  }

  /** Records events of these numbers; returns when all are durable. */
  public Map<Long, EventId> record(Workspace workspace, long from, long end) {
    Map<Long, EventId> ids = new TreeMap<>();
    Map<Long, PlanEvent> notes = new LinkedHashMap<>();
    for (long first = from; first < end; first = sessionEnd(first, end)) {
      long session = first / SESSION_EVENTS;
      try (Session writing = workspace.startSession(Actor.agent("agent-" + session % ACTORS))) {
        Session onTask = writing.on("TASK-" + session / 4).at(commit(session));
        List<Receipt> receipts = new ArrayList<>();
        for (long number = first; number < sessionEnd(first, end); number++) {
          switch (history.event(number)) {
            case TraceEvent event -> {
              Receipt receipt = onTask.record(event, Context.none().at(time(number)));
              receipts.add(receipt);
              ids.put(number, receipt.id());
            }
            case PlanEvent note -> notes.put(number, note);
            case Event other -> throw new IllegalStateException("Of neither stream: " + other);
          }
        }
        if (notes.size() >= NOTES_AT_ONCE || sessionEnd(first, end) == end) {
          note(writing, notes, ids);
        }
        receipts.forEach(Receipt::await);
      }
    }
    return ids;
  }

  private Vcs commit(long session) {
    return commits == Commits.NONE
        ? Vcs.NONE
        : new Vcs(
            "scale",
            "main",
            "",
            String.format(Locale.ROOT, "%016x", SyntheticHistory.mix(session)),
            Vcs.State.CLEAN);
  }

  private static void note(Session session, Map<Long, PlanEvent> notes, Map<Long, EventId> ids) {
    if (notes.isEmpty()) {
      return;
    }
    List<PlanEvent> events = List.copyOf(notes.values());
    PlanChange change = session.updatePlan(plan -> events);
    int at = 0;
    for (long number : notes.keySet()) {
      ids.put(number, change.events().get(at++));
    }
    notes.clear();
  }

  private static long sessionEnd(long number, long end) {
    return Math.min(end, (number / SESSION_EVENTS + 1) * SESSION_EVENTS);
  }

  /** When an event happened. */
  public static Instant time(long number) {
    return BEGIN.plusSeconds(number);
  }

  /** The identities of the events, by number. */
  public List<EventId> ids() throws IOException {
    ByteBuffer stored = ByteBuffer.wrap(Files.readAllBytes(idFile()));
    List<EventId> ids = new ArrayList<>();
    while (stored.hasRemaining()) {
      ids.add(new EventId(stored.getLong(), stored.getLong()));
    }
    return ids;
  }

  /**
   * A copy to write in: objects are linked, since a store never changes one in place. To be removed
   * by the caller; in the same file system.
   */
  public Path copy() throws IOException {
    Path copy = Files.createTempDirectory(home, "copy-");
    link(store(), copy);
    return copy;
  }

  /** A copy of a store in which objects are linked; in the same file system. */
  public static void link(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.createLink(to.resolve(from.relativize(file).toString()), file);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** A file that the newest manifest names, and its bytes. */
  public record Named(String kind, String key, long bytes) {}

  /** How many indexes the newest manifest of a store names. */
  public static int indexes(ObjectStore objects) throws IOException {
    return Math.toIntExact(
        named(objects).stream().filter(file -> file.kind().equals("index")).count());
  }

  /** What the newest manifest of a store names. */
  public static List<Named> named(ObjectStore objects) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    String after = "";
    for (boolean more = true; more; ) {
      ObjectStore.Page page = objects.list(NAME + "/", after, ObjectStore.PAGE_KEYS_MAX);
      for (ObjectStore.Listed object : page.objects()) {
        sizes.put(object.key().path(), object.size());
        after = object.key().path();
      }
      more = page.more() && !page.objects().isEmpty();
    }
    String newest =
        sizes.keySet().stream()
            .filter(key -> key.contains("/manifest/"))
            .reduce((first, second) -> second)
            .orElse("");
    List<Named> named = new ArrayList<>();
    if (!newest.isEmpty()) {
      String manifest = new String(objects.get(ObjectKey.of(newest)).orElseThrow().bytes(), UTF_8);
      String body = manifest.substring(manifest.indexOf('\n') + 1);
      Matcher file = FILE.matcher(new JsonMapper().readTree(body).path("segments").toString());
      while (file.find()) {
        named.add(new Named(file.group(2), file.group(1), sizes.getOrDefault(file.group(1), 0L)));
      }
    }
    return named;
  }
}
