package dev.daybook;

import static dev.daybook.PlanScene.LEASE;
import static dev.daybook.PlanScene.change;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
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
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.AssumptionInvalidated;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
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
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan refuses, and that every refusal says what stands in the way and what to do. */
class PlanRulesTest {
  private static final EventId NOBODYS = new EventId(1, 1);
  private static final Instant LATER = PlanScene.START.plus(LEASE);

  @TempDir private Path cache;
  private PlanScene scene;
  private Session planner;
  private Session coder;

  @BeforeEach
  void open() {
    scene = new PlanScene(cache);
    planner = scene.agent("planner-1");
    coder = scene.agent("coder-7");
    scene.add("T", "U");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** Everything that names a task, saying that of this one. */
  private static List<PlanEvent> namingTask(String task) {
    return List.of(
        TaskEdited.of(task).title("t"),
        TaskStatusChanged.of(task, TaskStatus.DEFERRED),
        TaskClosed.done(task),
        TaskReopened.of(task),
        DependencyAdded.blocks(task, "T"),
        new DependencyRemoved(task, DependencyKind.BLOCKS, "T"),
        new AcceptanceCriterionAdded(task, "c"),
        new TaskClaimed(task, LATER),
        new LeaseRenewed(task, 1, LATER),
        new TaskReleased(task, 1, ""),
        new BlockerRaised(task, "b"),
        QuestionAsked.of("q").on(task),
        QuestionAsked.of("q").holding(task),
        DecisionMade.of("d").on(task),
        ApproachRejected.of("a").on(task),
        AssumptionStated.of("a").on(task),
        ApprovalRequested.ofTask(task, ""),
        NoteAdded.of("n").on(task),
        new HandoffOffered("h", handoff(task, "h"), List.of()));
  }

  private static Handoff handoff(String task, String id) {
    return Handoff.of(task)
        .summary("s")
        .build()
        .offered(id, "planner-1", 1, dev.daybook.event.Vcs.NONE);
  }

  @Test
  void refusesWhatNamesATaskThatDoesNotExist() {
    for (PlanEvent event : namingTask("nope")) {
      scene.refused(planner, event, "No task 'nope'", "version 1", "2 tasks", "TaskAdded");
    }
    scene.refused(planner, DependencyAdded.blocks("T", "nope"), "No task 'nope'");
    Session person = scene.human("ada");
    scene.refused(person, ApprovalGiven.ofTask("nope", ""), "No task 'nope'");
    scene.refused(person, ApprovalDenied.ofTask("nope", "no"), "No task 'nope'");
  }

  @Test
  void refusesATaskOfAnIdThatIsTaken() {
    scene.refused(
        planner, TaskAdded.of("T", "again"), "Task 'T'", "since version 1", "under another id");
  }

  @Test
  void refusesTwoTasksOfOneIdInOneChange() {
    scene.refused(
        () ->
            planner.updatePlan(plan -> List.of(TaskAdded.of("V", "one"), TaskAdded.of("V", "two"))),
        "Task 'V'");
    assertThat(scene.plan().task("V")).isEmpty();
  }

  @Test
  void refusesToGoOnWithAClosedTask() {
    change(planner, TaskClosed.done("T"));
    for (PlanEvent event :
        List.of(
            TaskStatusChanged.of("T", TaskStatus.OPEN),
            TaskClosed.done("T"),
            new AcceptanceCriterionAdded("T", "c"),
            new TaskClaimed("T", LATER),
            new LeaseRenewed("T", 1, LATER),
            new TaskReleased("T", 1, ""),
            new BlockerRaised("T", "b"))) {
      scene.refused(planner, event, "Task 'T' is DONE", "TaskReopened");
    }
    change(planner, new TaskClosed("U", Resolution.DUPLICATE, "as T"));
    scene.refused(planner, TaskClosed.done("U"), "Task 'U' is CANCELED");
  }

  @Test
  void refusesToReopenWhatIsOpen() {
    scene.refused(planner, TaskReopened.of("T"), "Task 'T' is OPEN", "need not be reopened");
  }

  @Test
  void refusesADependencyThatIsThereOrNotThere() {
    change(planner, DependencyAdded.blocks("T", "U"));
    scene.refused(
        planner,
        DependencyAdded.blocks("T", "U"),
        "'T' depends on 'U' (BLOCKS) already",
        "remove that dependency first");
    scene.refused(
        planner,
        new DependencyRemoved("U", DependencyKind.BLOCKS, "T"),
        "'U' does not depend on 'T' (BLOCKS)",
        "plan.task(\"U\")");
    scene.refused(
        planner,
        new DependencyRemoved("T", DependencyKind.RELATED, "U"),
        "'T' does not depend on 'U' (RELATED)");
  }

  @Test
  void refusesCyclesAndNamesTheWay() {
    scene.add("V");
    change(planner, DependencyAdded.blocks("T", "U"), DependencyAdded.blocks("U", "V"));
    scene.refused(
        planner, DependencyAdded.blocks("V", "T"), "wait for each other for ever", "T -> U -> V");
    scene.refused(planner, DependencyAdded.childOf("V", "T"), "for ever");
    change(planner, DependencyAdded.of("V", DependencyKind.RELATED, "T"));
    scene.refused(
        () ->
            planner.updatePlan(plan ->
                List.of(
                    TaskAdded.of("X", "x"),
                    DependencyAdded.blocks("X", "T"),
                    DependencyAdded.blocks("V", "X"))),
        "for ever");
  }

  @Test
  void refusesAChildThatItsParentBlocks() {
    change(planner, DependencyAdded.childOf("T", "U"));
    scene.refused(planner, DependencyAdded.blocks("T", "U"), "'T' cannot depend on 'U' (BLOCKS)");
    change(planner, DependencyAdded.of("U", DependencyKind.VALIDATES, "T"));
  }

  @Test
  void refusesToCloseAParentBeforeItsChildren() {
    scene.add("C1", "C2", "C3", "C4");
    for (String child : List.of("C1", "C2", "C3", "C4")) {
      change(planner, DependencyAdded.childOf(child, "T"));
    }
    scene.refused(
        planner,
        TaskClosed.done("T"),
        "Task 'T' cannot be closed before its children",
        "'C1', 'C2', 'C3' and 1 more are open",
        "close them first");
    for (String child : List.of("C1", "C2", "C3")) {
      change(planner, TaskClosed.done(child));
    }
    scene.refused(planner, TaskClosed.done("T"), "'C4' is open");
    change(planner, TaskClosed.done("C4"), TaskClosed.done("T"));
  }

  @Test
  void refusesSuccessBeforeTheCriteriaAreMet() {
    EventId criterion = change(planner, new AcceptanceCriterionAdded("T", "tests pass"));
    scene.refused(
        planner,
        TaskClosed.done("T"),
        "Task 'T' cannot be closed as SUCCEEDED",
        "'tests pass'",
        "AcceptanceCriterionChecked.met");
    change(planner, AcceptanceCriterionChecked.met(criterion));
    change(planner, AcceptanceCriterionChecked.notMet(criterion));
    scene.refused(planner, TaskClosed.done("T"), "'tests pass'");
    change(planner, new TaskClosed("T", Resolution.FAILED, "no time"));
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.CANCELED);
  }

  @Test
  void refusesWhatAnswersAnEventThatIsNoneOfThePlan() {
    String[] says = {NOBODYS.toString(), "of this plan (version 1)", "give the id of the event"};
    scene.refused(planner, AcceptanceCriterionChecked.met(NOBODYS), says);
    scene.refused(planner, new BlockerCleared(NOBODYS, ""), says);
    scene.refused(planner, new QuestionAnswered(NOBODYS, "a"), says);
    scene.refused(planner, DecisionMade.of("d").superseding(NOBODYS), says);
    scene.refused(planner, new ApproachReconsidered(NOBODYS, "r"), says);
    scene.refused(planner, new AssumptionInvalidated(NOBODYS, "r"), says);
    scene.refused(planner, ApprovalRequested.ofDecision(NOBODYS, ""), says);
    Session person = scene.human("ada");
    scene.refused(person, ApprovalGiven.ofDecision(NOBODYS, ""), says);
    scene.refused(person, ApprovalDenied.ofDecision(NOBODYS, "r"), says);
    EventId note = change(planner, NoteAdded.of("no blocker"));
    scene.refused(planner, new BlockerCleared(note, ""), note + " is no blocker of this plan");
  }

  @Test
  void refusesToSettleTwice() {
    EventId blocker = change(planner, new BlockerRaised("T", "b"));
    change(planner, new BlockerCleared(blocker, "h"));
    scene.refused(planner, new BlockerCleared(blocker, "h"), "blocker " + blocker, "settled");
    EventId question = change(planner, QuestionAsked.of("q"));
    change(planner, new QuestionAnswered(question, "a"));
    scene.refused(planner, new QuestionAnswered(question, "b"), "question " + question, "settled");
    EventId rejection = change(planner, ApproachRejected.of("a"));
    change(planner, new ApproachReconsidered(rejection, "r"));
    scene.refused(planner, new ApproachReconsidered(rejection, "r"), "approach " + rejection);
    EventId assumption = change(planner, AssumptionStated.of("a"));
    change(planner, new AssumptionInvalidated(assumption, "r"));
    scene.refused(planner, new AssumptionInvalidated(assumption, "r"), "assumption " + assumption);
    assertThat(scene.plan().openBlockers()).isEmpty();
    assertThat(scene.plan().openQuestions()).isEmpty();
    assertThat(scene.plan().rejected()).isEmpty();
    assertThat(scene.plan().assumptions().getFirst().stands()).isFalse();
  }

  @Test
  void refusesAClaimOnWhatAnotherHolds() {
    PlanRecord.Claim claim = planner.claim("T", LEASE);
    scene.refused(
        () -> coder.claim("T", LEASE),
        "Task 'T' is claimed by planner-1 until " + LATER,
        "fence " + claim.fence(),
        "pick another task or wait");
  }

  @Test
  void refusesAClaimOnWhatIsHeldUp() {
    EventId blocker = change(planner, new BlockerRaised("T", "the key server is down"));
    scene.refused(
        () -> coder.claim("T", LEASE), "'T' cannot be claimed", "key server", "claimNext");
    change(planner, new BlockerCleared(blocker, ""), DependencyAdded.blocks("T", "U"));
    scene.refused(() -> coder.claim("T", LEASE), "'T' cannot be claimed", "'U' (OPEN)");
    change(planner, TaskClosed.done("U"));
    coder.claim("T", LEASE);
  }

  @Test
  void refusesAClaimOnWhatIsNotAgreed() {
    for (TaskStatus status :
        List.of(TaskStatus.PROPOSED, TaskStatus.IN_REVIEW, TaskStatus.DEFERRED)) {
      change(planner, TaskStatusChanged.of("T", status));
      scene.refused(
          () -> coder.claim("T", LEASE),
          "Task 'T' is " + status,
          "only OPEN and IN_PROGRESS ones can");
    }
  }

  @Test
  void refusesLeasesThatAreOverOrTooLong() {
    Instant now = scene.now();
    scene.refused(
        coder, new TaskClaimed("T", now), "TaskClaimed of 'T'", now.toString(), "a later time");
    PlanRecord.Claim claim = coder.claim("T", LEASE);
    scene.refused(
        coder, new LeaseRenewed("T", claim.fence(), now), "LeaseRenewed of 'T'", "a later time");
    for (Duration lease :
        List.of(Duration.ZERO, Duration.ofSeconds(-1), Session.LEASE_MAX.plusNanos(1))) {
      assertThatThrownBy(() -> coder.claim("U", lease))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("A lease of " + lease)
          .hasMessageContaining(Session.LEASE_MAX.toString());
      assertThatThrownBy(() -> coder.claimNext(lease)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> coder.renew(claim, lease))
          .isInstanceOf(IllegalArgumentException.class);
    }
    coder.claim("U", Session.LEASE_MAX);
  }

  @Test
  void refusesToRenewOrReleaseWhatOneDoesNotHold() {
    scene.refused(
        planner,
        new LeaseRenewed("T", 1, LATER),
        "Renewal of 'T' by planner-1 names fence 1",
        "nobody holds it",
        "claim it first");
    PlanRecord.Claim claim = coder.claim("T", LEASE);
    scene.refused(
        () -> planner.renew(claim, LEASE),
        "Renewal of 'T' by planner-1",
        "coder-7 holds it with fence " + claim.fence());
    scene.refused(() -> planner.release(claim, ""), "Release of 'T' by planner-1");
    scene.refused(
        coder, new TaskReleased("T", claim.fence() + 1, ""), "names fence " + (claim.fence() + 1));
    coder.release(claim, "");
    scene.refused(() -> coder.release(claim, ""), "nobody holds it");
  }

  @Test
  void refusesOtherAgentsToMoveWhatOneHolds() {
    PlanRecord.Claim claim = coder.claim("T", LEASE);
    String[] says = {"Task 'T' is claimed by coder-7", "fence " + claim.fence(), "planner-1"};
    scene.refused(planner, TaskStatusChanged.of("T", TaskStatus.DEFERRED), says);
    scene.refused(planner, TaskClosed.done("T"), says);
    scene.refused(() -> planner.offer(Handoff.of("T").summary("s").build()), says);
    planner.offer(Handoff.of("T").kind(Handoff.Kind.REVIEW).summary("s").build());
    change(planner, TaskEdited.of("T").title("anyone may say what a task is"));
    change(scene.human("ada"), TaskStatusChanged.of("T", TaskStatus.DEFERRED));
    change(
        scene.workspace.startSession(dev.daybook.event.Actor.system("ci")), TaskClosed.done("T"));
  }

  @Test
  void refusesStepsOfAHandoffThatIsNotThere() {
    for (PlanEvent event :
        List.of(
            new HandoffAccepted("h", "coder-7", LATER),
            new HandoffDeclined("h", "coder-7", "no"),
            new HandoffWithdrawn("h", ""),
            new HandoffCompleted("h", "done"))) {
      scene.refused(coder, event, "No handoff 'h'", "version 1", "plan.handoffs()");
    }
  }

  @Test
  void refusesAnOfferWhoseEvidenceNobodyLookedFor() {
    scene.refused(
        planner,
        new HandoffOffered("h", handoff("T", "h"), List.of()),
        "Handoff 'h' is offered as an event",
        "session.offer");
  }

  @Test
  void keepsChildrenOfClosedParentsClosed() {
    PlanScene.change(planner, DependencyAdded.childOf("U", "T"));
    PlanScene.change(planner, TaskClosed.done("U"), TaskClosed.done("T"));
    scene.refused(planner, TaskReopened.of("U"), "'U'", "parent 'T' (DONE)", "reopen that first");
    scene.add("V");
    scene.refused(
        planner, DependencyAdded.childOf("V", "T"), "'V'", "'T', which is DONE", "reopen");
    PlanScene.change(planner, TaskReopened.of("T"), TaskReopened.of("U"));
    PlanScene.change(planner, DependencyAdded.childOf("V", "T"));
  }

  @Test
  void refusesAHandoffOfAnIdThatIsTaken() {
    Handoff offered = planner.offer(Handoff.of("T").summary("s").build());
    scene.refused(
        planner,
        new HandoffOffered(offered.id(), handoff("T", offered.id()), List.of()),
        "Handoff '" + offered.id() + "' was offered before",
        "offer a new one");
  }

  @Test
  void refusesAHandoffThatSaysAnotherIdOrOfferer() {
    scene.refused(
        planner,
        new HandoffOffered("h", handoff("T", "other"), List.of()),
        "'h'",
        "'other'",
        "session.offer");
    scene.refused(
        coder,
        new HandoffOffered("h", handoff("T", "h"), List.of()),
        "planner-1",
        "coder-7",
        "session.offer");
  }

  @Test
  void refusesEventsOfTypesItDoesNotKnow() {
    scene.refused(planner, new UnknownEvent("TaskSplit", "{}"), "'TaskSplit'", "newer release");
  }

  @Test
  void writesAllEventsOfAChangeOrNone() {
    scene.refused(
        () ->
            planner.updatePlan(plan ->
                List.of(NoteAdded.of("kept back"), TaskClosed.done("T"), TaskClosed.done("T"))),
        "Task 'T' is DONE");
    assertThat(scene.plan().notes()).isEmpty();
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.OPEN);
  }

  @Test
  void ordersReadyTasksByPriorityThenAge() {
    change(
        planner,
        TaskAdded.of("urgent", "u").priority(0),
        TaskAdded.of("late", "l").priority(2),
        TaskAdded.of("soon", "s").priority(1));
    assertThat(scene.plan().ready())
        .extracting(PlanRecord.Task::id)
        .containsExactly("urgent", "soon", "T", "U", "late");
    change(planner, TaskEdited.of("late").priority(0).assignedTo("coder-7").label("area", "auth"));
    change(planner, TaskEdited.of("urgent").assignedTo("somebody-else"));
    assertThat(coder.claimNext(LEASE).orElseThrow().task()).isEqualTo("late");
    assertThat(scene.task("late").labels()).isEqualTo(Map.of("area", "auth"));
    assertThat(coder.claimNext(LEASE).orElseThrow().task()).isEqualTo("soon");
  }
}
