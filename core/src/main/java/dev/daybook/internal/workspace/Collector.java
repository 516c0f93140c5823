package dev.daybook.internal.workspace;

import dev.daybook.Progress;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.WriterLog;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.Retired;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Manifests.Commit;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore.Listed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Removes what nobody needs: log objects that segments cover, files that no kept manifest names,
 * the content of expired manifests. Any number of processes may do it at once, at any time, and end
 * anywhere: what may go was first committed, and what is gone is not needed by anyone.
 */
public final class Collector {
  /** A commit that gives up no file waits for so many manifests to expire. */
  private static final long EXPIRING_MIN = 64;

  /** A writer that has not sent a batch so long after its outputs never will. */
  private static final Duration UNSENT_AGE = Duration.ofDays(1);

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Manifests manifests;
  private final Watermarks watermarks;
  private final SegmentFiles files;

  /** Collects in a workspace. */
  public Collector(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      Manifests manifests,
      Watermarks watermarks,
      SegmentFiles files) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.manifests = manifests;
    this.watermarks = watermarks;
    this.files = files;
  }

  /**
   * Removes what nobody needs any more.
   *
   * @param known a manifest this process has read
   * @param keep how long a file stays after it was replaced, for readers that are slow
   * @return how many objects went
   */
  public long collect(Manifest known, Duration keep, Consumer<Progress> progress) {
    Manifest newest = manifests.newest(known);
    if (newest.number() == 0) {
      return 0;
    }
    Store.Listing numbered = store.listing(keys.manifests());
    Set<ObjectKey> stored = new TreeSet<>(Comparator.comparing(ObjectKey::path));
    for (String prefix : keys.files()) {
      store.list(prefix).forEach(object -> stored.add(object.key()));
    }
    newest = expire(newest, numbered, stored, keep);
    List<ObjectKey> going = new ArrayList<>();
    Set<BatchRef> listed = coveredBatches(newest, going);
    unnamedFiles(newest, stored, going);
    unnamedOutputs(newest, listed, going);
    progress.accept(new Progress("collecting", 0, going.size()));
    for (int done = 0; done < going.size(); done++) {
      store.delete(going.get(done));
      progress.accept(new Progress("collecting", done + 1L, going.size()));
    }
    return going.size() + emptyManifests(newest, numbered);
  }

  /**
   * First it is committed what expires; it goes only after that, and who carries it out need not be
   * who committed it.
   */
  private Manifest expire(
      Manifest newest, Store.Listing numbered, Set<ObjectKey> stored, Duration keep) {
    Instant before = numbered.answeredAt().minus(keep);
    long oldest = newest.oldestKept();
    for (Listed object : numbered.objects()) {
      long number = keys.manifestNumber(object.key());
      if (number <= newest.number() && !object.storedAt().isAfter(before)) {
        // Whatever came before this one was replaced so long ago.
        oldest = Math.max(oldest, number);
      }
    }
    Set<String> kept = newest.keysKept(keys);
    Set<String> gone = new TreeSet<>();
    for (Retired file : newest.retired()) {
      if (!kept.contains(file.key()) && !stored.contains(ObjectKey.of(file.key()))) {
        gone.add(file.key());
      }
    }
    Manifest next = manifests.after(newest).keepFrom(oldest).forget(gone).build();
    boolean givesUpFiles = next.keysKept(keys).size() < kept.size();
    boolean gains =
        givesUpFiles || gone.size() >= EXPIRING_MIN || oldest - newest.oldestKept() >= EXPIRING_MIN;
    return gains && manifests.commit(next, ids.nextName()) == Commit.DONE ? next : newest;
  }

  /** All batches there are; those that segments cover go. */
  private Set<BatchRef> coveredBatches(Manifest manifest, List<ObjectKey> going) {
    Set<BatchRef> listed = new HashSet<>();
    List<ObjectKey> covered = new ArrayList<>();
    for (Listed object : store.list(keys.logs())) {
      BatchRef batch = keys.batchRef(object.key());
      listed.add(batch);
      if (watermarks.cover(manifest, batch)) {
        covered.add(object.key());
      }
    }
    if (!covered.isEmpty()) {
      files.check(manifest);
      going.addAll(covered);
    }
    return listed;
  }

  private void unnamedFiles(Manifest manifest, Set<ObjectKey> stored, List<ObjectKey> going) {
    Set<String> kept = manifest.keysKept(keys);
    Set<String> retired = new TreeSet<>();
    manifest.retired().forEach(file -> retired.add(file.key()));
    for (ObjectKey key : stored) {
      boolean canBeNamedNoMore =
          retired.contains(key.path()) || keys.lastManifest(key.path()) <= manifest.number();
      if (!kept.contains(key.path()) && canBeNamedNoMore) {
        going.add(key);
      }
    }
  }

  /**
   * A batch that is covered either took its outputs into a segment with it or never will. One that
   * was never sent would keep its outputs for ever, so after long enough its number is fenced; the
   * fence is taken in like any batch, and then a later round removes them.
   */
  private void unnamedOutputs(Manifest manifest, Set<BatchRef> listed, List<ObjectKey> going) {
    Store.Listing outputs = store.listing(keys.outputs());
    Instant before = outputs.answeredAt().minus(UNSENT_AGE);
    for (Listed object : outputs.objects()) {
      ObjectKey key = object.key();
      BatchRef batch = keys.batchRef(key);
      if (watermarks.cover(manifest, batch)) {
        if (!files.hold(manifest, keys.outputEvent(key))) {
          going.add(key);
        }
      } else if (!listed.contains(batch) && object.storedAt().isBefore(before)) {
        store.create(keys.batch(batch.log(), batch.number()), WriterLog.fence(ids, workspaceId));
      }
    }
  }

  /** Their keys stay, so that no late commit finds one free. */
  private long emptyManifests(Manifest manifest, Store.Listing numbered) {
    byte[] tombstone = Frame.tombstone("expired").encode(workspaceId);
    long emptied = 0;
    for (Listed object : numbered.objects()) {
      if (manifest.hasExpired(keys.manifestNumber(object.key()))
          && object.size() > tombstone.length) {
        store.overwrite(object.key(), tombstone);
        emptied++;
      }
    }
    return emptied;
  }
}
