package dev.daybook.internal.workspace;

import dev.daybook.OutcomeUnknownException;
import dev.daybook.Progress;
import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifest.FileRef;
import dev.daybook.internal.manifest.Manifest.Segment;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Manifests.Commit;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.storage.ObjectKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the tail into segments and merges small segments. Every step makes files nobody names yet
 * and then commits one manifest. Whoever loses that race commits the same files on top of the
 * winner if the winner took nothing of what they hold; otherwise they are orphans. A crash anywhere
 * loses nothing, since log objects go only after a commit that was answered.
 */
public final class Compactor {
  /** How many segments of one order of magnitude are merged into one of the next. */
  private static final int MERGE_SEGMENTS = 10;

  private static final long MERGE_ROWS_MAX = 1_000_000;

  /** Merging holds the rows in memory, so there is a bound on their stored bytes too. */
  private static final long MERGE_BYTES_MAX = 64L << 20;

  private static final int COMMIT_ROUNDS_MAX = 10;

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Manifests manifests;
  private final Watermarks watermarks;
  private final SegmentFiles files;
  private final int mergeSegments;

  /** Compacts a workspace; ten segments of one order of magnitude become one. */
  public Compactor(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      Manifests manifests,
      Watermarks watermarks,
      SegmentFiles files) {
    this(store, keys, workspaceId, ids, manifests, watermarks, files, MERGE_SEGMENTS);
  }

  /** Compacts a workspace; so many segments of one order of magnitude become one. */
  public Compactor(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      Manifests manifests,
      Watermarks watermarks,
      SegmentFiles files,
      int mergeSegments) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.manifests = manifests;
    this.watermarks = watermarks;
    this.files = files;
    this.mergeSegments = mergeSegments;
  }

  /**
   * Takes the tail of a snapshot into one segment.
   *
   * @return {@code false} if there was none or another process was faster
   * @throws StorageUnavailableException if the commit was not answered; nothing is lost
   */
  public boolean takeIn(Snapshot snapshot, Consumer<Progress> progress) {
    if (snapshot.batches().isEmpty() && snapshot.plan().recent().isEmpty()) {
      return false;
    }
    Manifest read = snapshot.manifest();
    Set<Object> seen = new HashSet<>();
    List<Row> rows =
        snapshot
            .tail()
            .filter(row -> seen.add(row.id()))
            .filter(row -> row.envelope().source().isEmpty() || !files.hold(read, row.id()))
            .toList();
    progress.accept(new Progress("writing segment", 0, rows.size()));
    Optional<Segment> segment =
        rows.isEmpty() ? Optional.empty() : Optional.of(files.write(read, takenInBy(read, rows)));
    Optional<FileRef> checkpoint =
        snapshot.plan().plan().version() == read.planThrough()
            ? Optional.empty()
            : Optional.of(writeCheckpoint(read, snapshot.plan().plan()));
    Map<String, Snapshot.Batch> last = new TreeMap<>();
    snapshot.batches().forEach(batch -> last.put(batch.ref().log(), batch));
    Manifest on = read;
    while (true) {
      Manifest.Draft draft = manifests.after(on);
      segment.ifPresent(draft::takeIn);
      last.forEach((log, batch) -> draft.cover(log, batch.ref().number(), batch.operation()));
      checkpoint.ifPresent(file -> draft.coverPlan(snapshot.plan().plan().version(), file));
      watermarks.makeRoom(draft, on, ids);
      Commit commit = manifests.commit(draft.build(), ids.nextName());
      if (commit == Commit.DONE) {
        break;
      }
      if (commit == Commit.UNKNOWN) {
        throw unanswered(draft.number());
      }
      on = manifests.newest(on);
      if (!mayCommitOn(on, read) || !tookNothingOf(on, read, last.keySet(), checkpoint, rows)) {
        return false;
      }
      if (segment.isPresent()) {
        segment = Optional.of(files.rewrite(on, segment.get(), takenInBy(on, rows)));
      }
    }
    progress.accept(new Progress("writing segment", rows.size(), rows.size()));
    for (Snapshot.Batch batch : snapshot.batches()) {
      BatchRef ref = batch.ref();
      store.delete(keys.batch(ref.log(), ref.number()));
    }
    return true;
  }

  private StorageUnavailableException unanswered(long number) {
    return new StorageUnavailableException(
        "%s does not say whether manifest %d of '%s' was written; nothing is lost, compact again later"
            .formatted(store.describe(), number, keys.name()));
  }

  /** The same rows, taken in by the manifest after this one. */
  private static List<Row> takenInBy(Manifest manifest, List<Row> rows) {
    return rows.stream().map(row -> row.takenInBy(manifest.number() + 1)).toList();
  }

  /** Whether names made by whoever read that manifest may still be named for the first time. */
  private boolean mayCommitOn(Manifest winner, Manifest read) {
    return winner.number() < read.number() + keys.manifestsAhead();
  }

  /** Whether a winner of the race left alone what this process was to take in. */
  private boolean tookNothingOf(
      Manifest winner,
      Manifest read,
      Set<String> logs,
      Optional<FileRef> checkpoint,
      List<Row> rows) {
    return (checkpoint.isEmpty() || winner.planThrough() == read.planThrough())
        && logs.stream()
            .allMatch(log -> watermarks.of(winner, log).equals(watermarks.of(read, log)))
        && rows.stream()
            .noneMatch(row -> !row.envelope().source().isEmpty() && files.hold(winner, row.id()));
  }

  /**
   * Merges segments of one order of magnitude into one.
   *
   * @return {@code false} if there are not enough or another process was faster
   * @throws StorageUnavailableException if the commit was not answered; nothing is lost
   */
  public boolean merge(Manifest read, Consumer<Progress> progress) {
    List<Segment> chosen = toMerge(read);
    if (chosen.isEmpty()) {
      return false;
    }
    long rows = chosen.stream().mapToLong(Segment::rows).sum();
    progress.accept(new Progress("merging segments", 0, rows));
    Segment merged = files.merge(read, chosen);
    Manifest on = read;
    Commit commit;
    do {
      List<Segment> segments = new ArrayList<>(on.segments());
      segments.set(segments.indexOf(chosen.getFirst()), merged);
      segments.removeAll(chosen);
      commit = manifests.commit(manifests.after(on).segments(segments).build(), ids.nextName());
      if (commit == Commit.UNKNOWN) {
        throw unanswered(on.number() + 1);
      }
      on = commit == Commit.LOST ? manifests.newest(on) : on;
    } while (commit == Commit.LOST && mayCommitOn(on, read) && on.segments().containsAll(chosen));
    progress.accept(new Progress("merging segments", rows, rows));
    return commit == Commit.DONE;
  }

  /** Segments of one order of magnitude that have vectors under the same models. */
  private record Tier(int magnitude, Set<String> models) {}

  private List<Segment> toMerge(Manifest manifest) {
    Map<Tier, List<Segment>> tiers = new LinkedHashMap<>();
    for (Segment segment : manifest.segments()) {
      boolean isFull =
          segment.rows() >= MERGE_ROWS_MAX / 2 || segment.file().bytes() >= MERGE_BYTES_MAX / 2;
      if (!isFull && files.mayMerge(manifest, segment)) {
        Tier tier = new Tier((int) Math.log10((double) segment.rows()), segment.vectors().keySet());
        tiers.computeIfAbsent(tier, ignored -> new ArrayList<>()).add(segment);
      }
    }
    return tiers.values().stream()
        .map(Compactor::oldestThatFit)
        .filter(some -> some.size() >= mergeSegments || (some.size() > 1 && isHalfFull(some)))
        .findFirst()
        .orElse(List.of());
  }

  private static List<Segment> oldestThatFit(List<Segment> tier) {
    List<Segment> some = new ArrayList<>();
    long rows = 0;
    long bytes = 0;
    for (Segment segment : tier) {
      rows += segment.rows();
      bytes += segment.file().bytes();
      if (rows > MERGE_ROWS_MAX || bytes > MERGE_BYTES_MAX) {
        break;
      }
      some.add(segment);
    }
    return some;
  }

  /** Large segments need not be many: waiting for more would only make them too large. */
  private static boolean isHalfFull(List<Segment> some) {
    return some.stream().mapToLong(Segment::rows).sum() >= MERGE_ROWS_MAX / 2
        || some.stream().mapToLong(segment -> segment.file().bytes()).sum() >= MERGE_BYTES_MAX / 2;
  }

  /**
   * Commits a change of one segment on top of whatever is newest, as long as that still names the
   * segment.
   */
  void replace(Manifest read, Segment segment, UnaryOperator<Segment> change) {
    Manifest on = read;
    for (int round = 0; round < COMMIT_ROUNDS_MAX; round++) {
      on = manifests.newest(on);
      List<Segment> segments = new ArrayList<>(on.segments());
      boolean named = false;
      for (int i = 0; i < segments.size(); i++) {
        if (segments.get(i).file().equals(segment.file())) {
          segments.set(i, change.apply(segments.get(i)));
          named = true;
        }
      }
      if (!named || !mayCommitOn(on, read)) {
        return;
      }
      Commit commit =
          manifests.commit(manifests.after(on).segments(segments).build(), ids.nextName());
      if (commit == Commit.UNKNOWN) {
        throw unanswered(on.number() + 1);
      }
      if (commit == Commit.DONE) {
        return;
      }
    }
    log()
        .info(
            "{} was not improved: other processes committed {} times meanwhile",
            segment.file().key(),
            COMMIT_ROUNDS_MAX);
  }

  /**
   * Names the state of the files, so that none of them goes before the name is taken off.
   *
   * @return the number of the manifest that is kept
   * @throws IllegalArgumentException if there is such a name
   */
  public long pin(String name) {
    Manifest on = Manifest.NONE;
    Set<Long> mayBeOurs = new HashSet<>();
    for (int round = 1; round <= COMMIT_ROUNDS_MAX; round++) {
      on = manifests.newest(on);
      Long pinned = on.pins().get(name);
      if (pinned != null && mayBeOurs.contains(pinned)) {
        return pinned;
      }
      if (pinned != null) {
        throw new IllegalArgumentException(
            "'%s' is pinned in '%s' already (manifest %d); take another name, or unpin it first"
                .formatted(name, keys.name(), pinned));
      }
      Manifest next = manifests.after(on).pin(name).build();
      Commit commit = manifests.commit(next, ids.nextName());
      if (commit == Commit.DONE) {
        return next.number();
      }
      if (commit == Commit.UNKNOWN) {
        mayBeOurs.add(next.number());
      }
      store.pause(round);
    }
    throw notDone("pin '" + name + "'", !mayBeOurs.isEmpty());
  }

  /** Takes a name off; nothing happens if there is no such name. */
  public void unpin(String name) {
    Manifest on = Manifest.NONE;
    boolean mayBeOurs = false;
    for (int round = 1; round <= COMMIT_ROUNDS_MAX; round++) {
      on = manifests.newest(on);
      if (!on.pins().containsKey(name)) {
        return;
      }
      Commit commit = manifests.commit(manifests.after(on).unpin(name).build(), ids.nextName());
      if (commit == Commit.DONE) {
        return;
      }
      mayBeOurs |= commit == Commit.UNKNOWN;
      store.pause(round);
    }
    throw notDone("unpin '" + name + "'", mayBeOurs);
  }

  private RuntimeException notDone(String what, boolean mayBeDone) {
    String cannot = "Cannot %s in '%s': ".formatted(what, keys.name());
    return mayBeDone
        ? new OutcomeUnknownException(
            cannot + store.describe() + " did not answer; look at the pins before doing it again")
        : new StorageUnavailableException(
            cannot
                + "other processes committed "
                + COMMIT_ROUNDS_MAX
                + " times meanwhile; try again");
  }

  private FileRef writeCheckpoint(Manifest read, PlanState plan) {
    byte[] bytes =
        Zstd.compress(
            new Frame(Frame.Kind.CHECKPOINT, ids.nextName(), Checkpoint.write(plan))
                .encode(workspaceId));
    ObjectKey key = keys.checkpoint(read.number(), ids.nextName());
    store.create(key, bytes);
    return new FileRef(key.path(), bytes.length, Fingerprint.sha256Hex(bytes));
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Compactor.class);
  }
}
