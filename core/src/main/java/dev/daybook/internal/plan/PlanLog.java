package dev.daybook.internal.plan;

import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanConflictException;
import dev.daybook.PlanRuleException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.internal.entry.MaskedEvent;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.ConditionalWrite;
import dev.daybook.internal.log.ConditionalWrite.Failed;
import dev.daybook.internal.log.ConditionalWrite.Fenced;
import dev.daybook.internal.log.ConditionalWrite.Gone;
import dev.daybook.internal.log.ConditionalWrite.Ours;
import dev.daybook.internal.log.ConditionalWrite.Theirs;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;

/**
 * The log of plan versions. Creating version n+1 is the compare-and-set: whoever creates it wins,
 * everyone else folds it in and decides again. Changes asked for at once in this process share one
 * version. Safe for use by any number of threads.
 */
public final class PlanLog {
  /** The order of the rows of a version, whatever the order of their lines. */
  public static final Comparator<Row> WITHIN_VERSION = Comparator.comparing(Row::id);

  /** How often a change is decided anew before it is given up. */
  private static final int ROUNDS_MAX = 200;

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Masker masker;
  private final Contention contention;
  private final ReentrantLock lock = new ReentrantLock();
  private final ConcurrentLinkedQueue<Change> queue = new ConcurrentLinkedQueue<>();
  private volatile Head head = new Head(PlanState.EMPTY, List.of());

  /**
   * The plan as far as this handle knows it.
   *
   * @param plan the fold
   * @param recent the rows of the versions since {@link #coveredThrough}, in order
   */
  public record Head(PlanState plan, List<Row> recent) {}

  /**
   * What a change came to.
   *
   * @param plan the plan that holds it, or in which nothing was to be changed
   * @param events the ids of its events, in order; empty if nothing was written
   * @param masked how many secrets were replaced in its events, by kind
   */
  public record Committed(PlanState plan, List<EventId> events, Map<String, Long> masked) {}

  /** Decides what to add to a plan; a pure function. */
  @FunctionalInterface
  public interface Decision {
    /** The events to add to this plan, looked at from this moment; none for no change. */
    List<? extends PlanEvent> decide(PlanState plan, Instant now);
  }

  /**
   * Where an event goes.
   *
   * @param version the plan version
   * @param task the task it is about, as the plan knows it; empty if none
   */
  public record Slot(long version, String task) {}

  /** Puts an event into its envelope. */
  @FunctionalInterface
  public interface Sealer {
    /** The envelope of an event. */
    Envelope seal(EventId id, PlanEvent event, Slot slot);
  }

  private static final class Change {
    final Decision decision;
    final Author author;
    final Sealer sealer;
    Committed done;
    Throwable refused;

    Change(Decision decision, Author author, Sealer sealer) {
      this.decision = decision;
      this.author = author;
      this.sealer = sealer;
    }

    boolean isSettled() {
      return done != null || refused != null;
    }
  }

  /** The plan log of a workspace, nothing read yet. */
  public PlanLog(Store store, Keys keys, String workspaceId, EventIds ids, Masker masker) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.masker = masker;
    this.contention = new Contention(store);
  }

  /** The plan as last read or written. */
  public Head head() {
    return head;
  }

  /**
   * Starts from a plan that was folded from segments or a checkpoint; only before anything else.
   */
  public void startFrom(PlanState plan) {
    lock.lock();
    try {
      head = new Head(plan, List.of());
    } finally {
      lock.unlock();
    }
  }

  /** Whether this thread is deciding a change right now. */
  public boolean isDecidingHere() {
    return lock.isHeldByCurrentThread();
  }

  /** Reads every version after the head, until one is absent. */
  public Head refresh() {
    lock.lock();
    try {
      return readOn();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the rows that segments cover. */
  public void coveredThrough(long version) {
    lock.lock();
    try {
      List<Row> recent = head.recent();
      if (!recent.isEmpty() && recent.getFirst().envelope().planVersion() <= version) {
        head =
            new Head(
                head.plan(),
                recent.stream().filter(row -> row.envelope().planVersion() > version).toList());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Decides on the newest plan and writes the events as the next version, anew after each lost
   * race.
   *
   * @throws PlanConflictException if the plan moved too often
   */
  public Committed commit(Decision decision, Author author, Sealer sealer) {
    Change mine = new Change(decision, author, sealer);
    queue.add(mine);
    lock.lock();
    try {
      if (!mine.isSettled()) {
        commitQueued();
      }
    } finally {
      lock.unlock();
    }
    return switch (mine.refused) {
      case null -> mine.done;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("A change cannot fail with this", e);
    };
  }

  private void commitQueued() {
    List<Change> changes = new ArrayList<>();
    for (Change change = queue.poll(); change != null; change = queue.poll()) {
      changes.add(change);
    }
    try {
      long startVersion = head.plan().version();
      for (int round = 1; ; round++) {
        contention.awaitTurn();
        readOn();
        changes.removeIf(Change::isSettled);
        if (changes.isEmpty()) {
          return;
        }
        Instant start = store.clock().instant();
        boolean won = tryOnce(changes);
        contention.tried(start, won, round);
        changes.removeIf(Change::isSettled);
        if (changes.isEmpty()) {
          return;
        }
        if (round == ROUNDS_MAX) {
          throw new PlanConflictException(
              "Plan of '%s' moved from version %d to %d while a change was decided %d times; reload with workspace.plan() and apply the change again"
                  .formatted(keys.name(), startVersion, head.plan().version(), round));
        }
      }
    } catch (RuntimeException e) {
      changes.stream().filter(change -> !change.isSettled()).forEach(change -> change.refused = e);
    } catch (Error e) {
      changes.stream()
          .filter(change -> !change.isSettled())
          .forEach(change ->
              change.refused =
                  new OutcomeUnknownException(
                      "Writing a change of the plan of '"
                          + keys.name()
                          + "' broke off: "
                          + e
                          + "; read the plan before changing it again",
                      e));
      throw e;
    }
  }

  /** What one change adds to a version. */
  private record Addition(
      PlanState plan, List<Row> rows, Set<String> claimed, Map<String, Long> masked) {}

  /** A change waits for the next version, since this one claims the same task already. */
  private static final class WaitsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WaitsException() {
      super("A task is claimed once in a plan version", null, false, false);
    }
  }

  /**
   * Decides every change on the head and creates the next version; {@code false} if the race was
   * lost. What was decided on the events of a change before it holds only once those are written.
   * Changes that are not settled then are to be decided on the next version.
   */
  private boolean tryOnce(List<Change> changes) {
    long version = head.plan().version() + 1;
    Instant now = store.clock().instant();
    PlanState plan = head.plan();
    List<Row> rows = new ArrayList<>();
    List<Runnable> whenCommitted = new ArrayList<>();
    Map<Change, Addition> written = new LinkedHashMap<>();
    IdentityHashMap<Fences, Set<String>> claimedHere = new IdentityHashMap<>();
    for (Change change : changes) {
      try {
        Set<String> claimed =
            claimedHere.computeIfAbsent(change.author.fences(), handle -> new HashSet<>());
        Addition addition = decide(change, plan, version, claimed, now);
        if (!addition.rows().isEmpty()) {
          written.put(change, addition);
        }
        plan = addition.plan();
        rows.addAll(addition.rows());
        claimed.addAll(addition.claimed());
        List<EventId> events = addition.rows().stream().map(Row::id).toList();
        if (rows.isEmpty()) {
          change.done = new Committed(head.plan(), events, addition.masked());
        } else {
          whenCommitted.add(
              () -> change.done = new Committed(head.plan(), events, addition.masked()));
        }
      } catch (WaitsException e) {
        // It is not settled, so it is decided again.
      } catch (RuntimeException | Error e) {
        if (rows.isEmpty()) {
          change.refused = e;
        } else {
          whenCommitted.add(() -> change.refused = e);
        }
      }
    }
    if (rows.isEmpty()) {
      return true;
    }
    try {
      if (!create(version, rows)) {
        return false;
      }
    } catch (OutcomeUnknownException e) {
      written.forEach((change, addition) ->
          addition.claimed().forEach(task -> change.author.fences().mayHaveTaken(task, version)));
      refuseWhatIsNotIn(version, changes, written.keySet(), e);
      throw e;
    }
    Head unused = advance(List.of(rows));
    written.forEach((change, addition) ->
        addition.claimed().forEach(task -> change.author.fences().took(task, version)));
    whenCommitted.forEach(Runnable::run);
    return true;
  }

  private Addition decide(
      Change change, PlanState plan, long version, Set<String> claimedBefore, Instant now) {
    Author author = change.author;
    List<Row> rows = new ArrayList<>();
    Set<String> claimed = new HashSet<>();
    Set<String> claimedHere = new HashSet<>(claimedBefore);
    Map<String, Long> masked = Map.of();
    PlanFold ahead = new PlanFold(plan);
    for (PlanEvent given : change.decision.decide(plan, now)) {
      PlanEvent event = masker.event(given);
      PlanState soFar = ahead.plan();
      String task = soFar.taskOf(event);
      if (soFar.claims(event) && soFar.isClaimedAt(task, version)) {
        requireAnotherVersion(claimed, task);
      }
      PlanRules.check(soFar, event, author, claimedHere, now);
      Envelope envelope = change.sealer.seal(ids.next(), given, new Slot(version, task));
      MaskedEvent sealed = masker.event(envelope, given);
      masked = Masker.sum(masked, sealed.masked());
      Row row = EntryLines.encode(Row.of(sealed)).row();
      ahead.add(row.entry());
      rows.add(row);
      if (soFar.claims(event) && ahead.plan().isClaimedAt(task, version)) {
        claimed.add(task);
        claimedHere.add(task);
      }
    }
    return new Addition(ahead.plan(), rows, claimed, masked);
  }

  /** A fence is a plan version, so two claims on one task need two. */
  private static void requireAnotherVersion(Set<String> claimedByChange, String task) {
    if (claimedByChange.contains(task)) {
      throw new PlanRuleException(
          "Task '" + task + "' is claimed twice in one change; claim it in one of its own");
    }
    throw new WaitsException();
  }

  /**
   * Only who has events in a version learns its outcome by asking: what another change was told
   * depends on events that may not be there.
   */
  private void refuseWhatIsNotIn(
      long version, List<Change> changes, Set<Change> written, OutcomeUnknownException e) {
    for (Change change : changes) {
      if (!change.isSettled() && !written.contains(change)) {
        change.refused =
            new StorageUnavailableException(
                "Nothing was written for this change of the plan of '%s': it was decided on version %d, of which it is not known whether it was written; try again"
                    .formatted(keys.name(), version),
                e);
      }
    }
  }

  private boolean create(long version, List<Row> rows) {
    ObjectKey key = keys.plan(version);
    String operation = ids.nextName();
    ConditionalWrite.Outcome outcome =
        new ConditionalWrite(store)
            .write(
                "write plan version " + version + " of '" + keys.name() + "'",
                key,
                new Frame(Frame.Kind.PLAN, operation, EntryLines.lines(rows)).encode(workspaceId),
                operation,
                this::emptyVersion,
                bytes -> Frame.decode(key, bytes, Frame.Kind.PLAN, workspaceId));
    return isOurs(outcome);
  }

  private byte[] emptyVersion() {
    return new Frame(Frame.Kind.PLAN, ids.nextName(), new byte[0]).encode(workspaceId);
  }

  /**
   * Settles a version that its writer gave up without an answer.
   *
   * @return whether it is in the plan; if not, it never will be
   * @throws OutcomeUnknownException if the store does not answer now either
   */
  public boolean outcome(long version, String operation) {
    long newest;
    try {
      newest = refresh().plan().version();
    } catch (StorageUnavailableException e) {
      throw ConditionalWrite.unanswered(keys.plan(version), operation, e);
    }
    if (version > newest + 1) {
      throw new IllegalArgumentException(
          "The plan of '%s' is at version %d, so nobody can have written version %d; give what OutcomeUnknownException.operation() said"
              .formatted(keys.name(), newest, version));
    }
    ObjectKey key = keys.plan(version);
    ConditionalWrite.Outcome standing =
        new ConditionalWrite(store)
            .ask(
                "The write of " + key,
                key,
                operation,
                this::emptyVersion,
                bytes -> Frame.decode(key, bytes, Frame.Kind.PLAN, workspaceId))
            .standing();
    return standing instanceof Ours;
  }

  /** Keys of plan versions never become free, so what stands there is the whole answer. */
  private static boolean isOurs(ConditionalWrite.Outcome outcome) {
    return switch (outcome) {
      case Ours() -> true;
      case Theirs(Frame ignored) -> false;
      case Gone() -> false;
      case Failed(var why) -> throw why;
      case Fenced(var standing, var ignored) -> isOurs(standing);
    };
  }

  /** The first version is asked for alone, since mostly there is none; then more at once. */
  private Head readOn() {
    List<List<Row>> versions = new ArrayList<>();
    long version = head.plan().version();
    try {
      for (int ahead = 1; ; ahead = Math.min(2 * ahead, store.atOnce())) {
        List<ObjectKey> wanted =
            LongStream.rangeClosed(version + 1, version + ahead).mapToObj(keys::plan).toList();
        for (Optional<ObjectStore.Stored> stored : store.getAll(wanted)) {
          if (stored.isEmpty()) {
            return advance(versions);
          }
          version++;
          ObjectKey key = keys.plan(version);
          byte[] bytes = stored.get().bytes();
          Frame frame = Frame.decode(key, bytes, Frame.Kind.PLAN, workspaceId);
          List<Row> rows =
              EntryLines.rows(key, frame.body()).stream().sorted(WITHIN_VERSION).toList();
          rows.stream().limit(1).forEach(row -> contention.saw(row.envelope().session()));
          versions.add(rows);
        }
      }
    } catch (RuntimeException e) {
      // What was read before stays read.
      Head unused = advance(versions);
      throw e;
    }
  }

  /** Folds the versions after the head in one go: a fold copies the plan. */
  private Head advance(List<List<Row>> versions) {
    if (versions.isEmpty()) {
      return head;
    }
    PlanFold fold = new PlanFold(head.plan());
    List<Row> recent = new ArrayList<>(head.recent());
    long version = head.plan().version();
    for (List<Row> rows : versions) {
      version++;
      fold.through(version);
      rows.forEach(row -> fold.add(row.entry()));
      recent.addAll(rows);
      rows.forEach(row -> ids.observe(row.envelope()));
    }
    head = new Head(fold.plan(), List.copyOf(recent));
    return head;
  }
}
