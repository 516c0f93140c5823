package dev.daybook;

import static dev.daybook.PlanScene.LEASE;
import static dev.daybook.PlanScene.change;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.PlanRecord.Claim;
import dev.daybook.event.Actor;
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
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.EventTypes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims, their leases and their fences. */
class ClaimsTest {
  private static final Duration TICK = Duration.ofNanos(1_000);

  @TempDir private Path cache;
  private PlanScene scene;
  private Session first;
  private Session second;

  @BeforeEach
  void open() {
    scene = new PlanScene(cache);
    first = scene.agent("coder-7");
    second = scene.agent("coder-9");
    scene.add("T", "U");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** Things of the task that later events can answer. */
  private record Things(
      EventId criterion,
      EventId blocker,
      EventId question,
      EventId decision,
      EventId rejection,
      EventId assumption,
      Handoff offered,
      Handoff own,
      Handoff accepted) {}

  private Things things() {
    Session planner = scene.agent("planner");
    Handoff review = Handoff.of("T").kind(Handoff.Kind.REVIEW).summary("s").build();
    Handoff accepted = planner.offer(review);
    assertThat(first.accept(accepted)).isInstanceOf(Acceptance.Accepted.class);
    return new Things(
        change(planner, new AcceptanceCriterionAdded("T", "c")),
        change(planner, new BlockerRaised("T", "b")),
        change(planner, QuestionAsked.of("q").on("T")),
        change(planner, DecisionMade.of("d").on("T")),
        change(planner, ApproachRejected.of("a").on("T")),
        change(planner, AssumptionStated.of("a").on("T")),
        planner.offer(review),
        first.offer(review),
        accepted);
  }

  /** One event of every type that concerns the task and is not a claim. */
  private List<PlanEvent> aboutTheTask(Things things, long fence) {
    return List.of(
        TaskEdited.of("T").title("t"),
        TaskStatusChanged.of("T", TaskStatus.IN_REVIEW),
        TaskClosed.done("T"),
        TaskReopened.of("T"),
        DependencyAdded.blocks("T", "U"),
        new DependencyRemoved("T", DependencyKind.RELATED, "U"),
        new AcceptanceCriterionAdded("T", "c"),
        AcceptanceCriterionChecked.met(things.criterion()),
        new LeaseRenewed("T", fence, scene.now().plus(LEASE)),
        new TaskReleased("T", fence, ""),
        new BlockerRaised("T", "b"),
        new BlockerCleared(things.blocker(), ""),
        QuestionAsked.of("q").on("T"),
        new QuestionAnswered(things.question(), "a"),
        DecisionMade.of("d").on("T"),
        DecisionMade.of("d").superseding(things.decision()),
        ApproachRejected.of("a").on("T"),
        new ApproachReconsidered(things.rejection(), "r"),
        AssumptionStated.of("a").on("T"),
        new AssumptionInvalidated(things.assumption(), "r"),
        ApprovalRequested.ofTask("T", ""),
        ApprovalRequested.ofDecision(things.decision(), ""),
        ApprovalGiven.ofTask("T", ""),
        ApprovalGiven.ofDecision(things.decision(), ""),
        ApprovalDenied.ofTask("T", "r"),
        ApprovalDenied.ofDecision(things.decision(), "r"),
        NoteAdded.of("n").on("T"),
        new HandoffOffered(
            "h",
            Handoff.of("T").summary("s").build().offered("h", "coder-7", 1, Vcs.NONE),
            List.of()),
        new HandoffDeclined(things.offered().id(), "coder-7", "r"),
        new HandoffWithdrawn(things.own().id(), ""),
        new HandoffCompleted(things.accepted().id(), "r"));
  }

  /** Event types that are about no task, or that take one. */
  private static final Set<String> OTHERS =
      Set.of(
          "GoalSet",
          "ConstraintStated",
          "ApprovalPolicySet",
          "TaskAdded",
          "TaskClaimed",
          "HandoffAccepted");

  private static Set<String> planTypes() {
    Set<String> types = new TreeSet<>();
    for (Class<?> type : PlanEvent.class.getPermittedSubclasses()) {
      if (type.isSealed()) {
        for (Class<?> handoff : type.getPermittedSubclasses()) {
          types.add(handoff.getSimpleName());
        }
      } else {
        types.add(type.getSimpleName());
      }
    }
    types.retainAll(EventTypes.names());
    return types;
  }

  private void refusedEverywhere(Session session, Claim lost, Things things, String... parts) {
    Set<String> tried = new TreeSet<>(OTHERS);
    for (PlanEvent event : aboutTheTask(things, lost.fence())) {
      tried.add(event.type());
      scene.refused(session, event, parts);
    }
    assertThat(tried).isEqualTo(planTypes());
    scene.refused(() -> session.renew(lost, LEASE), parts);
    scene.refused(() -> session.release(lost, ""), parts);
    scene.refused(() -> session.offer(Handoff.of("T").summary("s").build()), parts);
    scene.refused(() -> session.decline(things.offered(), "r"), parts);
    scene.refused(() -> session.withdraw(things.own(), ""), parts);
    scene.refused(() -> session.complete(things.accepted(), "r"), parts);
    scene.refused(() -> session.on("U").updatePlan(plan -> List.of(TaskClosed.done("T"))), parts);
  }

  /** Raised before the claim, so that only the supersession can be in the way. */
  private Claim claimWithThings(Things things) {
    change(scene.agent("planner"), new BlockerCleared(things.blocker(), ""));
    return first.claim("T", LEASE);
  }

  @Test
  void aSupersededHolderIsRefusedOnEveryPath() {
    Things things = things();
    Claim lost = claimWithThings(things);
    scene.pass(LEASE);
    Claim taken = scene.joined(scene.another(), second).claim("T", LEASE);
    String[] says = {"of 'T' by coder-7", "superseded by coder-9 at version " + taken.fence()};
    refusedEverywhere(first, lost, things, says);
    refusedEverywhere(
        scene.joined(scene.another(), first), lost, things, "superseded by coder-9", "claim");
    assertThat(taken.fence()).isGreaterThan(lost.fence());
    assertThat(scene.task("T").superseded()).containsExactly(first.id());
    change(first, NoteAdded.of("on something else").on("U"));
  }

  @Test
  void staysRefusedAfterTheNextHolderIsDone() {
    Things things = things();
    Claim lost = claimWithThings(things);
    scene.pass(LEASE);
    Claim taken = second.claim("T", LEASE);
    second.release(taken, "not mine after all");
    refusedEverywhere(first, lost, things, "superseded by coder-9");
    change(second, TaskStatusChanged.of("T", TaskStatus.DEFERRED));
  }

  @Test
  void aZombieOfTheSameSessionIsRefusedOnEveryPath() {
    Things things = things();
    Claim lost = claimWithThings(things);
    Session heir = scene.joined(scene.another(), first);
    Claim taken = heir.claim("T", LEASE);
    refusedEverywhere(
        first,
        lost,
        things,
        "of 'T' by coder-7",
        "superseded by coder-7 at version " + taken.fence());
    assertThat(scene.task("T").superseded()).isEmpty();
    change(heir, NoteAdded.of("goes on").on("T"));
    change(heir, AcceptanceCriterionChecked.met(things.criterion()), TaskClosed.done("T"));
  }

  @Test
  void aZombieThatClaimedByAnEventOfItsOwnIsRefusedToo() {
    change(first, new TaskClaimed("T", scene.now().plus(LEASE)));
    Session heir = scene.joined(scene.another(), first);
    Claim taken = heir.claim("T", LEASE);
    scene.refused(first, TaskClosed.done("T"), "superseded by coder-7 at version " + taken.fence());
  }

  @Test
  void theHolderOfASupersededClaimMayClaimAgain() {
    Claim lost = first.claim("T", LEASE);
    scene.pass(LEASE);
    Claim taken = second.claim("T", LEASE);
    scene.refused(() -> first.claim("T", LEASE), "claimed by coder-9");
    scene.pass(LEASE);
    Claim again = first.claim("T", LEASE);
    assertThat(again.fence()).isGreaterThan(taken.fence()).isGreaterThan(lost.fence());
    assertThat(scene.task("T").superseded()).containsExactly(second.id());
    scene.refused(second, TaskClosed.done("T"), "superseded by coder-7");
    change(first, TaskClosed.done("T"));
  }

  @Test
  void expiryAloneDestroysNothing() {
    Claim claim = first.claim("T", LEASE);
    scene.pass(Duration.ofDays(3));
    assertThat(scene.plan().claimedBy("coder-7")).isEmpty();
    assertThat(scene.task("T").claim()).isEqualTo(claim);
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.IN_PROGRESS);
    change(first, NoteAdded.of("still at it").on("T"));
    Claim renewed = first.renew(claim, LEASE);
    assertThat(renewed.fence()).isEqualTo(claim.fence());
    assertThat(renewed.leaseUntil()).isEqualTo(scene.now().plus(LEASE));
    scene.refused(() -> second.claim("T", LEASE), "claimed by coder-7");
    scene.pass(Duration.ofDays(3));
    change(first, TaskClosed.done("T"));
    assertThat(scene.plan().isDone("T")).isTrue();
  }

  @Test
  void aLeaseEndsAtItsLastMomentExactly() {
    Claim claim = first.claim("T", LEASE);
    scene.pass(LEASE.minus(TICK));
    assertThat(scene.plan().claimedBy("coder-7")).containsExactly(claim);
    assertThat(scene.plan().ready()).extracting(PlanRecord.Task::id).containsExactly("U");
    scene.refused(() -> second.claim("T", LEASE), "until " + claim.leaseUntil());
    scene.pass(TICK);
    assertThat(scene.now()).isEqualTo(claim.leaseUntil());
    assertThat(scene.plan().claims()).isEmpty();
    assertThat(scene.plan().ready()).extracting(PlanRecord.Task::id).containsExactly("T", "U");
    assertThat(second.claimNext(LEASE).orElseThrow().task()).isEqualTo("T");
  }

  @Test
  void anActorClaimsAgainAfterACrash() {
    Claim before = first.claim("T", LEASE);
    Session afterCrash = scene.another().startSession(Actor.agent("coder-7"));
    assertThat(scene.plan().claimedBy("coder-7")).containsExactly(before);
    Claim after = afterCrash.claim("T", LEASE);
    assertThat(after.fence()).isGreaterThan(before.fence());
    assertThat(scene.task("T").superseded()).containsExactly(first.id());
    scene.refused(first, TaskClosed.done("T"), "superseded by coder-7");
    change(afterCrash, TaskClosed.done("T"));
  }

  @Test
  void aReleasedTaskIsOpenForAll() {
    Claim claim = first.claim("T", LEASE);
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.IN_PROGRESS);
    first.release(claim, "stuck on keys");
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.OPEN);
    assertThat(scene.task("T").claim().standing()).isEqualTo(Claim.Standing.ENDED);
    assertThat(scene.plan().ready()).extracting(PlanRecord.Task::id).containsExactly("T", "U");
    second.claim("T", LEASE);
    assertThat(scene.task("T").superseded()).isEmpty();
    // It gave the claim back, so nothing was taken from it.
    change(first, NoteAdded.of("keys are in the vault").on("T"));
  }

  @Test
  void aClosedTaskIsHeldByNobody() {
    Claim claim = first.claim("T", LEASE);
    change(first, TaskClosed.done("T"));
    assertThat(scene.plan().claims()).isEmpty();
    scene.refused(() -> first.renew(claim, LEASE), "Task 'T' is DONE");
    change(first, TaskReopened.of("T"));
    scene.refused(() -> first.renew(claim, LEASE), "nobody holds it");
    assertThat(first.claim("T", LEASE).fence()).isGreaterThan(claim.fence());
  }

  @Test
  void claimNextGivesEachTaskOnce() {
    List<String> got = new ArrayList<>();
    first.claimNext(LEASE).ifPresent(claim -> got.add(claim.task()));
    second.claimNext(LEASE).ifPresent(claim -> got.add(claim.task()));
    assertThat(got).containsExactly("T", "U");
    assertThat(first.claimNext(LEASE)).isEmpty();
    assertThat(scene.plan().claimedBy("coder-9")).extracting(Claim::task).containsExactly("U");
  }

  @Test
  void acceptingMovesTheClaimInTheSameVersion() {
    Claim lost = first.claim("T", LEASE);
    Handoff offered = first.offer(Handoff.of("T").toAgent("coder-9").summary("s").build());
    long before = scene.plan().version();
    scene.pass(Duration.ofMinutes(1));
    assertThat(second.accept(offered, LEASE)).isInstanceOf(Acceptance.Accepted.class);
    assertThat(scene.plan().version()).isEqualTo(before + 1);
    Claim moved = scene.task("T").claim();
    assertThat(moved.holder()).isEqualTo("coder-9");
    assertThat(moved.session()).isEqualTo(second.id());
    assertThat(moved.fence()).isEqualTo(before + 1);
    assertThat(moved.leaseUntil()).isEqualTo(scene.now().plus(LEASE));
    scene.refused(first, TaskClosed.done("T"), "'T' is claimed by coder-9", "coder-7 cannot close");
    scene.refused(() -> first.renew(lost, LEASE), "superseded by coder-9");
    // Whoever handed over of its own will lost nothing, and may be asked about it.
    assertThat(scene.task("T").superseded()).isEmpty();
    change(first, NoteAdded.of("n").on("T"));
    change(scene.joined(scene.another(), first), NoteAdded.of("n").on("T"));
    assertThat(second.renew(moved, LEASE.plusMinutes(1)).fence()).isEqualTo(moved.fence());
    change(second, TaskClosed.done("T"));
  }

  @Test
  void aClaimThatMovedIsFencedLikeAnyOther() {
    Handoff offered = first.offer(Handoff.of("T").toAgent("coder-9").summary("s").build());
    assertThat(second.accept(offered, LEASE)).isInstanceOf(Acceptance.Accepted.class);
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.IN_PROGRESS);
    Session heir = scene.joined(scene.another(), second);
    Claim taken = heir.claim("T", LEASE);
    scene.refused(
        second, TaskClosed.done("T"), "superseded by coder-9 at version " + taken.fence());
  }

  @Test
  void whatThirdPartiesHoldCannotBeHandedOn() {
    Handoff offered = first.offer(Handoff.of("T").summary("s").build());
    Session third = scene.agent("coder-11");
    Claim claim = third.claim("T", LEASE);
    assertThat(second.accept(offered, LEASE))
        .isEqualTo(new Acceptance.NotAvailable(PlanRecord.Stage.OFFERED, "coder-11"));
    scene.refused(
        second,
        new HandoffAccepted(offered.id(), "coder-9", scene.now().plus(LEASE)),
        "Handoff '" + offered.id() + "' cannot be accepted now",
        "'T' is claimed by coder-11",
        "fence " + claim.fence(),
        "not by coder-7 who offered it");
    assertThat(third.accept(offered, LEASE)).isInstanceOf(Acceptance.Accepted.class);
  }

  @Test
  void otherKindsOfHandoffLeaveTheClaimWhereItIs() {
    Claim claim = first.claim("T", LEASE);
    for (Handoff.Kind kind : Handoff.Kind.values()) {
      if (kind != Handoff.Kind.CONTINUE) {
        Handoff offered = first.offer(Handoff.of("T").kind(kind).summary("s").build());
        assertThat(second.accept(offered, LEASE)).isInstanceOf(Acceptance.Accepted.class);
        assertThat(scene.task("T").claim()).isEqualTo(claim);
      }
    }
    change(first, TaskClosed.done("T"));
  }

  @Test
  void whoeverLostATaskCanClaimItAgainAndGoOn() {
    Claim lost = first.claim("T", LEASE);
    scene.pass(LEASE);
    Claim taken = second.claim("T", LEASE);
    scene.refused(first, NoteAdded.of("n").on("T"), "superseded by coder-9");
    second.release(taken, "not mine");
    Claim again = first.claimNext(LEASE).orElseThrow();
    assertThat(again.task()).isEqualTo("T");
    assertThat(again.fence()).isGreaterThan(taken.fence()).isGreaterThan(lost.fence());
    change(first, NoteAdded.of("back").on("T"), TaskClosed.done("T"));
  }

  @Test
  void whoeverLostATaskCanAcceptItAgainAndGoOn() {
    first.claim("T", LEASE);
    scene.pass(LEASE);
    Claim taken = second.claim("T", LEASE);
    Handoff back = second.offer(Handoff.of("T").toAgent("coder-7").summary("s").build());
    assertThat(first.accept(back, LEASE)).isInstanceOf(Acceptance.Accepted.class);
    assertThat(scene.task("T").claim().fence()).isGreaterThan(taken.fence());
    change(first, TaskClosed.done("T"));
  }

  @Test
  void aSupersededHolderDoesNotReachTheTaskThroughAnother() {
    EventId decision = change(second, DecisionMade.of("d").on("T"));
    first.claim("T", LEASE);
    scene.pass(LEASE);
    second.claim("T", LEASE);
    scene.refused(first, DecisionMade.of("e").on("U").superseding(decision), "of 'T'", "coder-9");
    scene.refused(first, DependencyAdded.childOf("U", "T"), "of 'T'", "superseded by coder-9");
  }

  @Test
  void whoeverBeganMayGoOnWhateverCameUp() {
    first.claim("T", LEASE);
    change(first, QuestionAsked.of("which?").holding("T"), DependencyAdded.childOf("U", "T"));
    Session heir = scene.agent("coder-7");
    assertThat(heir.claim("T", LEASE).session()).isEqualTo(heir.id());
    scene.refused(() -> second.claim("T", LEASE), "'T' is claimed by coder-7");
    scene.pass(LEASE);
    scene.refused(() -> second.claim("T", LEASE), "'T' cannot be claimed", "which?");
  }

  @Test
  void aTaskIsClaimedOnceInAVersion() {
    List<PlanEvent> twice =
        List.of(
            new TaskClaimed("T", scene.now().plus(LEASE)),
            new TaskClaimed("T", scene.now().plus(LEASE)));
    scene.refused(() -> first.updatePlan(plan -> twice), "'T' is claimed twice in one change");
  }

  @Test
  void claimNextTakesOnlyWhatIsWanted() {
    assertThat(first.claimNext(LEASE, task -> task.id().equals("U")))
        .hasValueSatisfying(claim -> assertThat(claim.task()).isEqualTo("U"));
    assertThat(first.claimNext(LEASE, task -> task.kind().equals("bug"))).isEmpty();
  }

  @Test
  void releasingTakesTheChangesThatBelongToIt() {
    Claim claim = first.claim("T", LEASE);
    long before = scene.plan().version();
    first.release(
        claim, "need an answer", plan -> List.of(QuestionAsked.of("which?").holding("T")));
    assertThat(scene.plan().version()).isEqualTo(before + 1);
    assertThat(scene.task("T").status()).isEqualTo(TaskStatus.OPEN);
    assertThat(scene.plan().ready()).extracting(PlanRecord.Task::id).containsExactly("U");
  }

  /** Sessions of one process share plan versions; a fence is a version, so claims must not. */
  @Test
  void sessionsOfOneProcessGetFencesOfTheirOwn() throws Exception {
    Set<Long> fences = new TreeSet<>();
    int rounds = 50;
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < rounds; round++) {
        CyclicBarrier start = new CyclicBarrier(3);
        List<Future<Claim>> claims = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          Session session = scene.agent("coder-7");
          claims.add(
              threads.submit(() -> {
                start.await();
                return session.claim("T", LEASE);
              }));
        }
        for (Future<Claim> claim : claims) {
          assertThat(fences.add(claim.get().fence())).isTrue();
          assertThat(claim.get().task()).isEqualTo("T");
        }
      }
    }
    assertThat(fences).hasSize(3 * rounds);
  }

  @Test
  void laterVersionsAreNotRecordedEarlierWhenAClockIsSlow() {
    EventId early = change(first, NoteAdded.of("by a fast clock"));
    scene.pass(Duration.ofMinutes(-30));
    EventId late = change(second, NoteAdded.of("by a slow clock"));
    assertThat(recordedAt(late)).isAfterOrEqualTo(recordedAt(early));
  }

  private java.time.Instant recordedAt(EventId id) {
    return scene.workspace.traces().entry(id).orElseThrow().envelope().recordedAt();
  }

  @Test
  void whoeverLostATaskCanReviewIt() {
    first.claim("T", LEASE);
    scene.pass(LEASE);
    Claim taken = second.claim("T", LEASE);
    Handoff review =
        second.offer(
            Handoff.of("T").kind(Handoff.Kind.REVIEW).toAgent("coder-7").summary("s").build(),
            plan -> List.of(TaskStatusChanged.of("T", TaskStatus.IN_REVIEW)));
    second.release(taken, "to be looked over");
    scene.refused(first, NoteAdded.of("n").on("T"), "superseded by coder-9");
    assertThat(first.accept(review)).isInstanceOf(Acceptance.Accepted.class);
    first.complete(review, "fine", plan -> List.of(TaskClosed.done("T")));
    assertThat(scene.plan().isDone("T")).isTrue();
  }
}
