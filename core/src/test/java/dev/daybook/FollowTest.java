package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.SourceId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Keys;
import dev.daybook.internal.workspace.FollowPosition;
import dev.daybook.internal.workspace.Follower;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Following along; {@code -Dsim.seed=N} and {@code -Dsim.steps=N} repeat or lengthen the runs. */
class FollowTest {
  private static final Actor ACTOR = Actor.agent("coder-7");
  private static final long SEED = Long.getLong("sim.seed", 1);
  private static final int STEPS = Integer.getInteger("sim.steps", 150);
  private static final Instant START = Instant.parse("2026-11-26T09:00:00Z");

  @TempDir private Path cache;
  private MemoryObjectStore store = new MemoryObjectStore();
  private final AtomicLong looks = new AtomicLong();

  /** Every look at the clock is more than the pause of a follower later. */
  private final InstantSource clock = () -> START.plusSeconds(3 * looks.incrementAndGet());

  private Daybook.Builder engine(String cacheName) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .clock(clock)
        .keepReplaced(Duration.ZERO)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .cache(cache.resolve(cacheName), 1 << 30);
  }

  /** Notes what it is told. */
  private static class Noting implements Following.Listener {
    final Map<Long, List<Entry>> versions = new TreeMap<>();
    final List<List<Entry>> calls = new ArrayList<>();
    final List<DaybookException> failures = new ArrayList<>();
    Following.Position last = Following.Position.START;

    @Override
    public void planChanged(long version, List<Entry> events, Following.Position after) {
      assertThat(versions.put(version, events)).as("version %d before", version).isNull();
      last = after;
    }

    @Override
    public void recorded(List<Entry> events, Following.Position after) {
      calls.add(events);
      last = after;
    }

    @Override
    public void failed(DaybookException failure) {
      failures.add(failure);
    }

    List<EventId> traces() {
      return calls.stream().flatMap(List::stream).map(Entry::id).toList();
    }

    List<String> texts() {
      return calls.stream()
          .flatMap(List::stream)
          .map(Entry::event)
          .filter(Observation.class::isInstance)
          .map(event -> ((Observation) event).text())
          .toList();
    }
  }

  private static Follower follower(
      Workspace workspace, Following.Position from, Following.Listener listener) {
    return workspace.internals().follower(FollowPosition.parse(from.token()), listener);
  }

  private static Following.Position position(Follower follower) {
    return new Following.Position(follower.position().encode());
  }

  @Test
  void deliversThePlanInOrderAndEachLogInOrder() {
    try (Daybook daybook = engine("a").open();
        Workspace one = daybook.create("w");
        Workspace two = daybook.open("w");
        Session first = one.startSession(ACTOR);
        Session second = two.startSession(Actor.agent("tester-1"))) {
      Noting listener = new Noting();
      Follower follower = follower(one, one.position(), listener);
      follower.poll();
      assertThat(listener.calls).isEmpty();
      for (int i = 0; i < 3; i++) {
        first.record(Observation.of("first " + i)).await();
        second.record(Observation.of("second " + i)).await();
        String note = "note " + i;
        second.updatePlan(plan -> List.of(NoteAdded.of(note), NoteAdded.of(note + " more")));
      }
      follower.poll();
      assertThat(listener.versions).containsOnlyKeys(1L, 2L, 3L);
      assertThat(listener.versions.get(2L))
          .extracting(entry -> ((NoteAdded) entry.event()).text())
          .containsExactly("note 1", "note 1 more");
      assertThat(listener.calls).hasSize(2);
      assertThat(listener.texts())
          .containsSubsequence("first 0", "first 1", "first 2")
          .containsSubsequence("second 0", "second 1", "second 2")
          .hasSize(6);
      assertThat(position(follower)).isEqualTo(one.position());
    }
  }

  @Test
  void goesOnFromAStoredPositionInANewEngineAfterCompaction() {
    Noting listener = new Noting();
    String stored;
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.record(Observation.of("before")).await();
      follower(workspace, Following.Position.START, listener).poll();
      stored = listener.last.token();
      session.record(Observation.of("in a segment")).await();
      session.updatePlan(plan -> List.of(NoteAdded.of("in a segment too")));
      workspace.compact();
      session.record(Observation.of("after")).await();
    }
    assertThat(listener.texts()).containsExactly("before");
    try (Daybook daybook = engine("b").open();
        Workspace workspace = daybook.open("w")) {
      follower(workspace, new Following.Position(stored), listener).poll();
      assertThat(listener.texts()).containsExactly("before", "in a segment", "after");
      assertThat(listener.versions).containsOnlyKeys(1L);
    }
  }

  /** Segments that were written before rows knew their places, too. */
  @Test
  void followsTheGoldenWorkspaceFromItsBeginning() throws IOException {
    try (Daybook daybook =
            Daybook.on(GoldenWorkspace.store(GoldenWorkspace.load(FormatV1Test.GOLDEN)))
                .embedder(Embedder.none())
                .cache(cache, 1 << 30)
                .open();
        Workspace workspace = daybook.open(GoldenWorkspace.NAME)) {
      Noting whole = new Noting();
      follower(workspace, Following.Position.START, whole).poll();
      assertThat(whole.versions).hasSize(18).containsKeys(1L, 7L, 18L);
      Set<EventId> traces = new HashSet<>();
      for (Entry entry : workspace.internals().latest().newest(Filter.any(), 1_000)) {
        if (entry.envelope().planVersion() == 0) {
          traces.add(entry.id());
        }
      }
      // Starts of calls that ended are events too; a search shows the end only.
      assertThat(whole.traces()).doesNotHaveDuplicates().containsAll(traces);
      assertGoesOnAfterEachCall(workspace, Following.Position.START, whole);
    }
  }

  @Test
  void fromNowOnOpensNoSegment() {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.record(Observation.of("before")).await();
      workspace.compact();
    }
    try (Daybook daybook = engine("b").open();
        Workspace workspace = daybook.open("w")) {
      Following.Position now = workspace.position();
      Daybook.Requests before = daybook.requests();
      follower(workspace, now, new Noting()).poll();
      // Checking the position, and the poll.
      assertThat(daybook.requests().gets() - before.gets()).isEqualTo(4);
    }
  }

  @Test
  void skipsEmptyVersionsButMovesPastThem() throws IOException {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      Noting listener = new Noting();
      Follower follower = follower(workspace, workspace.position(), listener);
      session.updatePlan(plan -> List.of(NoteAdded.of("one")));
      fence(workspace, 2);
      session.updatePlan(plan -> List.of(NoteAdded.of("three")));
      fence(workspace, 4);
      follower.poll();
      assertThat(listener.versions).containsOnlyKeys(1L, 3L);
      assertThat(follower.position().plan()).isEqualTo(4);
    }
  }

  private void fence(Workspace workspace, long version) throws IOException {
    byte[] empty =
        new Frame(Frame.Kind.PLAN, "01M86DENW70003H1CTBK3JJ03P", new byte[0])
            .encode(workspace.id());
    assertThat(store.createIfAbsent(new Keys("w", 1).plan(version), empty).isNew()).isTrue();
  }

  @Test
  void callsHaveAtMostFiveHundredEventsOfOneLogAlsoInsideABatch() {
    try (Daybook daybook = engine("a").open();
        Workspace one = daybook.create("w");
        Workspace two = daybook.open("w");
        Session first = one.startSession(ACTOR);
        Session second = two.startSession(ACTOR)) {
      Following.Position begin = one.position();
      for (int i = 0; i < 1_200; i++) {
        first.record(Observation.of("first " + i));
        second.record(Observation.of("second " + i));
      }
      first.flush();
      second.flush();
      Noting tail = new Noting();
      follower(one, begin, tail).poll();
      one.compact();
      Noting segments = new Noting();
      follower(one, begin, segments).poll();
      for (Noting heard : List.of(tail, segments)) {
        assertThat(heard.calls).hasSizeBetween(6, 8);
        assertThat(heard.calls)
            .allSatisfy(call -> {
              assertThat(call).hasSizeLessThanOrEqualTo(500);
              assertThat(call).extracting(Entry::session).containsOnly(call.getFirst().session());
            });
        assertThat(heard.texts()).hasSize(2_400).doesNotHaveDuplicates();
        assertThat(heard.texts().stream().filter(text -> text.startsWith("first")))
            .isEqualTo(IntStream.range(0, 1_200).mapToObj(i -> "first " + i).toList());
      }
      assertGoesOnAfterEachCall(one, begin, segments);
    }
  }

  /** From what a listener stores after its n-th call, what comes is what came after it. */
  private static void assertGoesOnAfterEachCall(
      Workspace workspace, Following.Position begin, Noting whole) {
    List<Following.Position> positions = new ArrayList<>();
    follower(
            workspace,
            begin,
            new Noting() {
              @Override
              public void recorded(List<Entry> events, Following.Position after) {
                positions.add(after);
              }
            })
        .poll();
    assertThat(positions).hasSameSizeAs(whole.calls);
    for (int call = 0; call < positions.size(); call++) {
      Noting rest = new Noting();
      follower(workspace, positions.get(call), rest).poll();
      assertThat(rest.traces())
          .isEqualTo(
              whole.calls.subList(call + 1, whole.calls.size()).stream()
                  .flatMap(List::stream)
                  .map(Entry::id)
                  .toList());
    }
  }

  @Test
  void callsAgainAfterAFailureOfTheListenerWithLongerPauses() {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      Following.Position begin = workspace.position();
      session.record(Observation.of("one")).await();
      Noting listener =
          new Noting() {
            @Override
            public void recorded(List<Entry> events, Following.Position after) {
              super.recorded(events, after);
              if (calls.size() < 4) {
                throw new AssertionError("not yet");
              }
            }
          };
      Follower follower = follower(workspace, begin, listener);
      List<Duration> pauses = new ArrayList<>();
      for (int poll = 0; poll < 4; poll++) {
        assertThat(position(follower)).isEqualTo(begin);
        pauses.add(follower.poll());
      }
      assertThat(pauses).extracting(Duration::toSeconds).containsExactly(2L, 4L, 8L, 2L);
      assertThat(listener.texts()).containsExactly("one", "one", "one", "one");
      assertThat(position(follower)).isEqualTo(workspace.position());
    }
  }

  @Test
  void pausesTwiceAsLongEachTimeWhileNothingComes() {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      Follower follower = follower(workspace, workspace.position(), new Noting());
      List<Long> pauses = new ArrayList<>();
      for (int poll = 0; poll < 7; poll++) {
        pauses.add(follower.poll().toSeconds());
      }
      assertThat(pauses).containsExactly(2L, 4L, 8L, 16L, 30L, 30L, 30L);
      session.record(Observation.of("news")).await();
      assertThat(follower.poll()).isEqualTo(Duration.ofSeconds(2));
      assertThat(follower.poll()).isEqualTo(Duration.ofSeconds(4));
    }
  }

  @Test
  void aPollOfAnIdleWorkspaceIsTwoReadsAndAListingAndAtTheSlowestPaceOneReadMore() {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.record(Observation.of("something")).await();
      workspace.compact();
      Follower follower = follower(workspace, workspace.position(), new Noting());
      for (int poll = 1; poll <= 10; poll++) {
        Daybook.Requests before = daybook.requests();
        follower.poll();
        Daybook.Requests after = daybook.requests();
        assertThat(after.gets() - before.gets()).as("poll %d", poll).isEqualTo(poll <= 5 ? 2 : 3);
        assertThat(after.lists() - before.lists()).isEqualTo(1);
        assertThat(after.creates() + after.overwrites() + after.deletes())
            .isEqualTo(before.creates() + before.overwrites() + before.deletes());
      }
    }
  }

  @Test
  void aPollTakesWhatAnotherReadOfTheHandleSawJustBefore() {
    Instant now = START;
    try (Daybook daybook = engine("a").clock(() -> now).open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      Noting listener = new Noting();
      Follower follower = follower(workspace, workspace.position(), listener);
      session.record(Observation.of("by this handle")).await();
      Daybook.Requests before = daybook.requests();
      follower.poll();
      assertThat(listener.texts()).containsExactly("by this handle");
      assertThat(daybook.requests()).isEqualTo(before);
    }
  }

  @Test
  void aPlanVersionDoesNotComeBeforeTheTracesItCites() {
    try (Daybook daybook = engine("a").clock(() -> START).open();
        Workspace mine = daybook.create("w");
        Workspace theirs = daybook.open("w");
        Session their = theirs.startSession(ACTOR);
        Session my = mine.startSession(Actor.agent("tester-1"))) {
      their.updatePlan(plan -> List.of(PlanEvent.TaskAdded.of("T", "task")));
      List<Boolean> seen = new ArrayList<>();
      AtomicReference<EventId> cited = new AtomicReference<>(EventId.NONE);
      Follower follower =
          follower(
              mine,
              mine.position(),
              new Noting() {
                @Override
                public void planChanged(
                    long version, List<Entry> events, Following.Position after) {
                  super.planChanged(version, events, after);
                  for (Entry entry : events) {
                    if (entry.event() instanceof HandoffEvent.HandoffOffered) {
                      seen.add(mine.traces().entry(cited.get()).isPresent());
                    }
                  }
                }
              });
      for (int round = 0; round < 2; round++) {
        assertThat(mine.traces().count(Filter.any())).isPositive();
        EventId evidence = their.record(Observation.of("evidence")).await().id();
        cited.set(evidence);
        their.offer(Handoff.of("T").toRole("r").summary("see").evidence(evidence).build());
        if (round == 0) {
          assertThat(mine.plan().handoffs()).hasSize(1);
        } else {
          my.updatePlan(plan -> List.of(NoteAdded.of("mine")));
        }
        follower.poll();
        // What this handle changes itself does not make its reads old.
        long version = my.updatePlan(plan -> List.of(NoteAdded.of("more"))).version();
        assertThat(mine.plan().version()).isEqualTo(version);
      }
      assertThat(seen).containsExactly(true, true);
    }
  }

  @Test
  void refusesTokensThatAreNone() {
    String token;
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.record(Observation.of("one")).await();
      token = workspace.position().token();
    }
    assertThatCode(() -> new Following.Position(token)).doesNotThrowAnyException();
    for (int end = 0; end < token.length(); end++) {
      String cut = token.substring(0, end);
      assertThatThrownBy(() -> new Following.Position(cut))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Following.Position.token()");
    }
    for (int i = 0; i < token.length(); i++) {
      String changed =
          token.substring(0, i) + (token.charAt(i) == '1' ? '2' : '1') + token.substring(i + 1);
      assertThatThrownBy(() -> new Following.Position(changed))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Following.Position(token.replace("follow-1", "follow-2")))
        .hasMessageContaining("not made by this release");
    assertThatThrownBy(() -> new Following.Position("x".repeat(10_000)))
        .hasMessageContaining("no position")
        .hasMessageContaining("10000 characters")
        .message()
        .hasSizeLessThan(400);
    assertThat(new Following.Position(token)).isEqualTo(new Following.Position(token));
  }

  @Test
  void refusesPositionsOfAnotherWorkspaceAndThoseAhead() throws IOException {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Workspace other = daybook.create("v");
        Session session = workspace.startSession(ACTOR)) {
      Following.Position begin = workspace.position();
      session.record(Observation.of("one")).await();
      Following.Position tail = workspace.position();
      session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
      Following.Position planned = workspace.position();
      workspace.compact();
      Following.Position compacted = workspace.position();
      assertThatThrownBy(() -> other.follow(begin, new Noting()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of workspace " + workspace.id())
          .hasMessageContaining(other.id());
      assertThatCode(() -> follower(workspace, tail, new Noting())).doesNotThrowAnyException();
      // A backup from before all that.
      MemoryObjectStore backup = new MemoryObjectStore();
      ObjectKey key = ObjectKey.of("w/000001/workspace.json");
      backup.createIfAbsent(key, store.get(key).orElseThrow().bytes());
      try (Daybook restored =
              Daybook.on(backup)
                  .embedder(Embedder.none())
                  .cache(cache.resolve("restored"), 1 << 30)
                  .open();
          Workspace old = restored.open("w")) {
        for (var ahead :
            Map.of(tail, "batch of log", planned, "plan version 1", compacted, "plan version 1")
                .entrySet()) {
          assertThatThrownBy(() -> old.follow(ahead.getKey(), new Noting()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("ahead of workspace 'w'")
              .hasMessageContaining(ahead.getValue());
        }
      }
    }
  }

  @Test
  void tellsOfFailuresOnceAndGoesOnWhenTheyAreOver() {
    AtomicReference<String> broken = new AtomicReference<>("");
    ForwardingObjectStore network =
        new ForwardingObjectStore(store) {
          @Override
          public Page list(String prefix, String after, int limit) throws IOException {
            if (!broken.get().isEmpty()) {
              throw new IOException(broken.get());
            }
            return super.list(prefix, after, limit);
          }
        };
    try (Daybook daybook =
            Daybook.on(network)
                .embedder(Embedder.none())
                .clock(clock)
                .writeDeadline(Duration.ofSeconds(1))
                .cache(cache, 1 << 30)
                .open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      Noting listener = new Noting();
      Follower follower = follower(workspace, workspace.position(), listener);
      session.record(Observation.of("meanwhile")).await();
      for (String reason : List.of("no route", "no route", "no name", "")) {
        broken.set(reason);
        follower.poll();
      }
      assertThat(listener.failures)
          .hasSize(2)
          .allMatch(StorageUnavailableException.class::isInstance);
      assertThat(listener.texts()).containsExactly("meanwhile");
      broken.set("no route");
      follower.poll();
      assertThat(listener.failures).hasSize(3);
      broken.set("");
    }
  }

  @Test
  void tellsOfAnErrorAndGoesOn() {
    AtomicReference<Boolean> isBroken = new AtomicReference<>(false);
    ForwardingObjectStore broken =
        new ForwardingObjectStore(store) {
          @Override
          public Page list(String prefix, String startAfter, int keysMax) throws IOException {
            if (isBroken.get()) {
              throw new NoClassDefFoundError("not on this class path");
            }
            return super.list(prefix, startAfter, keysMax);
          }
        };
    try (Daybook daybook = Daybook.on(broken).embedder(Embedder.none()).clock(clock).open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      Noting listener = new Noting();
      Follower follower = follower(workspace, workspace.position(), listener);
      session.record(Observation.of("event")).await();
      isBroken.set(true);
      follower.poll();
      assertThat(listener.failures)
          .singleElement()
          .extracting(Throwable::getMessage)
          .asString()
          .contains("not on this class path");
      isBroken.set(false);
      follower.poll();
      assertThat(listener.texts()).containsExactly("event");
    }
  }

  @Test
  void thePlanDoesNotWaitBehindALongBacklog() {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      for (int i = 0; i < 40; i++) {
        session.record(Observation.of("event " + i));
      }
      session.flush();
      workspace.compact();
      List<String> order = new ArrayList<>();
      Following.Listener listener =
          new Noting() {
            @Override
            public void planChanged(long version, List<Entry> events, Following.Position after) {
              super.planChanged(version, events, after);
              order.add("plan " + version);
            }

            @Override
            public void recorded(List<Entry> events, Following.Position after) {
              super.recorded(events, after);
              order.add("traces");
              if (order.size() == 1) {
                session.updatePlan(plan -> List.of(NoteAdded.of("urgent")));
              }
            }
          };
      Follower follower = workspace.internals().follower(FollowPosition.START, listener, 10);
      follower.poll();
      assertThat(order.indexOf("plan 1")).isBetween(1, 2);
      assertThat(order.size()).isGreaterThan(4);
    }
  }

  @Test
  void aTokenOfAnEarlierReleaseIsStillRead() {
    // Of format 1, as FORMAT.md shows it.
    String token =
        "follow-1~01KHX3Q1M8000A1B2C3D4E5F6G~12~7~8.01KHX3Q1M8001A1B2C3D4E5F6G.3.41.01KHX3Q1M8002A1B2C3D4E5F6G"
            + "~01KHX3Q1M8003A1B2C3D4E5F6G.5.0,01KHX3Q1M8004A1B2C3D4E5F6G.2.17~af336d81";
    FollowPosition position = FollowPosition.parse(token);
    assertThat(position.encode()).isEqualTo(token);
    assertThat(position.plan()).isEqualTo(12);
    assertThat(position.manifest()).isEqualTo(7);
    assertThat(position.marks()).hasSize(2);
  }

  @Test
  void endsWhenTheWorkspaceIsDeleted() {
    try (Daybook daybook = engine("a").open();
        Workspace workspace = daybook.create("w")) {
      Noting listener = new Noting();
      Follower follower = follower(workspace, workspace.position(), listener);
      daybook.delete("w");
      for (int poll = 0; poll < 6; poll++) {
        follower.poll();
      }
      assertThat(listener.failures).hasSize(1);
      assertThat(listener.failures.getFirst())
          .isInstanceOf(WorkspaceStateException.class)
          .hasMessageContaining("deleted");
      assertThat(follower.isRunning()).isFalse();
    }
  }

  /** Waits, where the other thread is about to get there. */
  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @SuppressWarnings("try") // closes early, and twice
  void aFollowingHearsWhatAnotherHandleWrites() throws Exception {
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (Daybook daybook =
            engine("a").followEvery(Duration.ofMillis(1), Duration.ofMillis(20)).open();
        Workspace one = daybook.create("w");
        Workspace two = daybook.open("w");
        Session session = two.startSession(ACTOR);
        Following following =
            one.follow(
                one.position(),
                new Noting() {
                  @Override
                  public void recorded(List<Entry> events, Following.Position after) {
                    super.recorded(events, after);
                    heard.addAll(texts());
                    calls.clear();
                  }
                })) {
      for (int i = 0; i < 5; i++) {
        session.record(Observation.of("event " + i)).await();
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("event " + i);
      }
      assertThat(following.isRunning()).isTrue();
      following.close();
      assertThat(following.isRunning()).isFalse();
      following.close();
    }
  }

  @Test
  void closingWaitsForTheListenerUnlessTheListenerCloses() throws Exception {
    CountDownLatch in = new CountDownLatch(1);
    CountDownLatch out = new CountDownLatch(1);
    CountDownLatch closedInside = new CountDownLatch(1);
    try (Daybook daybook = engine("a").open()) {
      Workspace workspace = daybook.create("w");
      Session session = workspace.startSession(ACTOR);
      session.record(Observation.of("something")).await();
      Following following =
          workspace.follow(
              Following.Position.START,
              new Noting() {
                @Override
                public void recorded(List<Entry> events, Following.Position after) {
                  in.countDown();
                  FollowTest.await(out);
                  // From here on nobody takes anything, and nothing hangs.
                  workspace.close();
                  closedInside.countDown();
                }
              });
      await(in);
      Thread closing = Thread.ofPlatform().daemon().start(following::close);
      while (closing.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(closedInside.getCount()).isEqualTo(1);
      Thread impatient = Thread.ofPlatform().daemon().unstarted(following::close);
      impatient.start();
      impatient.interrupt();
      assertThat(impatient.join(Duration.ofSeconds(30))).isTrue();
      out.countDown();
      assertThat(closing.join(Duration.ofSeconds(30))).isTrue();
      await(closedInside);
    }
  }

  @Test
  @SuppressWarnings("try") // closes early
  void endsWithItsWorkspaceAndWhenItsThreadIsInterrupted() throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    CountDownLatch called = new CountDownLatch(1);
    try (Daybook daybook =
            engine("a").followEvery(Duration.ofMillis(1), Duration.ofMillis(20)).open();
        Workspace interrupted = daybook.create("v");
        Workspace workspace = daybook.create("w")) {
      Following closed = workspace.follow(Following.Position.START, new Noting());
      workspace.close();
      assertThat(closed.isRunning()).isFalse();
      assertThatThrownBy(() -> workspace.follow(Following.Position.START, new Noting()))
          .isInstanceOf(IllegalStateException.class);
      try (Session session = interrupted.startSession(ACTOR);
          Following following =
              interrupted.follow(
                  Following.Position.START,
                  new Noting() {
                    @Override
                    public void recorded(List<Entry> events, Following.Position after) {
                      thread.set(Thread.currentThread());
                      Thread.currentThread().interrupt();
                      called.countDown();
                    }
                  })) {
        session.record(Observation.of("something")).await();
        await(called);
        while (following.isRunning()) {
          Thread.onSpinWait();
        }
        assertThat(following.position()).isNotEqualTo(Following.Position.START);
      }
    }
  }

  @Test
  void refusesPausesThatAreNone() {
    for (Duration fastest : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(1))) {
      assertThatThrownBy(() -> engine("a").followEvery(fastest, Duration.ofMinutes(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(fastest.toString());
    }
  }

  @Test
  void anEventThatTwoHandlesTookFromOneSourceComesOnce() {
    try (Daybook daybook = engine("a").open();
        Workspace one = daybook.create("w");
        Workspace two = daybook.open("w");
        Session first = one.startSession(ACTOR);
        Session second = two.startSession(ACTOR)) {
      Noting listener = new Noting();
      Follower follower = follower(one, one.position(), listener);
      Context source = Context.none().source(new SourceId("c", "s", "1"), START);
      second.record(Observation.of("twice"), source).await();
      follower.poll();
      // Both looked before either had written; the first handle's log comes first in a segment.
      one.internals()
          .appendNew(
              one.internals()
                  .toRecord(
                      listener.calls.getFirst().getFirst().envelope(), Observation.of("twice")))
          .join();
      follower.poll();
      two.compact();
      first.record(Observation.of("once")).await();
      follower.poll();
      assertThat(listener.texts()).containsExactly("twice", "once");
      assertThat(one.traces().count(Filter.any())).isEqualTo(4);
    }
  }

  @Test
  void whoKeepsUpReadsNoSegment() {
    CountingObjectStore counting = new CountingObjectStore(store);
    try (Daybook reading =
            Daybook.on(counting)
                .embedder(Embedder.none())
                .clock(clock)
                .cache(cache.resolve("reading"), 1 << 30)
                .open();
        Daybook writing = engine("writing").open();
        Workspace one = reading.create("w");
        Workspace two = writing.open("w");
        Session session = two.startSession(ACTOR)) {
      Noting listener = new Noting();
      Follower follower = follower(one, Following.Position.START, listener);
      for (int round = 0; round < 12; round++) {
        session.record(Observation.of("event " + round)).await();
        session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
        follower.poll();
        two.compact();
        follower.poll();
      }
      assertThat(listener.texts()).hasSize(12);
      assertThat(listener.versions).hasSize(12);
      assertThat(counting.requests()).noneMatch(request -> request.path().contains("/segment/"));
      session.record(Observation.of("not seen in the tail")).await();
      two.compact();
      follower.poll();
      assertThat(listener.texts()).hasSize(13);
      assertThat(counting.requests())
          .filteredOn(request -> request.path().contains("/segment/"))
          .isNotEmpty();
    }
  }

  @Test
  void readsAnewWhenSegmentsAreCollectedUnderIt() {
    try (Daybook reading =
            engine("a")
                .clock(() -> START)
                .followEvery(Duration.ofMinutes(5), Duration.ofMinutes(5))
                .open();
        Daybook compacting = engine("b").open();
        Workspace one = reading.create("w");
        Workspace two = compacting.open("w");
        Session session = two.startSession(ACTOR)) {
      List<String> texts = new ArrayList<>();
      Noting listener = new Noting();
      Follower follower = follower(one, Following.Position.START, listener);
      for (int segment = 0; segment < 10; segment++) {
        texts.add("event " + segment);
        session.record(Observation.of(texts.getLast())).await();
        if (segment == 9) {
          // What a poll takes for young names nine segments, which are merged and collected now.
          one.position();
        }
        two.compact();
      }
      assertThat(two.internals().segments()).isEqualTo(1);
      assertThat(store.list("w/000001/segment/", "", 100).objects()).hasSize(1);
      assertThat(one.internals().segments()).isEqualTo(9);
      follower.poll();
      assertThat(listener.failures).isEmpty();
      assertThat(listener.texts()).isEqualTo(texts);
    }
  }

  /** What is true of one workspace, as those who write know it, and what the listener was told. */
  private final class Run {
    final Random random;
    final boolean calm;
    final Map<String, Workspace> handles = new HashMap<>();
    final Map<String, Session> sessions = new HashMap<>();
    final Map<String, Daybook> engines = new HashMap<>();

    /** Per log, that is per handle, what was recorded. */
    final Map<String, List<EventId>> logs = new TreeMap<>();

    final Map<String, String> logOf = new HashMap<>();
    final Map<Long, List<String>> plan = new TreeMap<>();
    final Set<EventId> foreign = new HashSet<>();

    final LinkedHashSet<EventId> delivered = new LinkedHashSet<>();
    final Map<Long, List<String>> versions = new TreeMap<>();
    Following.Position stored = Following.Position.START;
    long lastVersion;
    int duplicates;
    int failures;
    int restarts;
    int compactedInside;
    Optional<Follower> follower = Optional.empty();

    Run(long seed, boolean calm) {
      this.random = new Random(seed);
      this.calm = calm;
    }

    final Following.Listener listener =
        new Following.Listener() {
          @Override
          public void planChanged(long version, List<Entry> events, Following.Position after) {
            assertThat(version).as("version after %d", lastVersion).isGreaterThan(lastVersion);
            assertThat(events).isNotEmpty();
            assertThat(events).allMatch(entry -> entry.envelope().planVersion() == version);
            for (long between = lastVersion + 1; between < version; between++) {
              assertThat(plan.get(between)).as("left out: version %d", between).isEmpty();
            }
            List<String> notes =
                events.stream().map(entry -> ((NoteAdded) entry.event()).text()).toList();
            List<String> before = versions.put(version, notes);
            duplicates += before == null ? 0 : 1;
            maybeFail();
            lastVersion = version;
            stored = after;
          }

          @Override
          public void recorded(List<Entry> events, Following.Position after) {
            assertThat(events).isNotEmpty().hasSizeLessThanOrEqualTo(Following.EVENTS_MAX);
            for (Entry entry : events) {
              assertThat(foreign).doesNotContain(entry.id());
              duplicates += delivered.add(entry.id()) ? 0 : 1;
            }
            if (random.nextInt(4) == 0) {
              compactedInside++;
              any().compact();
            }
            maybeFail();
            stored = after;
          }

          @Override
          public void failed(DaybookException failure) {
            throw new AssertionError(failure);
          }
        };

    void maybeFail() {
      if (!calm && random.nextInt(8) == 0) {
        failures++;
        throw new IllegalStateException("as drawn");
      }
    }

    Workspace any() {
      return handles.get(random.nextBoolean() ? "a" : "b");
    }

    void open(String name) {
      Workspace workspace = engines.get(name).open("w");
      handles.put(name, workspace);
      sessions.put(name, workspace.startSession(Actor.agent(name)));
      logOf.put(name, name + logs.size());
      logs.put(logOf.get(name), new ArrayList<>());
    }

    void record(String name, int events) {
      List<EventId> log = logs.get(logOf.get(name));
      for (int i = 0; i < events; i++) {
        Context context =
            random.nextInt(5) == 0
                ? Context.none()
                    .source(
                        new SourceId(logOf.get(name), "s", Integer.toString(log.size())),
                        START.plusSeconds(random.nextInt(1_000)))
                : Context.none();
        log.add(
            sessions
                .get(name)
                .record(Observation.of(logOf.get(name) + " " + log.size()), context)
                .id());
      }
      sessions.get(name).flush();
    }

    void updatePlan(String name) {
      List<PlanEvent> notes = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        notes.add(NoteAdded.of(name + " " + random.nextInt()));
      }
      sessions.get(name).updatePlan(now -> notes);
      plan.put(
          handles.get(name).plan().version(),
          notes.stream().map(note -> ((NoteAdded) note).text()).toList());
    }

    void follow() {
      int lookAhead = random.nextBoolean() ? 20 + random.nextInt(100) : 1_000;
      follower =
          Optional.of(
              any()
                  .internals()
                  .follower(FollowPosition.parse(stored.token()), listener, lookAhead));
      lastVersion = follower.get().position().plan();
    }

    void run() throws IOException {
      try (Daybook one = engine("one").open();
          Daybook other = engine("other").open()) {
        engines.put("a", one);
        engines.put("b", other);
        one.create("w").close();
        try (Workspace beside = other.create("beside");
            Session session = beside.startSession(ACTOR)) {
          open("a");
          open("b");
          follow();
          for (int step = 0; step < STEPS; step++) {
            step(session);
          }
          catchUp();
          assertWhole();
        }
      }
    }

    private void step(Session beside) throws IOException {
      String name = random.nextBoolean() ? "a" : "b";
      int drawn = random.nextInt(100);
      if (drawn < 35) {
        record(name, 1 + random.nextInt(4));
      } else if (drawn < 37) {
        record(name, 600);
      } else if (drawn < 52) {
        updatePlan(name);
      } else if (drawn < 54) {
        long version = handles.get(name).plan().version() + 1;
        fence(handles.get(name), version);
        plan.put(version, List.of());
      } else if (drawn < 57) {
        foreign.add(beside.record(Observation.of("beside")).await().id());
        beside.updatePlan(now -> List.of(NoteAdded.of("beside")));
      } else if (drawn < 75) {
        handles.get(name).compact();
      } else if (drawn < 78) {
        handles.get(name).close();
        open(name);
        restart();
      } else if (drawn < 81) {
        if (!calm) {
          restart();
        }
      } else {
        Duration unused = follower.orElseThrow().poll();
      }
    }

    /** In a calm run from where the follower is, as a host would that closes before it leaves. */
    private void restart() {
      restarts++;
      if (calm) {
        stored = position(follower.orElseThrow());
      }
      follow();
    }

    private void catchUp() {
      Workspace workspace = handles.get("a");
      int polls = 0;
      while (!position(follower.orElseThrow()).equals(workspace.position())) {
        assertThat(++polls).isLessThan(1_000);
        Duration unused = follower.orElseThrow().poll();
      }
    }

    private void assertWhole() {
      plan.values().removeIf(List::isEmpty);
      assertThat(versions).isEqualTo(plan);
      Set<EventId> all = new HashSet<>();
      for (Entry entry : handles.get("a").internals().latest().newest(Filter.any(), 1_000_000)) {
        if (entry.envelope().planVersion() == 0) {
          all.add(entry.id());
        }
      }
      assertThat(delivered).isEqualTo(all);
      logs.forEach((log, ids) -> {
        Set<EventId> mine = new HashSet<>(ids);
        assertThat(delivered.stream().filter(mine::contains)).as(log).isEqualTo(ids);
      });
      if (calm) {
        assertThat(duplicates).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void missesNothingWhateverHappensBetweenPolls(boolean calm) throws IOException {
    int duplicates = 0;
    int compactedInside = 0;
    for (long seed = SEED; seed < SEED + 3; seed++) {
      store = new MemoryObjectStore();
      Run run = new Run(seed, calm);
      try {
        run.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dsim.seed=" + seed + (calm ? ", calm" : ""), e);
      }
      duplicates += run.duplicates;
      compactedInside += run.compactedInside;
      assertThat(run.restarts).isPositive();
      assertThat(run.failures > 0).isEqualTo(!calm);
    }
    assertThat(compactedInside).isPositive();
    assertThat(duplicates > 0).isEqualTo(!calm);
  }
}
