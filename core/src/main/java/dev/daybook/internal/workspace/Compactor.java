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
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the tail into segments and merges small segments. In the background, ten segments of one
 * order of magnitude become one, so an event is written once for each order. Every step makes files
 * nobody names yet and then commits one manifest. Whoever loses that race commits the same files on
 * top of the winner if the winner took nothing of what they hold; otherwise they are orphans. A
 * crash anywhere loses nothing, since log objects go only after a commit that was answered.
 */
public final class Compactor {
  /** How many segments of one order of magnitude are merged into one of the next. */
  private static final int MERGE_SEGMENTS = 10;

  /** So many are read at once at most, since each takes some memory meanwhile. */
  private static final int MERGE_SOURCES_MAX = 16;

  /**
   * When asked to, merging also takes in a segment that has so many times the rows of the others:
   * each event is then written about five times for every time the workspace grows fivefold.
   */
  private static final int MERGE_SKEW_MAX = 4;

  /** Fewer rows are searched quickly in however many segments. */
  private static final long MERGE_WHOLE_ROWS_MIN = 10_000;

  private static final int COMMIT_ROUNDS_MAX = 10;

  /**
   * How large a merged segment may become.
   *
   * @param rows how many rows
   * @param bytes of the largest of its files; an object has less than 2 GiB
   */
  record Bounds(long rows, long bytes) {
    /** One index over a million events and a little more. */
    static final Bounds LARGEST = new Bounds(1 << 20, 1L << 30);

    /** What closing waits for: some seconds. */
    static final Bounds BRIEF = new Bounds(100_000, 64L << 20);

    boolean admit(long someRows, long someBytes) {
      return someRows <= rows && someBytes <= bytes;
    }
  }

  /** What is merged. */
  public enum Merging {
    /** Ten segments of one order of magnitude, if that is done in seconds. */
    BRIEF,
    /** Ten segments of one order of magnitude. */
    TIERS,
    /** As many as can become one without writing a large one again for the sake of a few rows. */
    WHOLE
  }

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Manifests manifests;
  private final Watermarks watermarks;
  private final SegmentFiles files;
  private final int mergeSegments;
  private final Bounds largest;

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
    this(
        store, keys, workspaceId, ids, manifests, watermarks, files, mergeSegments, Bounds.LARGEST);
  }

  Compactor(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      Manifests manifests,
      Watermarks watermarks,
      SegmentFiles files,
      int mergeSegments,
      Bounds largest) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.manifests = manifests;
    this.watermarks = watermarks;
    this.files = files;
    this.mergeSegments = mergeSegments;
    this.largest = largest;
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
    return merge(read, Merging.TIERS, progress);
  }

  /**
   * Merges some segments into one.
   *
   * @param progress is told now and then; it may throw, which ends the work and changes nothing
   * @return {@code false} if there are not enough or another process was faster
   * @throws StorageUnavailableException if the commit was not answered or the thread is
   *     interrupted; nothing is lost
   */
  public boolean merge(Manifest read, Merging what, Consumer<Progress> progress) {
    List<Segment> chosen = what == Merging.WHOLE ? allThatPay(read) : List.of();
    if (chosen.isEmpty()) {
      chosen = toMerge(read, what);
    }
    if (chosen.isEmpty()) {
      return false;
    }
    long rows = chosen.stream().mapToLong(Segment::rows).sum();
    progress.accept(new Progress("merging segments", 0, rows));
    Segment merged =
        files.merge(
            read,
            chosen,
            done -> {
              progress.accept(new Progress("merging segments", done, rows));
              if (Thread.currentThread().isInterrupted()) {
                throw new StorageUnavailableException(
                    "Interrupted while merging segments of '"
                        + keys.name()
                        + "'; nothing was changed, compact again later");
              }
            });
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

  private List<Segment> toMerge(Manifest manifest, Merging what) {
    Bounds bounds = what == Merging.BRIEF ? Bounds.BRIEF : largest;
    Map<Tier, List<Segment>> tiers = new LinkedHashMap<>();
    for (Segment segment : manifest.segments()) {
      boolean isFull =
          segment.rows() >= bounds.rows() / 2 || largestFile(segment) >= bounds.bytes() / 2;
      if (!isFull && files.mayMerge(manifest, segment)) {
        Tier tier = new Tier((int) Math.log10((double) segment.rows()), segment.vectors().keySet());
        tiers.computeIfAbsent(tier, ignored -> new ArrayList<>()).add(segment);
      }
    }
    return tiers.values().stream()
        .map(tier -> firstThatFit(tier, bounds))
        .filter(
            some -> some.size() >= mergeSegments || (some.size() > 1 && isHalfFull(some, bounds)))
        .findFirst()
        .orElse(List.of());
  }

  private static List<Segment> firstThatFit(List<Segment> segments, Bounds bounds) {
    List<Segment> some = new ArrayList<>();
    long rows = 0;
    long bytes = 0;
    for (Segment segment : segments) {
      rows += segment.rows();
      bytes += largestFile(segment);
      if (!bounds.admit(rows, bytes) || some.size() == MERGE_SOURCES_MAX) {
        break;
      }
      some.add(segment);
    }
    return some;
  }

  private static long largestFile(Segment segment) {
    long bytes = Math.max(segment.file().bytes(), segment.index().bytes());
    for (FileRef vectors : segment.vectors().values()) {
      bytes = Math.max(bytes, vectors.bytes());
    }
    return bytes;
  }

  /** Large segments need not be many: waiting for more would only make them too large. */
  private static boolean isHalfFull(List<Segment> some, Bounds bounds) {
    return some.stream().mapToLong(Segment::rows).sum() >= bounds.rows() / 2
        || some.stream().mapToLong(Compactor::largestFile).sum() >= bounds.bytes() / 2;
  }

  /**
   * The smallest segments that fit into one, without those that have many times the rows of all
   * that are smaller. So few segments are left, each far larger than the next.
   */
  private List<Segment> allThatPay(Manifest manifest) {
    List<Segment> all =
        manifest.segments().stream().filter(some -> files.mayMerge(manifest, some)).toList();
    Set<String> carried = modelsOfMost(all);
    Optional<String> own = files.model();
    Map<Set<String>, List<Segment>> byModels = new LinkedHashMap<>();
    for (Segment segment : all) {
      Set<String> models = new TreeSet<>(segment.vectors().keySet());
      if (own.filter(models::contains).isPresent()) {
        models.removeIf(model -> !carried.contains(model) && !model.equals(own.get()));
      }
      byModels.computeIfAbsent(models, ignored -> new ArrayList<>()).add(segment);
    }
    for (List<Segment> group : byModels.values()) {
      group.sort(Comparator.comparingLong(Segment::rows));
      List<Segment> some = new ArrayList<>(firstThatFit(group, largest));
      while (some.size() > 1) {
        Segment most = some.getLast();
        List<Segment> others = some.subList(0, some.size() - 1);
        long otherRows = others.stream().mapToLong(Segment::rows).sum();
        if (most.rows() + otherRows < Math.min(MERGE_WHOLE_ROWS_MIN, largest.rows() / 10)) {
          break;
        }
        if (most.rows() <= MERGE_SKEW_MAX * otherRows) {
          return some;
        }
        some.removeLast();
      }
    }
    return List.of();
  }

  /**
   * Models whose vectors at least half of the rows have. Vectors of another are not waited for
   * where there are those of the model this process has, so those of a model that was replaced are
   * dropped in the end; who has no model drops none, since others may be making them.
   */
  private static Set<String> modelsOfMost(List<Segment> segments) {
    Map<String, Long> rowsOf = new TreeMap<>();
    long rows = 0;
    for (Segment segment : segments) {
      rows += segment.rows();
      segment.vectors().keySet().forEach(model -> rowsOf.merge(model, segment.rows(), Long::sum));
    }
    long most = rows;
    Set<String> models = new TreeSet<>(rowsOf.keySet());
    models.removeIf(model -> rowsOf.get(model) < most - rowsOf.get(model));
    return models;
  }

  /** The newest manifest, which is that one or a later. */
  Manifest newest(Manifest known) {
    return manifests.newest(known);
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
