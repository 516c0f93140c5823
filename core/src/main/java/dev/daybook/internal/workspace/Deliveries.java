package dev.daybook.internal.workspace;

import dev.daybook.Following;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.workspace.FollowPosition.Mark;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * Hands a listener what comes after a position, read by read: first the plan versions, then the
 * traces of segments, then those of the tail. The position moves on with each call that returned.
 * For one thread, but for the position.
 */
final class Deliveries {
  private static final int CALL_EVENTS_MAX = Following.EVENTS_MAX;

  /** How many sources are remembered, so that an event that two handles took comes once. */
  private static final int SOURCED_MAX = 10_000;

  /** How long the plan waits at most behind a backlog of traces, but for one call. */
  private static final Duration PLAN_EVERY = Duration.ofSeconds(5);

  private final OpenWorkspace workspace;
  private final Library library;
  private final Keys keys;
  private final Gate gate;
  private final Following.Listener listener;
  private final int backlogRowsMax;
  private final LinkedHashSet<EventId> sourced = new LinkedHashSet<>();

  /** Segments all of whose rows are delivered. */
  private Set<String> done = Set.of();

  private Instant planRead = Instant.EPOCH;

  private volatile FollowPosition position;

  /** What stands between the thread that follows and the listener. */
  @FunctionalInterface
  interface Gate {
    /**
     * Calls the listener.
     *
     * @throws CancellationException if nobody follows any more
     * @throws ListenerFailure if the listener threw
     */
    void call(Runnable delivery);
  }

  /** The listener threw; not a failure of the workspace, whatever it was. */
  @SuppressWarnings("serial") // thrown, never sent
  static final class ListenerFailure extends RuntimeException {
    ListenerFailure(Throwable cause) {
      super(cause);
    }
  }

  Deliveries(
      OpenWorkspace workspace,
      Library library,
      Keys keys,
      FollowPosition position,
      Following.Listener listener,
      Gate gate,
      int backlogRowsMax) {
    this.workspace = workspace;
    this.library = library;
    this.keys = keys;
    this.position = position.in(workspace.id());
    this.listener = listener;
    this.gate = gate;
    this.backlogRowsMax = backlogRowsMax;
  }

  /** Everything up to here is delivered. */
  FollowPosition position() {
    return position;
  }

  /**
   * Delivers everything that a read shows after the position.
   *
   * @param age how old the read may be
   * @return whether there was anything
   */
  boolean deliver(Duration age) {
    FollowPosition before = position;
    Snapshot snapshot = workspace.snapshot(age);
    while (true) {
      try {
        while (deliver(snapshot) == Left.MORE) {
          // A long backlog takes long: the plan has moved meanwhile, and comes first again.
          snapshot = workspace.snapshot(Duration.ZERO);
        }
        return !position.equals(before);
      } catch (FileGoneException e) {
        // Collected while it was read; what took its place says where the rows are now.
        Snapshot newer = workspace.snapshot(Duration.ZERO);
        if (newer.manifest().number() == snapshot.manifest().number()) {
          throw e;
        }
        snapshot = newer;
      }
    }
  }

  private enum Left {
    NOTHING,
    MORE
  }

  private Left deliver(Snapshot snapshot) {
    Manifest manifest = snapshot.manifest();
    // Who keeps up has had from the tail what segments hold, and need not open any.
    if (!position.reaches(manifest, keys)) {
      Backlog backlog = Backlog.after(position, unseen(manifest), library, backlogRowsMax);
      deliverPlan(backlog);
      position = position.withPlan(manifest.planThrough());
      deliverPlan(snapshot);
      deliverTraces(backlog);
      if (backlog.isCut()) {
        return Left.MORE;
      }
    }
    deliverPlan(snapshot);
    position = position.withManifest(manifest.number());
    Set<String> named = new HashSet<>();
    manifest.segments().forEach(segment -> named.add(segment.file().key()));
    done = named;
    deliverTail(snapshot);
    // A read that others of this handle made may know more of the plan than this one.
    position = FollowPosition.at(workspace.id(), snapshot).withPlan(position.plan());
    return Left.NOTHING;
  }

  /** Segments that may have rows after the position. */
  private List<Manifest.Segment> unseen(Manifest manifest) {
    return manifest.segments().stream()
        .filter(segment -> !done.contains(segment.file().key()))
        .filter(segment -> keys.lastManifest(segment.file().key()) > position.manifest())
        .toList();
  }

  /**
   * Plan versions written while a backlog is delivered; unless compaction has them already, then
   * they come with what is left of it.
   */
  private void deliverNewPlan() {
    Instant now = workspace.clock().instant();
    if (Duration.between(planRead, now).abs().compareTo(PLAN_EVERY) >= 0) {
      planRead = now;
      Snapshot newer = workspace.snapshot(PLAN_EVERY);
      if (newer.manifest().planThrough() <= position.plan()) {
        deliverPlan(newer);
      }
    }
  }

  /** Plan versions that segments hold. */
  private void deliverPlan(Backlog backlog) {
    List<Backlog.PlanKey> all = backlog.plan();
    int from = 0;
    while (from < all.size()) {
      int to = from;
      while (to < all.size()
          && (to - from < CALL_EVENTS_MAX || all.get(to).version() == all.get(to - 1).version())) {
        to++;
      }
      deliverVersions(backlog.load(all.subList(from, to)));
      from = to;
    }
  }

  /** Plan versions that no segment holds; those without events are fences. */
  private void deliverPlan(Snapshot snapshot) {
    deliverVersions(snapshot.plan().recent());
    position = position.withPlan(snapshot.plan().plan().version());
  }

  private void deliverVersions(List<Row> rows) {
    int from = 0;
    while (from < rows.size()) {
      long version = rows.get(from).envelope().planVersion();
      int to = from;
      while (to < rows.size() && rows.get(to).envelope().planVersion() == version) {
        to++;
      }
      if (version > position.plan()) {
        List<Entry> events = entries(rows.subList(from, to));
        FollowPosition after = position.withPlan(version);
        gate.call(
            () -> listener.planChanged(version, events, new Following.Position(after.encode())));
        position = after;
      }
      from = to;
    }
  }

  /** Traces that segments hold; a call has events of one manifest and one log. */
  private void deliverTraces(Backlog backlog) {
    List<Backlog.Key> all = backlog.rows();
    for (int loaded = 0; loaded < all.size(); loaded += CALL_EVENTS_MAX) {
      List<Backlog.Key> some = all.subList(loaded, Math.min(all.size(), loaded + CALL_EVENTS_MAX));
      List<Row> rows = backlog.load(some);
      deliverNewPlan();
      int from = 0;
      while (from < rows.size()) {
        int to = from + 1;
        while (to < rows.size() && isSameLog(some.get(from), some.get(to))) {
          to++;
        }
        record(rows.subList(from, to), position.withCursor(some.get(to - 1).cursor()));
        from = to;
      }
    }
  }

  private static boolean isSameLog(Backlog.Key a, Backlog.Key b) {
    return a.cursor().manifest() == b.cursor().manifest()
        && a.cursor().place().log().equals(b.cursor().place().log());
  }

  /** Traces that no segment holds. */
  private void deliverTail(Snapshot snapshot) {
    List<Row> rows = new ArrayList<>();
    for (Snapshot.Batch batch : snapshot.batches()) {
      for (Row row : batch.rows()) {
        boolean isOther =
            !rows.isEmpty() && !rows.getFirst().place().log().equals(row.place().log());
        if (isOther || rows.size() == CALL_EVENTS_MAX) {
          recordTail(rows);
          rows.clear();
        }
        if (!position.marks(row.place())) {
          rows.add(row);
        }
      }
    }
    recordTail(rows);
  }

  private void recordTail(List<Row> rows) {
    if (!rows.isEmpty()) {
      Row.Place last = rows.getLast().place();
      record(rows, position.withMark(last.log(), new Mark(last.batch(), last.index() + 1)));
    }
  }

  private void record(List<Row> rows, FollowPosition after) {
    Set<EventId> ids = new HashSet<>();
    List<Row> fresh =
        rows.stream()
            .filter(row ->
                row.envelope().source().isEmpty()
                    || (!sourced.contains(row.id()) && ids.add(row.id())))
            .toList();
    if (!fresh.isEmpty()) {
      fresh.forEach(row -> workspace.ids().observe(row.envelope()));
      List<Entry> events = entries(fresh);
      gate.call(() -> listener.recorded(events, new Following.Position(after.encode())));
    }
    sourced.addAll(ids);
    Iterator<EventId> oldest = sourced.iterator();
    while (sourced.size() > SOURCED_MAX) {
      EventId unused = oldest.next();
      oldest.remove();
    }
    position = after;
  }

  private static List<Entry> entries(List<Row> rows) {
    List<Entry> entries = new ArrayList<>(rows.size());
    for (Row row : rows) {
      entries.add(row.entry());
    }
    return List.copyOf(entries);
  }
}
