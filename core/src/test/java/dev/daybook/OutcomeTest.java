package dev.daybook;

import static dev.daybook.internal.log.ScriptedStore.requestLost;
import static dev.daybook.internal.log.ScriptedStore.responseLost;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.log.ScriptedStore;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write that ended unknown is settled by asking, from any process, with one answer for all. */
class OutcomeTest {
  private static final Actor ACTOR = Actor.agent("coder-7");

  /** More than any deadline here allows. */
  private static final int ATTEMPTS = 200;

  @TempDir private Path cache;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final ScriptedStore logs = new ScriptedStore(memory, "w/000001/log/");
  private final ScriptedStore plans = new ScriptedStore(memory, "w/000001/plan/");

  private Daybook daybook(ScriptedStore store) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .writeDeadline(Duration.ofMillis(50))
        .open();
  }

  /** Records one event while the store behaves so, and heals the store. */
  private String unknownBatch(ScriptedStore.Step first) {
    try (Daybook daybook = daybook(logs);
        Workspace workspace = daybook.openOrCreate("w")) {
      Session session = workspace.startSession(ACTOR);
      logs.then(first).then(ATTEMPTS, requestLost());
      OutcomeUnknownException unknown =
          catchThrowableOfType(
              OutcomeUnknownException.class,
              () -> session.record(Observation.of("the event")).await());
      logs.clear();
      return unknown.operation().orElseThrow();
    }
  }

  private String unknownVersion(ScriptedStore.Step first) {
    try (Daybook daybook = daybook(plans);
        Workspace workspace = daybook.openOrCreate("w");
        Session session = workspace.startSession(ACTOR)) {
      plans
          .then((store, key, bytes) -> {
            plans.failReads(ATTEMPTS);
            return first.create(store, key, bytes);
          })
          .then(ATTEMPTS, requestLost());
      OutcomeUnknownException unknown =
          catchThrowableOfType(
              OutcomeUnknownException.class,
              () -> session.updatePlan(plan -> List.of(NoteAdded.of("the note"))));
      plans.clear();
      return unknown.operation().orElseThrow();
    }
  }

  private void assertOutcome(String operation, Workspace.Outcome expected) {
    for (int asker = 1; asker <= 2; asker++) {
      try (Daybook daybook = daybook(logs);
          Workspace workspace = daybook.open("w")) {
        assertThat(workspace.outcome(operation)).as("asker %d", asker).isEqualTo(expected);
      }
    }
  }

  private long observations() {
    try (Daybook daybook = daybook(logs);
        Workspace workspace = daybook.open("w")) {
      return workspace.traces().count(Filter.any().type("Observation"));
    }
  }

  private int notes() {
    try (Daybook daybook = daybook(logs);
        Workspace workspace = daybook.open("w")) {
      return workspace.plan().notes().size();
    }
  }

  @Test
  void aBatchThatLandedIsDone() {
    assertOutcome(unknownBatch(responseLost()), Workspace.Outcome.DONE);
    assertThat(observations()).isEqualTo(1);
  }

  @Test
  void aBatchThatIsCoveredByNowIsDone() {
    String operation = unknownBatch(responseLost());
    try (Daybook daybook = daybook(logs);
        Workspace workspace = daybook.open("w")) {
      workspace.compact();
    }
    assertOutcome(operation, Workspace.Outcome.DONE);
    assertThat(observations()).isEqualTo(1);
  }

  @Test
  void aBatchThatNeverArrivedIsFailedForEver() {
    String operation = unknownBatch(logs.late());
    assertOutcome(operation, Workspace.Outcome.FAILED);
    logs.lateWrites();
    assertThat(observations()).isZero();
    assertOutcome(operation, Workspace.Outcome.FAILED);
  }

  @Test
  void aBatchThatArrivesBeforeTheQuestionIsDone() {
    String operation = unknownBatch(logs.late());
    logs.lateWrites();
    assertOutcome(operation, Workspace.Outcome.DONE);
    assertThat(observations()).isEqualTo(1);
  }

  @Test
  void aVersionThatLandedIsDone() {
    assertOutcome(unknownVersion(responseLost()), Workspace.Outcome.DONE);
    assertThat(notes()).isEqualTo(1);
  }

  @Test
  void aVersionThatNeverArrivedIsFailedForEver() {
    String operation = unknownVersion(plans.late());
    assertOutcome(operation, Workspace.Outcome.FAILED);
    plans.lateWrites();
    assertThat(notes()).isZero();
  }

  @Test
  void refusesWhatIsNoOperationOfTheWorkspace() {
    String operation = unknownBatch(responseLost());
    try (Daybook daybook = daybook(logs);
        Workspace other = daybook.create("other")) {
      assertThatThrownBy(() -> other.outcome(operation))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is no operation of workspace 'other'");
      assertThatThrownBy(() -> other.outcome("")).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> other.outcome("other/000001/manifest/1.json#x"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Of several changes in one version only those with events in it can be settled by asking. */
  @Test
  void aChangeWithoutEventsInAnUnknownVersionIsADefiniteFailure() throws Exception {
    try (Daybook daybook = daybook(plans);
        Workspace workspace = daybook.openOrCreate("w");
        Session session = workspace.startSession(ACTOR)) {
      CountDownLatch deciding = new CountDownLatch(1);
      CountDownLatch queued = new CountDownLatch(1);
      plans.then(requestLost()).then(ATTEMPTS, requestLost());
      FutureTask<PlanChange> first =
          new FutureTask<>(() ->
              session.updatePlan(plan -> {
                deciding.countDown();
                await(queued);
                return List.of();
              }));
      Thread.ofPlatform().start(first);
      await(deciding);
      // Both wait while the first decides, and then share a version.
      List<FutureTask<PlanChange>> sharing = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        sharing.add(
            new FutureTask<>(() ->
                session.updatePlan(plan ->
                    plan.notes().isEmpty() ? List.of(NoteAdded.of("the note")) : List.of())));
      }
      List<Thread> threads = sharing.stream().map(Thread.ofPlatform()::start).toList();
      for (Thread thread : threads) {
        while (thread.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      queued.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS).events()).isEmpty();
      List<Throwable> failures = new ArrayList<>();
      for (FutureTask<PlanChange> change : sharing) {
        failures.add(
            catchThrowableOfType(ExecutionException.class, () -> change.get(20, TimeUnit.SECONDS))
                .getCause());
      }
      assertThat(failures).hasAtLeastOneElementOfType(OutcomeUnknownException.class);
      assertThat(failures).hasAtLeastOneElementOfType(StorageUnavailableException.class);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesAVersionThatNobodyCanHaveWritten() {
    try (Daybook daybook = daybook(plans);
        Workspace workspace = daybook.openOrCreate("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
      assertThatThrownBy(() -> workspace.outcome("w/000001/plan/%020d.json#x".formatted(9)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at version 1");
      String log = memory.list("w/000001/log/", "", 1).objects().getFirst().key().path();
      for (int number : new int[] {2, 7}) {
        String token = log.replaceAll("\\d{12}\\.nd", "%012d.nd".formatted(number)) + "#x";
        assertThatThrownBy(() -> workspace.outcome(token))
            .as(token)
            .isInstanceOf(IllegalArgumentException.class);
      }
      session.record(Observation.of("the log goes on")).await();
      assertThat(workspace.verify(progress -> {}).problems()).isEmpty();
    }
  }

  @Test
  void saysWhatIsKnownWhenAskingIsNotAnswered() {
    String operation = unknownVersion(responseLost());
    plans.then(ATTEMPTS, requestLost());
    try (Daybook daybook = daybook(plans);
        Workspace workspace = daybook.open("w")) {
      OutcomeUnknownException again =
          catchThrowableOfType(OutcomeUnknownException.class, () -> workspace.outcome(operation));
      assertThat(again.operation()).contains(operation);
      assertThat(again).hasMessageContaining("may or may not").hasMessageNotContaining("never");
      plans.clear();
      assertThat(workspace.outcome(operation)).isEqualTo(Workspace.Outcome.DONE);
    }
  }

  /**
   * The handle was not told its fence, and yet is refused once another goes on with its session.
   */
  @Test
  void aClaimThatLandedUnknownIsFencedLikeAnyOther() {
    Duration lease = Duration.ofMinutes(10);
    try (Daybook daybook = daybook(plans);
        Workspace workspace = daybook.openOrCreate("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(TaskAdded.of("T", "a task")));
      plans
          .then((store, key, bytes) -> {
            plans.failReads(ATTEMPTS);
            return responseLost().create(store, key, bytes);
          })
          .then(ATTEMPTS, requestLost());
      OutcomeUnknownException unknown =
          catchThrowableOfType(OutcomeUnknownException.class, () -> session.claim("T", lease));
      plans.clear();
      assertOutcome(unknown.operation().orElseThrow(), Workspace.Outcome.DONE);
      session.updatePlan(plan -> List.of(NoteAdded.of("still mine").on("T")));
      try (Daybook other = daybook(logs);
          Workspace again = other.open("w");
          Session heir = again.startSession(ACTOR, session.id())) {
        heir.claim("T", lease);
      }
      assertThatThrownBy(
              () -> session.updatePlan(plan -> List.of(NoteAdded.of("a zombie's").on("T"))))
          .isInstanceOf(PlanRuleException.class)
          .hasMessageContaining("superseded by");
    }
  }
}
