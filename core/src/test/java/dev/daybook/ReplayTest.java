package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.CountingObjectStore.Kind;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session is replayed by a process that has nothing yet, without reading much else. */
class ReplayTest {
  private static final int SESSIONS = 8;

  @TempDir private Path folder;
  private final CountingObjectStore store = new CountingObjectStore(new MemoryObjectStore());
  private int caches;

  private Daybook daybook() {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(folder.resolve("cache-" + ++caches), 1 << 30)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .keepReplaced(Duration.ZERO)
        .open();
  }

  private static String noise(Random random, int length) {
    StringBuilder noise = new StringBuilder();
    random.ints(length, 'a', 'z').forEach(letter -> noise.append((char) letter));
    return noise.toString();
  }

  /** Sessions that record in turn, and so much that a segment is not small. */
  private List<SessionId> fill(Workspace workspace, int rounds, Random random) {
    List<SessionId> ids = new ArrayList<>();
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(workspace.startSession(Actor.agent("coder-" + i)));
      ids.add(sessions.getLast().id());
    }
    for (int round = 0; round < rounds; round++) {
      for (Session session : sessions) {
        session.record(ToolCall.of("bash", "run " + round).output(noise(random, 2_000)).exit(0));
      }
    }
    sessions.forEach(Session::close);
    return ids;
  }

  private long segmentBytes() throws IOException {
    return store.list("w/000001/segment/", "", 1_000).objects().stream()
        .mapToLong(ObjectStore.Listed::size)
        .sum();
  }

  private List<Entry> cold(SessionId session) {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      return workspace.traces().timeline(session);
    }
  }

  private List<Entry> byIndex(SessionId session) {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.traces().count(Filter.any())).isPositive();
      return workspace.traces().timeline(session);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void showsWhatTheIndexTells(long seed) {
    Random random = new Random(seed);
    List<SessionId> ids = new ArrayList<>();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      List<Session> sessions = new ArrayList<>();
      List<EventId> started = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        sessions.add(workspace.startSession(Actor.agent("coder-" + i)));
        ids.add(sessions.getLast().id());
      }
      for (int i = 0; i < 600; i++) {
        Session session = sessions.get(random.nextInt(SESSIONS));
        switch (random.nextInt(20)) {
          case 0 -> session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
          case 1 -> started.add(session.started(ToolCall.of("bash", "slow")).id());
          case 2 -> {
            if (!started.isEmpty()) {
              // Mostly by another session than the one that started it.
              EventId start = started.remove(random.nextInt(started.size()));
              session.finished(start, ToolCall.of("bash", "slow").exit(0)).await();
            }
          }
          case 3 ->
              session
                  .record(
                      Observation.of("given"),
                      Context.none()
                          .source(
                              new SourceId("host", "s", "call-" + random.nextInt(30)),
                              Instant.EPOCH))
                  .await();
          default ->
              session.record(ToolCall.of("bash", "run " + i).output(noise(random, 1_500)).exit(0));
        }
        if (random.nextInt(150) == 0) {
          workspace.compact();
        }
      }
      sessions.forEach(Session::close);
    }
    ids.add(SessionId.of("nobody"));
    for (SessionId id : ids) {
      assertThat(cold(id)).isEqualTo(byIndex(id));
    }
  }

  @Test
  void readsNoIndexAndLittleElseThanTheSession() throws IOException {
    List<SessionId> ids;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      ids = fill(workspace, 100, new Random(1));
      workspace.compact();
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      long before = daybook.requests().bytesReceived();
      store.reset();
      assertThat(workspace.traces().timeline(ids.get(3))).hasSize(101);
      long read = daybook.requests().bytesReceived() - before;
      assertThat(read).isLessThan(3 * segmentBytes() / SESSIONS);
      assertThat(store.requests())
          .filteredOn(request -> request.path().contains("/index/"))
          .isEmpty();
      long ofSegments =
          store.requests().stream()
              .filter(request -> request.path().contains("/segment/"))
              .filter(request -> request.kind() == Kind.GET_RANGE)
              .count();
      assertThat(ofSegments).as("footer, where the session is, its pages").isBetween(3L, 8L);
    }
  }

  @Test
  void readsASmallSegmentWithOneRequest() {
    List<SessionId> ids;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      ids = fill(workspace, 2, new Random(1));
      workspace.compact();
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      store.reset();
      assertThat(workspace.traces().timeline(ids.get(3))).hasSize(3);
      assertThat(store.requests().stream().map(r -> r.kind() + " " + r.path().split("/", -1)[2]))
          .containsExactly("GET plan", "LIST log", "GET manifest", "GET segment");
      store.reset();
      assertThat(workspace.traces().timeline(ids.get(4))).hasSize(3);
      assertThat(store.requests()).isEmpty();
    }
  }

  @Test
  void readsASegmentWholeOnceItReadAsMuchInParts() throws IOException {
    List<SessionId> ids;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      ids = fill(workspace, 100, new Random(1));
      workspace.compact();
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      for (int round = 0; round < 3; round++) {
        for (SessionId id : ids) {
          assertThat(workspace.traces().timeline(id)).hasSize(101);
        }
      }
      assertThat(daybook.requests().bytesReceived()).isLessThan(3 * segmentBytes());
      store.reset();
      assertThat(workspace.traces().timeline(ids.getFirst())).hasSize(101);
      assertThat(store.requests()).isEmpty();
    }
  }

  @Test
  void saysWhichSegmentIsDamaged() throws IOException {
    List<SessionId> ids;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      ids = fill(workspace, 100, new Random(1));
      workspace.compact();
    }
    ObjectKey key = store.list("w/000001/segment/", "", 1_000).objects().getFirst().key();
    byte[] bytes = store.get(key).orElseThrow().bytes();
    for (int at = 0; at < bytes.length - (64 << 10); at += 500) {
      bytes[at] ^= 1;
    }
    store.overwrite(key, bytes);
    assertThatThrownBy(() -> cold(ids.get(3)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(key.path());
  }
}
