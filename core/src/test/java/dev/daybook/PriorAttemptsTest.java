package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.PriorAttempt.ChangedSince;
import dev.daybook.PriorAttempt.Match;
import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApproachReconsidered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.Vcs;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was tried before is found; what never was is not. */
class PriorAttemptsTest {
  private static final String FLIGHT =
      "{\"reservation\":\"XEWRD9\",\"from\":\"DFW\",\"to\":\"ATL\",\"flights\":[{\"number\":\"HAT030\",\"date\":\"2026-05-13\"}],\"payment\":\"gift_card_4643\"}";

  @TempDir private Path cache;
  private Daybook daybook;
  private Workspace workspace;
  private Session planner;
  private Session coder;

  @BeforeEach
  void open() {
    open(Embedder.none());
  }

  private void open(Embedder embedder) {
    daybook = Daybook.on(new MemoryObjectStore()).embedder(embedder).cache(cache, 1 << 30).open();
    workspace = daybook.create("w");
    planner = workspace.startSession(Actor.agent("planner-1"));
    coder = workspace.startSession(Actor.agent("coder-7"));
  }

  @AfterEach
  void close() {
    planner.close();
    coder.close();
    workspace.close();
    daybook.close();
  }

  private List<PriorAttempt> attempts(ToolCall call) {
    return workspace.traces().priorAttempts(call);
  }

  private List<PriorAttempt> attempts(String description) {
    return workspace.traces().priorAttempts(description);
  }

  private static EventId plan(Session session, PlanEvent event) {
    return session.updatePlan(plan -> List.of(event)).events().getFirst();
  }

  @Test
  void aCallThatFailedIsToldWithWhoWhenAndWhy() {
    EventId tried =
        planner
            .record(
                ToolCall.of("bash", "mvn -pl auth verify")
                    .output("compiling\nTokenIT.refresh: error: key expired\nbye")
                    .softFail("")
                    .exit(1),
                Context.none().task("AUTH-42"))
            .await()
            .id();
    PriorAttempt attempt = attempts(ToolCall.of("bash", " mvn -pl  auth verify")).getFirst();
    assertThat(attempt.id()).isEqualTo(tried);
    assertThat(attempt.match()).isEqualTo(Match.SAME_CALL);
    assertThat(attempt.actor().id()).isEqualTo("planner-1");
    assertThat(attempt.session()).isEqualTo(planner.id());
    assertThat(attempt.task()).isEqualTo("AUTH-42");
    assertThat(attempt.outcome()).isEqualTo("SOFT_FAIL");
    assertThat(attempt.reason()).isEqualTo("exit 1: TokenIT.refresh: error: key expired");
    assertThat(attempt.evidence()).containsExactly(tried);
    assertThat(attempt.score()).isEqualTo(1);
    assertThat(attempt.hasWorkedSince()).isFalse();
    assertThat(attempt.changedSince()).isEqualTo(new ChangedSince.Unknown());
    assertThat(attempts(ToolCall.of("zsh", "mvn -pl auth test"))).isEmpty();
  }

  @Test
  void aCallThatHasWorkedSinceSaysSo() {
    EventId failed = planner.record(ToolCall.of("bash", "make all").softFail("no rule")).id();
    EventId worked = coder.record(ToolCall.of("bash", "make all")).await().id();
    List<PriorAttempt> attempts = attempts(ToolCall.of("bash", "make all"));
    assertThat(attempts).extracting(PriorAttempt::id).containsExactly(failed, worked);
    assertThat(attempts.getFirst().workedSince()).isEqualTo(worked);
    assertThat(attempts.getLast().hasWorkedSince()).isFalse();
    assertThat(attempts.getLast().outcome()).isEqualTo("OK");

    EventId again =
        planner.record(ToolCall.of("bash", "make all").softFail("no disk")).await().id();
    List<PriorAttempt> then = attempts(ToolCall.of("bash", "make all"));
    assertThat(then.getFirst().id()).isEqualTo(again);
    assertThat(then.getFirst().hasWorkedSince()).as("it worked before only").isFalse();
  }

  @Test
  void failuresLeaveAPlaceForTheCallThatWentWell() {
    EventId worked = planner.record(ToolCall.of("bash", "make all")).id();
    for (int i = 0; i < 5; i++) {
      planner.record(
          ToolCall.of("bash", "make all").softFail("KeyError: 'k" + (char) ('a' + i) + "'"));
    }
    planner.flush();
    assertThat(attempts(ToolCall.of("bash", "make all")))
        .filteredOn(attempt -> attempt.match() == Match.SAME_CALL)
        .extracting(PriorAttempt::id)
        .hasSize(3)
        .last()
        .isEqualTo(worked);
  }

  @Test
  void jsonIsTheSameInAnyOrderOfItsKeys() {
    EventId failed =
        planner
            .record(ToolCall.of("book", "{\"id\":7,\"seat\":\"12A\"}").softFail("full"))
            .await()
            .id();
    assertThat(attempts(ToolCall.of("book", "{ \"seat\": \"12A\", \"id\": 7 }")))
        .extracting(PriorAttempt::id)
        .containsExactly(failed);
    assertThat(attempts("{ \"seat\": \"12A\", \"id\": 7 }"))
        .extracting(PriorAttempt::match)
        .containsExactly(Match.SAME_CALL);
  }

  @Test
  void aDescriptionFindsNoCallThatWentWell() {
    planner.record(ToolCall.of("bash", "mvn -pl auth verify")).await();
    assertThat(attempts("mvn -pl auth verify")).isEmpty();
  }

  @Test
  void theSameFailureOfAnotherCallTellsWhatWasDoneNext() {
    EventId failed =
        planner
            .record(
                ToolCall.of("bash", "python a.py")
                    .output(
                        """
                        Traceback (most recent call last):
                          File "/w/1/a.py", line 3
                        shop.CartError: cart 17 is closed\
                        """)
                    .softFail(""))
            .id();
    EventId next = planner.record(ToolCall.of("bash", "shop open-cart 17")).await().id();
    ToolCall mine =
        ToolCall.of("pytest", "tests/b.py")
            .output(
                """
                Traceback (most recent call last):
                  File "/home/x/b.py", line 9
                CartError: cart 4 is closed\
                """)
            .softFail("");
    PriorAttempt attempt = attempts(mine).getFirst();
    assertThat(attempt.match()).isEqualTo(Match.SAME_ERROR);
    assertThat(attempt.id()).isEqualTo(failed);
    assertThat(attempt.next()).isEqualTo(next);
    assertThat(attempts(ToolCall.of("pytest", "tests/b.py"))).as("it has not failed yet").isEmpty();
    assertThat(attempts(ToolCall.of("pytest", "tests/b.py").softFail("CartError: cart is empty")))
        .isEmpty();
  }

  @Test
  void aRejectedApproachIsFoundByItsWordsAndItsPath() {
    EventId evidence = planner.record(ToolCall.of("bash", "x").softFail("y")).await().id();
    EventId rejected =
        plan(
            planner,
            ApproachRejected.of("Rotate the keys in place")
                .because("refresh fails for minutes")
                .about("auth/Token.java")
                .shownBy(evidence)
                .at("abc1234"));
    for (String said :
        List.of(
            "rotating keys in place",
            "rotate keys in place in auth/Token.java",
            "Rotate the keys, in place!")) {
      PriorAttempt attempt = attempts(said).getFirst();
      assertThat(attempt.match()).as(said).isEqualTo(Match.REJECTED_APPROACH);
      assertThat(attempt.id()).isEqualTo(rejected);
      assertThat(attempt.reason()).isEqualTo("refresh fails for minutes");
      assertThat(attempt.evidence()).containsExactly(rejected, evidence);
      assertThat(attempt.revision()).isEqualTo("abc1234");
    }
    assertThat(attempts(ToolCall.of("bash", "keys rotate").trying("rotate keys in place")))
        .extracting(PriorAttempt::match)
        .containsExactly(Match.REJECTED_APPROACH);
    assertThat(attempts("rotate keys in auth/Other.java")).as("another file").isEmpty();
    assertThat(attempts("rotate the logs")).isEmpty();
  }

  @Test
  void whatWasReconsideredIsNotWarnedOf() {
    EventId rejected = plan(planner, ApproachRejected.of("Rotate the keys in place"));
    assertThat(attempts("rotate the keys in place")).hasSize(1);
    plan(coder, new ApproachReconsidered(rejected, "old keys stay valid now"));
    assertThat(attempts("rotate the keys in place")).isEmpty();
    assertThat(attempts("rotate all signing keys in place")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "the reservation XEWRD9 from DFW to ATL, HAT030 on 2026-05-13, gift_card_4643",
        "XEWRD9 DFW ATL HAT030 2026-05-13 gift_card_4643",
        "book XEWRD9 DFW ATL HAT030 2026-05-13 gift_card_4643",
        FLIGHT
      })
  void aFailedCallIsFoundByItsValues(String description) {
    EventId failed =
        planner.record(ToolCall.of("book_flight", FLIGHT).softFail("full")).await().id();
    assertThat(attempts(description)).extracting(PriorAttempt::id).containsExactly(failed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "XEWRD9 ATL DFW HAT030 2026-05-13 gift_card_4643", // the other way
        "XEWRD9 DFW ATL HAT030 2026-05-14 gift_card_4643", // another day
        "XEWRD9 DFW ATL HAT030 2026-05-13 gift_card_4644", // another card
        "XEWRD9 DFW ATL HAT030 HAT031 2026-05-13 gift_card_4643", // one flight more
        "XEWRD9 DFW ATL gift_card_4643", // fewer values
        "XEWRD9",
        "cancel and refund passenger insurance of XEWRD9 DFW ATL HAT030 2026-05-13 gift_card_4643",
        "paint the bicycle shed green",
        "reservation payment",
        "the"
      })
  void whatWasNeverTriedYieldsNothing(String description) {
    planner.record(ToolCall.of("book_flight", FLIGHT).softFail("full")).await();
    assertThat(attempts(description)).isEmpty();
    assertThat(attempts(ToolCall.of("book_flight", description))).isEmpty();
  }

  @Test
  void aFailedCallIsFoundInOtherWords() {
    EventId failed =
        planner
            .record(
                ToolCall.of("bash", "mvn -pl auth verify -Dtest=TokenIT")
                    .trying("Retry the token refresh when the key has expired")
                    .softFail("TokenIT.refresh: key expired"))
            .await()
            .id();
    for (String said :
        List.of(
            "add a retry to the token refresh",
            "verify auth with TokenIT",
            "retrying token refresh")) {
      assertThat(attempts(said)).as(said).extracting(PriorAttempt::id).containsExactly(failed);
      assertThat(attempts(said).getFirst().match()).isEqualTo(Match.SIMILAR);
      assertThat(attempts(said).getFirst().score()).isBetween(0.3, 0.99);
    }
    for (String said :
        List.of(
            "add a cache to the token refresh",
            "verify auth with SessionIT",
            "add a retry to the mail queue",
            "run it again",
            "check the token")) {
      assertThat(attempts(said)).as(said).isEmpty();
    }
  }

  @Test
  void meaningNeedsWordsInCommon() {
    close();
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder()) {
      open(embedder);
      EventId failed =
          planner
              .record(
                  ToolCall.of("bash", "sh fix.sh")
                      .trying("repair the quick login of the shop after the crash")
                      .softFail("no"))
              .await()
              .id();
      workspace.compact();
      assertThat(attempts("repair the shop login after the crash"))
          .extracting(PriorAttempt::id)
          .containsExactly(failed);
      assertThat(attempts("delete speedy automobiles")).isEmpty();
    }
  }

  @Test
  void whatASessionRepeatsWithTheSameEndIsToldOnce() {
    EventId first =
        planner.record(ToolCall.of("bash", "make all").softFail("took 3 s: no rule")).id();
    EventId second =
        planner.record(ToolCall.of("bash", "make all").softFail("took 9 s: no rule")).id();
    EventId other =
        coder.record(ToolCall.of("bash", "make all").softFail("took 1 s: no rule")).await().id();
    planner.flush();
    List<PriorAttempt> attempts = attempts(ToolCall.of("bash", "make all"));
    assertThat(attempts).extracting(PriorAttempt::id).containsExactlyInAnyOrder(second, other);
    assertThat(attempts)
        .filteredOn(attempt -> attempt.id().equals(second))
        .first()
        .satisfies(attempt -> assertThat(attempt.evidence()).containsExactly(second, first));
  }

  @Test
  void aTaskMayBeAskedAboutAlone() {
    EventId here =
        planner
            .record(ToolCall.of("bash", "make all").softFail("no rule"), Context.none().task("A"))
            .id();
    planner
        .record(ToolCall.of("bash", "make all").softFail("no rule"), Context.none().task("B"))
        .await();
    TraceStore traces = workspace.traces();
    assertThat(traces.priorAttempts("make all")).hasSize(2);
    assertThat(traces.priorAttemptsFor("A", "make all"))
        .extracting(PriorAttempt::id)
        .containsExactly(here);
    assertThat(traces.priorAttemptsFor("A", ToolCall.of("bash", "make all")))
        .extracting(PriorAttempt::id)
        .containsExactly(here);
    assertThat(traces.priorAttemptsFor("C", "make all")).isEmpty();
    planner.updatePlan(plan -> List.of(TaskAdded.of("A", "a"), TaskAdded.of("B", "b")));
    EventId ofA = plan(planner, ApproachRejected.of("sign the jars by hand").on("A"));
    EventId ofNone = plan(planner, ApproachRejected.of("Sign jars by hand"));
    assertThat(traces.priorAttemptsFor("B", "sign jars by hand"))
        .extracting(PriorAttempt::id)
        .containsExactly(ofNone);
    assertThat(traces.priorAttemptsFor("A", "sign jars by hand"))
        .extracting(PriorAttempt::id)
        .containsExactlyInAnyOrder(ofA, ofNone);
    assertThatThrownBy(() -> traces.priorAttemptsFor(" ", "make all"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> traces.priorAttemptsFor("A", " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("blank");
  }

  @Test
  void filesThatWereChangedSinceAreTold() {
    ToolCall call =
        ToolCall.of("bash", "make all")
            .softFail("no rule")
            .reading("Makefile")
            .touching("out/all.o");
    planner.record(ToolCall.of("bash", "touch Makefile").touching("Makefile")).await();
    planner.record(call).await();
    assertThat(attempts(call).getFirst().changedSince()).isEqualTo(new ChangedSince.No());
    EventId changed =
        coder.record(ToolCall.of("edit", "Makefile").touching("Makefile")).await().id();
    coder.record(ToolCall.of("edit", "README").touching("README")).await();
    assertThat(attempts(call).getFirst().changedSince())
        .isEqualTo(new ChangedSince.Yes(List.of(changed)));
  }

  @Test
  void pathsOfARejectionThatWereChangedSinceAreTold() {
    plan(planner, ApproachRejected.of("Sign jars by hand").about("auth"));
    assertThat(attempts("sign jars by hand").getFirst().changedSince())
        .isEqualTo(new ChangedSince.No());
    EventId changed =
        coder.record(ToolCall.of("edit", "x").touching("auth/Token.java")).await().id();
    assertThat(attempts("sign jars by hand").getFirst().changedSince())
        .isEqualTo(new ChangedSince.Yes(List.of(changed)));
  }

  @Test
  void aCommitThatMovedIsTold() {
    Vcs one = new Vcs("", "main", "", "1111111aaaa", Vcs.State.CLEAN);
    Vcs two = new Vcs("", "main", "", "2222222bbbb", Vcs.State.CLEAN);
    ToolCall call = ToolCall.of("bash", "make all").softFail("no rule");
    planner.at(two).record(ToolCall.of("bash", "ls")).await();
    planner.at(one).record(call).await();
    planner.at(one).record(ToolCall.of("bash", "pwd")).await();
    PriorAttempt still = attempts(call).getFirst();
    assertThat(still.changedSince()).isEqualTo(new ChangedSince.No());
    assertThat(still.revision()).isEqualTo("1111111aaaa");
    EventId moved = coder.at(two).record(ToolCall.of("bash", "id")).await().id();
    coder.at(two).record(ToolCall.of("bash", "id -u")).await();
    assertThat(attempts(call).getFirst().changedSince())
        .isEqualTo(new ChangedSince.Yes(List.of(moved)));
  }

  /** What came before has a later time only where a writer's clock, or what it imports, says so. */
  @Test
  void ofLaterTimesOnAnotherCommitTheFirstThatCameLaterIsTold() {
    Vcs one = new Vcs("", "main", "", "1111111aaaa", Vcs.State.CLEAN);
    Vcs two = new Vcs("", "main", "", "2222222bbbb", Vcs.State.CLEAN);
    Instant noon = Instant.parse("2026-03-01T12:00:00Z");
    ToolCall call = ToolCall.of("bash", "make all").softFail("no rule");
    planner.at(two).record(ToolCall.of("bash", "ls"), at(noon.plusSeconds(3_600))).await();
    planner.at(one).record(call, at(noon)).await();
    assertThat(attempts(call).getFirst().changedSince()).isEqualTo(new ChangedSince.No());
    EventId moved =
        planner.at(two).record(ToolCall.of("bash", "id"), at(noon.plusSeconds(7_200))).await().id();
    assertThat(attempts(call).getFirst().changedSince())
        .isEqualTo(new ChangedSince.Yes(List.of(moved)));
  }

  private static Context at(Instant time) {
    return Context.none().at(time);
  }

  @Test
  void oddPathsDoNoHarm() {
    ToolCall call =
        ToolCall.of("bash", "make all").softFail("no").reading(".", "/", "./", "a*b**c?", "[x]{y}");
    planner.record(call).await();
    assertThat(attempts(call)).hasSize(1);
  }

  @Test
  void thePastKnowsNothingOfWhatCameLater() {
    ToolCall call = ToolCall.of("bash", "make all").touching("Makefile");
    EventId failed = planner.record(call.softFail("no rule")).await().id();
    EventId rejected = plan(planner, ApproachRejected.of("Sign jars by hand"));
    workspace.pin("then");
    Workspace.Past past = workspace.asOf("then");
    planner.record(call).await();
    planner.record(call.softFail("no disk")).await();
    plan(planner, ApproachRejected.of("Sign the jars by hand"));
    plan(planner, new ApproachReconsidered(rejected, "a robot does it"));

    List<PriorAttempt> then = past.traces().priorAttempts(call);
    assertThat(then).extracting(PriorAttempt::id).containsExactly(failed);
    assertThat(then.getFirst().hasWorkedSince()).isFalse();
    assertThat(then.getFirst().next()).isEqualTo(EventId.NONE);
    assertThat(then.getFirst().changedSince()).isEqualTo(new ChangedSince.No());
    assertThat(past.traces().priorAttempts("sign jars by hand"))
        .extracting(PriorAttempt::id)
        .containsExactly(rejected);
    assertThat(attempts(call)).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"word ", "unbroken", "\ud83d\ude00"})
  void argumentsMayBeLongerThanAQuery(String part) {
    String arguments = "x" + part.repeat(20_000 / part.length());
    EventId failed =
        planner
            .record(ToolCall.of("bash", arguments).softFail("too long"), Context.none().task("A"))
            .await()
            .id();
    TraceStore traces = workspace.traces();
    assertThat(
            List.of(
                traces.priorAttempts(ToolCall.of("bash", arguments)),
                traces.priorAttempts(arguments),
                traces.priorAttempts(ToolCall.of("bash", "ls").trying(arguments)),
                traces.priorAttemptsFor("A", ToolCall.of("bash", arguments)),
                traces.priorAttemptsFor("A", arguments)))
        .filteredOn(attempts -> !attempts.isEmpty())
        .hasSizeGreaterThanOrEqualTo(4)
        .allSatisfy(
            attempts -> assertThat(attempts).extracting(PriorAttempt::id).containsExactly(failed));
  }

  @Test
  void aCallMayHaveMoreFilesThanAQueryHasClauses() {
    String[] files =
        IntStream.range(0, 1_100)
            .mapToObj(i -> "src/p" + i + "/File" + i + ".java")
            .toArray(String[]::new);
    ToolCall call = ToolCall.of("bash", "format").softFail("no").reading(files);
    planner.record(call).await();
    assertThat(attempts(call).getFirst().changedSince()).isEqualTo(new ChangedSince.No());
    coder.record(ToolCall.of("edit", "x").touching("src/p1100/File1100.java")).await();
    assertThat(attempts(call).getFirst().changedSince()).isEqualTo(new ChangedSince.No());
    EventId changed =
        coder.record(ToolCall.of("edit", "x").touching("src/p1099/File1099.java")).await().id();
    assertThat(attempts(call).getFirst().changedSince())
        .isEqualTo(new ChangedSince.Yes(List.of(changed)));
  }

  @Test
  void whatOneRepeatsLeavesRoomForWhatAnotherSaw() {
    EventId other = coder.record(ToolCall.of("bash", "make all").softFail("no rule")).await().id();
    for (int i = 0; i < 5; i++) {
      planner.record(ToolCall.of("bash", "make all").softFail("took " + i + " s: no disk")).await();
    }
    for (List<PriorAttempt> attempts :
        List.of(attempts(ToolCall.of("bash", "make all")), attempts("make all"))) {
      assertThat(attempts)
          .filteredOn(attempt -> attempt.match() == Match.SAME_CALL)
          .hasSize(2)
          .last()
          .extracting(PriorAttempt::id)
          .isEqualTo(other);
    }
  }

  @Test
  void whatWasReconsideredLeavesRoomForWhatIsInForce() {
    EventId inForce =
        plan(planner, ApproachRejected.of("Sign jars by hand in the cellar of the old house"));
    for (int i = 0; i < 35; i++) {
      EventId rejected = plan(planner, ApproachRejected.of("Sign jars by hand"));
      plan(planner, new ApproachReconsidered(rejected, "a robot does it"));
    }
    assertThat(attempts("sign jars hand")).extracting(PriorAttempt::id).containsExactly(inForce);
  }
}
