package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.Progress;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.SegmentIndexWriter;
import dev.daybook.internal.index.VectorFile;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Segment;
import dev.daybook.internal.segment.SegmentWriter;
import dev.daybook.internal.workspace.Library.OpenSegment;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Segments as Parquet, their indexes by Lucene, vectors under the engine's model. */
final class LibraryFiles implements SegmentFiles {
  private final Engine engine;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Library library;

  LibraryFiles(Engine engine, Keys keys, String workspaceId, EventIds ids, Library library) {
    this.engine = engine;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.library = library;
  }

  /** How much is made up for. */
  enum Effort {
    /**
     * What this process has found to be missing, and the vectors of so few rows that closing does
     * not take minutes.
     */
    CLOSING(500),
    /** Everything; every stored index and vector file is read. */
    WHOLE(Long.MAX_VALUE);

    private final long embeddedRowsMax;

    Effort(long embeddedRowsMax) {
      this.embeddedRowsMax = embeddedRowsMax;
    }
  }

  @Override
  public Segment write(Manifest read, List<Row> rows) {
    List<Row> sorted = rows.stream().sorted(SegmentWriter.ORDER).toList();
    return segment(sorted, writeRows(read, sorted), writeIndex(read, sorted), Map.of());
  }

  @Override
  public Segment rewrite(Manifest read, Segment segment, List<Row> rows) {
    List<Row> sorted = rows.stream().sorted(SegmentWriter.ORDER).toList();
    return segment(sorted, writeRows(read, sorted), segment.index(), segment.vectors());
  }

  private static Segment segment(
      List<Row> rows, FileRef file, FileRef index, Map<String, FileRef> vectors) {
    long planRows = rows.stream().filter(row -> row.envelope().planVersion() > 0).count();
    Balance balance = Balance.of(rows.stream().map(Row::id).toList());
    return new Segment(file, balance.events(), planRows, balance.sum(), index, vectors);
  }

  @Override
  public boolean hold(Manifest manifest, EventId id) {
    return Library.inSegments(library.open(manifest), id);
  }

  /** Vectors that are missing are to be made first, or the merged segment would have none. */
  @Override
  public boolean mayMerge(Manifest manifest, Segment segment) {
    return !engine.embedder().isPresent()
        || library.open(manifest).stream()
            .anyMatch(open -> open.ref().equals(segment) && open.hasStoredVectors());
  }

  @Override
  public Segment merge(Manifest manifest, List<Segment> chosen) {
    List<Row> rows = new ArrayList<>();
    Map<Segment, List<Row>> rowsOf = new LinkedHashMap<>();
    for (OpenSegment segment : library.open(manifest)) {
      if (chosen.contains(segment.ref())) {
        List<Row> some = library.rows(segment);
        rowsOf.put(segment.ref(), some);
        rows.addAll(some);
      }
    }
    rows.sort(SegmentWriter.ORDER);
    Map<String, FileRef> files = new TreeMap<>();
    for (String model : chosen.getFirst().vectors().keySet()) {
      try {
        files.put(model, mergeVectors(manifest, model, rowsOf, rows));
      } catch (CorruptDataException e) {
        // Missing or damaged; if another process was faster, the commit is lost anyway.
        log().warn("Vectors of {} are not merged but made again later: {}", model, e.getMessage());
      }
    }
    return segment(rows, writeRows(manifest, rows), writeIndex(manifest, rows), files);
  }

  /** Vectors of any model can be carried over, also of one that this process does not have. */
  private FileRef mergeVectors(
      Manifest manifest, String model, Map<Segment, List<Row>> rowsOf, List<Row> rows) {
    Map<EventId, List<float[]>> vectors = new HashMap<>();
    int dimension = 0;
    try {
      for (Map.Entry<Segment, List<Row>> segment : rowsOf.entrySet()) {
        FileRef ref = segment.getKey().vectors().get(model);
        try (VectorFile file = VectorFile.open(library.localCopy(ref))) {
          dimension = file.dimension();
          for (int row = 0; row < segment.getValue().size(); row++) {
            vectors.put(segment.getValue().get(row).id(), file.vectorsOf(row));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read local copies of vectors; check the cache folder", e);
    }
    List<VectorFile.Chunk> chunks = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      for (float[] vector : vectors.getOrDefault(rows.get(row).id(), List.of())) {
        chunks.add(new VectorFile.Chunk(row, vector));
      }
    }
    return put(
        keys.vector(manifest.number(), ids.nextName(), model), VectorFile.write(dimension, chunks));
  }

  @Override
  public void check(Manifest manifest) {
    for (Segment segment : manifest.segments()) {
      ObjectKey key = ObjectKey.of(segment.file().key());
      if (engine.store().getRange(key, 0, 1).isEmpty()) {
        throw new FileGoneException(key, engine.store().describe());
      }
    }
  }

  /**
   * Gives vectors to the segments that have none under the engine's model, and an index to those
   * whose index is gone or damaged.
   *
   * @param compactor commits what was made
   * @return whether there was something to build
   */
  boolean repair(
      Manifest manifest, Compactor compactor, Effort effort, Consumer<Progress> progress) {
    long todo = 0;
    long done = 0;
    boolean built = false;
    List<OpenSegment> open = library.open(manifest);
    Embedder embedder = engine.embedder();
    for (OpenSegment segment : open) {
      todo += lacksVectors(segment, effort) ? segment.ref().rows() : 0;
    }
    for (OpenSegment segment : open) {
      if (lacksIndex(segment, effort)) {
        FileRef index = writeIndex(manifest, library.rows(segment));
        compactor.replace(manifest, segment.ref(), now -> now.withIndex(index));
        built = true;
      }
      boolean fits = segment.ref().rows() <= effort.embeddedRowsMax - done;
      if (lacksVectors(segment, effort) && fits) {
        FileRef vectors = embed(manifest, segment, done, todo, progress);
        compactor.replace(
            manifest, segment.ref(), now -> now.withVectors(embedder.modelKey(), vectors));
        done += segment.ref().rows();
        built = true;
      }
    }
    return built;
  }

  private boolean lacksIndex(OpenSegment segment, Effort effort) {
    return !segment.hasStoredIndex() || (effort == Effort.WHOLE && !isWhole(segment.ref().index()));
  }

  private boolean lacksVectors(OpenSegment segment, Effort effort) {
    return engine.embedder().isPresent()
        && (!segment.hasStoredVectors()
            || (effort == Effort.WHOLE
                && !isWhole(segment.ref().vectors().get(engine.embedder().modelKey()))));
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

  private FileRef writeRows(Manifest read, List<Row> rows) {
    return put(keys.segment(read.number(), ids.nextName()), SegmentWriter.write(workspaceId, rows));
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

  private FileRef put(ObjectKey key, byte[] bytes) {
    engine.store().create(key, bytes);
    String sha256 = Fingerprint.sha256Hex(bytes);
    engine.cache().put(bytes, sha256);
    return new FileRef(key.path(), bytes.length, sha256);
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(LibraryFiles.class);
  }
}
