package dev.daybook;

import static dev.daybook.internal.log.ScriptedStore.requestLost;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.log.ScriptedStore;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Query;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.CountingObjectStore.Kind;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs too large for their event are objects of their own, written before the batch. */
class LargeOutputTest {
  private static final Actor ACTOR = Actor.agent("coder-7");
  private static final String OUTPUT =
      "first line\n" + "a line of é output\n".repeat(20_000) + "the last line says zebra\n";

  @TempDir private Path cache;
  private final MemoryObjectStore memory = new MemoryObjectStore();

  private Daybook daybook(ObjectStore store) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .writeDeadline(Duration.ofMillis(100))
        .open();
  }

  private List<ObjectKey> blobs() throws IOException {
    return memory.list("w/000001/blob/", "", 100).objects().stream()
        .map(ObjectStore.Listed::key)
        .toList();
  }

  private static ToolCall call(Workspace workspace, EventId id) {
    return (ToolCall) workspace.traces().entry(id).map(Entry::event).orElseThrow();
  }

  private static void assertOutput(Workspace workspace, EventId id) {
    ToolCall read = call(workspace, id);
    assertThat(read.output().length()).isLessThan(17_000);
    assertThat(read.output()).startsWith("first line\n").endsWith("says zebra\n");
    assertThat(read.stored().isPresent()).isTrue();
    assertThat(workspace.traces().output(read)).isEqualTo(OUTPUT);
    assertThat(workspace.recall(Query.of("zebra").freshness(Duration.ZERO)).list()).hasSize(1);
  }

  @Test
  void readsALargeOutputBackWholeFromLogAndFromSegment() throws IOException {
    CountingObjectStore store = new CountingObjectStore(memory);
    EventId id;
    try (Daybook daybook = daybook(store);
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      store.reset();
      id = session.record(ToolCall.of("bash", "cat log").output(OUTPUT)).await().id();
      assertThat(store.counts())
          .as("one more for a large output, and whether its number was given up meanwhile")
          .isEqualTo(Map.of(Kind.CREATE, 2, Kind.GET, 1));
      assertThat(store.requests().getFirst().path()).startsWith("w/000001/blob/");
      assertOutput(workspace, id);
      EventId small = session.record(ToolCall.of("bash", "ls").output("a.txt")).await().id();
      assertThat(call(workspace, small).stored().isPresent()).isFalse();
      assertThat(workspace.traces().output(call(workspace, small))).isEqualTo("a.txt");
    }
    try (Daybook daybook = daybook(memory);
        Workspace workspace = daybook.open("w")) {
      assertOutput(workspace, id);
      workspace.compact();
      assertThat(blobs()).hasSize(1);
      assertThat(workspace.verify(progress -> {}).problems()).isEmpty();
      memory.delete(blobs().getFirst());
      assertThatThrownBy(() -> workspace.traces().output(call(workspace, id)))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("/blob/");
      assertThat(workspace.verify(progress -> {}).problems())
          .singleElement()
          .asString()
          .contains("/blob/");
    }
  }

  @Test
  void collectsAnOutputWhoseBatchWasFenced() throws IOException {
    ScriptedStore store = new ScriptedStore(memory, "w/000001/log/");
    try (Daybook daybook = daybook(store);
        Workspace workspace = daybook.create("w")) {
      Session session = workspace.startSession(ACTOR);
      store.then((inner, key, bytes) -> {
        store.then(requestLost());
        throw new IOException("No answer to PUT " + key);
      });
      Receipt first = session.record(ToolCall.of("bash", "cat log").output(OUTPUT));
      first.await();
      assertThat(blobs()).hasSize(1);
      store.then(
          50,
          (inner, key, bytes) -> {
            if (bytes.length > 300) {
              throw new IOException("No answer to PUT " + key);
            }
            return inner.createIfAbsent(key, bytes);
          });
      Receipt lost = session.record(ToolCall.of("bash", "cat log").output(OUTPUT));
      assertThatThrownBy(lost::await).isInstanceOf(StorageUnavailableException.class);
      assertThat(blobs()).hasSize(2);
      store.clear();
      workspace.compact();
      assertThat(blobs()).hasSize(1);
      assertOutput(workspace, first.id());
    }
  }

  @Test
  void refusesACallOfAnotherWorkspace() {
    try (Daybook daybook = daybook(memory);
        Workspace workspace = daybook.create("w");
        Workspace other = daybook.create("other");
        Session session = workspace.startSession(ACTOR)) {
      EventId id = session.record(ToolCall.of("bash", "cat log").output(OUTPUT)).await().id();
      assertThatThrownBy(() -> other.traces().output(call(workspace, id)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is no output of workspace 'other'");
    }
  }

  @Test
  void refusesACallThatCarriesOnlyPartOfItsOutput() {
    try (Daybook daybook = daybook(memory);
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      EventId id = session.record(ToolCall.of("bash", "cat log").output(OUTPUT)).await().id();
      ToolCall read = call(workspace, id);
      assertThatThrownBy(() -> session.record(read))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("call.output(traces.output(call))");
      EventId again = session.record(read.output("short")).await().id();
      assertThat(workspace.traces().output(call(workspace, again))).isEqualTo("short");
      EventId whole = session.record(read.output(workspace.traces().output(read))).await().id();
      assertThat(workspace.traces().output(call(workspace, whole))).isEqualTo(OUTPUT);
      assertThatThrownBy(
              () -> session.record(ToolCall.of("bash", "yes").output("y".repeat(65 << 20))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 67108864");
    }
  }

  /** A process that died between an output and its batch leaves an output that nobody names. */
  @Test
  void collectsAnOutputWhoseBatchWasNeverSent() throws IOException {
    InstantSource[] time = {InstantSource.system()};
    MemoryObjectStore aged = new MemoryObjectStore(() -> time[0].instant());
    ScriptedStore store = new ScriptedStore(aged, "w/000001/log/");
    try (Daybook daybook = daybook(store);
        Workspace workspace = daybook.create("w")) {
      Session session = workspace.startSession(ACTOR);
      store.then(
          2,
          (inner, key, bytes) -> {
            throw new java.nio.file.AccessDeniedException(key.path(), null, "403");
          });
      Receipt refused = session.record(ToolCall.of("bash", "cat log").output(OUTPUT));
      assertThatThrownBy(refused::await).isInstanceOf(StorageAccessException.class);
      store.clear();
      workspace.compact();
      assertThat(aged.list("w/000001/blob/", "", 10).objects()).hasSize(1);
      time[0] = InstantSource.offset(InstantSource.system(), Duration.ofDays(2));
      workspace.compact();
      workspace.compact();
      assertThat(aged.list("w/000001/blob/", "", 10).objects()).isEmpty();
      session.record(Observation.of("the log goes on")).await();
      assertThat(workspace.verify(progress -> {}).problems()).isEmpty();
    }
  }
}
