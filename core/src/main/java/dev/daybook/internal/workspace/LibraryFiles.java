package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.Progress;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.EventId;
import dev.daybook.internal.cache.LocalCopies;
import dev.daybook.internal.cache.LocalCopies.Work;
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
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.internal.segment.SegmentWriter;
import dev.daybook.internal.workspace.Library.OpenSegment;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.ObjectKey;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Segments as Parquet, their indexes by Lucene, vectors under the engine's model. */
final class LibraryFiles implements SegmentFiles {
  private static final int BUFFER = 1 << 16;

  /** The index of more rows is built on disk, and closing does not wait for it. */
  private static final int ROWS_IN_MEMORY_MAX = 20_000;

  /** Fewer are not worth a second thread. */
  private static final int ROWS_OF_ONE_THREAD = 500;

  private final Engine engine;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Library library;

  /** Keys of files that need not be read again to know that they are whole. */
  private final Set<String> justWritten = ConcurrentHashMap.newKeySet();

  private volatile boolean trusting;

  /** Whether segments get vectors in the background; those without are not merged meanwhile. */
  private volatile boolean embedding;

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
    /** The same and all vectors, the smallest segments first; closing the workspace ends it. */
    BACKGROUND(Long.MAX_VALUE),
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
    if (sorted.size() < ROWS_OF_ONE_THREAD || engine.store().atOnce() == 1) {
      return segment(sorted, writeRows(read, sorted), writeIndex(read, sorted), Map.of());
    }
    // They need nothing of each other, and rows take about a third as long.
    FutureTask<FileRef> rowFile = new FutureTask<>(() -> writeRows(read, sorted));
    Thread beside = Thread.ofPlatform().daemon().name("daybook-segment").start(rowFile);
    FileRef index;
    try {
      index = writeIndex(read, sorted);
    } catch (RuntimeException | Error e) {
      beside.interrupt();
      awaitEnd(beside);
      if (rowFile.state() == Future.State.FAILED) {
        e.addSuppressed(rowFile.exceptionNow());
      }
      throw e;
    }
    try {
      return segment(sorted, rowFile.get(), index, Map.of());
    } catch (ExecutionException e) {
      throw unchecked(e.getCause());
    } catch (InterruptedException e) {
      beside.interrupt();
      awaitEnd(beside);
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException(
          "Interrupted while writing a segment of '"
              + keys.name()
              + "'; nothing was changed, compact again later",
          e);
    }
  }

  /** Nothing is to be written any more when the caller hears of a failure. */
  private static void awaitEnd(Thread thread) {
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException unchecked(Throwable e) {
    return switch (e) {
      case RuntimeException runtime -> runtime;
      case Error error -> throw error;
      default -> new IllegalStateException("Writing a segment broke off", e);
    };
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

  /**
   * Vectors that a manifest names and that are gone are to be made again first, or the merged
   * segment would lose those of the others. Segments that never had any can be merged with one
   * another, unless just now they get some.
   */
  @Override
  public boolean mayMerge(Manifest manifest, Segment segment) {
    if (!engine.embedder().isPresent()) {
      return true;
    }
    return !segment.vectors().containsKey(engine.embedder().modelKey())
        ? !embedding
        : library.open(manifest).stream()
            .anyMatch(open -> open.ref().equals(segment) && open.hasStoredVectors());
  }

  @Override
  public Optional<String> model() {
    return Optional.of(engine.embedder()).filter(Embedder::isPresent).map(Embedder::modelKey);
  }

  @Override
  public Segment merge(Manifest manifest, List<Segment> chosen, LongConsumer rowsDone) {
    library.fetchRows(chosen);
    try (Work work = library.copies().newWork()) {
      Path rows = work.file("segment");
      Path index = work.file("index");
      Balance balance;
      long planRows;
      List<int[]> newRows;
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(rows), BUFFER);
          SegmentWriter writer = SegmentWriter.open(workspaceId, out);
          SegmentMerge merge = new SegmentMerge(writer, rowsDone)) {
        for (Segment segment : chosen) {
          SegmentReader reader = library.reader(segment);
          merge.add(reader.rows(), reader.rowCount());
        }
        SegmentIndexWriter.build(merge, index);
        writer.finish();
        balance = merge.balance();
        planRows = merge.planRows();
        newRows = merge.newRows();
      }
      FileRef file = put(keys.segment(manifest.number(), ids.nextName()), rows);
      FileRef indexFile = put(keys.index(manifest.number(), ids.nextName()), index);
      Map<String, FileRef> vectors = mergeVectors(manifest, chosen, newRows);
      return new Segment(file, balance.events(), planRows, balance.sum(), indexFile, vectors);
    } catch (IOException e) {
      throw unmade("merge " + chosen.size() + " segments", e);
    }
  }

  static StorageAccessException unmade(String what, IOException e) {
    LocalCopies.requireNoInterrupt(e, "trying to " + what);
    return new StorageAccessException(
        "Cannot "
            + what
            + " in the cache folder: "
            + e
            + "; make room, or choose another folder with Daybook.on(store).cache(folder, bytes)",
        e);
  }

  /** Vectors of any model can be carried over, also of one that this process does not have. */
  private Map<String, FileRef> mergeVectors(
      Manifest manifest, List<Segment> chosen, List<int[]> newRows) {
    Set<String> models = new TreeSet<>(chosen.getFirst().vectors().keySet());
    chosen.forEach(segment -> models.retainAll(segment.vectors().keySet()));
    Map<String, FileRef> files = new TreeMap<>();
    for (String model : models) {
      byte[] merged;
      try {
        merged = mergeVectors(model, chosen, newRows);
      } catch (IOException
          | CorruptDataException
          | UncheckedIOException
          | IllegalArgumentException
          | ArithmeticException e) {
        LocalCopies.requireNoInterrupt(e, "merging vectors");
        // Missing, damaged or unlike; if another process was faster, the commit is lost anyway.
        log().warn("Vectors of {} are not merged but made again later: {}", model, e.toString());
        continue;
      }
      files.put(model, put(keys.vector(manifest.number(), ids.nextName(), model), merged));
    }
    return files;
  }

  private byte[] mergeVectors(String model, List<Segment> chosen, List<int[]> newRows)
      throws IOException {
    List<VectorFile.Moved> moved = new ArrayList<>();
    try {
      for (int i = 0; i < chosen.size(); i++) {
        VectorFile file = library.vectors(chosen.get(i).vectors().get(model));
        moved.add(new VectorFile.Moved(file, newRows.get(i)));
      }
      return VectorFile.merge(moved);
    } finally {
      moved.forEach(source -> source.file().close());
    }
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

  /** Says that segments get vectors in the background. */
  void embeddingBegins() {
    embedding = true;
  }

  /** Says that they do not, so that those without can be merged. */
  void embeddingEnds() {
    embedding = false;
  }

  /** Whether there is something that {@link #repair} would make in the background. */
  boolean lacksSome(Manifest manifest) {
    return library.open(manifest).stream()
        .anyMatch(segment ->
            lacksIndex(segment, Effort.BACKGROUND) || lacksVectors(segment, Effort.BACKGROUND));
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
    List<OpenSegment> open = new ArrayList<>(library.open(manifest));
    open.sort(Comparator.comparingLong(segment -> segment.ref().rows()));
    for (OpenSegment segment : open) {
      todo += lacksVectors(segment, effort) ? segment.ref().rows() : 0;
    }
    for (OpenSegment segment : open) {
      if (lacksIndex(segment, effort)) {
        rebuildIndex(manifest, segment, compactor);
        built = true;
      }
      boolean fits = segment.ref().rows() <= effort.embeddedRowsMax - done;
      if (lacksVectors(segment, effort) && fits) {
        embed(manifest, segment, compactor, done, todo, progress);
        done += segment.ref().rows();
        built = true;
      }
    }
    return built;
  }

  private boolean lacksIndex(OpenSegment segment, Effort effort) {
    if (effort == Effort.CLOSING && segment.ref().rows() > ROWS_IN_MEMORY_MAX) {
      return false;
    }
    return !segment.hasStoredIndex() || (effort == Effort.WHOLE && !isWhole(segment.ref().index()));
  }

  private boolean lacksVectors(OpenSegment segment, Effort effort) {
    return engine.embedder().isPresent()
        && (!segment.hasStoredVectors()
            || (effort == Effort.WHOLE
                && !isWhole(segment.ref().vectors().get(engine.embedder().modelKey()))));
  }

  private boolean isWhole(FileRef file) {
    return justWritten.contains(file.key())
        || library
            .copies()
            .isStored(engine.store(), ObjectKey.of(file.key()), file.sha256(), file.bytes());
  }

  /**
   * What this handle writes from here on is not read again to know that it is whole: the store has
   * just answered that it is there.
   */
  void trustingBegins() {
    justWritten.clear();
    trusting = true;
  }

  /** From here on every file is read. */
  void trustingEnds() {
    trusting = false;
    justWritten.clear();
  }

  private void wrote(ObjectKey key) {
    if (trusting) {
      justWritten.add(key.path());
    }
  }

  private void embed(
      Manifest manifest,
      OpenSegment segment,
      Compactor compactor,
      long before,
      long total,
      Consumer<Progress> progress) {
    Embedder embedder = engine.embedder();
    byte[] vectors =
        SegmentEmbedding.of(
            segment.reader(),
            embedder,
            library.copies(),
            done -> {
              progress.accept(new Progress("embedding", before + done, total));
              if (Thread.currentThread().isInterrupted()) {
                throw new StorageUnavailableException(
                    "Interrupted while embedding; segments that were embedded as a whole stay so,"
                        + " compact again to go on");
              }
            });
    // Others may have committed much meanwhile, and a name is good for some manifests only.
    Manifest on = compactor.newest(manifest);
    FileRef file = put(keys.vector(on.number(), ids.nextName(), embedder.modelKey()), vectors);
    compactor.replace(on, segment.ref(), now -> now.withVectors(embedder.modelKey(), file));
  }

  private FileRef writeRows(Manifest read, List<Row> rows) {
    return put(keys.segment(read.number(), ids.nextName()), SegmentWriter.write(workspaceId, rows));
  }

  private FileRef writeIndex(Manifest read, List<Row> rows) {
    ObjectKey key = keys.index(read.number(), ids.nextName());
    try {
      if (rows.size() < ROWS_IN_MEMORY_MAX) {
        return put(key, SegmentIndexWriter.build(rows));
      }
      try (Work work = library.copies().newWork()) {
        Path index = work.file("index");
        SegmentIndexWriter.build(rows, index);
        return put(key, index);
      }
    } catch (IOException e) {
      throw unmade("index " + rows.size() + " events", e);
    }
  }

  private void rebuildIndex(Manifest read, OpenSegment segment, Compactor compactor) {
    try (Work work = library.copies().newWork()) {
      Path index = work.file("index");
      Library.buildIndex(segment.reader(), index);
      Manifest on = compactor.newest(read);
      FileRef file = put(keys.index(on.number(), ids.nextName()), index);
      compactor.replace(on, segment.ref(), now -> now.withIndex(file));
    } catch (IOException e) {
      throw unmade("index " + segment.ref().rows() + " events", e);
    }
  }

  private FileRef put(ObjectKey key, byte[] bytes) {
    engine.store().create(key, bytes);
    wrote(key);
    String sha256 = Fingerprint.sha256Hex(bytes);
    Path unused = library.copies().put(bytes, sha256);
    return new FileRef(key.path(), bytes.length, sha256);
  }

  /** Puts a file that was made in a working folder. */
  private FileRef put(ObjectKey key, Path made) throws IOException {
    byte[] bytes = Files.readAllBytes(made);
    engine.store().create(key, bytes);
    wrote(key);
    String sha256 = Fingerprint.sha256Hex(bytes);
    Path unused = library.copies().put(made, sha256);
    return new FileRef(key.path(), bytes.length, sha256);
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(LibraryFiles.class);
  }
}
