package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.Assumption;
import dev.daybook.PlanRecord.Blocker;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRecord.Constraint;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Note;
import dev.daybook.PlanRecord.Origin;
import dev.daybook.PlanRecord.Question;
import dev.daybook.PlanRecord.Rejection;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.ApproachReconsidered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.AssumptionInvalidated;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.UnknownEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.pcollections.HashPMap;
import org.pcollections.OrderedPMap;
import org.pcollections.OrderedPSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * Folds plan events into a plan. Total: an event that makes no sense in the plan it meets (written
 * by a client without our rules) changes nothing or what of it makes sense, so every reader of the
 * same events has the same plan. What a writer may add is decided before, by {@link PlanRules}. An
 * event costs the logarithm of the plan's size. For one thread.
 */
public final class PlanFold {
  /**
   * The version of these rules. Raise it whenever the same events fold into another plan than
   * before, or into another form of it: a checkpoint that was folded by other rules is then ignored
   * and the plan folded again. A new event type, field or constant alone is no reason.
   */
  public static final int RULES = 1;

  private long version;
  private Instant time;
  private String goal;
  private String scope;
  private List<Origin> goalSet;
  private TreePVector<Constraint> constraints;
  private Set<Subject> policy;
  private Tasks tasks;
  private TreePMap<Integer, OpenTask> unclosed;
  private HashPMap<String, TreePMap<Integer, String>> children;
  private Register<Decision> decisions;
  private Register<Rejection> rejected;
  private Register<Assumption> assumptions;
  private Register<Blocker> blockers;
  private Register<Question> questions;
  private HashPMap<EventId, String> criteria;
  private OrderedPMap<String, Approval> approvals;
  private TreePVector<Note> notes;
  private OrderedPMap<String, HandoffState> handoffs;
  private OrderedPSet<String> offered;
  private long unknown;

  /** A fold that goes on from a plan. */
  public PlanFold(PlanState from) {
    version = from.version();
    time = from.time();
    goal = from.goal();
    scope = from.scope();
    goalSet = from.goalSet();
    constraints = from.constraints();
    policy = from.policy();
    tasks = from.tasks();
    unclosed = from.unclosed();
    children = from.children();
    decisions = from.decisions();
    rejected = from.rejected();
    assumptions = from.assumptions();
    blockers = from.blockers();
    questions = from.questions();
    criteria = from.criteria();
    approvals = from.approvals();
    notes = from.notes();
    handoffs = from.handoffs();
    offered = from.offered();
    unknown = from.unknown();
  }

  /** Adds the event of an entry of the plan stream. */
  public void add(Entry entry) {
    version = Math.max(version, entry.envelope().planVersion());
    time = entry.envelope().recordedAt();
    if (entry.event() instanceof PlanEvent event) {
      apply(
          event,
          new Origin(entry.id(), entry.actor(), entry.time(), entry.envelope().planVersion()),
          entry.session());
    }
  }

  /** Counts a version even if it holds no event. */
  public void through(long planVersion) {
    version = Math.max(version, planVersion);
  }

  /** The plan so far. */
  public PlanState plan() {
    return new PlanState(
        version,
        time,
        goal,
        scope,
        goalSet,
        constraints,
        policy,
        tasks,
        unclosed,
        children,
        decisions,
        rejected,
        assumptions,
        blockers,
        questions,
        criteria,
        approvals,
        notes,
        handoffs,
        offered,
        unknown);
  }

  private void apply(PlanEvent event, Origin origin, SessionId session) {
    EventId id = origin.id();
    switch (event) {
      case GoalSet set -> {
        goal = set.goal();
        scope = set.scope();
        goalSet = List.of(origin);
      }
      case ConstraintStated stated ->
          constraints = constraints.plus(new Constraint(stated.constraint(), origin));
      case ApprovalPolicySet set -> {
        if (origin.actor().kind() == Actor.Kind.HUMAN) {
          policy = set.needed();
        }
      }
      case TaskAdded added -> {
        if (!tasks.containsKey(added.task())) {
          put(new TaskDraft(added, tasks.size(), origin).build());
          needsApproval(Subject.TASK, added.task(), origin);
        }
      }
      case TaskEdited edited -> {
        change(edited.task(), origin, task -> edit(task, edited));
        boolean reworded =
            edited.fields().contains(TaskEdited.Field.TITLE)
                || edited.fields().contains(TaskEdited.Field.DESCRIPTION);
        if (reworded && tasks.containsKey(edited.task())) {
          needsApproval(Subject.TASK, edited.task(), origin);
        }
      }
      case TaskStatusChanged changed ->
          change(
              changed.task(),
              origin,
              task -> {
                if (!task.status.isClosed()) {
                  task.status = changed.to();
                  task.reason = changed.reason();
                }
              });
      case TaskClosed closed -> change(closed.task(), origin, task -> close(task, closed));
      case TaskReopened reopened ->
          change(
              reopened.task(),
              origin,
              task -> {
                if (task.status.isClosed()) {
                  task.status = TaskStatus.OPEN;
                  task.resolution = List.of();
                  task.reason = reopened.reason();
                }
              });
      case DependencyAdded added -> addDependency(added, origin);
      case DependencyRemoved removed -> removeDependency(removed, origin);
      case AcceptanceCriterionAdded added ->
          change(
              added.task(),
              origin,
              task -> {
                task.criteria =
                    plus(
                        task.criteria,
                        new Criterion(added.criterion(), List.of(), List.of(), origin));
                criteria = criteria.plus(id, added.task());
              });
      case AcceptanceCriterionChecked checked ->
          change(
              criteria.getOrDefault(checked.criterion(), ""),
              origin,
              task -> task.criteria = checked(task.criteria, checked));
      case TaskClaimed claimed ->
          claim(claimed.task(), claimed.leaseUntil(), origin.actor().id(), origin, session, "");
      case LeaseRenewed renewed ->
          change(
              renewed.task(),
              origin,
              task -> {
                if (isHeld(task.claim, renewed.fence())) {
                  task.claim = with(task.claim, renewed.leaseUntil(), Claim.Standing.HELD);
                }
              });
      case TaskReleased released ->
          change(
              released.task(),
              origin,
              task -> {
                if (isHeld(task.claim, released.fence())) {
                  task.claim = with(task.claim, task.claim.leaseUntil(), Claim.Standing.ENDED);
                }
              });
      case BlockerRaised raised ->
          change(
              raised.task(),
              origin,
              task -> {
                task.blockers = plus(task.blockers, id);
                blockers =
                    blockers.plus(
                        id, new Blocker(raised.blocker(), raised.task(), List.of(), origin));
              });
      case BlockerCleared cleared -> {
        blockers
            .of(cleared.blocker())
            .ifPresent(blocker ->
                change(
                    blocker.task(),
                    origin,
                    task -> task.blockers = minus(task.blockers, cleared.blocker())));
        blockers =
            blockers.change(
                cleared.blocker(),
                blocker ->
                    blocker.isOpen()
                        ? new Blocker(
                            blocker.text(),
                            blocker.task(),
                            List.of(cleared.how()),
                            blocker.origin())
                        : blocker);
      }
      case QuestionAsked asked -> ask(asked, origin);
      case QuestionAnswered answered -> answer(answered, origin);
      case DecisionMade made -> {
        decisions = decisions.plus(id, new Decision(made, origin));
        needsApproval(Subject.DECISION, id.toString(), origin);
      }
      case ApproachRejected approach ->
          rejected = rejected.plus(id, new Rejection(approach, List.of(), origin));
      case ApproachReconsidered reconsidered ->
          rejected =
              rejected.change(
                  reconsidered.rejection(),
                  rejection ->
                      new Rejection(
                          rejection.approach(),
                          List.of(reconsidered.reason()),
                          rejection.origin()));
      case AssumptionStated stated ->
          assumptions =
              assumptions.plus(
                  id, new Assumption(stated.assumption(), stated.task(), List.of(), origin));
      case AssumptionInvalidated invalidated ->
          assumptions =
              assumptions.change(
                  invalidated.assumption(),
                  assumption ->
                      new Assumption(
                          assumption.text(),
                          assumption.task(),
                          List.of(invalidated.reason()),
                          assumption.origin()));
      case ApprovalRequested requested ->
          approve(
              requested.subject(),
              requested.id(),
              Approval.Standing.REQUESTED,
              requested.reason(),
              origin);
      case ApprovalGiven given -> {
        if (origin.actor().kind() == Actor.Kind.HUMAN) {
          approve(given.subject(), given.id(), Approval.Standing.GIVEN, given.remark(), origin);
        }
      }
      case ApprovalDenied denied -> {
        if (origin.actor().kind() == Actor.Kind.HUMAN) {
          approve(denied.subject(), denied.id(), Approval.Standing.DENIED, denied.reason(), origin);
        }
      }
      case NoteAdded note -> notes = notes.plus(new Note(note, origin));
      case HandoffEvent handoff -> apply(handoff, origin, session);
      // Kept in the stream; it has no place in this version of the plan.
      case UnknownEvent ignored -> unknown++;
    }
  }

  private void apply(HandoffEvent event, Origin origin, SessionId session) {
    switch (event) {
      case HandoffOffered offer -> {
        if (offer.offered().id().equals(offer.handoff())
            && !handoffs.containsKey(offer.handoff())) {
          handoffs =
              handoffs.plus(
                  offer.handoff(),
                  new HandoffState(
                      offer.offered(), Stage.OFFERED, "", "", offer.contradictions(), origin));
          offered = offered.plus(offer.handoff());
        }
      }
      case HandoffAccepted accepted -> {
        HandoffState state = handoffs.get(accepted.handoff());
        boolean taken = step(accepted.handoff(), Stage.OFFERED, Stage.ACCEPTED, accepted.by(), "");
        if (taken && state.handoff().kind() != Handoff.Kind.CONTINUE) {
          // Whoever is asked for something else on the task knows that it is another's.
          change(
              state.handoff().task(),
              origin,
              task -> task.superseded = minus(task.superseded, session));
        }
        if (taken && state.handoff().kind() == Handoff.Kind.CONTINUE) {
          claim(
              state.handoff().task(),
              accepted.leaseUntil(),
              accepted.by(),
              origin,
              session,
              state.handoff().from());
        }
      }
      case HandoffDeclined declined ->
          step(declined.handoff(), Stage.OFFERED, Stage.DECLINED, "", declined.reason());
      case HandoffWithdrawn withdrawn -> {
        HandoffState state = handoffs.get(withdrawn.handoff());
        if (state != null && (state.stage() == Stage.OFFERED || state.stage() == Stage.ACCEPTED)) {
          step(
              withdrawn.handoff(),
              state.stage(),
              Stage.WITHDRAWN,
              state.acceptedBy(),
              withdrawn.reason());
        }
      }
      case HandoffCompleted completed -> {
        HandoffState state = handoffs.get(completed.handoff());
        if (state != null) {
          step(
              completed.handoff(),
              Stage.ACCEPTED,
              Stage.COMPLETED,
              state.acceptedBy(),
              completed.result());
        }
      }
    }
  }

  private boolean step(String handoff, Stage from, Stage to, String by, String remark) {
    HandoffState state = handoffs.get(handoff);
    if (state == null || state.stage() != from) {
      return false;
    }
    handoffs =
        handoffs.plus(
            handoff,
            new HandoffState(
                state.handoff(), to, by, remark, state.contradictions(), state.origin()));
    offered = offered.minus(handoff);
    return true;
  }

  private void put(Task task) {
    tasks = tasks.plus(task);
    unclosed =
        task.isClosed()
            ? unclosed.minus(task.number())
            : unclosed.plus(task.number(), new OpenTask(task));
  }

  private void change(String id, Origin origin, Consumer<TaskDraft> how) {
    Task task = tasks.get(id);
    if (task != null) {
      TaskDraft draft = new TaskDraft(task, origin);
      how.accept(draft);
      put(draft.build());
    }
  }

  private static void edit(TaskDraft task, TaskEdited edited) {
    for (TaskEdited.Field field : edited.fields()) {
      switch (field) {
        case TITLE -> task.title = edited.title();
        case DESCRIPTION -> task.description = edited.description();
        case PRIORITY -> task.priority = edited.priority();
        case KIND -> task.kind = edited.kind();
        case ASSIGNEE -> task.assignee = edited.assignee();
      }
    }
    if (!edited.labels().isEmpty() || !edited.unlabeled().isEmpty()) {
      Map<String, String> labels = new TreeMap<>(task.labels);
      edited.unlabeled().forEach(labels::remove);
      labels.putAll(edited.labels());
      task.labels = labels;
    }
  }

  private static void close(TaskDraft task, TaskClosed closed) {
    if (!task.status.isClosed()) {
      task.status =
          closed.resolution() == Resolution.SUCCEEDED ? TaskStatus.DONE : TaskStatus.CANCELED;
      task.resolution = List.of(closed.resolution());
      task.reason = closed.reason();
      task.superseded = List.of();
      if (task.claim.standing() == Claim.Standing.HELD) {
        task.claim = with(task.claim, task.claim.leaseUntil(), Claim.Standing.ENDED);
      }
    }
  }

  private void addDependency(DependencyAdded added, Origin origin) {
    Task task = tasks.get(added.task());
    if (task == null || isThere(task, added.kind(), added.on())) {
      return;
    }
    change(
        added.task(),
        origin,
        draft ->
            draft.dependencies =
                plus(
                    draft.dependencies,
                    new Dependency(added.kind(), added.on(), added.labels(), origin)));
    if (added.kind() == DependencyKind.PARENT_CHILD) {
      children =
          children.plus(
              added.on(),
              children
                  .getOrDefault(added.on(), TreePMap.empty())
                  .plus(task.number(), added.task()));
    }
  }

  private void removeDependency(DependencyRemoved removed, Origin origin) {
    Task task = tasks.get(removed.task());
    if (task == null || !isThere(task, removed.kind(), removed.on())) {
      return;
    }
    change(
        removed.task(),
        origin,
        draft ->
            draft.dependencies =
                draft.dependencies.stream()
                    .filter(one -> one.kind() != removed.kind() || !one.on().equals(removed.on()))
                    .toList());
    if (removed.kind() == DependencyKind.PARENT_CHILD) {
      TreePMap<Integer, String> left =
          children.getOrDefault(removed.on(), TreePMap.empty()).minus(task.number());
      children = left.isEmpty() ? children.minus(removed.on()) : children.plus(removed.on(), left);
    }
  }

  static boolean isThere(Task task, DependencyKind kind, String on) {
    return task.dependencies().stream().anyMatch(one -> one.kind() == kind && one.on().equals(on));
  }

  private static List<Criterion> checked(
      List<Criterion> criteria, AcceptanceCriterionChecked checked) {
    return criteria.stream()
        .map(one ->
            one.origin().id().equals(checked.criterion())
                ? new Criterion(
                    one.text(), List.of(checked.verdict()), checked.evidence(), one.origin())
                : one)
        .toList();
  }

  /** A new claim supersedes the one before it, unless that one's holder handed the task over. */
  private void claim(
      String taskId,
      Instant leaseUntil,
      String holder,
      Origin origin,
      SessionId session,
      String handedOverBy) {
    change(
        taskId,
        origin,
        task -> {
          if (task.status.isClosed()) {
            return;
          }
          List<SessionId> superseded = minus(task.superseded, session);
          if (task.claim.standing() == Claim.Standing.HELD
              && !task.claim.session().equals(session)
              && !task.claim.holder().equals(handedOverBy)) {
            superseded = plus(superseded, task.claim.session());
          }
          task.superseded = superseded;
          task.claim =
              new Claim(taskId, holder, session, leaseUntil, origin.version(), Claim.Standing.HELD);
        });
  }

  private static boolean isHeld(Claim claim, long fence) {
    return claim.standing() == Claim.Standing.HELD && claim.fence() == fence;
  }

  private static Claim with(Claim claim, Instant leaseUntil, Claim.Standing standing) {
    return new Claim(
        claim.task(), claim.holder(), claim.session(), leaseUntil, claim.fence(), standing);
  }

  private void ask(QuestionAsked asked, Origin origin) {
    questions = questions.plus(origin.id(), new Question(asked, List.of(), origin));
    if (asked.effect() == QuestionAsked.Effect.TASK_WAITS) {
      change(asked.task(), origin, task -> task.questions = plus(task.questions, origin.id()));
    }
  }

  private void answer(QuestionAnswered answered, Origin origin) {
    for (Question question : questions.of(answered.question()).stream().toList()) {
      if (question.isOpen()) {
        questions =
            questions.change(
                answered.question(),
                open -> new Question(open.asked(), List.of(answered.answer()), open.origin()));
        if (question.asked().effect() == QuestionAsked.Effect.TASK_WAITS) {
          change(
              question.asked().task(),
              origin,
              task -> task.questions = minus(task.questions, answered.question()));
        }
      }
    }
  }

  /** What agents and systems add under a policy does not count before a person approves it. */
  private void needsApproval(Subject subject, String id, Origin origin) {
    if (policy.contains(subject) && origin.actor().kind() != Actor.Kind.HUMAN) {
      approve(subject, id, Approval.Standing.REQUESTED, "", origin);
    }
  }

  private void approve(
      Subject subject, String id, Approval.Standing standing, String remark, Origin origin) {
    approvals =
        approvals.plus(
            PlanState.approvalKey(subject, id),
            new Approval(subject, id, standing, remark, origin));
  }

  private static <T> List<T> plus(List<T> some, T one) {
    if (some.contains(one)) {
      return some;
    }
    List<T> more = new ArrayList<>(some);
    more.add(one);
    return more;
  }

  private static <T> List<T> minus(List<T> some, T one) {
    return some.contains(one) ? some.stream().filter(other -> !other.equals(one)).toList() : some;
  }
}
