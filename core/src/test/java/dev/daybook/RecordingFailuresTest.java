package dev.daybook;

import static dev.daybook.internal.log.ScriptedStore.denied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.log.ScriptedStore;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session's user learns when events cannot be written. */
class RecordingFailuresTest {
  private static final Actor ACTOR = Actor.agent("coder-7");

  @TempDir private Path cache;
  private final ScriptedStore store = new ScriptedStore(new MemoryObjectStore(), "w/000001/log/");

  private Daybook.Builder daybook() {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .writeDeadline(Duration.ofMillis(200));
  }

  @Test
  void aFailureIsReportedByReceiptAndByFlush() {
    try (Daybook daybook = daybook().open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      store.then(denied());
      Receipt receipt = session.record(Observation.of("refused"));
      assertThatThrownBy(receipt::await).isInstanceOf(StorageAccessException.class);
      assertThatThrownBy(session::flush).isInstanceOf(StorageAccessException.class);
      session.flush();
      session.record(Observation.of("permitted")).await();
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(1);
    }
  }

  @Test
  void aFailureIsReportedByClose() {
    try (Daybook daybook = daybook().open();
        Workspace workspace = daybook.create("w")) {
      Session session = workspace.startSession(ACTOR);
      store.then(denied());
      Receipt receipt = session.record(Observation.of("refused"));
      assertThatThrownBy(session::close).isInstanceOf(StorageAccessException.class);
      assertThat(receipt.durable()).isCompletedExceptionally();
    }
  }

  @Test
  void aPlanChangeIsNotMadeOnTopOfLostTraces() {
    try (Daybook daybook = daybook().open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      store.then(denied());
      session.record(Observation.of("the evidence"));
      assertThatThrownBy(() -> session.updatePlan(plan -> List.of(TaskAdded.of("T", "task"))))
          .isInstanceOf(StorageAccessException.class);
      assertThat(workspace.plan().version()).isZero();
    }
  }

  /** The thread that fails the event is held up at the worst moment, by the user's own callback. */
  @Test
  void noFlushMissesAFailureThatIsJustBeingTold() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Daybook daybook = daybook().open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      store.then((inner, key, bytes) -> {
        await(release);
        throw new AccessDeniedException(key.path(), null, "403 AccessDenied");
      });
      Receipt receipt = session.record(Observation.of("refused"));
      FutureTask<Void> flush =
          new FutureTask<>(() -> {
            session.flush();
            return null;
          });
      Thread flusher = Thread.ofPlatform().unstarted(flush);
      CompletableFuture<Void> unused =
          receipt
              .durableInWriter()
              .whenComplete((ignored, failure) -> {
                flusher.start();
                while (flusher.getState() != Thread.State.WAITING && flusher.isAlive()) {
                  Thread.onSpinWait();
                }
              });
      release.countDown();
      assertThatThrownBy(() -> flush.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StorageAccessException.class);
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  @Test
  void anEventThatFindsNoRoomIsNotTaken() {
    CountDownLatch release = new CountDownLatch(1);
    try (Daybook daybook = daybook().pendingBytesMax(100).open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      store.then((inner, key, bytes) -> {
        await(release);
        return inner.createIfAbsent(key, bytes);
      });
      Receipt taken = session.record(Observation.of("in flight"));
      assertThatThrownBy(() -> session.record(Observation.of("no room")))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessageContaining("this event was not taken");
      release.countDown();
      taken.await();
      session.flush();
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(1);
    }
  }

  @Test
  void anInterruptedWaitIsAnOpenOutcomeAndKeepsTheFlag() {
    CountDownLatch release = new CountDownLatch(1);
    try (Daybook daybook = daybook().open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      store.then((inner, key, bytes) -> {
        await(release);
        return inner.createIfAbsent(key, bytes);
      });
      Receipt receipt = session.record(Observation.of("in flight"));
      Thread.currentThread().interrupt();
      assertThatThrownBy(receipt::await).isInstanceOf(OutcomeUnknownException.class);
      assertThatThrownBy(session::flush).isInstanceOf(OutcomeUnknownException.class);
      assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
      release.countDown();
      receipt.await();
      session.flush();
    }
  }

  /** Whatever breaks off a batch, what is recorded after it is written. */
  @Test
  void goesOnAfterAnErrorInTheWritingThread() throws Exception {
    try (Daybook daybook = daybook().open();
        Workspace workspace = daybook.create("w")) {
      Session session = workspace.startSession(ACTOR);
      store.then((inner, key, bytes) -> {
        throw new OutOfMemoryError("pretended");
      });
      Receipt first = session.record(Observation.of("broken off"));
      assertThatThrownBy(first::await).isInstanceOf(OutcomeUnknownException.class);
      session.record(Observation.of("after it")).durable().get(20, TimeUnit.SECONDS);
    }
  }
}
