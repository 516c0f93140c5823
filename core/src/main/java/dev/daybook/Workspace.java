package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.Vcs;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.workspace.ById;
import dev.daybook.internal.workspace.FollowPosition;
import dev.daybook.internal.workspace.Follower;
import dev.daybook.internal.workspace.GitState;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.internal.workspace.PastReads;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An open workspace: one plan and all traces of one long project, shared by any number of processes
 * with nothing between them but the object store. Safe for use by any number of threads. Closing it
 * waits for what was recorded, compacts what this handle wrote, and frees it; the store given stays
 * open.
 */
public final class Workspace implements AutoCloseable {
  private final OpenWorkspace open;
  private final TraceStore traces;
  private final Optional<Daybook> owned;

  Workspace(OpenWorkspace open, Optional<Daybook> owned) {
    this.open = open;
    this.traces = new TraceStore(open);
    this.owned = owned;
  }

  /**
   * The workspace of this name in a store, created if there is none, with an engine of its own; see
   * {@link Daybook} for many workspaces on one engine.
   *
   * @throws IllegalArgumentException if the name is not legal
   */
  public static Workspace openOrCreate(ObjectStore store, String name) {
    return owning(store, daybook -> daybook.openOrCreate(name));
  }

  /**
   * The workspace of this name in a store.
   *
   * @throws WorkspaceStateException if there is none
   */
  public static Workspace open(ObjectStore store, String name) {
    return owning(store, daybook -> daybook.open(name));
  }

  /**
   * Creates the workspace of this name in a store.
   *
   * @throws WorkspaceStateException if there is one
   */
  public static Workspace create(ObjectStore store, String name) {
    return owning(store, daybook -> daybook.create(name));
  }

  private static Workspace owning(
      ObjectStore store, java.util.function.Function<Daybook, Workspace> opener) {
    Daybook daybook = Daybook.on(store).open();
    try {
      return new Workspace(opener.apply(daybook).open, Optional.of(daybook));
    } catch (RuntimeException e) {
      daybook.close();
      throw e;
    }
  }

  /** The workspace's name. */
  public String name() {
    return open.name();
  }

  /** The workspace's id, never used by another, not even by a later one of the same name. */
  public String id() {
    return open.id();
  }

  /**
   * Where its objects are, for messages and for other tools: the store and what their keys begin
   * with.
   */
  public String location() {
    return open.location();
  }

  /**
   * How many secrets {@link Masking} replaced in what this handle took since it was opened, by
   * kind: in events recorded, plan changes and imports. A change that was decided again counts
   * once.
   */
  public Map<String, Long> masked() {
    return open.masked();
  }

  OpenWorkspace internals() {
    open.checkOpen();
    return open;
  }

  /** Starts a fresh session. */
  public Session startSession(Actor actor) {
    return startSession(actor, SessionOptions.defaults());
  }

  /** Joins the session of this id, or starts it if there is none. */
  public Session startSession(Actor actor, SessionId id) {
    return startSession(actor, SessionOptions.defaults().id(id));
  }

  /**
   * Starts or joins a session.
   *
   * @throws WorkspaceStateException if the workspace was deleted meanwhile
   */
  public Session startSession(Actor actor, SessionOptions options) {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(options, "options");
    open.checkOpen();
    open.checkNotDeleted();
    Vcs vcs = Vcs.NONE;
    for (Path folder : options.workingFolder()) {
      vcs = GitState.of(folder);
    }
    return Session.start(open, actor, options, vcs);
  }

  /** The newest plan; everything acknowledged before this call began is in it. */
  public PlanRecord plan() {
    return new PlanRecord(open.latestPlan(), open.clock().instant());
  }

  /**
   * The plan as it was at a version, looked at from the moment its last event was recorded.
   *
   * @throws IllegalArgumentException if there is no such version yet
   */
  public PlanRecord plan(long version) {
    PlanState state = open.planAt(version);
    return new PlanRecord(state, state.time());
  }

  /**
   * What two versions of the plan differ in, with what nobody decided marked as drift. Reads the
   * plan events between them, besides what {@link #plan(long)} of the earlier one reads.
   *
   * @throws IllegalArgumentException if there is no such version, or the first is the later one
   */
  public PlanRecord.Diff diff(long from, long to) {
    return open.diff(from, to);
  }

  /** The traces. */
  public TraceStore traces() {
    return traces;
  }

  /**
   * The workspace as it was at one moment: the plan at a version, and the traces recorded by then.
   * The plan and its events are bounded by version, traces by {@link
   * dev.daybook.event.Envelope#recordedAt}. That is the clock of their writer, put forward after
   * everything the writer had read, so what an event builds on is there whenever the event is, and
   * a later moment never shows less. Two limits: what two processes recorded without having read of
   * each other is in the order of their clocks; and a clock is not put forward by more than an
   * hour, so what a process records whose clock is slower than that can show too early, and
   * versions recorded by one that fast can show late. Bounds are in microseconds, as all times that
   * are recorded, and include what was recorded in the same one. A call that was started by then
   * and ended later is shown as started. What was recorded by then and reaches the store only now
   * is seen once it is there. Safe for use by any number of threads; reads what the workspace that
   * gave it reads, so not after that is closed.
   */
  public static final class Past {
    private final PastReads reads;
    private final TraceStore traces;

    private Past(OpenWorkspace open, PastReads reads) {
      this.reads = reads;
      this.traces = new TraceStore(open, reads);
    }

    /** The plan at {@link #planVersion()}. */
    public PlanRecord plan() {
      return new PlanRecord(reads.plan(), reads.recorded());
    }

    /** The plan version in force then; 0 if there was none yet. */
    public long planVersion() {
      return reads.planVersion();
    }

    /**
     * What was recorded at this time or before is seen: the time asked for, or the last time in the
     * events of the plan up to the version asked for; {@link Instant#MIN} if it has none.
     */
    public Instant at() {
      return reads.recorded();
    }

    /** The traces, bound to this moment: none of their methods shows anything newer. */
    public TraceStore traces() {
      return traces;
    }

    /**
     * Asks the history up to this moment. Scores can differ from those of the time, since how rare
     * a word is counts over all there is now.
     *
     * @return hits, best first, and which legs ran over how much of that history
     */
    public Hits recall(Query query) {
      return reads.view(query.freshness()).recall(query);
    }
  }

  /**
   * The workspace as of a plan version: the plan at it, and every trace recorded until it was, by
   * the last time in the events of the plan up to it. A version without events (of a write that was
   * given up) is as the one before it; version 0, before the first, holds neither plan nor traces.
   *
   * @throws IllegalArgumentException if there is no such version yet
   */
  public Past asOf(long planVersion) {
    return new Past(open, open.asOf(planVersion));
  }

  /**
   * The workspace as of a time: every trace recorded at it or before, and the plan at the last
   * version before the first that was recorded later. The version is found now and stays: as of a
   * time to come it is the newest plan, while traces are still added.
   */
  public Past asOf(Instant time) {
    return new Past(open, open.asOf(Objects.requireNonNull(time, "time")));
  }

  /**
   * The workspace as of the moment at which {@link #pin} was called with this name, by the clock of
   * who called it.
   *
   * @throws IllegalArgumentException if nothing is pinned under the name
   */
  public Past asOf(String pinName) {
    return new Past(open, open.asOf(Objects.requireNonNull(pinName, "pinName")));
  }

  /** The newest 100 of the history of an id; see {@link #history(String, EventId, int)}. */
  public EntryPage history(String id) {
    return history(id, EventId.NONE, 100);
  }

  /**
   * A page of what the plan says about an id, the newest plan version first, whatever the clocks of
   * its writers said: of a task the plan events on it, its handoffs' offers as well; of a handoff
   * its life; of an event, such as a decision or a question, itself and the plan events whose cause
   * it is. Empty if there is nothing of that id. Everything acknowledged before this call began is
   * in it.
   *
   * @param id of the task, handoff or event
   * @param cursor where the page before this one said to go on; {@link EventId#NONE} for the first
   * @param limit at most this many entries, from 1 to {@value TraceStore#PAGE_ENTRIES_MAX}
   * @throws IllegalArgumentException if the id is blank or the limit out of range
   */
  public EntryPage history(String id, EventId cursor, int limit) {
    TraceStore.checkId(id);
    TraceStore.checkLimit(limit);
    return TraceStore.page(
        ById.history(open.latest(), open.masker().text(id), cursor, limit + 1), limit);
  }

  /**
   * Asks the whole history, traces and plan.
   *
   * @return hits, best first, and which legs ran over how much of the history
   */
  public Hits recall(Query query) {
    return open.view(query.freshness()).recall(query);
  }

  /**
   * What an actor should know before it acts, as {@link Session#briefing}, for who only looks: it
   * starts no session.
   *
   * @param task the task it is about; empty for those that the actor holds or could take
   * @param tokensMax at least {@value Briefing#TOKENS_MIN}, by the engine's {@linkplain
   *     Daybook.Builder#tokenCounter token counter}
   */
  public Briefing briefing(Actor actor, String task, int tokensMax) {
    return Briefing.write(
        open.latest(),
        open.masker().record(Objects.requireNonNull(actor, "actor")),
        open.masker().text(Objects.requireNonNull(task, "task")),
        open.clock().instant(),
        tokensMax,
        open.tokenCounter());
  }

  /**
   * Takes everything written so far into segments, builds what is missing of indexes and vectors.
   */
  public void compact() {
    compact(progress -> {});
  }

  /**
   * Takes everything written so far into segments, builds what is missing of indexes and vectors,
   * removes what no segment in force needs (see {@link Daybook.Builder#keepReplaced}). What was
   * finished stays when it is interrupted.
   *
   * @param progress is told of every step, from the calling thread
   * @throws StorageUnavailableException if the store does not answer; nothing is lost
   */
  public void compact(Consumer<Progress> progress) {
    open.checkOpen();
    open.compact(progress);
  }

  /**
   * Calls a listener with everything that comes after a position: plan versions in order, events of
   * each writer log in order, at least once. What is there already comes at once, what any process
   * writes later within the pause between two polls ({@link Daybook.Builder#followEvery}). See
   * {@link Following} for what is promised and what it costs. A position of before a workspace was
   * restored from a backup may be good for nothing: what came after the backup has other content
   * now under the same numbers, which is not seen by the position. After a restore begin anew.
   *
   * @param position {@link Following.Position#START}, {@link #position()}, or what was stored of an
   *     earlier following
   * @return the following; close it to end it
   * @throws IllegalArgumentException if the position is of another workspace or ahead of this one
   */
  public Following follow(Following.Position position, Following.Listener listener) {
    Objects.requireNonNull(listener, "listener");
    Follower follower = open.follower(FollowPosition.parse(position.token()), listener);
    open.start(follower);
    return new Following(follower);
  }

  /** Where following begins that is to deliver nothing of what is acknowledged now. */
  public Following.Position position() {
    return new Following.Position(open.position().encode());
  }

  /** What a write came to that had ended unknown. */
  public enum Outcome {
    /** It is durable. */
    DONE,
    /** It did not happen and never will. */
    FAILED
  }

  /**
   * Settles a write that ended in {@link OutcomeUnknownException}: it can no longer take effect
   * after this answer if it had not before. Any process may ask, any number of times, and all get
   * the same answer.
   *
   * @param operation what {@link OutcomeUnknownException#operation()} said
   * @throws OutcomeUnknownException if the store does not answer; ask again
   * @throws IllegalArgumentException if it is no operation of this workspace
   */
  public Outcome outcome(String operation) {
    return open.isDone(Objects.requireNonNull(operation, "operation"))
        ? Outcome.DONE
        : Outcome.FAILED;
  }

  /**
   * What {@link #verify} found.
   *
   * @param objects how many objects were read
   * @param bytes how many bytes they had
   * @param problems what is wrong, where, and what to do; empty if all is well
   */
  public record Verification(long objects, long bytes, List<String> problems) {
    /** Copies the list. */
    public Verification {
      problems = List.copyOf(problems);
    }

    /** Whether nothing is wrong. */
    public boolean isWhole() {
      return problems.isEmpty();
    }
  }

  /**
   * Reads every object of the present state again and checks it against what the manifests say:
   * checksums, that plan versions and batches have no gap, that segments hold exactly what was
   * taken in, each event once. It repairs nothing; {@link #compact()} makes indexes and vectors
   * again.
   *
   * @param progress is told of every object, from the calling thread
   * @throws StorageUnavailableException if the store does not answer or the thread was interrupted
   */
  public Verification verify(Consumer<Progress> progress) {
    return open.verify(progress);
  }

  /**
   * Keeps the files of the present state under a name, by which {@link #asOf(String)} reads it:
   * whatever compaction replaces later, none of them is removed before {@link #unpin}. For backups
   * and long reads by other tools; what no segment holds yet is not part of it, so call {@link
   * #compact()} first. Events are kept in any case.
   *
   * @return the number of the manifest that names those files
   * @throws IllegalArgumentException if the name is taken
   */
  public long pin(String pinName) {
    return open.pin(Objects.requireNonNull(pinName, "pinName"));
  }

  /** Takes a name of {@link #pin} off; nothing happens if there is no such name. */
  public void unpin(String pinName) {
    open.unpin(Objects.requireNonNull(pinName, "pinName"));
  }

  /** The names of {@link #pin}, each with its manifest. */
  public Map<String, Long> pins() {
    return open.pins();
  }

  /**
   * Waits for what was recorded, compacts what this handle wrote, and frees it. Vectors of more
   * than 500 events are left to {@link #compact()}, so that closing does not take minutes; until
   * then coverage counts them. Closing again does nothing.
   *
   * @throws DaybookException if something recorded was not written
   */
  @Override
  public void close() {
    try {
      open.close();
    } finally {
      owned.ifPresent(Daybook::close);
    }
  }

  /**
   * Waits for what was recorded and frees this handle, as {@link #close()}, but leaves compaction
   * to others, unless as much waits for it as {@link Daybook.Builder#compactAt} says. For a process
   * that writes a few events and is to end soon, such as a command: what it wrote is durable, and
   * the next reader reads it from the log. Closing again does nothing.
   *
   * @throws DaybookException if something recorded was not written
   */
  public void closeQuickly() {
    try {
      open.closeQuickly();
    } finally {
      owned.ifPresent(Daybook::close);
    }
  }

  /** The names of all workspaces in a store, in order. */
  public static List<String> list(ObjectStore store) {
    try (Daybook daybook = Daybook.on(store).open()) {
      return daybook.workspaces();
    }
  }

  /**
   * Deletes a workspace and all it holds.
   *
   * @throws WorkspaceStateException if there is none
   */
  public static void delete(ObjectStore store, String name) {
    try (Daybook daybook = Daybook.on(store).open()) {
      daybook.delete(name);
    }
  }
}
