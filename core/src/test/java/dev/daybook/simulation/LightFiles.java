package dev.daybook.simulation;

import dev.daybook.CorruptDataException;
import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Segment;
import dev.daybook.internal.workspace.SegmentFiles;
import dev.daybook.storage.ObjectKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * Segments as lines of text, so that a round of compaction costs next to nothing. A segment is its
 * own index; after a rewrite the index is the segment it was before, as an index stays.
 */
final class LightFiles implements SegmentFiles {
  private static final int PARSED_MAX = 2_000;

  /** What was parsed before, by content; only to save time. */
  private static final Map<String, List<Row>> PARSED = new ConcurrentHashMap<>();

  private final Store store;
  private final Keys keys;
  private final EventIds ids;

  LightFiles(Store store, Keys keys, EventIds ids) {
    this.store = store;
    this.keys = keys;
    this.ids = ids;
  }

  @Override
  public Segment write(Manifest read, List<Row> rows) {
    FileRef file = put(read, rows);
    return segment(rows, file, file);
  }

  @Override
  public Segment rewrite(Manifest read, Segment segment, List<Row> rows) {
    return segment(rows, put(read, rows), segment.index());
  }

  private static Segment segment(List<Row> rows, FileRef file, FileRef index) {
    long planRows = rows.stream().filter(row -> row.envelope().planVersion() > 0).count();
    Balance balance = Balance.of(rows.stream().map(Row::id).toList());
    return new Segment(file, balance.events(), planRows, balance.sum(), index, Map.of());
  }

  private FileRef put(Manifest read, List<Row> rows) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Row row : rows.stream().sorted(Comparator.comparing(Row::id)).toList()) {
      out.writeBytes((row.manifest() + " ").getBytes(StandardCharsets.UTF_8));
      out.writeBytes(EntryLines.line(row));
    }
    byte[] bytes = out.toByteArray();
    ObjectKey key = keys.segment(read.number(), ids.nextName());
    store.create(key, bytes);
    return new FileRef(key.path(), bytes.length, Fingerprint.sha256Hex(bytes));
  }

  @Override
  public boolean hold(Manifest manifest, EventId id) {
    return rows(manifest).stream().anyMatch(held -> held.id().equals(id));
  }

  @Override
  public Optional<String> model() {
    return Optional.empty();
  }

  @Override
  public boolean mayMerge(Manifest manifest, Segment segment) {
    return true;
  }

  @Override
  public Segment merge(Manifest manifest, List<Segment> segments, LongConsumer rowsDone) {
    List<Row> rows = new ArrayList<>();
    segments.forEach(segment -> rows.addAll(rows(segment)));
    return write(manifest, rows);
  }

  @Override
  public void check(Manifest manifest) {
    manifest.segments().forEach(this::rows);
  }

  /** The events in the segments of a manifest. */
  List<Row> rows(Manifest manifest) {
    List<Row> rows = new ArrayList<>();
    manifest.segments().forEach(segment -> rows.addAll(rows(segment)));
    return rows;
  }

  private List<Row> rows(Segment segment) {
    ObjectKey key = ObjectKey.of(segment.file().key());
    byte[] bytes =
        store.get(key).orElseThrow(() -> new FileGoneException(key, store.describe())).bytes();
    if (!Fingerprint.sha256Hex(bytes).equals(segment.file().sha256())) {
      throw new CorruptDataException(key + " is damaged");
    }
    if (PARSED.size() > PARSED_MAX) {
      PARSED.clear();
    }
    return PARSED.computeIfAbsent(segment.file().sha256(), content -> parse(key, bytes));
  }

  /** The events of a segment: in each line, which manifest took it in, and the event. */
  static List<Row> parse(ObjectKey key, byte[] bytes) {
    List<Row> rows = new ArrayList<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0) {
        byte[] entry = line.substring(space + 1).getBytes(StandardCharsets.UTF_8);
        long number = Long.parseLong(line.substring(0, space));
        rows.add(EntryLines.rows(key, entry).getFirst().takenInBy(number));
      }
    }
    return List.copyOf(rows);
  }
}
