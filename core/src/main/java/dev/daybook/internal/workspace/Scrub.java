package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.Progress;
import dev.daybook.StorageUnavailableException;
import dev.daybook.Workspace;
import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.LargeOutput;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.Balance;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Segment;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore.Listed;
import dev.daybook.storage.ObjectStore.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads every object of a workspace again and notes what is wrong. One thread, one run. */
final class Scrub {
  private static final String RESTORE = "; restore the object from a backup";

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final Manifests manifests;
  private final Watermarks watermarks;
  private final Library library;
  private final Consumer<Progress> progress;
  private final List<String> problems = new ArrayList<>();
  private final Set<EventId> seen = new HashSet<>();
  private final Set<EventId> misfits = new HashSet<>();
  private final Map<BatchRef, List<Row>> tail = new HashMap<>();
  private long objects;
  private long bytes;

  Scrub(
      Store store,
      Keys keys,
      String workspaceId,
      Manifests manifests,
      Watermarks watermarks,
      Library library,
      Consumer<Progress> progress) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.manifests = manifests;
    this.watermarks = watermarks;
    this.library = library;
    this.progress = progress;
  }

  Workspace.Verification run() {
    // The logs come before the manifest, as in every strong read: what is gone is then covered.
    List<Listed> batches = store.list(keys.logs());
    Set<BatchRef> gone = readBatches(batches);
    Manifest manifest = manifests.newest(Manifest.NONE);
    checkGaps(batches, gone, manifest);
    tail.forEach((batch, rows) ->
        noting(() -> {
          if (!watermarks.cover(manifest, batch)) {
            rows.forEach(this::checkOutput);
          }
        }));
    checkManifests(manifest);
    checkFiles(manifest);
    long planThrough = checkPlan();
    if (planThrough < manifest.planThrough()) {
      problems.add(
          "%s covers the plan up to version %d, but versions end at %d%s"
              .formatted(
                  keys.manifest(manifest.number()), manifest.planThrough(), planThrough, RESTORE));
    }
    return new Workspace.Verification(objects, bytes, problems);
  }

  /** The batches that went since they were listed. */
  private Set<BatchRef> readBatches(List<Listed> listed) {
    Set<BatchRef> gone = new HashSet<>();
    for (int i = 0; i < listed.size(); i++) {
      ObjectKey key = listed.get(i).key();
      step("checking logs", i, listed.size());
      Optional<Stored> stored = read(key);
      if (stored.isEmpty()) {
        gone.add(keys.batchRef(key));
        continue;
      }
      noting(() -> {
        byte[] content = Zstd.decompress(key, stored.get().bytes());
        Frame frame = Frame.decode(key, content, Frame.Kind.BATCH, workspaceId);
        List<Row> rows = EntryLines.rows(key, frame.body());
        rows.forEach(row -> checkFit(row, key.path()));
        tail.put(keys.batchRef(key), rows);
      });
    }
    return gone;
  }

  private void checkGaps(List<Listed> listed, Set<BatchRef> gone, Manifest manifest) {
    Set<BatchRef> there = new HashSet<>();
    listed.forEach(object -> there.add(keys.batchRef(object.key())));
    for (BatchRef ref : there) {
      BatchRef before = new BatchRef(ref.log(), ref.number() - 1);
      noting(() -> {
        boolean covered = watermarks.cover(manifest, ref);
        if (gone.contains(ref) && !covered) {
          problems.add(
              keys.batch(ref.log(), ref.number()) + " went though no manifest covers it" + RESTORE);
        }
        if (!covered
            && before.number() > 0
            && !there.contains(before)
            && !watermarks.cover(manifest, before)
            && isMissing(keys.batch(before.log(), before.number()))
            && !watermarks.cover(manifests.newest(manifest), before)) {
          problems.add(
              keys.batch(before.log(), before.number())
                  + " is missing, so what follows it is not shown"
                  + RESTORE);
        }
      });
    }
  }

  private void checkManifests(Manifest newest) {
    List<Listed> listed = store.list(keys.manifests());
    long expected = 1;
    for (Listed object : listed) {
      long number = keys.manifestNumber(object.key());
      for (; expected < number; expected++) {
        if (isMissing(keys.manifest(expected))) {
          problems.add(keys.manifest(expected) + " is missing" + RESTORE);
        }
      }
      expected = number + 1;
      step("checking manifests", number, listed.size());
      byte[] content = readListed(object.key());
      noting(() -> {
        Frame frame = Frame.decode(object.key(), content, Frame.Kind.MANIFEST, workspaceId);
        if (frame.isTombstone()
            && !newest.hasExpired(number)
            && !manifests.newest(newest).hasExpired(number)) {
          problems.add(object.key() + " is empty though it has not expired" + RESTORE);
        }
      });
    }
  }

  private void checkFiles(Manifest manifest) {
    Balance held = Balance.ZERO;
    List<FileRef> files =
        manifest.files().stream().sorted(Comparator.comparing(FileRef::key)).toList();
    for (int i = 0; i < files.size(); i++) {
      FileRef file = files.get(i);
      step("checking files", i, files.size());
      Optional<Stored> stored = read(ObjectKey.of(file.key()));
      if (stored.isEmpty()) {
        if (isStillNamed(manifest, file)) {
          problems.add(file.key() + " is missing" + remedy(file));
        }
      } else if (!Fingerprint.sha256Hex(stored.get().bytes()).equals(file.sha256())) {
        problems.add(file.key() + " is not what was written" + remedy(file));
      }
    }
    for (Segment segment : manifest.segments()) {
      noting(() -> checkRows(segment));
      held = held.plus(segment.balance());
    }
    if (!held.equals(manifest.taken())) {
      problems.add(
          "The segments of %s hold %d events (%s), taken in were %d (%s); events were lost or doubled in a merge, report this"
              .formatted(
                  keys.manifest(manifest.number()),
                  held.events(),
                  held.sum(),
                  manifest.taken().events(),
                  manifest.taken().sum()));
    }
  }

  private void checkRows(Segment segment) {
    Balance.Sum rows = new Balance.Sum();
    library.forEachRow(
        segment,
        row -> {
          rows.add(row.id());
          checkFit(row, segment.file().key());
          checkOutput(row);
          if (!seen.add(row.id())) {
            problems.add("Event %s is in several segments; report this".formatted(row.id()));
          }
        });
    Balance found = rows.balance();
    if (!found.equals(segment.balance())) {
      problems.add(
          "%s holds %d events (%s), the manifest says %d (%s)%s"
              .formatted(
                  segment.file().key(),
                  found.events(),
                  found.sum(),
                  segment.rows(),
                  segment.sum(),
                  RESTORE));
    }
  }

  /** Plan versions stay when a segment has their events, so an event may be met twice. */
  private void checkFit(Row row, String where) {
    String misfit = row.misfit();
    if (!misfit.isEmpty() && misfits.add(row.id())) {
      problems.add(
          "Event %s of %s does not fit its type %s and is passed over: %s; use the release that wrote it, or say again what it was to say"
              .formatted(row.id(), where, row.type(), misfit));
    }
  }

  private void checkOutput(Row row) {
    if (!row.payload().contains(keys.outputs())) {
      return;
    }
    try {
      if (row.entry().event() instanceof ToolCall call
          && call.stored().key().startsWith(keys.outputs())) {
        LargeOutput.read(store, workspaceId, call.stored());
        objects++;
        bytes += call.stored().bytes();
      }
    } catch (CorruptDataException e) {
      problems.add(e.getMessage());
    } catch (IllegalArgumentException e) {
      problems.add("Event " + row.id() + " names an output that cannot be: " + e.getMessage());
    }
  }

  /** Collection may have overtaken this run. */
  private boolean isStillNamed(Manifest manifest, FileRef file) {
    return manifests.newest(manifest).files().contains(file);
  }

  private static String remedy(FileRef file) {
    boolean isTruth = file.key().contains("/segment/") || file.key().contains("/watermarks/");
    if (file.key().contains("/checkpoint/")) {
      return "; the plan is folded from segments until compaction writes the next one";
    }
    return isTruth ? RESTORE : "; workspace.compact() makes it again";
  }

  /** The last version before the first that is absent. */
  private long checkPlan() {
    List<Listed> listed = store.list(keys.plans());
    PlanState none = PlanState.EMPTY;
    long version = none.version();
    for (Listed object : listed) {
      step("checking the plan", version, listed.size());
      ObjectKey expected = keys.plan(version + 1);
      if (!object.key().equals(expected)) {
        if (!isMissing(expected)) {
          // A listing is no snapshot; what came meanwhile is for the next run.
          return version;
        }
        problems.add(expected + " is missing, so what follows it is not shown" + RESTORE);
        return version;
      }
      version++;
      byte[] content = readListed(expected);
      noting(() ->
          EntryLines.rows(
                  expected, Frame.decode(expected, content, Frame.Kind.PLAN, workspaceId).body())
              .forEach(row -> checkFit(row, expected.path())));
    }
    return version;
  }

  /** An object of which the key is never absent again; no bytes if it is all the same. */
  private byte[] readListed(ObjectKey key) {
    return read(key).map(Stored::bytes).orElse(new byte[0]);
  }

  /** A listing is no snapshot, so what it lacks is asked for before it is called missing. */
  private boolean isMissing(ObjectKey key) {
    return store.get(key).isEmpty();
  }

  private Optional<Stored> read(ObjectKey key) {
    Optional<Stored> stored = store.get(key);
    objects += stored.isPresent() ? 1 : 0;
    bytes += stored.map(found -> found.bytes().length).orElse(0);
    return stored;
  }

  private void noting(Runnable check) {
    try {
      check.run();
    } catch (FileGoneException e) {
      // It is in the list of files, where it is looked for again.
    } catch (CorruptDataException e) {
      problems.add(e.getMessage());
    }
  }

  private void step(String step, long done, long total) {
    if (Thread.currentThread().isInterrupted()) {
      throw new StorageUnavailableException(
          "Interrupted while verifying '" + keys.name() + "'; nothing was changed");
    }
    progress.accept(new Progress(step, done, total));
  }
}
