package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRecord.Criterion;
import dev.daybook.PlanRecord.Dependency;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Hold;
import dev.daybook.PlanRecord.Reason;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRecord.Task;
import dev.daybook.PlanRuleException;
import dev.daybook.event.Actor;
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
import dev.daybook.event.TaskStatus;
import dev.daybook.event.UnknownEvent;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a writer may add to a plan. Each refusal says what stands in the way and what to do.
 *
 * <p>Claims: whoever lost a claim on a task to another is refused whatever concerns that task,
 * until it claims it again. While somebody holds a task, no other agent moves, closes or hands it
 * on; people and the host's own jobs may.
 */
final class PlanRules {
  private final PlanState plan;
  private final Author author;
  private final Set<String> claimedHere;
  private final Instant now;

  private PlanRules(PlanState plan, Author author, Set<String> claimedHere, Instant now) {
    this.plan = plan;
    this.author = author;
    this.claimedHere = claimedHere;
    this.now = now;
  }

  /**
   * Checks one event against the plan it would join.
   *
   * @param claimedHere the tasks that this handle claims in the same plan version
   * @throws PlanRuleException if it may not
   */
  static void check(
      PlanState plan, PlanEvent event, Author author, Set<String> claimedHere, Instant now) {
    PlanRules rules = new PlanRules(plan, author, claimedHere, now);
    if (author.rules() != Author.Rules.IMPORT) {
      rules.requireNotSuperseded(event);
      rules.check(event);
    } else {
      rules.checkImported(event);
    }
  }

  /** Such events another program's plan can be made of, as long as their tasks exist. */
  private void checkImported(PlanEvent event) {
    switch (event) {
      case TaskAdded added -> requireNew(added);
      case TaskEdited edited -> {
        Task unused = requireTask(edited.task());
      }
      case TaskStatusChanged changed -> {
        Task unused = requireOpen(changed.task());
      }
      case TaskClosed closed -> {
        Task unused = requireOpen(closed.task());
      }
      case TaskReopened reopened -> requireClosed(reopened.task());
      case DependencyAdded added -> {
        Task unused = requireNewDependency(added);
      }
      case DependencyRemoved removed -> requireDependency(removed);
      default ->
          throw new PlanRuleException(
              "Event type '" + event.type() + "' is not part of an imported plan");
    }
  }

  private void check(PlanEvent event) {
    switch (event) {
      case GoalSet ignored -> {}
      case ConstraintStated ignored -> {}
      case ApprovalPolicySet ignored -> requireHuman("An approval policy can be set");
      case TaskAdded added -> requireNew(added);
      case TaskEdited edited -> {
        Task unused = requireTask(edited.task());
      }
      case TaskStatusChanged changed -> {
        Task task = requireOpen(changed.task());
        requireNobodyElseHolds(task, "move");
        if (changed.to() == TaskStatus.IN_PROGRESS || changed.to() == TaskStatus.IN_REVIEW) {
          requireApproved(task, "move to " + changed.to());
        }
      }
      case TaskClosed closed -> checkClosing(closed);
      case TaskReopened reopened -> checkReopening(reopened);
      case DependencyAdded added -> checkDependency(added);
      case DependencyRemoved removed -> requireDependency(removed);
      case AcceptanceCriterionAdded added -> {
        Task unused = requireOpen(added.task());
      }
      case AcceptanceCriterionChecked checked ->
          requireKnown(
              plan.criteria().containsKey(checked.criterion()), "criterion", checked.criterion());
      case TaskClaimed claimed -> checkClaim(claimed);
      case LeaseRenewed renewed -> {
        requireHolder("Renewal", renewed.task(), renewed.fence());
        requireFuture("LeaseRenewed", renewed.task(), renewed.leaseUntil());
      }
      case TaskReleased released -> requireHolder("Release", released.task(), released.fence());
      case BlockerRaised raised -> {
        Task unused = requireOpen(raised.task());
      }
      case BlockerCleared cleared ->
          requireOpenItem(
              plan.blockers().of(cleared.blocker()).map(one -> one.isOpen()),
              "blocker",
              cleared.blocker());
      case QuestionAsked asked -> requireTaskIfNamed(asked.task());
      case QuestionAnswered answered ->
          requireOpenItem(
              plan.questions().of(answered.question()).map(one -> one.isOpen()),
              "question",
              answered.question());
      case DecisionMade made -> {
        requireTaskIfNamed(made.task());
        if (made.supersedes().isPresent()) {
          requireKnown(
              plan.decisions().of(made.supersedes()).isPresent(), "decision", made.supersedes());
        }
      }
      case ApproachRejected approach -> requireTaskIfNamed(approach.task());
      case ApproachReconsidered reconsidered ->
          requireOpenItem(
              plan.rejected().of(reconsidered.rejection()).map(one -> one.isInForce()),
              "rejected approach",
              reconsidered.rejection());
      case AssumptionStated stated -> requireTaskIfNamed(stated.task());
      case AssumptionInvalidated invalidated ->
          requireOpenItem(
              plan.assumptions().of(invalidated.assumption()).map(one -> one.stands()),
              "assumption",
              invalidated.assumption());
      case ApprovalRequested requested -> checkRequest(requested);
      case ApprovalGiven given -> {
        requireHuman("An approval can be given");
        requireSubject(given.subject(), given.id());
      }
      case ApprovalDenied denied -> {
        requireHuman("An approval can be denied");
        requireSubject(denied.subject(), denied.id());
      }
      case NoteAdded note -> requireTaskIfNamed(note.task());
      case HandoffEvent handoff -> checkHandoff(handoff);
      case UnknownEvent unknown ->
          throw new PlanRuleException(
              "Event type '"
                  + unknown.type()
                  + "' is unknown to this library, so it cannot be added; use a newer release");
    }
  }

  private void requireNew(TaskAdded added) {
    if (plan.tasks().containsKey(added.task())) {
      throw new PlanRuleException(
          "Task '%s' is in the plan since version %d; change it, or add this one under another id"
              .formatted(added.task(), plan.tasks().get(added.task()).added().version()));
    }
  }

  private void checkClosing(TaskClosed closed) {
    Task task = requireOpen(closed.task());
    requireNobodyElseHolds(task, "close");
    if (closed.resolution() == Resolution.SUCCEEDED) {
      requireApproved(task, "close as SUCCEEDED");
    }
    List<String> open =
        plan.childrenOf(task.id()).stream()
            .filter(child -> !child.isClosed())
            .map(Task::id)
            .toList();
    if (!open.isEmpty()) {
      throw new PlanRuleException(
          "Task '%s' cannot be closed before its children: %s %s open; close them first"
              .formatted(task.id(), some(open), open.size() == 1 ? "is" : "are"));
    }
    List<String> unmet =
        task.criteria().stream().filter(one -> !one.isMet()).map(Criterion::text).toList();
    if (closed.resolution() == Resolution.SUCCEEDED && !unmet.isEmpty()) {
      throw new PlanRuleException(
          "Task '%s' cannot be closed as SUCCEEDED before this holds: %s; say so with AcceptanceCriterionChecked.met, or close it with another resolution"
              .formatted(task.id(), some(unmet)));
    }
  }

  private void checkReopening(TaskReopened reopened) {
    requireClosed(reopened.task());
    for (Dependency dependency : plan.tasks().get(reopened.task()).dependencies()) {
      Task parent = plan.tasks().get(dependency.on());
      if (dependency.kind() == DependencyKind.PARENT_CHILD && parent != null && parent.isClosed()) {
        throw new PlanRuleException(
            "Task '%s' cannot be reopened under its closed parent '%s' (%s); reopen that first"
                .formatted(reopened.task(), parent.id(), parent.status()));
      }
    }
  }

  private void checkDependency(DependencyAdded added) {
    Task task = requireNewDependency(added);
    Task on = requireTask(added.on());
    if (added.kind() == DependencyKind.PARENT_CHILD && on.isClosed() && !task.isClosed()) {
      throw new PlanRuleException(
          "Task '%s' cannot become a child of '%s', which is %s; reopen that first"
              .formatted(task.id(), on.id(), on.status()));
    }
    List<String> cycle = Cycles.closedBy(plan, task, added.kind(), on);
    if (!cycle.isEmpty()) {
      throw new PlanRuleException(
          "Task '%s' cannot depend on '%s' (%s), since they would wait for each other for ever: %s; remove one of these dependencies first"
              .formatted(added.task(), added.on(), added.kind(), String.join(" -> ", cycle)));
    }
  }

  private Task requireNewDependency(DependencyAdded added) {
    Task task = requireTask(added.task());
    if (PlanFold.isThere(task, added.kind(), added.on())) {
      throw new PlanRuleException(
          "Task '%s' depends on '%s' (%s) already; leave it, or remove that dependency first"
              .formatted(added.task(), added.on(), added.kind()));
    }
    return task;
  }

  private void requireDependency(DependencyRemoved removed) {
    if (!PlanFold.isThere(requireTask(removed.task()), removed.kind(), removed.on())) {
      throw new PlanRuleException(
          "Task '%s' does not depend on '%s' (%s); see plan.task(\"%s\")"
              .formatted(removed.task(), removed.on(), removed.kind(), removed.task()));
    }
  }

  private void checkClaim(TaskClaimed claimed) {
    Task task = requireOpen(claimed.task());
    requireFuture("TaskClaimed", claimed.task(), claimed.leaseUntil());
    if (task.status() != TaskStatus.OPEN && task.status() != TaskStatus.IN_PROGRESS) {
      throw new PlanRuleException(
          "Task '%s' is %s, so it cannot be claimed; only OPEN and IN_PROGRESS ones can"
              .formatted(task.id(), task.status()));
    }
    Claim claim = task.claim();
    if (claim.isLive(now) && !claim.holder().equals(author.actor().id())) {
      throw new PlanRuleException(
          "Task '%s' is claimed by %s until %s (fence %d); pick another task or wait"
              .formatted(task.id(), claim.holder(), claim.leaseUntil(), claim.fence()));
    }
    // Whoever began may go on, as after a crash, whatever came up meanwhile but a person's no.
    boolean goesOn =
        claim.standing() == Claim.Standing.HELD && claim.holder().equals(author.actor().id());
    List<Reason> reasons =
        new Readiness(plan)
            .reasons(task).stream()
                .filter(reason -> !goesOn || reason.hold() == Hold.APPROVAL)
                .toList();
    if (!reasons.isEmpty()) {
      throw new PlanRuleException(
          "Task '%s' cannot be claimed: %s; pick another with claimNext"
              .formatted(task.id(), some(reasons.stream().map(Reason::text).toList())));
    }
  }

  /** People need no approval for what they do themselves. */
  private void requireApproved(Task task, String what) {
    if (author.actor().kind() != Actor.Kind.HUMAN && !plan.isApproved(Subject.TASK, task.id())) {
      throw new PlanRuleException(
          "Task '%s' is not approved by a person, so %s cannot %s it; ask with ApprovalRequested and wait for plan.approval"
              .formatted(task.id(), author.actor().id(), what));
    }
  }

  private void requireFuture(String type, String task, Instant leaseUntil) {
    if (!leaseUntil.isAfter(now)) {
      throw new PlanRuleException(
          "%s of '%s' has a lease until %s, which is past at %s; give a later time"
              .formatted(type, task, leaseUntil, now));
    }
  }

  private void requireHolder(String what, String id, long fence) {
    Task task = requireOpen(id);
    Claim claim = task.claim();
    if (claim.fence() > fence) {
      throw superseded(what, task, fence);
    }
    if (claim.standing() != Claim.Standing.HELD
        || claim.fence() != fence
        || !claim.holder().equals(author.actor().id())) {
      throw new PlanRuleException(
          "%s of '%s' by %s names fence %d, but %s; claim it first"
              .formatted(
                  what,
                  id,
                  author.actor().id(),
                  fence,
                  claim.standing() == Claim.Standing.HELD
                      ? "%s holds it with fence %d".formatted(claim.holder(), claim.fence())
                      : "nobody holds it"));
    }
  }

  /** Whoever lost a claim to another goes on with nothing that concerns that task. */
  private void requireNotSuperseded(PlanEvent event) {
    if (author.actor().kind() == Actor.Kind.HUMAN
        || event instanceof TaskClaimed
        || event instanceof HandoffAccepted) {
      return;
    }
    for (String id : touched(event)) {
      Task task = plan.tasks().get(id);
      // Nobody holds a closed task, so there is nothing to claim again.
      if (task != null && !task.isClosed()) {
        long fence = author.fences().of(task.claim(), author.session());
        if (fence > 0 && task.claim().fence() > fence && !claimedHere.contains(id)) {
          throw superseded(event.type(), task, fence);
        }
        if (task.superseded().contains(author.session())) {
          throw superseded(event.type(), task, 0);
        }
      }
    }
  }

  /** The tasks an event changes, also where it names another. */
  private Set<String> touched(PlanEvent event) {
    Set<String> tasks = new HashSet<>();
    tasks.add(plan.taskOf(event));
    tasks.add(plan.taskOf(event.cause()));
    if (event instanceof DependencyAdded added && added.kind() == DependencyKind.PARENT_CHILD) {
      tasks.add(added.on());
    }
    if (event instanceof DependencyRemoved removed
        && removed.kind() == DependencyKind.PARENT_CHILD) {
      tasks.add(removed.on());
    }
    return tasks;
  }

  private PlanRuleException superseded(String what, Task task, long fence) {
    return new PlanRuleException(
        "%s of '%s' by %s is refused: its claim%s was superseded by %s at version %d; claim the task again or pick another"
            .formatted(
                what,
                task.id(),
                author.actor().id(),
                fence > 0 ? " (fence " + fence + ")" : "",
                task.claim().holder(),
                task.claim().fence()));
  }

  /** While an agent works on a task, no other agent moves it. */
  private void requireNobodyElseHolds(Task task, String what) {
    Claim claim = task.claim();
    if (author.actor().kind() == Actor.Kind.AGENT
        && claim.isLive(now)
        && !claim.holder().equals(author.actor().id())) {
      throw new PlanRuleException(
          "Task '%s' is claimed by %s until %s (fence %d), so %s cannot %s it; wait, or ask %s to hand it over"
              .formatted(
                  task.id(),
                  claim.holder(),
                  claim.leaseUntil(),
                  claim.fence(),
                  author.actor().id(),
                  what,
                  claim.holder()));
    }
  }

  private void checkHandoff(HandoffEvent event) {
    switch (event) {
      case HandoffOffered offer -> checkOffer(offer);
      case HandoffAccepted accepted -> checkAcceptance(accepted);
      case HandoffDeclined declined -> {
        HandoffState state = requireStage(declined.handoff(), Stage.OFFERED);
        if (!declined.by().equals(author.actor().id())
            || !state.handoff().to().includes(author.actor())) {
          throw notTheirs(state, "decline");
        }
      }
      case HandoffWithdrawn withdrawn -> {
        HandoffState state = requireStage(withdrawn.handoff(), Stage.OFFERED, Stage.ACCEPTED);
        if (!state.handoff().from().equals(author.actor().id())
            && author.actor().kind() != Actor.Kind.HUMAN) {
          throw new PlanRuleException(
              "Handoff '%s' was offered by %s; only they or a person can withdraw it, not %s"
                  .formatted(withdrawn.handoff(), state.handoff().from(), author.actor().id()));
        }
      }
      case HandoffCompleted completed -> {
        HandoffState state = requireStage(completed.handoff(), Stage.ACCEPTED);
        if (!state.acceptedBy().equals(author.actor().id())) {
          throw new PlanRuleException(
              "Handoff '%s' was accepted by %s; only they can complete it, not %s"
                  .formatted(completed.handoff(), state.acceptedBy(), author.actor().id()));
        }
      }
    }
  }

  private void checkOffer(HandoffOffered offer) {
    Handoff handoff = offer.offered();
    Task task = requireTask(handoff.task());
    if (!handoff.id().equals(offer.handoff()) || !handoff.from().equals(author.actor().id())) {
      throw new PlanRuleException(
          "Handoff '%s' offered by %s says that it is '%s' from '%s'; session.offer fills in both"
              .formatted(offer.handoff(), author.actor().id(), handoff.id(), handoff.from()));
    }
    if (plan.handoffs().containsKey(offer.handoff())) {
      throw new PlanRuleException(
          "Handoff '" + offer.handoff() + "' was offered before; offer a new one");
    }
    for (EventId decision : handoff.decisions()) {
      requireKnown(plan.decisions().of(decision).isPresent(), "decision", decision);
    }
    for (EventId rejection : handoff.rejected()) {
      requireKnown(plan.rejected().of(rejection).isPresent(), "rejected approach", rejection);
    }
    for (EventId blocker : handoff.blockers()) {
      requireKnown(plan.blockers().of(blocker).isPresent(), "blocker", blocker);
    }
    if (handoff.kind() == Handoff.Kind.CONTINUE) {
      requireNobodyElseHolds(task, "hand on");
    }
    if (author.rules() != Author.Rules.OFFER) {
      throw new PlanRuleException(
          "Handoff '%s' is offered as an event; use session.offer, which looks for its evidence and for what the traces contradict"
              .formatted(offer.handoff()));
    }
  }

  private void checkAcceptance(HandoffAccepted accepted) {
    HandoffState state = requireStage(accepted.handoff(), Stage.OFFERED);
    Handoff handoff = state.handoff();
    if (!accepted.by().equals(author.actor().id()) || !handoff.to().includes(author.actor())) {
      throw notTheirs(state, "accept");
    }
    if (state.stageAt(now) == Stage.EXPIRED) {
      throw new PlanRuleException(
          "Handoff '%s' expired at %s; ask %s to offer it again"
              .formatted(accepted.handoff(), handoff.expiresAt(), handoff.from()));
    }
    Task task = plan.tasks().get(handoff.task());
    if (handoff.kind() == Handoff.Kind.CONTINUE && task != null) {
      Claim claim = task.claim();
      if (claim.isLive(now)
          && !claim.holder().equals(handoff.from())
          && !claim.holder().equals(author.actor().id())) {
        throw new PlanRuleException(
            "Handoff '%s' cannot be accepted now: its task '%s' is claimed by %s until %s (fence %d), not by %s who offered it; wait, or decline it"
                .formatted(
                    accepted.handoff(),
                    task.id(),
                    claim.holder(),
                    claim.leaseUntil(),
                    claim.fence(),
                    handoff.from()));
      }
      List<Reason> unapproved =
          new Readiness(plan)
              .reasons(task).stream().filter(one -> one.hold() == Hold.APPROVAL).toList();
      if (!unapproved.isEmpty()) {
        throw new PlanRuleException(
            "Handoff '%s' cannot be accepted now: its task '%s' %s; ask a person for ApprovalGiven"
                .formatted(accepted.handoff(), task.id(), unapproved.getFirst().text()));
      }
      if (!task.isClosed()) {
        requireFuture("HandoffAccepted", task.id(), accepted.leaseUntil());
      }
    }
  }

  private PlanRuleException notTheirs(HandoffState state, String what) {
    return new PlanRuleException(
        "Handoff '%s' is for %s, not for %s in role '%s'; only its addressee can %s it"
            .formatted(
                state.handoff().id(),
                state.handoff().to(),
                author.actor().id(),
                author.actor().role(),
                what));
  }

  private HandoffState requireStage(String id, Stage... stages) {
    HandoffState state = plan.handoffs().get(id);
    if (state == null) {
      throw new PlanRuleException(
          "No handoff '"
              + id
              + "' in the plan (version "
              + plan.version()
              + "); see plan.handoffs()");
    }
    if (!List.of(stages).contains(state.stage())) {
      throw new PlanRuleException(
          "Handoff '%s' is %s%s, not %s; reload the plan"
              .formatted(
                  id,
                  state.stage(),
                  state.acceptedBy().isEmpty() ? "" : " by " + state.acceptedBy(),
                  List.of(stages).stream().map(Stage::name).collect(Collectors.joining(" or "))));
    }
    return state;
  }

  private void requireHuman(String what) {
    if (author.actor().kind() != Actor.Kind.HUMAN) {
      throw new PlanRuleException(
          "%s by a person only, not by %s, who is an actor of kind %s"
              .formatted(what, author.actor().id(), author.actor().kind()));
    }
  }

  private void requireSubject(Subject subject, String id) {
    switch (subject) {
      case TASK -> {
        Task unused = requireTask(id);
      }
      case DECISION ->
          requireKnown(
              plan.decisions().of(EventId.parse(id)).isPresent(), "decision", EventId.parse(id));
    }
  }

  /**
   * Asking takes a thing out of force, so agents do not ask for what a person decided or approved.
   */
  private void checkRequest(ApprovalRequested requested) {
    requireSubject(requested.subject(), requested.id());
    boolean isPersons =
        requested.subject() == Subject.DECISION
            && plan.decisions()
                .of(EventId.parse(requested.id()))
                .filter(made -> made.origin().actor().kind() == Actor.Kind.HUMAN)
                .isPresent();
    boolean isGiven =
        plan.approval(requested.subject(), requested.id())
            .filter(approval -> approval.standing() == Approval.Standing.GIVEN)
            .isPresent();
    if (author.actor().kind() != Actor.Kind.HUMAN && (isGiven || isPersons)) {
      throw new PlanRuleException(
          "%s '%s' was %s by a person, so %s need not ask for an approval"
              .formatted(
                  requested.subject() == Subject.TASK ? "Task" : "Decision",
                  requested.id(),
                  isGiven ? "approved" : "made",
                  author.actor().id()));
    }
  }

  private void requireKnown(boolean known, String what, EventId id) {
    if (!known) {
      throw new PlanRuleException(
          "%s is no %s of this plan (version %d); give the id of the event that made it"
              .formatted(id, what, plan.version()));
    }
  }

  private void requireOpenItem(Optional<Boolean> open, String what, EventId id) {
    requireKnown(open.isPresent(), what, id);
    if (!open.orElseThrow()) {
      throw new PlanRuleException(
          "The %s %s is settled already; see workspace.history(\"%s\")".formatted(what, id, id));
    }
  }

  private Task requireOpen(String id) {
    Task task = requireTask(id);
    if (task.isClosed()) {
      throw new PlanRuleException(
          "Task '%s' is %s; reopen it with TaskReopened first".formatted(id, task.status()));
    }
    return task;
  }

  private void requireClosed(String id) {
    Task task = requireTask(id);
    if (!task.isClosed()) {
      throw new PlanRuleException(
          "Task '" + id + "' is " + task.status() + ", so it need not be reopened");
    }
  }

  private void requireTaskIfNamed(String task) {
    if (!task.isEmpty()) {
      Task unused = requireTask(task);
    }
  }

  private Task requireTask(String id) {
    Task task = plan.tasks().get(id);
    if (task == null) {
      throw new PlanRuleException(
          "No task '%s' in the plan (version %d, %d tasks); add it with TaskAdded first"
              .formatted(id, plan.version(), plan.tasks().size()));
    }
    return task;
  }

  /** The first few of a list. */
  private static String some(List<String> all) {
    String first =
        all.stream().limit(3).map(one -> "'" + one + "'").collect(Collectors.joining(", "));
    return all.size() > 3 ? first + " and " + (all.size() - 3) + " more" : first;
  }
}
