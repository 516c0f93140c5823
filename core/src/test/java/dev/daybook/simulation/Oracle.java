package dev.daybook.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.DaybookException;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a store holds for whoever could look at all of it in one moment, read without any of the
 * code that the protocol is made of: only the form of single objects is shared with it. Says what
 * is visible and checks I2, I3 (no number is missing), I7, I9 and I10, and that every kept manifest
 * can be told from the newest.
 */
final class Oracle {
  static final Keys KEYS = new Keys("w", 1);
  static final String ID = "01JD0000000000000000000000";

  /** Where processes leave messages for each other; no part of the workspace. */
  static final String OUTSIDE = "mail/";

  private static final Pattern NAME = Pattern.compile("\"(?:text|task|arguments)\":\"(\\w+)\"");
  private static final String PLAN = KEYS.root() + "plan/";
  private static final String MANIFESTS = KEYS.manifests();
  private static final List<String> FILES = KEYS.files();

  private final Contents contents;
  private final List<String> visible = new ArrayList<>();
  private final Set<Object> ids = new HashSet<>();
  private final TreeMap<Long, Optional<Manifest>> manifests = new TreeMap<>();
  private final Map<String, Long> watermarks = new HashMap<>();
  private Manifest newest = Manifest.NONE;
  private Optional<String> broken = Optional.empty();

  /**
   * What is visible.
   *
   * @param visible the names of all events that a strong read would show, in no order
   * @param broken what must never be so
   */
  record View(List<String> visible, Optional<String> broken) {}

  /** An object read once. */
  private record Parsed(Frame frame, List<Row> rows, Optional<Manifest> manifest) {}

  private Oracle(Contents contents) {
    this.contents = contents;
  }

  /** Looks at everything at once. */
  static View look(Contents contents) {
    Oracle oracle = new Oracle(contents);
    try {
      oracle.readManifests();
      oracle.readSegments();
      oracle.checkHistory();
      oracle.readPlan();
      oracle.readLogs();
    } catch (DaybookException | IOException | UncheckedIOException e) {
      oracle.breaks(e.toString());
    }
    return new View(List.copyOf(oracle.visible), oracle.broken);
  }

  /**
   * Objects that nobody needs: covered batches, files no kept manifest names, expired content,
   * outputs that no event names.
   */
  static List<String> unneeded(Contents contents, long manifestsAhead) {
    Keys keys = new Keys(KEYS.name(), 1, manifestsAhead);
    Oracle oracle = new Oracle(contents);
    List<String> unneeded = new ArrayList<>();
    try {
      oracle.readManifests();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // A file that was replaced stays while a pinned manifest may have named it.
    Set<String> named = new HashSet<>(oracle.newest.keysKept(keys));
    oracle.manifests.forEach((number, manifest) -> {
      if (!oracle.isKept(number) && manifest.isPresent()) {
        unneeded.add("content of manifest " + number);
      } else {
        manifest.ifPresent(kept -> kept.files().forEach(file -> named.add(file.key())));
      }
    });
    for (String prefix : FILES) {
      oracle.keys(prefix).stream().filter(key -> !named.contains(key)).forEach(unneeded::add);
    }
    oracle.readSegments();
    oracle.readLogs();
    for (String path : oracle.keys(KEYS.outputs())) {
      if (!oracle.ids.contains(KEYS.outputEvent(ObjectKey.of(path)))) {
        unneeded.add(path);
      }
    }
    for (String path : oracle.keys(KEYS.logs())) {
      Keys.BatchRef ref = KEYS.batchRef(ObjectKey.of(path));
      if (ref.number() <= oracle.watermarks.getOrDefault(ref.log(), 0L)) {
        unneeded.add(path);
      }
    }
    return unneeded;
  }

  /** How many batches no segment covers. */
  static long tail(Contents contents) {
    Oracle oracle = new Oracle(contents);
    try {
      oracle.readManifests();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return oracle.keys(KEYS.logs()).stream()
        .map(path -> KEYS.batchRef(ObjectKey.of(path)))
        .filter(ref -> ref.number() > oracle.watermarks.getOrDefault(ref.log(), 0L))
        .count();
  }

  /** The name of an event: the text of an observation, the id of a task, what a call was given. */
  static String name(Row row) {
    Matcher name = NAME.matcher(row.payload());
    if (!name.find()) {
      throw new IllegalStateException("No event of these programs: " + row);
    }
    return name.group(1);
  }

  private void readManifests() throws IOException {
    long expected = 1;
    for (String path : keys(MANIFESTS)) {
      ObjectKey key = ObjectKey.of(path);
      if (!key.equals(KEYS.manifest(expected))) {
        breaks("Manifest " + expected + " is missing before " + path);
      }
      Optional<Manifest> manifest = parsed(path, Frame.Kind.MANIFEST, false).manifest();
      manifests.put(expected, manifest);
      newest = manifest.orElse(newest);
      expected++;
    }
    if (!manifests.isEmpty() && manifests.lastEntry().getValue().isEmpty()) {
      breaks("The newest manifest has expired");
    }
    for (Manifest.WatermarkFile file : newest.watermarkFiles()) {
      readWatermarks(file.file().key());
    }
    newest.watermarks().forEach((log, mark) -> watermarks.merge(log, mark.batch(), Math::max));
    manifests.forEach((number, manifest) -> {
      if (isKept(number)) {
        checkFiles(number, manifest);
      }
    });
  }

  private boolean isKept(long number) {
    return number >= newest.oldestKept() || newest.pins().containsValue(number);
  }

  private void checkFiles(long number, Optional<Manifest> manifest) {
    if (manifest.isEmpty()) {
      breaks("Manifest " + number + " is kept and has expired");
      return;
    }
    for (Manifest.FileRef file : manifest.get().files()) {
      Optional<Blob> blob = contents.get(file.key());
      if (blob.isEmpty()) {
        breaks("Manifest " + number + " is kept and its file is gone: " + file.key());
      } else if (!blob.get().sha256().equals(file.sha256())) {
        breaks("Manifest " + number + " names other bytes than there are: " + file.key());
      }
    }
  }

  private void readWatermarks(String path) throws IOException {
    if (contents.get(path).isEmpty()) {
      breaks("Watermarks are gone: " + path);
      return;
    }
    Frame frame = parsed(path, Frame.Kind.WATERMARKS, true).frame();
    String body = new String(frame.body(), StandardCharsets.UTF_8);
    for (String text : body.split("\n", -1)) {
      if (!text.isEmpty()) {
        JsonNode line = Json.tree(text);
        watermarks.merge(line.get("log").asText(), line.get("batch").asLong(), Math::max);
      }
    }
  }

  private void readSegments() {
    List<Row> rows = new ArrayList<>();
    Set<String> planned = new HashSet<>();
    for (Manifest.Segment segment : newest.segments()) {
      String path = segment.file().key();
      if (contents.get(path).isEmpty()) {
        return;
      }
      for (Row row : segmentRows(path)) {
        rows.add(row);
        if (row.envelope().planVersion() == 0) {
          show(row);
        } else if (row.envelope().planVersion() > newest.planThrough()) {
          breaks(path + " holds plan version " + row.envelope().planVersion());
        } else if (!planned.add(name(row))) {
          breaks(path + " holds again " + name(row));
        }
      }
    }
    if (!Balance.of(rows.stream().map(Row::id).toList()).equals(newest.taken())) {
      breaks("Segments of manifest " + newest.number() + " do not hold what was taken in");
    }
  }

  /** A manifest that is kept shows what was taken in up to it, and so does the number in a row. */
  private void checkHistory() {
    if (!areThere(newest)) {
      return;
    }
    Set<Object> now = new HashSet<>();
    manifests.forEach((number, manifest) -> {
      if (isKept(number) && manifest.isPresent() && areThere(manifest.get())) {
        Set<Object> then = new HashSet<>();
        forEachRow(manifest.get(), row -> then.add(row.id()));
        now.clear();
        forEachRow(
            newest,
            row -> {
              if (row.manifest() <= number) {
                now.add(row.id());
              }
            });
        if (!now.equals(then)) {
          breaks("Rows say that manifest " + number + " took in other events than it did");
        }
      }
    });
  }

  private boolean areThere(Manifest manifest) {
    return manifest.segments().stream()
        .allMatch(segment -> contents.get(segment.file().key()).isPresent());
  }

  private void forEachRow(Manifest manifest, Consumer<Row> each) {
    manifest.segments().forEach(segment -> segmentRows(segment.file().key()).forEach(each));
  }

  private List<Row> segmentRows(String path) {
    return contents
        .get(path)
        .orElseThrow()
        .once(bytes ->
            new Parsed(
                Frame.tombstone(""), LightFiles.parse(ObjectKey.of(path), bytes), Optional.empty()))
        .rows();
  }

  private void readPlan() {
    long expected = 1;
    for (String path : keys(PLAN)) {
      if (!path.equals(KEYS.plan(expected).path())) {
        breaks("Plan version " + expected + " is missing before " + path);
      }
      for (Row row : parsed(path, Frame.Kind.PLAN, false).rows()) {
        if (row.envelope().planVersion() != expected) {
          breaks(path + " holds an event of version " + row.envelope().planVersion());
        }
        show(row);
      }
      expected++;
    }
    if (newest.planThrough() >= expected) {
      breaks("Segments cover plan version " + newest.planThrough() + ", which is not there");
    }
  }

  private void readLogs() {
    TreeMap<String, TreeMap<Long, String>> logs = new TreeMap<>();
    for (String path : keys(KEYS.logs())) {
      Keys.BatchRef ref = KEYS.batchRef(ObjectKey.of(path));
      logs.computeIfAbsent(ref.log(), log -> new TreeMap<>()).put(ref.number(), path);
    }
    logs.forEach((log, batches) -> {
      long next = watermarks.getOrDefault(log, 0L) + 1;
      while (batches.containsKey(next)) {
        parsed(batches.get(next), Frame.Kind.BATCH, true).rows().stream()
            .filter(row -> row.envelope().source().isEmpty() || !ids.contains(row.id()))
            .forEach(this::show);
        next++;
      }
    });
  }

  private void show(Row row) {
    if (!ids.add(row.id())) {
      breaks("Event " + name(row) + " is there twice");
    }
    String name = name(row);
    visible.add(name);
    if (Programs.isLarge(name) && contents.get(output(row)).isEmpty()) {
      breaks("The output of " + name + " is gone");
    }
  }

  private static String output(Row row) {
    return row.entry().event() instanceof ToolCall call ? call.stored().key() : "";
  }

  private List<String> keys(String prefix) {
    List<String> keys = new ArrayList<>();
    contents.forEach((key, blob) -> {
      if (!key.startsWith(KEYS.root()) && !key.startsWith(OUTSIDE)) {
        breaks("Outside of the workspace: " + key);
      }
      if (key.startsWith(prefix)) {
        keys.add(key);
      }
    });
    return keys;
  }

  private Parsed parsed(String path, Frame.Kind kind, boolean compressed) {
    return contents
        .get(path)
        .orElseThrow()
        .once(bytes -> {
          ObjectKey key = ObjectKey.of(path);
          byte[] plain = compressed ? Zstd.decompress(key, bytes) : bytes;
          Frame frame = Frame.decode(key, plain, kind, ID);
          boolean isManifest = kind == Frame.Kind.MANIFEST && !frame.isTombstone();
          boolean hasRows = kind == Frame.Kind.PLAN || kind == Frame.Kind.BATCH;
          try {
            return new Parsed(
                frame,
                hasRows ? EntryLines.rows(key, frame.body()) : List.of(),
                isManifest
                    ? Optional.of(Json.read(frame.body(), Manifest.class))
                    : Optional.empty());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void breaks(String what) {
    broken = broken.or(() -> Optional.of(what));
  }
}
