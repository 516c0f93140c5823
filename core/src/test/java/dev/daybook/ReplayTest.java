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
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** The same, sealed into one segment by a process that has gone. */
  private List<SessionId> compacted(int rounds) {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      List<SessionId> ids = fill(workspace, rounds, new Random(1));
      workspace.compact();
      return ids;
    }
  }

  private long segmentBytes() throws IOException {
    return store.list("w/000001/segment/", "", 1_000).objects().stream()
        .mapToLong(ObjectStore.Listed::size)
        .sum();
  }

  private List<Entry> cold(SessionId session) {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      store.reset();
      return workspace.traces().timeline(session);
    }
  }

  private long requests(String part) {
    return store.requests().stream().filter(request -> request.path().contains(part)).count();
  }

  private long rangesOfSegments() {
    return store.requests().stream()
        .filter(request -> request.path().contains("/segment/"))
        .filter(request -> request.kind() == Kind.GET_RANGE)
        .count();
  }

  private List<Entry> byIndex(SessionId session) {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.traces().count(Filter.any())).isPositive();
      return workspace.traces().timeline(session);
    }
  }

  /** What sessions do, and so whether ranges can tell it. */
  enum Doing {
    /** Only what is over when it is recorded. */
    CALLS(1),
    /** And calls that the session which started them ends. */
    OWN_ENDS(2),
    /** And what the host gives twice, which segments hold once. */
    SOURCES(3),
    /** Calls that anybody ends, or nobody, and sources; some of it in the tail. */
    ALL(4);

    private final long seed;

    Doing(long seed) {
      this.seed = seed;
    }

    boolean isReplayed() {
      return this != ALL;
    }
  }

  @ParameterizedTest
  @EnumSource(Doing.class)
  void showsWhatTheIndexTells(Doing doing) {
    Random random = new Random(doing.seed);
    List<SessionId> ids = new ArrayList<>();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      List<Session> sessions = new ArrayList<>();
      Map<EventId, Session> started = new LinkedHashMap<>();
      for (int i = 0; i < SESSIONS; i++) {
        sessions.add(workspace.startSession(Actor.agent("coder-" + i)));
        ids.add(sessions.getLast().id());
      }
      for (int i = 0; i < 600; i++) {
        Session session = sessions.get(random.nextInt(SESSIONS));
        int what = random.nextInt(20);
        if (what == 0) {
          session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
        } else if (what == 1 && (doing == Doing.OWN_ENDS || doing == Doing.ALL)) {
          started.put(session.started(ToolCall.of("bash", "slow")).id(), session);
        } else if (what == 2 && !started.isEmpty()) {
          EventId start = started.keySet().iterator().next();
          Session own = started.remove(start);
          end(doing == Doing.ALL ? session : own, start);
        } else if (what == 3 && (doing == Doing.SOURCES || doing == Doing.ALL)) {
          session
              .record(
                  Observation.of("given"),
                  Context.none()
                      .source(
                          new SourceId("host", "s", "call-" + random.nextInt(30)), Instant.EPOCH))
              .await();
        } else {
          session.record(ToolCall.of("bash", "run " + i).output(noise(random, 1_500)).exit(0));
        }
        if (random.nextInt(150) == 0) {
          workspace.compact();
        }
      }
      if (doing == Doing.ALL) {
        sessions.forEach(Session::close);
      } else {
        started.forEach((start, own) -> end(own, start));
        sessions.forEach(Session::close);
        workspace.compact();
      }
    }
    ids.add(SessionId.of("nobody"));
    long ranges = 0;
    for (SessionId id : ids) {
      List<Entry> replayed = cold(id);
      if (doing.isReplayed()) {
        assertThat(requests("/index/")).as("of an index, for session %s", id).isZero();
        ranges += rangesOfSegments();
      }
      assertThat(replayed).isEqualTo(byIndex(id));
    }
    if (doing.isReplayed()) {
      assertThat(ranges).isPositive();
    }
  }

  private static void end(Session session, EventId start) {
    session.finished(start, ToolCall.of("bash", "slow").exit(0)).await();
  }

  @Test
  void showsWhatTwoSessionsRacedToRecordInTheFirst() {
    try (Daybook one = daybook();
        Workspace first = one.create("w");
        Daybook two = daybook();
        Workspace second = two.open("w")) {
      Session x = first.startSession(Actor.agent("one"));
      Session y = second.startSession(Actor.agent("two"));
      assertThat(first.traces().count(Filter.any())).isPositive();
      assertThat(second.traces().count(Filter.any())).isPositive();
      Context context = Context.none().source(new SourceId("host", "s", "call-1"), Instant.EPOCH);
      x.record(Observation.of("given"), context).await();
      y.record(Observation.of("given"), context).await();
      List<Entry> ofX = cold(x.id());
      List<Entry> ofY = cold(y.id());
      assertThat(ofX.size() + ofY.size()).as("two starts, and what was given once").isEqualTo(3);
      assertThat(ofX).isEqualTo(byIndex(x.id()));
      assertThat(ofY).isEqualTo(byIndex(y.id()));
    }
  }

  @Test
  void readsNoRangesIfTheTailSaysThatTheIndexIsNeeded() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      List<SessionId> unused = fill(workspace, 100, new Random(1));
      workspace.compact();
      Session open = workspace.startSession(Actor.agent("slow"));
      EventId start = open.started(ToolCall.of("bash", "never ends")).id();
      open.record(Observation.of("on disk")).await();
      assertThat(cold(open.id())).extracting(Entry::id).contains(start);
      assertThat(rangesOfSegments()).isZero();
      assertThat(requests("/index/")).isPositive();
      Session given = workspace.startSession(Actor.agent("given"));
      given
          .record(
              Observation.of("given"),
              Context.none().source(new SourceId("host", "s", "call-1"), Instant.EPOCH))
          .await();
      assertThat(cold(given.id())).hasSize(2);
      assertThat(rangesOfSegments()).isZero();
    }
  }

  /** A store whose ranges of segments wait until they may come. */
  private static final class SlowRanges extends ForwardingObjectStore {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayCome = new CountDownLatch(1);

    SlowRanges(ObjectStore store) {
      super(store);
    }

    @Override
    public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
      if (key.path().contains("/segment/")) {
        asked.countDown();
        try {
          assertThat(mayCome.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return super.getRange(key, offset, length);
    }
  }

  @Test
  void keepsNoOtherReadWaiting() throws Exception {
    List<SessionId> ids = compacted(100);
    SlowRanges slow = new SlowRanges(store);
    try (Daybook daybook =
            Daybook.on(slow)
                .embedder(Embedder.none())
                .cache(folder.resolve("cache-slow"), 1 << 30)
                .open();
        Workspace workspace = daybook.open("w");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Entry>> replay = threads.submit(() -> workspace.traces().timeline(ids.get(3)));
      assertThat(slow.asked.await(30, TimeUnit.SECONDS)).isTrue();
      Future<Long> count = threads.submit(() -> workspace.traces().count(Filter.any()));
      try {
        assertThat(count.get(20, TimeUnit.SECONDS)).isEqualTo(SESSIONS * 101L);
      } finally {
        slow.mayCome.countDown();
      }
      assertThat(replay.get()).hasSize(101);
    }
  }

  @Test
  void readsNoIndexAndLittleElseThanTheSession() throws IOException {
    List<SessionId> ids = compacted(100);
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
    List<SessionId> ids = compacted(2);
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
    List<SessionId> ids = compacted(100);
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
    List<SessionId> ids = compacted(100);
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
