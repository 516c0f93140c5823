package dev.daybook.internal.plan;

import static dev.daybook.internal.log.LogFixture.ID;
import static dev.daybook.internal.log.LogFixture.KEYS;
import static dev.daybook.internal.log.ScriptedStore.denied;
import static dev.daybook.internal.log.ScriptedStore.normal;
import static dev.daybook.internal.log.ScriptedStore.requestLost;
import static dev.daybook.internal.log.ScriptedStore.responseLost;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.OutcomeUnknownException;
import dev.daybook.PlanRuleException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.Actor;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.ScriptedStore;
import dev.daybook.internal.plan.PlanLog.Committed;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The plan log and every answer a store can give, or not give, to the creation of a version. */
class PlanLogTest {
  private static final int ATTEMPTS = 4;
  private static final Actor ACTOR = Actor.agent("planner-1");
  private static final Author AUTHOR =
      new Author(ACTOR, SessionId.of("s1"), new Fences(), Author.Rules.ALL);

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final ScriptedStore scripted = new ScriptedStore(memory, KEYS.root() + "plan/");

  private static PlanLog log(ObjectStore raw) {
    return new PlanLog(LogFixture.store(raw), KEYS, ID, LogFixture.ids(), Masker.NONE);
  }

  private static Envelope seal(EventId id, PlanEvent event, PlanLog.Slot slot) {
    return new Envelope(
        id,
        Envelope.Stream.PLAN,
        Instant.EPOCH,
        Instant.EPOCH,
        ACTOR,
        SessionId.of("s1"),
        SessionId.NONE,
        slot.task(),
        EventId.NONE,
        "",
        "",
        "",
        Vcs.NONE,
        Map.of(),
        slot.version());
  }

  private static Committed commit(
      PlanLog log, Function<PlanState, List<? extends PlanEvent>> decide) {
    return log.commit((plan, now) -> decide.apply(plan), AUTHOR, PlanLogTest::seal);
  }

  private static Committed add(PlanLog log, String task) {
    return commit(log, plan -> List.of(TaskAdded.of(task, "Task " + task)));
  }

  /** The plan as somebody who has read nothing before finds it. */
  private PlanState plan() {
    return log(memory).refresh().plan();
  }

  private void assertPlan(long version, String... tasks) {
    PlanState plan = plan();
    assertThat(plan.version()).isEqualTo(version);
    assertThat(plan.tasks().keySet()).containsExactly(tasks);
  }

  @Test
  void recognisesItsOwnVersionAfterALostAnswer() {
    scripted.then(responseLost());
    assertThat(add(log(scripted), "T").plan()).isEqualTo(plan());
    assertPlan(1, "T");
  }

  @Test
  void sendsTheSameVersionAgainAfterALostRequest() {
    scripted.then(requestLost(), requestLost());
    add(log(scripted), "T");
    assertPlan(1, "T");
    assertThat(scripted.keys()).containsOnly(KEYS.plan(1));
  }

  @Test
  void decidesAgainAfterALostRace() {
    PlanLog slow = log(memory);
    slow.refresh();
    add(log(memory), "first");
    List<Long> decidedOn = new ArrayList<>();
    Committed committed =
        commit(
            slow,
            plan -> {
              decidedOn.add(plan.version());
              return List.of(TaskAdded.of("T-" + plan.tasks().size(), "counted"));
            });
    assertThat(committed.plan().version()).isEqualTo(2);
    assertThat(decidedOn).containsExactly(1L);
    assertPlan(2, "first", "T-1");
  }

  @Test
  void losesTheRaceToAVersionCreatedMeanwhile() {
    scripted.then((store, key, bytes) -> {
      add(log(store), "faster");
      return store.createIfAbsent(key, bytes);
    });
    List<Long> decidedOn = new ArrayList<>();
    commit(
        log(scripted),
        plan -> {
          decidedOn.add(plan.version());
          return List.of(TaskAdded.of("slower", "decided twice"));
        });
    assertThat(decidedOn).containsExactly(0L, 1L);
    assertPlan(2, "faster", "slower");
  }

  @Test
  void fencesAVersionPastTheDeadlineByAnEmptyOne() {
    scripted.then(ATTEMPTS, scripted.late());
    PlanLog log = log(scripted);
    assertThatThrownBy(() -> add(log, "never"))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("plan version 1 of 'w'");
    scripted.lateWrites();
    assertPlan(1);
    assertThat(add(log, "next").plan().version()).isEqualTo(2);
    assertPlan(2, "next");
  }

  @Test
  void failsOrWritesOnceWhenTheFenceWasNotAnsweredAtFirst() {
    scripted.then(ATTEMPTS, requestLost()).then(responseLost());
    PlanLog log = log(scripted);
    add(log, "decided again on the empty version");
    assertPlan(2, "decided again on the empty version");
  }

  @Test
  void acknowledgesAVersionThatTheFenceFinds() {
    scripted.then(ATTEMPTS - 1, requestLost()).then(responseLost());
    assertThat(add(log(scripted), "T").plan().version()).isEqualTo(1);
    assertPlan(1, "T");
  }

  @Test
  void anUnansweredFenceLeavesTheOutcomeOpen() {
    scripted.then(ATTEMPTS, scripted.late()).then(ATTEMPTS, requestLost());
    PlanLog log = log(scripted);
    assertThatThrownBy(() -> add(log, "late"))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("may or may not have happened");
    assertPlan(0);
    scripted.lateWrites();
    assertPlan(1, "late");
    assertThat(add(log, "next").plan().tasks().keySet()).containsExactly("late", "next");
  }

  @Test
  void doesNotCallAVersionFailedBecauseItCannotReadItBack() {
    scripted.then((store, key, bytes) -> {
      store.createIfAbsent(key, bytes);
      scripted.failReads(ATTEMPTS);
      throw new IOException("No answer to PUT " + key);
    });
    add(log(scripted), "T");
    assertPlan(1, "T");
  }

  @Test
  void leavesTheOutcomeOpenWhileItCannotReadTheVersionBack() {
    scripted.then((store, key, bytes) -> {
      store.createIfAbsent(key, bytes);
      scripted.failReads(1_000);
      throw new IOException("No answer to PUT " + key);
    });
    assertThatThrownBy(() -> add(log(scripted), "T")).isInstanceOf(OutcomeUnknownException.class);
    assertPlan(1, "T");
  }

  @Test
  void reportsARefusalAtOnce() {
    scripted.then(denied());
    PlanLog log = log(scripted);
    assertThatThrownBy(() -> add(log, "T")).isInstanceOf(StorageAccessException.class);
    assertThat(scripted.keys()).hasSize(1);
    assertPlan(0);
    add(log, "T");
    assertPlan(1, "T");
  }

  @Test
  void anInterruptBeforeTheWriteLandsIsADefiniteFailure() {
    scripted.then((store, key, bytes) -> {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted during PUT " + key);
    });
    PlanLog log = log(scripted);
    assertThatThrownBy(() -> add(log, "never")).isInstanceOf(StorageUnavailableException.class);
    assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
    assertPlan(1);
  }

  @Test
  void anInterruptAfterTheWriteLandedIsASuccess() {
    scripted.then((store, key, bytes) -> {
      store.createIfAbsent(key, bytes);
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted during PUT " + key);
    });
    add(log(scripted), "T");
    assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
    assertPlan(1, "T");
  }

  @Test
  void anInterruptWithNoAnswerToTheFenceIsAnOpenOutcome() {
    scripted
        .then((store, key, bytes) -> {
          Thread.currentThread().interrupt();
          throw new IOException("Interrupted during PUT " + key);
        })
        .then(ATTEMPTS, requestLost());
    assertThatThrownBy(() -> add(log(scripted), "T")).isInstanceOf(OutcomeUnknownException.class);
    assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
  }

  @Test
  void keepsEveryUpdateOfTwoRacingProcesses() throws Exception {
    int each = 100;
    List<FutureTask<List<Long>>> racers = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      PlanLog log = log(memory);
      FutureTask<List<Long>> racer =
          new FutureTask<>(() ->
              IntStream.range(0, each)
                  .mapToObj(i -> add(log, name + "-" + i).plan().version())
                  .toList());
      racers.add(racer);
      Thread.ofPlatform().start(racer);
    }
    List<Long> versions = new ArrayList<>();
    for (FutureTask<List<Long>> racer : racers) {
      versions.addAll(racer.get());
    }
    assertThat(versions)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, 2 * each).mapToObj(Long::valueOf).toList());
    PlanState plan = plan();
    assertThat(plan.version()).isEqualTo(2L * each);
    assertThat(plan.tasks()).hasSize(2 * each);
    for (String name : List.of("a", "b")) {
      assertThat(plan.tasks().keySet().stream().filter(task -> task.startsWith(name)))
          .containsExactlyElementsOf(
              IntStream.range(0, each).mapToObj(i -> name + "-" + i).toList());
    }
  }

  /** Runs changes so that the first is in flight when the others, in this order, are asked for. */
  private static List<FutureTask<Committed>> queued(
      CountDownLatch firstInFlight, CountDownLatch release, List<Callable<Committed>> changes)
      throws InterruptedException {
    List<FutureTask<Committed>> tasks = new ArrayList<>();
    for (Callable<Committed> change : changes) {
      FutureTask<Committed> task = new FutureTask<>(change);
      Thread thread = Thread.ofPlatform().start(task);
      if (tasks.isEmpty()) {
        firstInFlight.await();
      } else {
        awaitWaiting(thread);
      }
      tasks.add(task);
    }
    release.countDown();
    return tasks;
  }

  private static void awaitWaiting(Thread thread) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(System.nanoTime()).as("waited for the queue").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private ScriptedStore.Step blocked(CountDownLatch reached, CountDownLatch release) {
    return (store, key, bytes) -> {
      reached.countDown();
      try {
        if (!release.await(20, TimeUnit.SECONDS)) {
          throw new AssertionError("The test never went on");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("Interrupted", e);
      }
      return store.createIfAbsent(key, bytes);
    };
  }

  @Test
  void changesAskedForAtOnceShareAVersion() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    scripted.then(blocked(reached, release));
    PlanLog log = log(scripted);
    List<FutureTask<Committed>> tasks =
        queued(
            reached,
            release,
            List.of(() -> add(log, "a"), () -> add(log, "b"), () -> add(log, "c")));
    assertThat(tasks.get(0).get().plan().version()).isEqualTo(1);
    assertThat(tasks.get(1).get().plan().version()).isEqualTo(2);
    assertThat(tasks.get(2).get().plan().version()).isEqualTo(2);
    assertThat(scripted.keys()).containsExactly(KEYS.plan(1), KEYS.plan(2));
    assertPlan(2, "a", "b", "c");
  }

  @Test
  void aChangeThatFoundNothingToDoSeesThePlanItDecidedOn() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    scripted.then(blocked(reached, release));
    PlanLog log = log(scripted);
    Function<PlanState, List<? extends PlanEvent>> unlessThere =
        plan ->
            plan.tasks().containsKey("T") ? List.of() : List.of(TaskAdded.of("T", "added once"));
    List<FutureTask<Committed>> tasks =
        queued(
            reached,
            release,
            List.of(
                () -> add(log, "a"),
                () -> commit(log, unlessThere),
                () -> commit(log, unlessThere)));
    Committed second = tasks.get(2).get();
    assertThat(second.events()).isEmpty();
    assertThat(second.plan()).isEqualTo(tasks.get(1).get().plan());
    assertThat(second.plan().tasks()).containsKey("T");
  }

  @Test
  void doesNotRefuseAChangeForWhatWasNeverWritten() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    scripted.then(blocked(reached, release)).then(ATTEMPTS, requestLost()).then(normal());
    PlanLog log = log(scripted);
    List<FutureTask<Committed>> tasks =
        queued(
            reached,
            release,
            List.of(() -> add(log, "a"), () -> add(log, "T"), () -> add(log, "T")));
    for (FutureTask<Committed> failed : tasks.subList(1, 3)) {
      assertThatThrownBy(failed::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(StorageUnavailableException.class);
    }
    add(log, "T");
    assertThatThrownBy(() -> add(log, "T")).isInstanceOf(PlanRuleException.class);
  }

  @Test
  void anErrorInOneDecisionIsThatCallersAlone() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    scripted.then(blocked(reached, release));
    PlanLog log = log(scripted);
    List<FutureTask<Committed>> tasks =
        queued(
            reached,
            release,
            List.of(
                () -> add(log, "a"),
                () ->
                    commit(
                        log,
                        plan -> {
                          throw new StackOverflowError("in a decision");
                        }),
                () -> add(log, "c")));
    assertThatThrownBy(() -> tasks.get(1).get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(tasks.get(2).get().plan().tasks()).containsKey("c");
    assertPlan(2, "a", "c");
  }
}
