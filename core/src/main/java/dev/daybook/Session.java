package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.UnknownEvent;
import dev.daybook.event.Vcs;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.WriterLog;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.internal.workspace.View;
import dev.daybook.recall.Filter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * One actor at work in a workspace: records what it does, changes the plan, hands over. A session
 * outlives a JVM: joining its id goes on with it, {@link #close} frees what this handle holds, only
 * {@link #end} ends it. Safe for use by any number of threads; events recorded by one thread keep
 * their order.
 */
public final class Session implements AutoCloseable {
  private final OpenWorkspace workspace;
  private final Actor actor;
  private final SessionId id;
  private final SessionId parent;
  private final Vcs vcs;
  private final String task;
  private final Shared shared;

  /** What a session and its narrowed views have in common. */
  private static final class Shared {
    final AtomicBoolean closed = new AtomicBoolean();
    final Map<EventId, CompletableFuture<Void>> pending = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  }

  private Session(
      OpenWorkspace workspace,
      Actor actor,
      SessionId id,
      SessionId parent,
      Vcs vcs,
      String task,
      Shared shared) {
    this.workspace = workspace;
    this.actor = actor;
    this.id = id;
    this.parent = parent;
    this.vcs = vcs;
    this.task = task;
    this.shared = shared;
  }

  static Session start(OpenWorkspace workspace, Actor actor, SessionOptions options, Vcs vcs) {
    SessionId id =
        options.id().isPresent() ? options.id() : SessionId.of(workspace.ids().nextName());
    Session session = new Session(workspace, actor, id, options.parent(), vcs, "", new Shared());
    boolean joins =
        options.id().isPresent()
            && workspace.latest().count(Filter.any().session(id).type("SessionStarted")) > 0;
    if (!joins) {
      session.record(new SessionStarted(options.purpose())).await();
    }
    return session;
  }

  /** A session that is known to be started, or whose start the caller records. */
  static Session joined(OpenWorkspace workspace, Actor actor, SessionId id) {
    return new Session(workspace, actor, id, SessionId.NONE, Vcs.NONE, "", new Shared());
  }

  /** The session's id, for joining it again. */
  public SessionId id() {
    return id;
  }

  /** Who works in it. */
  public Actor actor() {
    return actor;
  }

  /**
   * The same session narrowed to a task: what is recorded through it belongs to that task. Closing
   * either closes both.
   */
  public Session on(String newTask) {
    return new Session(
        workspace, actor, id, parent, vcs, Objects.requireNonNull(newTask, "newTask"), shared);
  }

  /** Records an event; see {@link #record(TraceEvent, Context)}. */
  public Receipt record(TraceEvent event) {
    return record(event, Context.none());
  }

  /**
   * Records an event. Returns at once, unless too much waits to be written; the receipt says when
   * it is durable. What is recorded while a batch is under way is the next batch. An event whose
   * source id was recorded before is not recorded again; its receipt is durable.
   *
   * @throws IllegalArgumentException if the event is over the size limit or of an unknown type
   * @throws IllegalStateException if the session or workspace is closed
   * @throws StorageUnavailableException if it could not be taken within the write deadline
   */
  public Receipt record(TraceEvent event, Context context) {
    return record(event, context, workspace::append);
  }

  /** Records an event whose source id the caller has looked for and not found. */
  Receipt recordNew(TraceEvent event, Context context) {
    return record(event, context, workspace::appendNew);
  }

  private Receipt record(
      TraceEvent event, Context context, Function<WriterLog.Item, CompletableFuture<Void>> append) {
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(context, "context");
    checkOpen();
    if (event instanceof UnknownEvent unknown) {
      throw new IllegalArgumentException(
          "Event type '"
              + unknown.type()
              + "' is unknown to this library, so it cannot be recorded; use a newer release");
    }
    Instant now = now();
    Instant time =
        context.time().equals(Instant.MIN) ? now : context.time().truncatedTo(ChronoUnit.MICROS);
    EventId eventId =
        context.source().isEmpty()
            ? workspace.ids().next()
            : EventIds.derived(context.source(), time);
    Envelope envelope =
        new Envelope(
            eventId,
            Envelope.Stream.TRACE,
            time,
            now,
            actor,
            id,
            parent,
            context.task().isEmpty() ? task : context.task(),
            context.cause(),
            context.source(),
            context.traceId(),
            context.spanId(),
            vcs,
            context.labels(),
            0);
    CompletableFuture<Void> durable = append.apply(workspace.toRecord(envelope, event));
    // Pending until its failure is noted, so that a flush that finds nothing pending has seen it.
    CompletableFuture<Void> noted =
        durable.whenComplete((ignored, failure) -> {
          if (failure != null) {
            shared.failures.add(failure);
          }
        });
    shared.pending.put(eventId, noted);
    CompletableFuture<Void> unused =
        noted.whenComplete((ignored, failure) -> shared.pending.remove(eventId, noted));
    return new Receipt(eventId, durable);
  }

  /**
   * Records that a tool is being called. If nothing more is heard, readers see a call of outcome
   * {@link CallOutcome#UNKNOWN}.
   */
  public Receipt started(ToolCall call) {
    return record(new ToolCallStarted(call.tool(), call.arguments()));
  }

  /** Records how a started call ended; readers see one call. */
  public Receipt finished(EventId start, ToolCall call) {
    return record(call, Context.none().cause(start));
  }

  /**
   * Changes the plan. What this session recorded is made durable first. {@code decide} is a pure
   * function of the newest plan; after a lost race it runs again on the newer plan, so it may run
   * several times, in any thread. It may refuse by throwing, which ends the call; an empty list
   * writes nothing. All events are in one plan version, or none is.
   *
   * @throws PlanRuleException if an event is not allowed in that plan
   * @throws PlanConflictException if the plan moved too often
   * @throws StorageUnavailableException if it was not written and never will be
   * @throws OutcomeUnknownException if that is not known
   */
  public PlanChange updatePlan(Function<PlanRecord, List<? extends PlanEvent>> decide) {
    Objects.requireNonNull(decide, "decide");
    checkOpen();
    flush();
    PlanLog.Committed committed = workspace.commit(decide, actor, this::seal);
    return new PlanChange(committed.plan().version(), committed.plan(), committed.events());
  }

  private Envelope seal(EventId eventId, PlanEvent event, long version) {
    Instant now = now();
    return new Envelope(
        eventId,
        Envelope.Stream.PLAN,
        now,
        now,
        actor,
        id,
        parent,
        event.task().isEmpty() ? task : event.task(),
        EventId.NONE,
        "",
        "",
        "",
        vcs,
        Map.of(),
        version);
  }

  /**
   * Offers a handoff. Its evidence must exist; what the traces of this session contradict (tests
   * said to pass whose last run failed, a file no call touched) is not refused but kept with the
   * offer for the receiver to see.
   *
   * @return the handoff with its id
   * @throws PlanRuleException if the task does not exist or evidence cannot be found
   */
  public Handoff offer(Handoff handoff) {
    Objects.requireNonNull(handoff, "handoff");
    checkOpen();
    flush();
    View view = workspace.latest();
    for (EventId evidence : handoff.evidence()) {
      if (!view.contains(evidence)) {
        throw new PlanRuleException(
            "Handoff of '%s' names evidence %s, which is no event of workspace '%s'; give ids from receipts or entries"
                .formatted(handoff.task(), evidence, workspace.name()));
      }
    }
    List<String> contradictions = contradictions(handoff, view);
    String handoffId = workspace.ids().nextName();
    PlanChange change =
        updatePlan(plan ->
            List.of(
                new HandoffOffered(
                    handoffId,
                    handoff.offered(handoffId, actor.id(), plan.version()),
                    contradictions)));
    return change.plan().handoff(handoffId).orElseThrow().handoff();
  }

  private List<String> contradictions(Handoff handoff, View view) {
    List<String> found = new ArrayList<>();
    for (FileTouched file : handoff.files()) {
      if (view.count(Filter.any().session(id).path(file.path())) == 0) {
        found.add(
            file.path() + " is said to be touched, but no call of this session read or wrote it");
      }
    }
    List<Entry> calls = handoff.tests().isEmpty() ? List.of() : view.timeline(id);
    for (TestRun run : handoff.tests()) {
      ToolCall last = null;
      for (Entry entry : calls) {
        if (entry.event() instanceof ToolCall call
            && call.arguments().strip().equals(run.command().strip())) {
          last = call;
        }
      }
      if (last == null) {
        found.add(
            "'" + run.command() + "' is said to have run, but no call of this session ran it");
      } else if (last.outcome().isFailure() && run.failed() == 0) {
        found.add(
            "'" + run.command() + "' is said to pass, but its last run ended as " + last.outcome());
      } else if (last.outcome() == CallOutcome.OK && run.failed() > 0) {
        found.add("'" + run.command() + "' is said to fail, but its last run ended as OK");
      }
    }
    return found;
  }

  /**
   * Accepts a handoff. Of all that try, exactly one is answered {@link Acceptance.Accepted}; trying
   * again after that gives the same answer to the same actor.
   *
   * @throws PlanRuleException if it is for somebody else, has expired or does not exist
   */
  public Acceptance accept(Handoff handoff) {
    requireOffered(handoff);
    PlanChange change =
        updatePlan(plan ->
            plan.handoff(handoff.id())
                    .filter(state -> state.stage() != PlanRecord.Stage.OFFERED)
                    .isPresent()
                ? List.of()
                : List.of(new HandoffAccepted(handoff.id(), actor.id())));
    PlanRecord.HandoffState state = change.plan().handoff(handoff.id()).orElseThrow();
    return state.stage() == PlanRecord.Stage.ACCEPTED && state.acceptedBy().equals(actor.id())
        ? new Acceptance.Accepted(state.handoff())
        : new Acceptance.NotAvailable(state.stage(), state.acceptedBy());
  }

  /** Declines a handoff, with the reason. */
  public PlanChange decline(Handoff handoff, String reason) {
    return step(handoff, new HandoffDeclined(requireOffered(handoff), actor.id(), reason));
  }

  /** Takes back a handoff that nobody accepted yet. */
  public PlanChange withdraw(Handoff handoff, String reason) {
    return step(handoff, new HandoffWithdrawn(requireOffered(handoff), reason));
  }

  /** Reports the result of a handoff this actor accepted. */
  public PlanChange complete(Handoff handoff, String result) {
    return step(handoff, new HandoffCompleted(requireOffered(handoff), result));
  }

  private PlanChange step(Handoff handoff, HandoffEvent event) {
    requireOffered(handoff);
    return updatePlan(plan -> List.of(event));
  }

  private static String requireOffered(Handoff handoff) {
    if (handoff.id().isEmpty()) {
      throw new IllegalArgumentException(
          "The handoff of '"
              + handoff.task()
              + "' was never offered; use the one that session.offer or an inbox returned");
    }
    return handoff.id();
  }

  /**
   * What this actor should know before it acts, in at most so many tokens: the goal, its inbox,
   * decisions, rejected approaches, open tasks, the latest failures and calls.
   *
   * @param tokensMax at least 50
   */
  public Briefing briefing(int tokensMax) {
    checkOpen();
    return Briefing.write(workspace.latest(), actor, workspace.clock().instant(), tokensMax);
  }

  /**
   * Waits until everything recorded so far is durable.
   *
   * @throws DaybookException the first failure since the last call, the others suppressed in it
   */
  public void flush() {
    while (!shared.pending.isEmpty()) {
      List<EventId> done = new ArrayList<>();
      for (Map.Entry<EventId, CompletableFuture<Void>> pending : shared.pending.entrySet()) {
        try {
          Receipt.Waiting.on(pending.getValue(), "events of session '" + id + "'");
        } catch (OutcomeUnknownException e) {
          if (Thread.currentThread().isInterrupted()) {
            throw e;
          }
        } catch (DaybookException e) {
          // It is among the failures, which are reported together below.
        }
        done.add(pending.getKey());
      }
      done.forEach(shared.pending::remove);
    }
    Throwable first = shared.failures.poll();
    if (first != null) {
      RuntimeException thrown =
          first instanceof DaybookException known
              ? known
              : new OutcomeUnknownException(
                  "Writing events of session '" + id + "' broke off: " + first, first);
      for (Throwable more = shared.failures.poll(); more != null; more = shared.failures.poll()) {
        thrown = withSuppressed(thrown, more);
      }
      throw thrown;
    }
  }

  /** Events of one batch fail with one and the same exception, which cannot suppress itself. */
  @SuppressWarnings("ReferenceEquality")
  private static RuntimeException withSuppressed(RuntimeException thrown, Throwable more) {
    if (more != thrown) {
      thrown.addSuppressed(more);
    }
    return thrown;
  }

  /** Ends the session for good, with what came of it, and closes this handle. */
  public void end(Resolution resolution, String summary) {
    record(new SessionEnded(resolution, summary));
    close();
  }

  /**
   * Waits until everything recorded is durable and frees this handle. Closing again does nothing.
   *
   * @throws DaybookException if something recorded was not written
   */
  @Override
  public void close() {
    if (shared.closed.compareAndSet(false, true)) {
      flush();
    }
  }

  private Instant now() {
    return workspace.clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  private void checkOpen() {
    if (shared.closed.get()) {
      throw new IllegalStateException(
          "Session '"
              + id
              + "' is closed; join it again with workspace.startSession(actor, SessionId.of(\""
              + id
              + "\"))");
    }
    workspace.checkOpen();
  }
}
