package dev.daybook.internal.workspace;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

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
    /** Everything; every stored index is read. */
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

  /** Vectors of a segment that this process cannot carry over would have to be computed again. */
  @Override
  public boolean mayMerge(Manifest manifest, Segment segment) {
    if (!engine.embedder().isPresent()) {
      return segment.vectors().isEmpty();
    }
    return segment.vectors().size() == 1
        && library.open(manifest).stream()
            .anyMatch(open -> open.ref().equals(segment) && open.hasStoredVectors());
  }

  @Override
  public Segment merge(Manifest manifest, List<Segment> chosen) {
    List<Row> rows = new ArrayList<>();
    Map<Object, List<float[]>> vectors = new HashMap<>();
    try {
      for (OpenSegment segment : library.open(manifest)) {
        if (!chosen.contains(segment.ref())) {
          continue;
        }
        List<Row> some = library.rows(segment);
        rows.addAll(some);
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
    Map<String, FileRef> files = new TreeMap<>();
    if (engine.embedder().isPresent()) {
      List<VectorFile.Chunk> chunks = new ArrayList<>();
      for (int row = 0; row < rows.size(); row++) {
        for (float[] vector : vectors.getOrDefault(rows.get(row).id(), List.of())) {
          chunks.add(new VectorFile.Chunk(row, vector));
        }
      }
      files.put(engine.embedder().modelKey(), writeVectors(manifest, chunks));
    }
    return segment(rows, writeRows(manifest, rows), writeIndex(manifest, rows), files);
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
      todo += embedder.isPresent() && !segment.hasStoredVectors() ? segment.ref().rows() : 0;
    }
    for (OpenSegment segment : open) {
      if (lacksIndex(segment, effort)) {
        FileRef index = writeIndex(manifest, library.rows(segment));
        compactor.replace(manifest, segment.ref(), now -> now.withIndex(index));
        built = true;
      }
      boolean fits = segment.ref().rows() <= effort.embeddedRowsMax - done;
      if (embedder.isPresent() && !segment.hasStoredVectors() && fits) {
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
}
