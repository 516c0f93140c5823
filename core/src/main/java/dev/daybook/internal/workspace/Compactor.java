package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.Progress;
import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.SegmentIndexWriter;
import dev.daybook.internal.index.VectorFile;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Watermark;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.segment.SegmentWriter;
import dev.daybook.internal.workspace.Library.OpenSegment;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the tail into segments, merges small segments, embeds what has no vectors. Every step makes
 * files nobody names yet and then commits one manifest; whoever loses that race stops, and its
 * files are orphans. A crash anywhere loses nothing, since log objects go only after a commit that
 * was answered.
 */
final class Compactor {
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  /** How many segments of one order of magnitude are merged into one of the next. */
  private static final int MERGE_SEGMENTS = 10;

  private static final long SEGMENT_ROWS_MAX = 1_000_000;
  private static final int COMMIT_ROUNDS_MAX = 10;

  private final Engine engine;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Manifests manifests;
  private final Library library;

  Compactor(
      Engine engine,
      Keys keys,
      String workspaceId,
      EventIds ids,
      Manifests manifests,
      Library library) {
    this.engine = engine;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.manifests = manifests;
    this.library = library;
  }

  /**
   * Takes the tail of a snapshot into one segment; {@code false} if there was none or another
   * process was faster.
   */
  boolean takeIn(Snapshot snapshot, Consumer<Progress> progress) {
    Manifest manifest = snapshot.manifest();
    if (snapshot.batches().isEmpty() && snapshot.plan().recent().isEmpty()) {
      return false;
    }
    List<OpenSegment> open = library.open(manifest);
    Set<Object> seen = new HashSet<>();
    List<Row> rows =
        snapshot
            .tail()
            .filter(row -> seen.add(row.id()))
            .filter(row -> row.envelope().source().isEmpty() || !Library.inSegments(open, row))
            .map(row -> row.takenInBy(manifest.number() + 1))
            .sorted(SegmentWriter.ORDER)
            .toList();
    progress.accept(new Progress("writing segment", 0, rows.size()));
    List<Manifest.Segment> added =
        rows.isEmpty() ? List.of() : List.of(write(manifest, rows, Map.of()));
    Map<String, Watermark> moved = new TreeMap<>();
    for (Snapshot.Batch batch : snapshot.batches()) {
      moved.put(batch.ref().log(), new Watermark(batch.ref().number(), batch.operation()));
    }
    long planThrough = snapshot.plan().plan().version();
    List<FileRef> checkpoint =
        planThrough == manifest.planThrough()
            ? manifest.checkpoint()
            : List.of(writeCheckpoint(snapshot));
    Manifest next = manifest.next(engine.clock().instant(), added, moved, planThrough, checkpoint);
    if (!commit(next)) {
      return false;
    }
    progress.accept(new Progress("writing segment", rows.size(), rows.size()));
    for (Snapshot.Batch batch : snapshot.batches()) {
      engine.store().delete(keys.batch(batch.ref().log(), batch.ref().number()));
    }
    return true;
  }

  /**
   * Merges ten segments of one order of magnitude into one; {@code false} if there are not that
   * many.
   */
  boolean merge(Manifest manifest, Consumer<Progress> progress) {
    Map<Integer, List<Manifest.Segment>> tiers = new TreeMap<>();
    for (Manifest.Segment segment : manifest.segments()) {
      tiers
          .computeIfAbsent((int) Math.log10((double) segment.rows()), tier -> new ArrayList<>())
          .add(segment);
    }
    for (List<Manifest.Segment> tier : tiers.values()) {
      long rows = tier.stream().mapToLong(Manifest.Segment::rows).sum();
      if (tier.size() >= MERGE_SEGMENTS && rows <= SEGMENT_ROWS_MAX) {
        progress.accept(new Progress("merging segments", 0, rows));
        boolean merged = merge(manifest, tier);
        progress.accept(new Progress("merging segments", rows, rows));
        return merged;
      }
    }
    return false;
  }

  private boolean merge(Manifest manifest, List<Manifest.Segment> chosen) {
    List<Row> rows = new ArrayList<>();
    Map<Object, List<float[]>> vectors = new java.util.HashMap<>();
    boolean allEmbedded = engine.embedder().isPresent();
    try {
      for (OpenSegment segment : library.open(manifest)) {
        if (!chosen.contains(segment.ref())) {
          continue;
        }
        List<Row> some = library.rows(segment);
        rows.addAll(some);
        allEmbedded &= !segment.vectors().isEmpty();
        for (VectorFile file : segment.vectors()) {
          for (int row = 0; row < some.size(); row++) {
            vectors.put(some.get(row).id(), file.vectorsOf(row));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read local copies of vectors; check the cache folder", e);
    }
    rows.sort(SegmentWriter.ORDER);
    Map<String, FileRef> files = Map.of();
    if (allEmbedded) {
      List<VectorFile.Chunk> chunks = new ArrayList<>();
      for (int row = 0; row < rows.size(); row++) {
        for (float[] vector : vectors.getOrDefault(rows.get(row).id(), List.of())) {
          chunks.add(new VectorFile.Chunk(row, vector));
        }
      }
      files = Map.of(engine.embedder().modelKey(), writeVectors(manifest, chunks));
    }
    List<Manifest.Segment> segments = new ArrayList<>(manifest.segments());
    segments.set(segments.indexOf(chosen.getFirst()), write(manifest, rows, files));
    segments.removeAll(chosen);
    return commit(manifest.next(engine.clock().instant(), segments));
  }

  /**
   * Gives vectors to the segments that have none under the engine's model, and an index to those
   * whose index is gone or damaged.
   *
   * @param rowsMax embed no segment with which more rows than this would be embedded
   * @return whether there was something to build
   */
  boolean repair(Manifest manifest, long rowsMax, Consumer<Progress> progress) {
    long todo = 0;
    long done = 0;
    boolean built = false;
    List<OpenSegment> open = library.open(manifest);
    Embedder embedder = engine.embedder();
    for (OpenSegment segment : open) {
      todo += embedder.isPresent() && !segment.hasStoredVectors() ? segment.ref().rows() : 0;
    }
    for (OpenSegment segment : open) {
      if (!isWhole(segment.ref().index())) {
        List<Row> rows = library.rows(segment);
        FileRef index = writeIndex(manifest, rows);
        replace(segment.ref(), now -> now.withIndex(index));
        built = true;
      }
      boolean fits = segment.ref().rows() <= rowsMax - done;
      if (embedder.isPresent() && !segment.hasStoredVectors() && fits) {
        FileRef vectors = embed(manifest, segment, done, todo, progress);
        replace(segment.ref(), now -> now.withVectors(embedder.modelKey(), vectors));
        done += segment.ref().rows();
        built = true;
      }
    }
    return built;
  }

  private boolean isWhole(FileRef file) {
    return engine
        .store()
        .get(ObjectKey.of(file.key()))
        .filter(stored -> Fingerprint.sha256Hex(stored.bytes()).equals(file.sha256()))
        .isPresent();
  }

  private FileRef embed(
      Manifest manifest,
      OpenSegment segment,
      long before,
      long total,
      Consumer<Progress> progress) {
    List<Row> rows = library.rows(segment);
    List<VectorFile.Chunk> chunks =
        SegmentEmbedding.of(
            rows,
            engine.embedder(),
            done -> {
              progress.accept(new Progress("embedding", before + done, total));
              if (Thread.currentThread().isInterrupted()) {
                throw new StorageUnavailableException(
                    "Interrupted while embedding; what was embedded before stays, compact again to"
                        + " go on");
              }
            });
    progress.accept(new Progress("embedding", before + rows.size(), total));
    return writeVectors(manifest, chunks);
  }

  /**
   * Commits a change of one segment on top of whatever is newest, as long as that still names the
   * segment.
   */
  private void replace(
      Manifest.Segment segment, java.util.function.UnaryOperator<Manifest.Segment> change) {
    Manifest newest = Manifest.NONE;
    for (int round = 0; round < COMMIT_ROUNDS_MAX; round++) {
      newest = manifests.newest(newest);
      List<Manifest.Segment> segments = new ArrayList<>(newest.segments());
      boolean named = false;
      for (int i = 0; i < segments.size(); i++) {
        if (segments.get(i).file().equals(segment.file())) {
          segments.set(i, change.apply(segments.get(i)));
          named = true;
        }
      }
      if (!named || commit(newest.next(engine.clock().instant(), segments))) {
        return;
      }
    }
    LOG.info(
        "{} was not improved: other processes committed {} times meanwhile",
        segment.file().key(),
        COMMIT_ROUNDS_MAX);
  }

  private Manifest.Segment write(Manifest read, List<Row> rows, Map<String, FileRef> vectors) {
    byte[] segment = SegmentWriter.write(workspaceId, rows);
    FileRef file = put(keys.segment(read.number(), ids.nextName()), segment);
    long planRows = rows.stream().filter(row -> row.envelope().planVersion() > 0).count();
    return new Manifest.Segment(file, rows.size(), planRows, writeIndex(read, rows), vectors);
  }

  private FileRef writeIndex(Manifest read, List<Row> rows) {
    try {
      return put(keys.index(read.number(), ids.nextName()), SegmentIndexWriter.build(rows));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot index " + rows.size() + " events", e);
    }
  }

  private FileRef writeVectors(Manifest read, List<VectorFile.Chunk> chunks) {
    Embedder embedder = engine.embedder();
    return put(
        keys.vector(read.number(), ids.nextName(), embedder.modelKey()),
        VectorFile.write(embedder.dimension(), chunks));
  }

  private FileRef writeCheckpoint(Snapshot snapshot) {
    byte[] body = Json.writeBytes(snapshot.plan().plan());
    byte[] bytes =
        Zstd.compress(new Frame(Frame.Kind.CHECKPOINT, ids.nextName(), body).encode(workspaceId));
    return put(keys.checkpoint(snapshot.plan().plan().version(), ids.nextName()), bytes);
  }

  private FileRef put(ObjectKey key, byte[] bytes) {
    engine.store().create(key, bytes);
    String sha256 = Fingerprint.sha256Hex(bytes);
    engine.cache().put(bytes, sha256);
    return new FileRef(key.path(), bytes.length, sha256);
  }

  private boolean commit(Manifest next) {
    try {
      return manifests.commit(next, ids.nextName());
    } catch (IOException e) {
      LOG.warn(
          "Manifest {} may or may not be committed, so nothing is deleted: {}",
          next.number(),
          e.getMessage());
      return false;
    }
  }

  /** The plan of a manifest's checkpoint; from the segments if the checkpoint cannot be had. */
  static dev.daybook.PlanRecord startingPlan(
      Engine engine, String workspaceId, Manifest manifest, Library library) {
    for (FileRef file : manifest.checkpoint()) {
      ObjectKey key = ObjectKey.of(file.key());
      try {
        var stored = engine.store().get(key);
        if (stored.isPresent()) {
          Frame frame =
              Frame.decode(
                  key,
                  Zstd.decompress(key, stored.get().bytes()),
                  Frame.Kind.CHECKPOINT,
                  workspaceId);
          return Json.read(frame.body(), dev.daybook.PlanRecord.class);
        }
        LOG.warn("{} is missing; the plan is folded from segments", key);
      } catch (IOException | CorruptDataException e) {
        LOG.warn("{} cannot be used, the plan is folded from segments: {}", key, e.getMessage());
      }
    }
    return PlanHistory.fold(library.open(manifest), manifest.planThrough());
  }
}
