package dev.daybook;

import static dev.daybook.PlanScene.LEASE;
import static dev.daybook.PlanScene.change;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.Acceptance.Accepted;
import dev.daybook.Acceptance.NotAvailable;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handoffs from the offer to the end. */
class HandoffLifeTest {
  private static final Actor CODER = Actor.agent("coder-7").role("coder");
  private static final EventId NOBODYS = new EventId(1, 1);

  @TempDir private Path cache;
  private PlanScene scene;
  private Session offerer;
  private Session coder;

  @BeforeEach
  void open() {
    scene = new PlanScene(cache);
    offerer = scene.agent("planner-1");
    coder = scene.workspace.startSession(CODER);
    scene.add("T", "U");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private static Handoff.Builder work() {
    return Handoff.of("T").summary("keys signed");
  }

  private HandoffState state(Handoff handoff) {
    return scene.plan().handoff(handoff.id()).orElseThrow();
  }

  private List<String> inbox(Actor actor) {
    return scene.plan().inbox(actor).stream().map(one -> one.handoff().id()).toList();
  }

  @Test
  void goesFromOfferToResult() {
    Handoff offered = offerer.offer(work().toAgent("coder-7").waitForResult().build());
    assertThat(offered.id()).isNotEmpty();
    assertThat(offered.from()).isEqualTo("planner-1");
    assertThat(offered.planVersion()).isEqualTo(1);
    assertThat(state(offered).stage()).isEqualTo(Stage.OFFERED);
    assertThat(state(offered).origin().actor()).isEqualTo(offerer.actor());
    assertThat(coder.accept(offered)).isEqualTo(new Accepted(offered));
    assertThat(coder.accept(offered)).isEqualTo(new Accepted(offered));
    assertThat(state(offered).acceptedBy()).isEqualTo("coder-7");
    assertThat(scene.task("T").claim().leaseUntil())
        .isEqualTo(scene.now().plus(Session.LEASE_DEFAULT));
    scene.refused(() -> offerer.complete(offered, "r"), "accepted by coder-7", "not planner-1");
    coder.complete(offered, "old keys stay valid for a day");
    assertThat(state(offered).stage()).isEqualTo(Stage.COMPLETED);
    assertThat(state(offered).remark()).isEqualTo("old keys stay valid for a day");
    assertThat(state(offered).acceptedBy()).isEqualTo("coder-7");
    for (Runnable late :
        List.<Runnable>of(
            () -> coder.complete(offered, "again"),
            () -> coder.decline(offered, "too late"),
            () -> scene.human("ada").withdraw(offered, ""))) {
      scene.refused(late, "Handoff '" + offered.id() + "' is COMPLETED by coder-7");
    }
    assertThat(scene.agent("coder-8").accept(offered))
        .isEqualTo(new NotAvailable(Stage.COMPLETED, "coder-7"));
  }

  @Test
  void showsInTheInboxOfWhomItIsFor() {
    Actor tester = Actor.agent("tester-1").role("tester");
    Actor ada = Actor.human("ada").role("coder");
    Handoff toAgent = offerer.offer(work().toAgent("coder-7").build());
    Handoff toRole = offerer.offer(work().toRole("coder").build());
    Handoff toHuman = offerer.offer(work().toHuman("ada").build());
    Handoff toAnyone = offerer.offer(work().build());
    Handoff own = coder.offer(work().kind(Handoff.Kind.REVIEW).build());
    assertThat(inbox(CODER)).containsExactly(toAgent.id(), toRole.id(), toAnyone.id());
    assertThat(inbox(ada)).containsExactly(toRole.id(), toHuman.id(), toAnyone.id(), own.id());
    assertThat(inbox(tester)).containsExactly(toAnyone.id(), own.id());
    assertThat(inbox(Actor.human("coder-7"))).containsExactly(toAnyone.id());
    assertThat(inbox(Actor.agent("ada"))).containsExactly(toAnyone.id(), own.id());
    assertThat(scene.plan().inbox(new Addressee(Addressee.Kind.ROLE, "coder")))
        .extracting(HandoffState::handoff)
        .containsExactly(toRole);
    assertThat(scene.plan().inbox(Addressee.ANYONE))
        .extracting(HandoffState::handoff)
        .containsExactly(toAnyone, own);
    scene.refused(
        () -> scene.workspace.startSession(tester).accept(toRole),
        "Handoff '" + toRole.id() + "' is for role coder",
        "tester-1 in role 'tester'",
        "only its addressee can accept it");
    scene.refused(() -> coder.accept(toHuman), "is for human ada");
    coder.accept(toRole);
    assertThat(inbox(ada)).doesNotContain(toRole.id());
  }

  @Test
  void isDeclinedByItsAddresseeWithAReason() {
    Handoff offered = offerer.offer(work().toRole("coder").build());
    scene.refused(
        () -> scene.agent("tester-1").decline(offered, "no"), "only its addressee can decline it");
    assertThatThrownBy(() -> coder.decline(offered, " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HandoffDeclined.reason");
    coder.decline(offered, "no access to the vault");
    assertThat(state(offered).stage()).isEqualTo(Stage.DECLINED);
    assertThat(state(offered).remark()).isEqualTo("no access to the vault");
    assertThat(coder.accept(offered)).isEqualTo(new NotAvailable(Stage.DECLINED, ""));
    assertThat(scene.task("T").claim()).isEqualTo(PlanRecord.Claim.NONE);
    assertThat(offerer.offer(work().build()).id()).isNotEqualTo(offered.id());
  }

  @Test
  void isWithdrawnByItsOffererOrAPerson() {
    Handoff one = offerer.offer(work().build());
    Handoff two = offerer.offer(work().build());
    scene.refused(
        () -> coder.withdraw(one, ""),
        "was offered by planner-1",
        "only they or a person can withdraw it, not coder-7");
    offerer.withdraw(one, "did it myself");
    scene.human("ada").withdraw(two, "not now");
    assertThat(state(one).stage()).isEqualTo(Stage.WITHDRAWN);
    assertThat(state(one).remark()).isEqualTo("did it myself");
    assertThat(state(two).stage()).isEqualTo(Stage.WITHDRAWN);
    assertThat(coder.accept(one)).isEqualTo(new NotAvailable(Stage.WITHDRAWN, ""));
    assertThat(inbox(CODER)).isEmpty();
  }

  @Test
  void anAcceptedOneIsTakenBackFromWhoeverIsNotHeardOf() {
    Handoff offered = offerer.offer(work().kind(Handoff.Kind.TEST).build());
    coder.accept(offered);
    scene.refused(() -> coder.withdraw(offered, ""), "only they or a person can withdraw it");
    offerer.withdraw(offered, "no answer");
    assertThat(state(offered).stage()).isEqualTo(Stage.WITHDRAWN);
    assertThat(state(offered).acceptedBy()).isEqualTo("coder-7");
    scene.refused(() -> coder.complete(offered, "done"), "is WITHDRAWN by coder-7, not ACCEPTED");
  }

  @Test
  void expiresAtItsMomentExactly() {
    Handoff offered = offerer.offer(work().expiresAt(scene.now().plus(LEASE)).build());
    scene.pass(LEASE.minusNanos(1_000));
    assertThat(inbox(CODER)).containsExactly(offered.id());
    scene.pass(Duration.ofNanos(1_000));
    assertThat(inbox(CODER)).isEmpty();
    assertThat(state(offered).stage()).isEqualTo(Stage.OFFERED);
    assertThat(state(offered).stageAt(scene.now())).isEqualTo(Stage.EXPIRED);
    scene.refused(
        () -> coder.accept(offered),
        "Handoff '" + offered.id() + "' expired at " + scene.now(),
        "ask planner-1 to offer it again");
    offerer.withdraw(offered, "never mind");
  }

  @Test
  void isAcceptedUpToItsLastMoment() {
    Handoff offered = offerer.offer(work().expiresAt(scene.now().plus(LEASE)).build());
    scene.pass(LEASE.minusNanos(1_000));
    assertThat(coder.accept(offered)).isInstanceOf(Accepted.class);
    scene.pass(LEASE);
    coder.complete(offered, "the time was for accepting");
  }

  @Test
  void namesOnlyWhatExists() {
    EventId decision = change(offerer, DecisionMade.of("d"));
    EventId rejection = change(offerer, ApproachRejected.of("a"));
    EventId blocker = change(offerer, new BlockerRaised("U", "b"));
    EventId seen = coder.record(Observation.of("by another session")).id();
    coder.flush();
    EventId own = offerer.record(Observation.of("not awaited")).id();
    Handoff offered =
        offerer.offer(
            work()
                .decisions(decision)
                .rejected(rejection)
                .blockers(blocker)
                .evidence(seen, own, decision)
                .build());
    assertThat(offered.evidence()).containsExactly(seen, own, decision);
    scene.refused(
        () -> offerer.offer(work().evidence(NOBODYS).build()),
        "Handoff of 'T' names evidence " + NOBODYS,
        "no event of workspace 'w'",
        "receipts or entries");
    scene.refused(
        () -> offerer.offer(work().decisions(rejection).build()), rejection + " is no decision");
    scene.refused(
        () -> offerer.offer(work().rejected(decision).build()),
        decision + " is no rejected approach");
    scene.refused(
        () -> offerer.offer(work().blockers(decision).build()), decision + " is no blocker");
    scene.refused(() -> offerer.offer(Handoff.of("nope").summary("s").build()), "No task 'nope'");
  }

  @Test
  void findsEvidenceThatAnotherProcessRecorded() {
    Session other = scene.another().startSession(Actor.agent("elsewhere"));
    EventId seen = other.record(Observation.of("in another process")).id();
    other.flush();
    assertThat(offerer.offer(work().evidence(seen).build()).evidence()).containsExactly(seen);
  }

  @Test
  void mayNameADecisionOfTheSameChange() {
    Handoff offered =
        offerer.offer(work().build(), plan -> List.of(DecisionMade.of("keys rotate weekly")));
    assertThat(offered.planVersion()).isEqualTo(1);
    assertThat(scene.plan().decisionsInForce()).hasSize(1);
    assertThat(scene.plan().decisions().getFirst().origin().version())
        .isEqualTo(state(offered).origin().version());
  }

  @Test
  void anOfferAndItsChangesAreOneVersionOrNone() {
    long before = scene.plan().version();
    Handoff offered =
        offerer.offer(work().build(), plan -> List.of(TaskAdded.of("V", "v"), NoteAdded.of("n")));
    assertThat(scene.plan().version()).isEqualTo(before + 1);
    assertThat(scene.plan().task("V")).isPresent();
    assertThat(state(offered).origin().version()).isEqualTo(before + 1);
    scene.refused(
        () ->
            offerer.offer(
                work().build(), plan -> List.of(NoteAdded.of("n"), TaskAdded.of("V", "v"))),
        "Task 'V'");
    scene.refused(
        () ->
            offerer.offer(
                work().blockers(NOBODYS).build(), plan -> List.of(TaskAdded.of("W", "w"))),
        "is no blocker");
    assertThat(scene.plan().handoffs()).hasSize(1);
    assertThat(scene.plan().task("W")).isEmpty();
    assertThat(scene.plan().notes()).hasSize(1);
  }

  @Test
  void aResultAndItsChangesAreOneVersionOrNone() {
    Handoff offered = offerer.offer(work().build());
    coder.accept(offered);
    scene.refused(
        () -> coder.complete(offered, "r", plan -> List.of(TaskClosed.done("nope"))),
        "No task 'nope'");
    assertThat(state(offered).stage()).isEqualTo(Stage.ACCEPTED);
    scene.refused(
        () -> offerer.complete(offered, "r", plan -> List.of(NoteAdded.of("n"))),
        "accepted by coder-7");
    assertThat(scene.plan().notes()).isEmpty();
    PlanChange change = coder.complete(offered, "r", plan -> List.of(TaskClosed.done("T")));
    assertThat(change.events()).hasSize(2);
    assertThat(scene.plan().isDone("T")).isTrue();
    assertThat(state(offered).stage()).isEqualTo(Stage.COMPLETED);
  }

  @Test
  void flagsWhatTheTracesContradict() {
    offerer.record(ToolCall.of("bash", "mvn verify").exit(0));
    offerer.record(ToolCall.of("bash", "mvn verify").softFail("2 tests failed").exit(1));
    offerer.record(ToolCall.of("bash", "make check").exit(0));
    offerer.record(ToolCall.of("edit", "{}").touching("auth/Token.java"));
    coder.record(ToolCall.of("edit", "{}").touching("auth/Other.java"));
    coder.flush();
    Handoff offered =
        offerer.offer(
            work()
                .touched("auth/Token.java", "auth/Other.java")
                .tests(TestRun.of("mvn verify", 412))
                .tests(TestRun.of("make check", 3, "KeysTest"))
                .tests(TestRun.of("make lint", 1))
                .build());
    assertThat(state(offered).contradictions())
        .satisfiesExactlyInAnyOrder(
            one -> assertThat(one).contains("auth/Other.java", "said to be touched"),
            one ->
                assertThat(one)
                    .contains("'mvn verify' is said to pass", CallOutcome.SOFT_FAIL.name()),
            one -> assertThat(one).contains("'make check' is said to fail", "ended as OK"),
            one -> assertThat(one).contains("'make lint' is said to have run"));
  }

  @Test
  void flagsNothingThatTheTracesConfirm() {
    offerer.record(ToolCall.of("bash", "mvn verify").softFail("red").exit(1));
    offerer.record(ToolCall.of("bash", "  mvn verify ").exit(0));
    offerer.record(ToolCall.of("read", "{}").reading("auth/Token.java"));
    Handoff offered =
        offerer.offer(
            work().touched("auth/Token.java").tests(TestRun.of("mvn verify", 412)).build());
    assertThat(state(offered).contradictions()).isEmpty();
  }

  @Test
  void refusesTestsThatContradictThemselves() {
    assertThatThrownBy(() -> new TestRun("mvn", 1, 0, 0, List.of("KeysTest")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'mvn'", "names 1 failing", "counts 0");
    TestRun nameless = new TestRun("mvn", 1, 2, 0, List.of());
    assertThatThrownBy(() -> work().tests(nameless).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'mvn'", "counts 2 failed", "names none");
  }

  @Test
  void stepsTakeAHandoffThatWasOffered() {
    Handoff never = work().build();
    for (Runnable step :
        List.<Runnable>of(
            () -> coder.accept(never),
            () -> coder.decline(never, "r"),
            () -> coder.withdraw(never, ""),
            () -> coder.complete(never, "r"))) {
      assertThatThrownBy(step::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("handoff of 'T' was never offered", "session.offer");
    }
  }

  @Test
  void exactlyOneOfSixteenAccepts() throws Exception {
    int racers = 16;
    int rounds = 5;
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < racers; i++) {
      sessions.add(scene.another().startSession(Actor.agent("racer-" + i).role("coder")));
    }
    CyclicBarrier barrier = new CyclicBarrier(racers);
    try (ExecutorService threads = Executors.newFixedThreadPool(racers)) {
      for (int round = 0; round < rounds; round++) {
        String task = "R" + round;
        scene.add(task);
        Handoff offered = offerer.offer(Handoff.of(task).toRole("coder").summary("s").build());
        List<Future<Acceptance>> answers = new ArrayList<>();
        for (Session session : sessions) {
          answers.add(
              threads.submit(() -> {
                barrier.await();
                return session.accept(offered, LEASE);
              }));
        }
        String winner = "";
        List<String> losersSaw = new ArrayList<>();
        for (int i = 0; i < racers; i++) {
          switch (answers.get(i).get()) {
            case Accepted(Handoff handoff) -> {
              assertThat(winner).isEmpty();
              assertThat(handoff).isEqualTo(offered);
              winner = "racer-" + i;
            }
            case NotAvailable(Stage stage, String by) -> {
              assertThat(stage).isEqualTo(Stage.ACCEPTED);
              losersSaw.add(by);
            }
          }
        }
        assertThat(losersSaw).hasSize(racers - 1).containsOnly(winner);
        assertThat(scene.task(task).claim().holder()).isEqualTo(winner);
        assertThat(scene.plan().claimedBy(winner)).extracting(c -> c.task()).contains(task);
      }
    }
  }
}
