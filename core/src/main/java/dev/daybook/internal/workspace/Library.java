package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.UnsupportedFormatException;
import dev.daybook.event.EventId;
import dev.daybook.internal.NewerFormatException;
import dev.daybook.internal.cache.LocalCopies;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.EmbeddingText;
import dev.daybook.internal.index.PackedIndex;
import dev.daybook.internal.index.SegmentIndexWriter;
import dev.daybook.internal.index.TailIndex;
import dev.daybook.internal.index.VectorFile;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.segment.RowCursor;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files a snapshot needs, open: segments, their indexes and vectors from local copies, and the
 * tail in memory. An index or vector file that is missing or damaged is made up for: the index is
 * rebuilt from its segment, and vectors are shown as missing until compaction embeds them again.
 * Safe for use by any number of threads.
 */
final class Library implements AutoCloseable {
  private static final int FETCHES_AT_ONCE = 16;

  /** A file is in memory while it is fetched; a larger one is fetched alone, maybe in pieces. */
  private static final long FETCHED_BYTES_MAX = Math.min(128L << 20, LocalCopies.wholeBytesMax());

  private final Engine engine;
  private final String workspaceId;
  private final LocalCopies copies;
  private final Map<String, OpenSegment> segments = new HashMap<>();
  private final Set<EventId> tailIds = new HashSet<>();
  private long tailManifest = -1;

  /** None before the first view: who only opens a plan needs no embedder for its vectors. */
  private TailIndex tail;

  private List<Row> tailRows = new ArrayList<>();

  /** Rows of the tail that have vectors, or a text that the embedder refuses. */
  private final Set<EventId> embedTried = new HashSet<>();

  private boolean refusalSaid;
  private boolean embedding;

  /**
   * The last view, good as long as the plan, the segments, the tail and its vectors have not moved.
   */
  private View current;

  private boolean vectorsSeen;

  /** Reads the workspace anew. */
  private Supplier<View> newest =
      () -> {
        throw new IllegalStateException("Nobody said how to read the workspace anew");
      };

  private boolean closed;

  Library(Engine engine, String workspaceId) {
    this.engine = engine;
    this.workspaceId = workspaceId;
    this.copies = engine.cache().of(workspaceId);
  }

  /** Says how a view is had when files of an older one were replaced and are gone. */
  void readAnewBy(Supplier<View> reading) {
    newest = reading;
  }

  /** A view of now. */
  View readAnew() {
    return newest.get();
  }

  /** The local copies of this workspace's objects. */
  LocalCopies copies() {
    return copies;
  }

  /**
   * A segment with what was built from it.
   *
   * @param ref what the manifest says of it
   * @param rows its rows, not fetched before somebody reads one
   * @param index its index
   * @param indexOrigin where the index is from
   * @param vectors its vectors under the engine's model; none or one
   * @param vectorOrigin where the vectors are from
   */
  record OpenSegment(
      Manifest.Segment ref,
      SegmentRows rows,
      PackedIndex index,
      Origin indexOrigin,
      List<VectorFile> vectors,
      Origin vectorOrigin) {
    /** Its rows; fetched if there is no local copy. */
    SegmentReader reader() {
      return rows.reader();
    }

    /** Whether the store has the vectors; if not, compaction makes them again. */
    boolean hasStoredVectors() {
      return !vectors.isEmpty() && vectorOrigin == Origin.STORE;
    }

    /** Whether the store had the index when it was opened; if not, compaction makes it again. */
    boolean hasStoredIndex() {
      return indexOrigin == Origin.STORE;
    }
  }

  /** Where an index or vectors are from. */
  enum Origin {
    /** The object the manifest names. */
    STORE,
    /** Built again by this process, because that object is missing or damaged. */
    REBUILT
  }

  /** An index and where it is from. */
  private record OpenIndex(PackedIndex index, Origin origin) {}

  /** Whether a view was had, and so indexes are open. */
  synchronized boolean hasView() {
    return current != null;
  }

  /** What a snapshot's segments and tail hold, ready to be searched. */
  synchronized View view(Snapshot snapshot) {
    requireUse();
    List<OpenSegment> open = open(snapshot.manifest());
    boolean moved = addTail(snapshot, open);
    PlanState plan = snapshot.plan().plan();
    if (moved || !vectorsSeen || current == null || current.plan().version() != plan.version()) {
      try {
        vectorsSeen = true;
        current = new View(this, engine.embedder(), plan, open, tail, List.copyOf(tailRows));
      } catch (IOException e) {
        LocalCopies.requireNoInterrupt(e, "opening indexes");
        throw new UncheckedIOException(
            "Cannot search local copies of the index; check the cache folder", e);
      }
    }
    return current;
  }

  /** Opens every segment of a manifest and lets go of those it no longer names. */
  synchronized List<OpenSegment> open(Manifest manifest) {
    fetch(manifest);
    List<OpenSegment> open = new ArrayList<>();
    Set<String> named = new HashSet<>();
    for (Manifest.Segment ref : manifest.segments()) {
      named.add(ref.file().key());
      OpenSegment known = segments.get(ref.file().key());
      if (known == null || !known.ref().equals(ref)) {
        OpenSegment fresh = open(ref, known);
        segments.put(ref.file().key(), fresh);
        known = fresh;
      }
      open.add(known);
    }
    segments
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !named.contains(entry.getKey());
          if (gone) {
            close(entry.getValue());
          }
          return gone;
        });
    return open;
  }

  /**
   * Gets local copies of the indexes and vectors that are not open yet, several at once. What
   * cannot be had is dealt with when it is opened.
   */
  private void fetch(Manifest manifest) {
    List<FileRef> wanted = new ArrayList<>();
    for (Manifest.Segment ref : manifest.segments()) {
      OpenSegment known = segments.get(ref.file().key());
      if (known == null) {
        wanted.add(ref.index());
        Optional.ofNullable(ref.vectors().get(engine.embedder().modelKey())).ifPresent(wanted::add);
      }
    }
    fetch(
        wanted,
        file -> {
          try {
            return local(file).isPresent();
          } catch (CorruptDataException e) {
            return false;
          }
        });
  }

  /**
   * Gets local copies of segments that are about to be read, several at once.
   *
   * @throws FileGoneException if the store does not have one
   */
  void fetchRows(Collection<Manifest.Segment> refs) {
    Map<String, Manifest.Segment> wanted = new LinkedHashMap<>();
    synchronized (this) {
      for (Manifest.Segment ref : refs) {
        OpenSegment known = segments.get(ref.file().key());
        if (known == null || !known.rows().isOpen()) {
          wanted.put(ref.file().key(), ref);
        }
      }
    }
    fetch(
        wanted.values().stream().map(Manifest.Segment::file).toList(),
        file -> local(file).isPresent());
  }

  private void fetch(List<FileRef> files, Predicate<FileRef> fetcher) {
    List<Callable<Boolean>> some = new ArrayList<>();
    long bytes = 0;
    for (FileRef file : files) {
      if (some.size() == FETCHES_AT_ONCE || bytes + file.bytes() > FETCHED_BYTES_MAX) {
        List<Boolean> unused = engine.store().allOf(some);
        some.clear();
        bytes = 0;
      }
      some.add(() -> fetcher.test(file));
      bytes += file.bytes();
    }
    if (files.size() > 1) {
      List<Boolean> unused = engine.store().allOf(some);
    }
  }

  private OpenSegment open(Manifest.Segment ref, OpenSegment before) {
    SegmentRows rows =
        before == null ? new SegmentRows(() -> openSegment(ref.file())) : before.rows();
    OpenIndex index =
        before != null && before.ref().index().equals(ref.index())
            ? new OpenIndex(before.index(), before.indexOrigin())
            : openIndex(ref, rows);
    List<VectorFile> vectors = openVectors(ref);
    if (before != null) {
      before.vectors().forEach(VectorFile::close);
      if (before.index() != index.index()) {
        before.index().close();
      }
    }
    return new OpenSegment(ref, rows, index.index(), index.origin(), vectors, Origin.STORE);
  }

  /** The rows of a segment of a manifest; its index is not opened for it. */
  SegmentReader reader(Manifest.Segment ref) {
    SegmentRows rows;
    synchronized (this) {
      OpenSegment known = segments.get(ref.file().key());
      rows = known == null ? new SegmentRows(() -> openSegment(ref.file())) : known.rows();
    }
    return rows.reader();
  }

  private SegmentReader openSegment(FileRef file) {
    try {
      return opened(file, path -> SegmentReader.open(path, workspaceId));
    } catch (NewerFormatException e) {
      throw new UnsupportedFormatException(file.key() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      LocalCopies.requireNoInterrupt(e, "opening " + file.key());
      throw new CorruptDataException(
          file.key() + " cannot be read: " + e.getMessage() + "; restore the object from a backup",
          e);
    }
  }

  private OpenIndex openIndex(Manifest.Segment ref, SegmentRows rows) {
    try {
      return new OpenIndex(opened(ref.index(), PackedIndex::open), Origin.STORE);
    } catch (FileGoneException e) {
      log().warn("{} is missing; one is rebuilt from {}", ref.index().key(), ref.file().key());
    } catch (IOException | CorruptDataException e) {
      LocalCopies.requireNoInterrupt(e, "opening " + ref.index().key());
      log().warn("{} is rebuilt from {}: {}", ref.index().key(), ref.file().key(), e.getMessage());
    }
    // The same for every process, so that one rebuilds it and the others find it.
    String name =
        Fingerprint.sha256Hex(
            (ref.file().sha256() + " index, " + SegmentIndexWriter.RULES)
                .getBytes(StandardCharsets.UTF_8));
    try {
      Optional<PackedIndex> made = copies.openMade(name, PackedIndex::open);
      if (made.isPresent()) {
        return new OpenIndex(made.get(), Origin.REBUILT);
      }
    } catch (IOException e) {
      LocalCopies.requireNoInterrupt(e, "opening a rebuilt index");
      log().warn("It is rebuilt once more: {}", e.getMessage());
    }
    try (LocalCopies.Work work = copies.newWork()) {
      Path rebuilt = work.file("index");
      buildIndex(rows.reader(), rebuilt);
      Path local = copies.putMade(rebuilt, name);
      return new OpenIndex(PackedIndex.open(local), Origin.REBUILT);
    } catch (IOException e) {
      LocalCopies.requireNoInterrupt(e, "rebuilding " + ref.index().key());
      throw new CorruptDataException(
          "The index of "
              + ref.file().key()
              + " can neither be read nor rebuilt: "
              + e.getMessage()
              + "; restore the segment from a backup",
          e);
    }
  }

  /** Builds the index of a segment, of which one row group is in memory at a time. */
  static void buildIndex(SegmentReader reader, Path file) throws IOException {
    try (RowCursor cursor = reader.rows()) {
      Iterator<Row> rows =
          new Iterator<>() {
            private boolean hasNext = cursor.next();

            @Override
            public boolean hasNext() {
              return hasNext;
            }

            @Override
            public Row next() {
              if (!hasNext) {
                throw new NoSuchElementException();
              }
              Row row = cursor.row();
              try {
                hasNext = cursor.next();
              } catch (IOException e) {
                throw unreadable(e);
              }
              return row;
            }
          };
      SegmentIndexWriter.build(() -> rows, file);
    }
  }

  private List<VectorFile> openVectors(Manifest.Segment ref) {
    FileRef file = ref.vectors().get(engine.embedder().modelKey());
    if (file == null) {
      return List.of();
    }
    try {
      return List.of(comparable(vectors(file)));
    } catch (FileGoneException e) {
      log().warn("{} is missing; {} is embedded again", file.key(), ref.file().key());
    } catch (IOException | CorruptDataException e) {
      LocalCopies.requireNoInterrupt(e, "opening " + file.key());
      log()
          .warn(
              "{} cannot be used, {} is embedded again: {}",
              file.key(),
              ref.file().key(),
              e.getMessage());
    }
    engine.threads().execute(() -> embedAgain(ref));
    return List.of();
  }

  /** The same vectors, unless two embedders that differ say they are one. */
  private VectorFile comparable(VectorFile vectors) {
    int dimension = engine.embedder().dimension();
    if (vectors.chunks() > 0 && vectors.dimension() != dimension) {
      vectors.close();
      throw new CorruptDataException(
          "its vectors have %d components, those of embedder %s %d; a changed model needs another key"
              .formatted(vectors.dimension(), engine.embedder().modelKey(), dimension));
    }
    return vectors;
  }

  /** Why there is no embedder; empty if there is one. */
  String whyNoEmbedder() {
    return engine.whyNoEmbedder();
  }

  /**
   * A vector file of a manifest; the caller closes it.
   *
   * @throws FileGoneException if the store does not have it
   * @throws CorruptDataException if it is damaged
   */
  VectorFile vectors(FileRef file) throws IOException {
    return opened(file, VectorFile::open);
  }

  /**
   * Makes up for vectors that are gone, in the background; coverage counts them as missing
   * meanwhile.
   */
  private void embedAgain(Manifest.Segment ref) {
    try {
      byte[] bytes =
          SegmentEmbedding.of(reader(ref), engine.embedder(), copies, done -> requireOpen());
      Path local = copies.put(bytes, Fingerprint.sha256Hex(bytes));
      synchronized (this) {
        OpenSegment now = segments.get(ref.file().key());
        if (now != null && now.ref().equals(ref) && now.vectors().isEmpty()) {
          segments.put(
              ref.file().key(),
              new OpenSegment(
                  ref,
                  now.rows(),
                  now.index(),
                  now.indexOrigin(),
                  List.of(VectorFile.open(local)),
                  Origin.REBUILT));
          vectorsSeen = false;
        }
      }
    } catch (CancellationException e) {
      log().debug("The workspace was closed before {} was embedded again", ref.file().key());
    } catch (IOException | RuntimeException e) {
      log().warn("{} has no vectors until it is compacted: {}", ref.file().key(), e.toString());
    }
  }

  /** The plan of a manifest's checkpoint; from the segments if the checkpoint cannot be had. */
  PlanState startingPlan(Manifest manifest) {
    for (FileRef file : manifest.checkpoint()) {
      ObjectKey key = ObjectKey.of(file.key());
      var stored = engine.store().get(key);
      try {
        if (stored.isPresent()) {
          return plan(file, stored.get().bytes());
        }
        log().warn("{} is missing; the plan is folded from segments", key);
      } catch (IOException | CorruptDataException e) {
        log().warn("{} cannot be used, the plan is folded from segments: {}", key, e.getMessage());
      }
    }
    return PlanHistory.fold(this, manifest);
  }

  /** The sum is taken meanwhile: what damaged bytes seem to say is thrown away. */
  private PlanState plan(FileRef file, byte[] bytes) throws IOException {
    ObjectKey key = ObjectKey.of(file.key());
    CompletableFuture<String> sum =
        CompletableFuture.supplyAsync(() -> Fingerprint.sha256Hex(bytes), engine.threads());
    PlanState plan;
    try {
      byte[] plain = Zstd.decompress(key, bytes);
      plan =
          Checkpoint.read(plain, Frame.bodyOfKnown(key, plain, Frame.Kind.CHECKPOINT, workspaceId));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("it holds no plan: " + e.getMessage(), e);
    }
    if (!sum.join().equals(file.sha256())) {
      throw new IOException(
          "its %d bytes have SHA-256 %s, the manifest says %s"
              .formatted(bytes.length, sum.join(), file.sha256()));
    }
    return plan;
  }

  /** The id of the workspace. */
  String workspaceId() {
    return workspaceId;
  }

  /**
   * Makes sure that files may still be read.
   *
   * @throws IllegalStateException if the workspace is closed
   */
  synchronized void requireUse() {
    if (closed) {
      throw new IllegalStateException("The workspace is closed");
    }
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new CancellationException("The workspace is closed");
    }
  }

  /**
   * Opens the local copy of a file.
   *
   * @throws FileGoneException if the store does not have it
   */
  private <T> T opened(FileRef file, LocalCopies.Opener<T> opener) throws IOException {
    ObjectKey key = ObjectKey.of(file.key());
    return copies
        .open(engine.store(), key, file.sha256(), file.bytes(), opener)
        .orElseThrow(() -> new FileGoneException(key, engine.store().describe()));
  }

  private Optional<Path> local(FileRef file) {
    return copies.fetch(engine.store(), ObjectKey.of(file.key()), file.sha256(), file.bytes());
  }

  /** Hands on every row of a segment of a manifest, in order; its index is not opened. */
  void forEachRow(Manifest.Segment ref, Consumer<Row> consumer) {
    try {
      openSegment(ref.file()).forEach(consumer);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  static DaybookException unreadable(IOException e) {
    LocalCopies.requireNoInterrupt(e, "reading a segment");
    return damaged(e);
  }

  /** The same where no file is read that an interrupt would close. */
  static DaybookException damaged(IOException e) {
    return new CorruptDataException(
        "A segment cannot be read: " + e.getMessage() + "; restore the object from a backup", e);
  }

  /** Brings the in-memory tail up to a snapshot; whether anything moved. */
  private boolean addTail(Snapshot snapshot, List<OpenSegment> open) {
    boolean moved = snapshot.manifest().number() != tailManifest;
    if (moved) {
      closeTail();
      tail = newTail();
      tailRows = new ArrayList<>();
      tailIds.clear();
      tailManifest = snapshot.manifest().number();
    }
    List<Row> fresh =
        snapshot
            .tail()
            .filter(row -> !tailIds.contains(row.id()))
            .filter(row -> row.envelope().source().isEmpty() || !inSegments(open, row.id()))
            .filter(row -> tailIds.add(row.id()))
            .toList();
    if (fresh.isEmpty()) {
      return moved;
    }
    try {
      tail.add(fresh);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot index " + fresh.size() + " events in memory", e);
    }
    tailRows.addAll(fresh);
    if (engine.embedder().isPresent() && !embedding) {
      embedding = true;
      engine.threads().execute(this::embedTail);
    }
    return true;
  }

  /** Whether an event is in a segment. */
  static boolean inSegments(List<OpenSegment> open, EventId id) {
    try {
      for (OpenSegment segment : open) {
        if (segment.index().rowOf(id) >= 0) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot look up " + id + " in a local index; check the cache folder", e);
    }
  }

  /**
   * Embeds tail rows one after the other, newest tail only, until all have vectors or were refused;
   * runs in the background.
   */
  private void embedTail() {
    boolean isOver = false;
    try {
      int done = 0;
      TailIndex current = null;
      while (true) {
        Row row;
        synchronized (this) {
          if (current != tail) {
            current = tail;
            done = 0;
          }
          while (done < tailRows.size() && embedTried.contains(tailRows.get(done).id())) {
            done++;
          }
          if (closed || done >= tailRows.size()) {
            // Here and not below, since who adds a row now is to begin anew.
            isOver = true;
            embedding = false;
            return;
          }
          row = tailRows.get(done);
        }
        embed(row, done, current);
        done++;
      }
    } catch (RuntimeException e) {
      synchronized (this) {
        if (!closed) {
          log().warn("The newest events get no vectors until there are more: {}", e.toString());
        }
      }
    } finally {
      if (!isOver) {
        synchronized (this) {
          embedding = false;
        }
      }
    }
  }

  private void embed(Row row, int place, TailIndex current) {
    List<float[]> vectors;
    try {
      vectors =
          SegmentEmbedding.vectors(engine.embedder(), EmbeddingText.chunks(row, engine.embedder()));
    } catch (RuntimeException e) {
      SegmentEmbedding.requireWorking(engine.embedder(), e);
      synchronized (this) {
        if (current == tail) {
          embedTried.add(row.id());
        }
        if (!refusalSaid) {
          refusalSaid = true;
          log().warn("Event {} has no vector, the embedder refuses it: {}", row.id(), e.toString());
        }
      }
      return;
    }
    synchronized (this) {
      if (current == tail && !closed) {
        tail.addVectors(place, vectors);
        embedTried.add(row.id());
        vectorsSeen = false;
      }
    }
  }

  private TailIndex newTail() {
    embedTried.clear();
    return new TailIndex(engine.embedder().dimension());
  }

  private void closeTail() {
    if (tail == null) {
      return;
    }
    try {
      tail.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close an index in memory", e);
    }
  }

  private static void close(OpenSegment segment) {
    segment.index().close();
    segment.vectors().forEach(VectorFile::close);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      segments.values().forEach(Library::close);
      segments.clear();
      closeTail();
    }
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Library.class);
  }

  /** A query with the weights this engine gives where it has none of its own. */
  Query leaning(Query query) {
    return engine.leaning(query);
  }

  /** Replaces secrets in what is asked for. */
  Masker masker() {
    return engine.masker();
  }
}
