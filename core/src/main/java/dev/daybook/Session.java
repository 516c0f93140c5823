package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.UnknownEvent;
import dev.daybook.event.Vcs;
import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.plan.Author;
import dev.daybook.internal.plan.Fences;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.workspace.GitState;
import dev.daybook.internal.workspace.OpenWorkspace;
import dev.daybook.recall.Filter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One actor at work in a workspace: records what it does, changes the plan, hands over. A session
 * outlives a JVM: joining its id goes on with it, {@link #close} frees what this handle holds, only
 * {@link #end} ends it. Safe for use by any number of threads; events recorded by one thread keep
 * their order.
 */
public final class Session implements AutoCloseable {
  /** How long a claim lasts if nothing is said: 15 minutes. */
  public static final Duration LEASE_DEFAULT = Duration.ofMinutes(15);

  /** The longest lease: 365 days. */
  public static final Duration LEASE_MAX = Duration.ofDays(365);

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

    final Fences fences = new Fences();
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
    this.actor = workspace.masker().record(actor);
    this.id = workspace.masker().record(id);
    this.parent = workspace.masker().record(parent);
    this.vcs = workspace.masker().record(vcs);
    this.task = workspace.masker().text(task);
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
      session.record(new SessionStarted(options.purpose()), options.started()).await();
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

  /**
   * The same session with a newer state of version control, for after a commit: what is recorded
   * and changed through it carries that state. Closing either closes both.
   */
  public Session at(Vcs newVcs) {
    return new Session(
        workspace, actor, id, parent, Objects.requireNonNull(newVcs, "newVcs"), task, shared);
  }

  /**
   * The same session with the state of version control of a folder, read now by running git there;
   * see {@link #at(Vcs)}. Where there is no work tree or no git, events carry {@link Vcs#NONE}.
   */
  public Session at(Path workingFolder) {
    return at(GitState.of(Objects.requireNonNull(workingFolder, "workingFolder")));
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
      TraceEvent event,
      Context context,
      Function<OpenWorkspace.ToRecord, CompletableFuture<Void>> append) {
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
            workspace.ids().now(),
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
    OpenWorkspace.ToRecord toRecord = workspace.toRecord(envelope, event);
    CompletableFuture<Void> durable = append.apply(toRecord);
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
    return new Receipt(eventId, durable, toRecord.masked());
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
    return change(decide, Author.Rules.ALL);
  }

  private PlanChange change(
      Function<PlanRecord, List<? extends PlanEvent>> decide, Author.Rules rules) {
    Objects.requireNonNull(decide, "decide");
    checkOpen();
    flush();
    PlanLog.Committed committed =
        workspace.commit(
            (state, now) -> decide.apply(new PlanRecord(state, micros(now))),
            new Author(actor, id, shared.fences, rules),
            this::seal);
    shared.fences.forgetEnded(committed.plan());
    return new PlanChange(
        committed.plan().version(),
        new PlanRecord(committed.plan(), now()),
        committed.events(),
        committed.masked());
  }

  /**
   * An event of another program's plan.
   *
   * @param event the event
   * @param context the time and source it has there
   */
  record Imported(PlanEvent event, Context context) {}

  /**
   * Changes the plan by events of another program's, of which only what the fold needs is checked;
   * otherwise as {@link #updatePlan}.
   */
  PlanChange importPlan(Function<PlanRecord, List<Imported>> decide) {
    checkOpen();
    flush();
    // By identity: two rows may say the same at different times.
    IdentityHashMap<PlanEvent, Context> contexts = new IdentityHashMap<>();
    PlanLog.Committed committed =
        workspace.commit(
            (state, now) -> {
              contexts.clear();
              List<Imported> all = decide.apply(new PlanRecord(state, micros(now)));
              all.forEach(one -> contexts.put(one.event(), one.context()));
              return all.stream().map(Imported::event).toList();
            },
            new Author(actor, id, shared.fences, Author.Rules.IMPORT),
            (eventId, event, slot) -> seal(eventId, event, contexts.get(event), slot));
    return new PlanChange(
        committed.plan().version(),
        new PlanRecord(committed.plan(), now()),
        committed.events(),
        committed.masked());
  }

  private Envelope seal(EventId eventId, PlanEvent event, PlanLog.Slot slot) {
    return seal(eventId, event, Context.none(), slot);
  }

  private Envelope seal(EventId eventId, PlanEvent event, Context context, PlanLog.Slot slot) {
    Instant time = context.time().equals(Instant.MIN) ? now() : micros(context.time());
    return new Envelope(
        eventId,
        Envelope.Stream.PLAN,
        time,
        workspace.ids().now(),
        actor,
        id,
        parent,
        slot.task().isEmpty() ? task : slot.task(),
        event.cause(),
        context.source(),
        "",
        "",
        vcs,
        Map.of(),
        slot.version());
  }

  /** Claims the task that is next for this actor, for {@link #LEASE_DEFAULT}. */
  public Optional<PlanRecord.Claim> claimNext() {
    return claimNext(LEASE_DEFAULT);
  }

  /**
   * Claims the first of {@link PlanRecord#ready()} that is meant for anyone or this actor, and
   * moves it to IN_PROGRESS. However many ask at once, each task goes to one of them.
   *
   * @param lease how long others leave it alone, from now; renew it in time
   * @return the claim; empty if nothing is ready
   */
  public Optional<PlanRecord.Claim> claimNext(Duration lease) {
    return claimNext(lease, any -> true);
  }

  /**
   * Claims the first task that also passes a test, such as one on its kind or labels; otherwise as
   * {@link #claimNext(Duration)}.
   *
   * @param wanted a pure function; asked again after a lost race
   */
  public Optional<PlanRecord.Claim> claimNext(Duration lease, Predicate<PlanRecord.Task> wanted) {
    checkLease(lease);
    Objects.requireNonNull(wanted, "wanted");
    AtomicReference<String> chosen = new AtomicReference<>("");
    PlanChange change =
        updatePlan(plan -> {
          Optional<PlanRecord.Task> next =
              plan.ready().stream()
                  .filter(one -> one.assignee().isEmpty() || one.assignee().equals(actor.id()))
                  .filter(wanted)
                  .findFirst();
          chosen.set(next.map(PlanRecord.Task::id).orElse(""));
          return next.map(one -> claiming(plan, one.id(), lease)).orElse(List.of());
        });
    return change.events().isEmpty()
        ? Optional.empty()
        : Optional.of(change.plan().task(chosen.get()).orElseThrow().claim());
  }

  /**
   * Claims a task and moves it to IN_PROGRESS. An actor may claim again what it holds itself, such
   * as after a crash: whoever worked on under the older claim is refused from then on.
   *
   * @param lease how long others leave it alone, from now; renew it in time
   * @throws PlanRuleException if somebody else holds it, it is held up or closed, or does not exist
   */
  public PlanRecord.Claim claim(String task, Duration lease) {
    String taskId = workspace.masker().text(Objects.requireNonNull(task, "task"));
    checkLease(lease);
    return updatePlan(plan -> claiming(plan, taskId, lease))
        .plan()
        .task(taskId)
        .orElseThrow()
        .claim();
  }

  private List<PlanEvent> claiming(PlanRecord plan, String taskId, Duration lease) {
    TaskClaimed claimed = new TaskClaimed(taskId, plan.at().plus(lease));
    return plan.task(taskId).filter(one -> one.status() == TaskStatus.OPEN).isPresent()
        ? List.of(claimed, TaskStatusChanged.of(taskId, TaskStatus.IN_PROGRESS))
        : List.of(claimed);
  }

  /**
   * Keeps a claimed task for longer.
   *
   * @param lease how long, from now
   * @return the claim with its new lease and the same fence
   * @throws PlanRuleException if another claim superseded this one, or the task is closed
   */
  public PlanRecord.Claim renew(PlanRecord.Claim claim, Duration lease) {
    checkLease(lease);
    return updatePlan(
            plan -> List.of(new LeaseRenewed(claim.task(), claim.fence(), plan.at().plus(lease))))
        .plan()
        .task(claim.task())
        .orElseThrow()
        .claim();
  }

  /** Gives a claimed task back and changes nothing else. */
  public PlanChange release(PlanRecord.Claim claim, String reason) {
    return release(claim, reason, plan -> List.of());
  }

  /**
   * Gives a claimed task back, which is OPEN again if it was IN_PROGRESS, together with the changes
   * of the plan that belong to it, such as the question it waits for, in one plan version.
   *
   * @param reason why, for whoever takes it next; may be empty
   * @param changes as for {@link #updatePlan}; what it returns comes first
   * @throws PlanRuleException if another claim superseded this one, or the task is closed
   */
  public PlanChange release(
      PlanRecord.Claim claim,
      String reason,
      Function<PlanRecord, List<? extends PlanEvent>> changes) {
    Objects.requireNonNull(claim, "claim");
    TaskReleased released = new TaskReleased(claim.task(), claim.fence(), reason);
    return updatePlan(plan -> {
      List<PlanEvent> events = new ArrayList<>(changes.apply(plan));
      events.add(released);
      boolean moved =
          events.stream()
              .anyMatch(event ->
                  event instanceof TaskStatusChanged changed
                      && changed.task().equals(claim.task()));
      if (!moved
          && plan.task(claim.task())
              .filter(one -> one.status() == TaskStatus.IN_PROGRESS)
              .isPresent()) {
        events.add(TaskStatusChanged.of(claim.task(), TaskStatus.OPEN));
      }
      return events;
    });
  }

  private static void checkLease(Duration lease) {
    if (lease.isNegative() || lease.isZero() || lease.compareTo(LEASE_MAX) > 0) {
      throw new IllegalArgumentException(
          "A lease of "
              + lease
              + " was asked for; more than zero and at most "
              + LEASE_MAX
              + " are possible");
    }
  }

  /** Offers a handoff and nothing else; see {@link #offer(Handoff, Function)}. */
  public Handoff offer(Handoff handoff) {
    return offer(handoff, plan -> List.of());
  }

  /**
   * Offers a handoff together with the changes of the plan that belong to it, in one plan version.
   * Its evidence, decisions, rejected approaches and blockers must exist; what the traces of this
   * session and of the task contradict (tests said to pass whose last run failed, a file no call
   * touched) is not refused but kept with the offer for the receiver to see.
   *
   * @param changes as for {@link #updatePlan}; what it returns comes before the offer
   * @return the handoff with its id
   * @throws PlanRuleException if the task does not exist, another agent holds it, or something the
   *     handoff names cannot be found
   */
  public Handoff offer(Handoff handoff, Function<PlanRecord, List<? extends PlanEvent>> changes) {
    Objects.requireNonNull(handoff, "handoff");
    Objects.requireNonNull(changes, "changes");
    checkOpen();
    flush();
    // Traces are masked, so what is looked for in them is.
    Handoff masked = workspace.masker().record(handoff);
    HandoffEvidence evidence = new HandoffEvidence(workspace.latest(), masked, id);
    for (EventId missing : evidence.missing().stream().toList()) {
      throw new PlanRuleException(
          "Handoff of '%s' names evidence %s, which is no event of workspace '%s'; give ids from receipts or entries"
              .formatted(handoff.task(), missing, workspace.name()));
    }
    List<String> contradictions = evidence.contradictions();
    String handoffId = workspace.ids().nextName();
    PlanChange change =
        change(
            plan -> {
              List<PlanEvent> events = new ArrayList<>(changes.apply(plan));
              events.add(
                  new HandoffOffered(
                      handoffId,
                      handoff.offered(handoffId, actor.id(), plan.version(), vcs),
                      contradictions));
              return events;
            },
            Author.Rules.OFFER);
    if (handoff.kind() == Handoff.Kind.CONTINUE) {
      shared.fences.letGo(masked.task());
    }
    return change.plan().handoff(handoffId).orElseThrow().handoff();
  }

  /** Accepts a handoff; a claim that moves with it has {@link #LEASE_DEFAULT}. */
  public Acceptance accept(Handoff handoff) {
    return accept(handoff, LEASE_DEFAULT);
  }

  /**
   * Accepts a handoff. Of all that try, exactly one is answered {@link Acceptance.Accepted}; trying
   * again gives the same answer to the same actor, as long as it has not completed it. Accepting
   * one that asks to continue moves the claim of its task to this session in the same plan version,
   * whether anyone held it or not. While another than the offerer holds the task it is {@link
   * Acceptance.NotAvailable}, by that holder.
   *
   * @param lease of the claim, from now
   * @throws PlanRuleException if it is for somebody else, has expired or does not exist
   */
  public Acceptance accept(Handoff handoff, Duration lease) {
    requireOffered(handoff);
    checkLease(lease);
    PlanChange change = updatePlan(plan -> accepting(plan, handoff.id(), lease));
    PlanRecord.HandoffState state = change.plan().handoff(handoff.id()).orElseThrow();
    if (state.stage() != PlanRecord.Stage.ACCEPTED || !state.acceptedBy().equals(actor.id())) {
      return new Acceptance.NotAvailable(
          state.stage(),
          state.stage() == PlanRecord.Stage.OFFERED
              ? heldByAnother(change.plan(), state.handoff()).orElse("")
              : state.acceptedBy());
    }
    if (state.handoff().kind() != Handoff.Kind.CONTINUE) {
      shared.fences.letGo(state.handoff().task());
    }
    change
        .plan()
        .task(state.handoff().task())
        .map(PlanRecord.Task::claim)
        .filter(claim -> state.handoff().kind() == Handoff.Kind.CONTINUE)
        .filter(claim -> claim.session().equals(id))
        .ifPresent(claim -> shared.fences.took(claim.task(), claim.fence()));
    return new Acceptance.Accepted(state.handoff());
  }

  /** Who holds the task of a handoff that asks to continue it, if neither we nor its offerer do. */
  private Optional<String> heldByAnother(PlanRecord plan, Handoff handoff) {
    return plan.task(handoff.task())
        .filter(ignored -> handoff.kind() == Handoff.Kind.CONTINUE)
        .map(PlanRecord.Task::claim)
        .filter(claim -> claim.isLive(plan.at()))
        .map(PlanRecord.Claim::holder)
        .filter(holder -> !holder.equals(handoff.from()) && !holder.equals(actor.id()));
  }

  private List<PlanEvent> accepting(PlanRecord plan, String handoffId, Duration lease) {
    Optional<PlanRecord.HandoffState> state = plan.handoff(handoffId);
    if (state
        .filter(one ->
            one.stage() != PlanRecord.Stage.OFFERED
                || (one.stageAt(plan.at()) == PlanRecord.Stage.OFFERED
                    && heldByAnother(plan, one.handoff()).isPresent()))
        .isPresent()) {
      return List.of();
    }
    HandoffAccepted accepted = new HandoffAccepted(handoffId, actor.id(), plan.at().plus(lease));
    boolean begins =
        state
            .map(PlanRecord.HandoffState::handoff)
            .filter(handoff -> handoff.kind() == Handoff.Kind.CONTINUE)
            .flatMap(handoff -> plan.task(handoff.task()))
            .filter(one -> one.status() == TaskStatus.OPEN)
            .isPresent();
    return begins
        ? List.of(
            accepted,
            TaskStatusChanged.of(state.orElseThrow().handoff().task(), TaskStatus.IN_PROGRESS))
        : List.of(accepted);
  }

  /** Declines a handoff, with the reason, which ends it; its offerer may offer another. */
  public PlanChange decline(Handoff handoff, String reason) {
    return step(handoff, new HandoffDeclined(requireOffered(handoff), actor.id(), reason));
  }

  /**
   * Takes back a handoff that is not completed, also from whoever accepted it and is not heard of
   * any more; only its offerer and people can.
   */
  public PlanChange withdraw(Handoff handoff, String reason) {
    return step(handoff, new HandoffWithdrawn(requireOffered(handoff), reason));
  }

  /** Reports the result of a handoff this actor accepted, and changes nothing else. */
  public PlanChange complete(Handoff handoff, String result) {
    return complete(handoff, result, plan -> List.of());
  }

  /**
   * Reports the result of a handoff this actor accepted, together with the changes of the plan that
   * belong to it, in one plan version.
   *
   * @param changes as for {@link #updatePlan}; what it returns comes before the completion
   */
  public PlanChange complete(
      Handoff handoff, String result, Function<PlanRecord, List<? extends PlanEvent>> changes) {
    HandoffCompleted completed = new HandoffCompleted(requireOffered(handoff), result);
    return updatePlan(plan -> {
      List<PlanEvent> events = new ArrayList<>(changes.apply(plan));
      events.add(completed);
      return events;
    });
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
   * What this actor should know before it acts, in at most so many tokens: the goal, its task, its
   * inbox, what holds it up, what was rejected and decided, what failed. Of a session narrowed by
   * {@link #on} it is about that task. Everything acknowledged before this call began is in it.
   *
   * @param tokensMax at least {@value Briefing#TOKENS_MIN}, by the engine's {@linkplain
   *     Daybook.Builder#tokenCounter token counter}
   */
  public Briefing briefing(int tokensMax) {
    checkOpen();
    return Briefing.write(
        workspace.latest(),
        actor,
        task,
        workspace.clock().instant(),
        tokensMax,
        workspace.tokenCounter());
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
    return micros(workspace.clock().instant());
  }

  private static Instant micros(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS);
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
