package dev.daybook.internal.log;

import static dev.daybook.internal.log.LogFixture.ID;
import static dev.daybook.internal.log.LogFixture.KEYS;
import static dev.daybook.internal.log.LogFixture.row;
import static dev.daybook.internal.log.ScriptedStore.denied;
import static dev.daybook.internal.log.ScriptedStore.normal;
import static dev.daybook.internal.log.ScriptedStore.requestLost;
import static dev.daybook.internal.log.ScriptedStore.responseLost;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.manifest.Manifests;
import dev.daybook.internal.manifest.Watermarks;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * One writer log and every answer a store can give, or not give, to its batch and to its fence.
 * {@link LogFixture#store} gives up after four attempts.
 */
class WriterLogTest {
  private static final int ATTEMPTS = 4;
  private static final long ROOM = 1 << 20;

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final ScriptedStore scripted = new ScriptedStore(memory, KEYS.logs());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Row> told = new ArrayList<>();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private WriterLog log(ObjectStore raw, long pendingBytesMax) {
    return log(raw, pendingBytesMax, threads);
  }

  private WriterLog log(ObjectStore raw, long pendingBytesMax, Executor executor) {
    Store store = LogFixture.store(raw);
    Manifests manifests = new Manifests(store, KEYS, ID);
    Watermarks watermarks = new Watermarks(store, KEYS, ID, Watermarks.IN_MANIFEST_MAX);
    return new WriterLog(
        store,
        KEYS,
        ID,
        LogFixture.ids(),
        executor,
        (log, number) -> watermarks.operationOf(manifests, log, number),
        (log, number, operation, rows, bytes) -> told.addAll(rows),
        pendingBytesMax);
  }

  private static CompletableFuture<Void> append(WriterLog log, Row row) {
    return log.append(WriterLog.Item.of(EntryLines.encode(row)));
  }

  /** How the row fared: empty if it was acknowledged. */
  private static Optional<DaybookException> failure(CompletableFuture<Void> durable)
      throws InterruptedException {
    try {
      durable.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of((DaybookException) e.getCause());
    }
  }

  private void assertAcknowledgedOnce(Row row, CompletableFuture<Void> durable) throws Exception {
    assertThat(failure(durable)).isEmpty();
    assertThat(visible(memory)).containsExactly(row);
    assertThat(unplaced(told)).containsExactly(row);
  }

  private static List<Row> visible(ObjectStore store) {
    return unplaced(LogFixture.visible(store));
  }

  /** Rows as they were before they had a place in a log. */
  private static List<Row> unplaced(Collection<Row> rows) {
    return rows.stream().map(row -> row.at(Row.Place.NONE)).toList();
  }

  /** What compaction does to the batch at a key: a manifest covers it, and the object goes. */
  private static void cover(ObjectStore store, ObjectKey key) {
    try {
      byte[] bytes = store.get(key).orElseThrow().bytes();
      Frame frame = Frame.decode(key, Zstd.decompress(key, bytes), Frame.Kind.BATCH, ID);
      Keys.BatchRef ref = KEYS.batchRef(key);
      Manifest next =
          Manifest.NONE
              .next(Instant.EPOCH)
              .cover(ref.log(), ref.number(), frame.operation())
              .build();
      assertThat(new Manifests(LogFixture.store(store), KEYS, ID).commit(next, "compaction"))
          .isEqualTo(Manifests.Commit.DONE);
      store.delete(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The write takes effect, its answer is lost, and compaction takes it in before a retry. */
  private static ScriptedStore.Step responseLostThenCovered() {
    return (store, key, bytes) -> {
      store.createIfAbsent(key, bytes);
      cover(store, key);
      throw new IOException("No answer to PUT " + key);
    };
  }

  @Test
  void writesOneObjectForAnEventAndNumbersThemInOrder() throws Exception {
    WriterLog log = log(scripted, ROOM);
    Row first = row("first");
    Row second = row("second");
    assertThat(failure(append(log, first))).isEmpty();
    assertThat(failure(append(log, second))).isEmpty();
    assertThat(visible(memory)).containsExactly(first, second);
    assertThat(scripted.keys()).hasSize(2);
    String name = KEYS.batchRef(scripted.keys().getFirst()).log();
    assertThat(scripted.keys()).containsExactly(KEYS.batch(name, 1), KEYS.batch(name, 2));
  }

  @Test
  void recognisesItsOwnBatchAfterALostAnswer() throws Exception {
    scripted.then(responseLost());
    Row row = row("written, not answered");
    assertAcknowledgedOnce(row, append(log(scripted, ROOM), row));
    assertThat(scripted.keys()).hasSize(2);
  }

  @Test
  void sendsTheSameBytesAgainAfterALostRequest() throws Exception {
    scripted.then(requestLost(), requestLost());
    Row row = row("lost twice");
    assertAcknowledgedOnce(row, append(log(scripted, ROOM), row));
    assertThat(new HashSet<>(scripted.keys())).hasSize(1);
  }

  @Test
  void fencesABatchPastTheDeadlineAndGoesOnUnderAFreshId() throws Exception {
    scripted.then(ATTEMPTS, requestLost());
    WriterLog log = log(scripted, ROOM);
    assertThat(failure(append(log, row("never arrives"))).orElseThrow())
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("after 4 attempts")
        .hasMessageContaining("try again later");
    ObjectKey fenced = scripted.keys().getFirst();
    byte[] standing = memory.get(fenced).orElseThrow().bytes();
    Frame fence = Frame.decode(fenced, Zstd.decompress(fenced, standing), Frame.Kind.BATCH, ID);
    assertThat(fence.isTombstone()).isTrue();
    assertThat(visible(memory)).isEmpty();

    Row later = row("after the fence");
    assertAcknowledgedOnce(later, append(log, later));
    Keys.BatchRef next = KEYS.batchRef(scripted.keys().getLast());
    assertThat(next.log()).isNotEqualTo(KEYS.batchRef(fenced).log());
    assertThat(next.number()).isEqualTo(1);
  }

  @Test
  void aLateBatchDoesNothingAfterTheFence() throws Exception {
    scripted.then(ATTEMPTS, scripted.late());
    assertThat(failure(append(log(scripted, ROOM), row("late"))))
        .get()
        .isInstanceOf(StorageUnavailableException.class);
    scripted.lateWrites();
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void anUnansweredFenceLeavesTheOutcomeOpen() throws Exception {
    scripted.then(ATTEMPTS, scripted.late()).then(ATTEMPTS, requestLost());
    WriterLog log = log(scripted, ROOM);
    Row row = row("late");
    assertThat(failure(append(log, row)).orElseThrow())
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("may or may not have happened")
        .hasMessageContaining(scripted.keys().getFirst().path());
    Row later = row("later");
    assertThat(failure(append(log, later))).isEmpty();
    assertThat(visible(memory)).containsExactly(later);
    scripted.lateWrites();
    assertThat(visible(memory)).containsExactlyInAnyOrder(row, later);
  }

  @Test
  void acknowledgesABatchThatTheFenceFinds() throws Exception {
    scripted.then(ATTEMPTS - 1, requestLost()).then(responseLost());
    Row row = row("landed at last");
    assertAcknowledgedOnce(row, append(log(scripted, ROOM), row));
  }

  @Test
  void takesAFreshIdWheneverAFenceWasSent() throws Exception {
    scripted.then(ATTEMPTS - 1, requestLost()).then(responseLost());
    WriterLog log = log(scripted, ROOM);
    assertThat(failure(append(log, row("found by the fence")))).isEmpty();
    assertThat(failure(append(log, row("next")))).isEmpty();
    assertThat(scripted.keys().stream().map(key -> KEYS.batchRef(key).log()).distinct()).hasSize(2);
  }

  @Test
  void failsWhenItsOwnFenceWasNotAnsweredAtFirst() throws Exception {
    scripted.then(ATTEMPTS, requestLost()).then(responseLost());
    assertThat(failure(append(log(scripted, ROOM), row("never"))))
        .get()
        .isInstanceOf(StorageUnavailableException.class);
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void acknowledgesACoveredBatchWhoseKeyIsFreeAgain() throws Exception {
    scripted.then(responseLostThenCovered());
    Row row = row("compacted before the retry");
    assertThat(failure(append(log(scripted, ROOM), row))).isEmpty();
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void acknowledgesThroughTheWatermarkWhatIsCoveredBeforeItIsRead() throws Exception {
    scripted.then(
        responseLost(),
        (store, key, bytes) -> {
          ObjectStore.Created answer = store.createIfAbsent(key, bytes);
          cover(store, key);
          return answer;
        });
    assertThat(failure(append(log(scripted, ROOM), row("covered between two requests")))).isEmpty();
  }

  @Test
  void acknowledgesACoveredBatchThoughItsFenceWasCreated() throws Exception {
    scripted.then(ATTEMPTS - 1, requestLost()).then(responseLostThenCovered());
    assertThat(failure(append(log(scripted, ROOM), row("covered, then fenced")))).isEmpty();
  }

  @Test
  void acknowledgesACoveredBatchThoughItsFenceStands() throws Exception {
    scripted.then(ATTEMPTS - 1, requestLost()).then(responseLostThenCovered()).then(responseLost());
    assertThat(failure(append(log(scripted, ROOM), row("covered, then fenced twice")))).isEmpty();
  }

  @Test
  void failsWhenCompactionCoversTheFence() throws Exception {
    scripted.then(ATTEMPTS, scripted.late()).then(responseLostThenCovered());
    assertThat(failure(append(log(scripted, ROOM), row("fenced, and the fence compacted"))))
        .get()
        .isInstanceOf(StorageUnavailableException.class);
    scripted.lateWrites();
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void failsThoughItsBatchLandsAfterTheFenceWasCovered() throws Exception {
    scripted
        .then(ATTEMPTS, scripted.late())
        .then(
            responseLostThenCovered(),
            (store, key, bytes) -> {
              scripted.lateWrites();
              return store.createIfAbsent(key, bytes);
            });
    assertThat(failure(append(log(scripted, ROOM), row("lands where a covered fence was"))))
        .get()
        .isInstanceOf(StorageUnavailableException.class);
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void doesNotCallABatchFailedBecauseItCannotReadItBack() throws Exception {
    scripted.then(responseLost()).failReads(ATTEMPTS);
    Row row = row("written, not answered, not readable for a while");
    assertAcknowledgedOnce(row, append(log(scripted, ROOM), row));
  }

  @Test
  void leavesTheOutcomeOpenWhileItCannotReadTheBatchBack() throws Exception {
    scripted.then(responseLost()).failReads(1_000);
    Row row = row("written, not answered, never readable");
    assertThat(failure(append(log(scripted, ROOM), row)))
        .get()
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(visible(memory)).containsExactly(row);
  }

  @Test
  void reportsARefusalAtOnce() throws Exception {
    scripted.then(denied());
    WriterLog log = log(scripted, ROOM);
    assertThat(failure(append(log, row("refused"))).orElseThrow())
        .isInstanceOf(StorageAccessException.class)
        .hasMessageContaining("403 AccessDenied")
        .hasMessageContaining("permissions");
    assertThat(scripted.keys()).hasSize(1);
    Row later = row("permitted");
    assertAcknowledgedOnce(later, append(log, later));
  }

  @Test
  void takesNothingWhileNoThreadCanBeHad() throws Exception {
    AtomicBoolean none = new AtomicBoolean(true);
    WriterLog log =
        log(
            scripted,
            ROOM,
            task -> {
              if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              threads.execute(task);
            });
    assertThatThrownBy(() -> append(log, row("not taken"))).isInstanceOf(OutOfMemoryError.class);
    none.set(false);
    Row later = row("taken");
    assertAcknowledgedOnce(later, append(log, later));
  }

  @Test
  void aBatchThatWasNeverWrittenFailsWithoutAFence() throws Exception {
    scripted.then(
        ATTEMPTS,
        (store, key, bytes) -> {
          throw new ObjectStore.NotWrittenException("No space left", null);
        });
    CompletableFuture<Void> durable = append(log(scripted, 1_000), row("no room"));
    assertThat(failure(durable))
        .get()
        .isInstanceOf(StorageUnavailableException.class)
        .asString()
        .contains("No space left");
    assertThat(scripted.keys()).as("no fence").hasSize(ATTEMPTS);
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void doesNotCallARefusedRetryAFailure() throws Exception {
    scripted.then(responseLost(), denied());
    Row row = row("written, then the credentials ran out");
    assertAcknowledgedOnce(row, append(log(scripted, ROOM), row));
  }

  @Test
  void saysThatAnotherProcessUsesItsLog() throws Exception {
    scripted.then((store, key, bytes) -> {
      Frame other = new Frame(Frame.Kind.BATCH, "other", EntryLines.line(row("other")));
      store.createIfAbsent(key, Zstd.compress(other.encode(ID)));
      return store.createIfAbsent(key, bytes);
    });
    assertThat(failure(append(log(scripted, ROOM), row("copied process"))).orElseThrow())
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("same log id")
        .hasMessageContaining("copied");
  }

  @Test
  void refusesAnEventForWhichThereIsNoRoom() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    scripted.then((store, key, bytes) -> {
      await(blocked);
      return store.createIfAbsent(key, bytes);
    });
    WriterLog log = log(scripted, 1);
    Row first = row("in flight");
    CompletableFuture<Void> durable = append(log, first);
    assertThatThrownBy(() -> append(log, row("no room")))
        .isInstanceOf(StorageUnavailableException.class)
        .hasMessageContaining("this event was not taken");
    blocked.countDown();
    assertAcknowledgedOnce(first, durable);
    Row later = row("room again");
    assertThat(failure(append(log, later))).isEmpty();
    assertThat(visible(memory)).containsExactly(first, later);
  }

  @Test
  void makesOneBatchOfWhatArrivesDuringAnother() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    scripted.then((store, key, bytes) -> {
      reached.countDown();
      await(blocked);
      return store.createIfAbsent(key, bytes);
    });
    WriterLog log = log(scripted, ROOM);
    List<Row> rows = new ArrayList<>();
    List<CompletableFuture<Void>> durable = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Row row = row("event " + i);
      rows.add(row);
      durable.add(append(log, row));
      reached.await();
    }
    blocked.countDown();
    for (CompletableFuture<Void> each : durable) {
      assertThat(failure(each)).isEmpty();
    }
    assertThat(visible(memory)).isEqualTo(rows);
    assertThat(scripted.keys()).hasSize(2);
  }

  @Test
  void aFailedBatchDoesNotHoldUpTheNext() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    scripted
        .then((store, key, bytes) -> {
          reached.countDown();
          await(blocked);
          throw new IOException("No answer to PUT " + key);
        })
        .then(ATTEMPTS - 1, requestLost())
        .then(normal());
    WriterLog log = log(scripted, ROOM);
    CompletableFuture<Void> first = append(log, row("fails"));
    reached.await();
    Row second = row("waits behind it");
    CompletableFuture<Void> later = append(log, second);
    blocked.countDown();
    assertThat(failure(first)).get().isInstanceOf(StorageUnavailableException.class);
    assertAcknowledgedOnce(second, later);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  private WriterLog.Item large() {
    ToolCall call = ToolCall.of("mvn", "verify").output("a large output");
    return WriterLog.Item.of(
        new LargeOutput(Masker.NONE.event(row("a call").envelope(), call)), KEYS);
  }

  /** Collection gave the number up, since it waited long for the batch of an output. */
  private static ScriptedStore.Step givenUp(ScriptedStore.Step then) {
    return (store, key, bytes) -> {
      store.createIfAbsent(key, WriterLog.fence(LogFixture.ids(), ID));
      return then.create(store, key, bytes);
    };
  }

  @Test
  void aBatchThatComesTooLateForItsOutputFails() throws Exception {
    scripted.then(givenUp(normal()));
    assertThat(failure(log(scripted, ROOM).append(large())))
        .get()
        .asString()
        .contains("was given up by another process");
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void aBatchThatComesTooLateForItsOutputFailsAlsoWhenItsKeyIsFreeAgain() throws Exception {
    scripted.then(
        givenUp((store, key, bytes) -> {
          cover(store, key);
          return store.createIfAbsent(key, bytes);
        }));
    assertThat(failure(log(scripted, ROOM).append(large())))
        .get()
        .asString()
        .contains("was given up by another process");
    assertThat(visible(memory)).isEmpty();
  }

  @Test
  void aBatchThatComesTooLateForItsOutputFailsAlsoWhenTheFenceGoesWhileItLooks() throws Exception {
    scripted.then(
        givenUp((store, key, bytes) -> {
          ObjectStore.Created answer = store.createIfAbsent(key, bytes);
          cover(store, key);
          return answer;
        }));
    assertThat(failure(log(scripted, ROOM).append(large())))
        .get()
        .asString()
        .contains("was given up by another process");
    assertThat(visible(memory)).isEmpty();
  }
}
