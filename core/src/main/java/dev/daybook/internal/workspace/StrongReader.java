package dev.daybook.internal.workspace;

import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Reads a workspace so that everything acknowledged before the read began is in it. The order of
 * requests is what makes that true: plan versions, then the listing of the logs, then the log
 * objects, and last the newest manifest, so that whatever went from a log key meanwhile is covered
 * by the manifest read after it. Safe for use by any number of threads; reads take turns.
 */
public final class StrongReader {
  /** How often a read begins anew because compaction overtook the plan it had read. */
  private static final int ROUNDS_MAX = 50;

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final PlanLog plan;
  private final Manifests manifests;
  private final Watermarks watermarks;
  private final Map<BatchRef, Snapshot.Batch> known =
      new ConcurrentSkipListMap<>(
          java.util.Comparator.comparing(BatchRef::log).thenComparingLong(BatchRef::number));
  private Manifest manifest;

  /** Every plan version up to here is one that a read saw with its traces, or of this process. */
  private final AtomicLong whole = new AtomicLong(-1);

  /** A reader that has seen nothing but this manifest. */
  public StrongReader(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      PlanLog plan,
      Manifests manifests,
      Watermarks watermarks,
      Manifest manifest) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.plan = plan;
    this.manifests = manifests;
    this.watermarks = watermarks;
    this.manifest = manifest;
  }

  /** Takes a batch this process wrote itself, so that it need not be read. */
  public void wrote(Snapshot.Batch batch) {
    known.put(batch.ref(), batch);
  }

  /** Takes notice of a plan version that this process wrote itself. */
  public void wrotePlan(long version) {
    boolean unused = whole.compareAndSet(version - 1, version);
  }

  /**
   * What the last read saw, with what this process wrote since; no request is sent. Its plan may be
   * ahead of its traces.
   */
  public synchronized Snapshot known() {
    return snapshot(plan.head());
  }

  /**
   * The same if it holds together; empty if the plan was read on since then and others had changed
   * it, for they may have recorded before that what no read has seen.
   */
  public synchronized Optional<Snapshot> knownWhole() {
    PlanLog.Head head = plan.head();
    return head.plan().version() <= whole.get() ? Optional.of(snapshot(head)) : Optional.empty();
  }

  /** A strong read. */
  public Snapshot read() {
    return read(snapshot -> snapshot);
  }

  /**
   * A strong read, with the files of what was read opened while they are there.
   *
   * @param opener opens them; it may throw {@link FileGoneException}, and then is asked again with
   *     what a newer manifest names in their place
   */
  public synchronized <T> T read(Function<Snapshot, T> opener) {
    for (int round = 1; round <= ROUNDS_MAX; round++) {
      PlanLog.Head head = plan.refresh();
      List<ObjectStore.Listed> listed = store.list(keys.logs());
      Manifest before = manifest;
      try {
        readBatches(listed);
        Optional<T> opened = open(head, opener);
        if (opened.isPresent()) {
          return opened.get();
        }
      } catch (FileGoneException e) {
        // Only a manifest that was replaced may name what is gone.
        manifest = manifests.newest(manifest);
        if (manifest.number() == before.number()) {
          throw e;
        }
      }
    }
    throw new StorageUnavailableException(
        "Workspace '%s' at %s was compacted %d times while it was read; try again later"
            .formatted(keys.name(), store.describe(), ROUNDS_MAX));
  }

  /** Empty if compaction is ahead of the plan that was read. */
  private <T> Optional<T> open(PlanLog.Head head, Function<Snapshot, T> opener) {
    long tried = -1;
    while (true) {
      manifest = manifests.newest(manifest);
      try {
        if (manifest.planThrough() > head.plan().version()) {
          return Optional.empty();
        }
        known.keySet().removeIf(ref -> watermarks.cover(manifest, ref));
        T opened = opener.apply(snapshot(head));
        plan.coveredThrough(manifest.planThrough());
        long unused = whole.accumulateAndGet(head.plan().version(), Math::max);
        return Optional.of(opened);
      } catch (FileGoneException e) {
        if (manifest.number() == tried) {
          throw e;
        }
        tried = manifest.number();
      }
    }
  }

  private Snapshot snapshot(PlanLog.Head head) {
    List<Row> recent =
        head.recent().stream()
            .filter(row -> row.envelope().planVersion() > manifest.planThrough())
            .toList();
    return new Snapshot(manifest, new PlanLog.Head(head.plan(), recent), contiguous());
  }

  private void readBatches(List<ObjectStore.Listed> listed) {
    List<ObjectStore.Listed> wanted = new ArrayList<>();
    for (ObjectStore.Listed object : listed) {
      BatchRef ref = keys.batchRef(object.key());
      if (!known.containsKey(ref) && !watermarks.cover(manifest, ref)) {
        wanted.add(object);
      }
    }
    List<Callable<Optional<Snapshot.Batch>>> reads = new ArrayList<>();
    wanted.forEach(object -> reads.add(() -> read(object)));
    for (Optional<Snapshot.Batch> read : store.allOf(reads)) {
      read.ifPresent(batch -> {
        batch.rows().forEach(row -> ids.observe(row.envelope()));
        known.put(batch.ref(), batch);
      });
    }
  }

  private Optional<Snapshot.Batch> read(ObjectStore.Listed listed) {
    ObjectKey key = listed.key();
    return store
        .get(key)
        .map(stored -> {
          Frame frame =
              Frame.decode(
                  key, Zstd.decompress(key, stored.bytes()), Frame.Kind.BATCH, workspaceId);
          return new Snapshot.Batch(
              keys.batchRef(key),
              frame.operation(),
              EntryLines.rows(key, frame.body()),
              stored.bytes().length);
        });
  }

  /**
   * What is above each watermark up to the first hole: a batch without the one before it is never
   * shown.
   */
  private List<Snapshot.Batch> contiguous() {
    List<Snapshot.Batch> batches = new ArrayList<>();
    String log = "";
    long expected = 1;
    for (Snapshot.Batch batch : known.values()) {
      if (!batch.ref().log().equals(log)) {
        log = batch.ref().log();
        expected = watermarks.of(manifest, log).map(Manifest.Watermark::batch).orElse(0L) + 1;
      }
      if (batch.ref().number() == expected) {
        batches.add(batch);
        expected++;
      }
    }
    return batches;
  }
}
