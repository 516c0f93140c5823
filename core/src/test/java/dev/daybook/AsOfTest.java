package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.PriorAttempt.ChangedSince;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads of the past show what was there then, and nothing newer. */
class AsOfTest {
  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final Actor ACTOR = Actor.agent("coder-7");

  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();

  /** A clock that stands still until it is moved. */
  private static final class Clock implements InstantSource {
    private Instant now = START;

    @Override
    public synchronized Instant instant() {
      return now;
    }

    synchronized Instant move(Duration by) {
      now = now.plus(by);
      return now;
    }
  }

  private Daybook daybook(InstantSource clock, Embedder embedder) {
    return Daybook.on(store)
        .embedder(embedder)
        .clock(clock)
        .cache(cache, 1 << 30)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .open();
  }

  /** Two processes whose clocks differ by minutes, and everything either wrote. */
  private final class History implements AutoCloseable {
    private final Random random;
    private final List<Clock> clocks = List.of(new Clock(), new Clock());
    private final List<Daybook> daybooks = new ArrayList<>();
    private final List<Workspace> workspaces = new ArrayList<>();
    private final List<Session> sessions = new ArrayList<>();
    private final List<EventId> written = new ArrayList<>();
    private final List<EventId> started = new ArrayList<>();

    History(long seed) {
      random = new Random(seed);
      clocks.getLast().move(Duration.ofMinutes(random.nextInt(6) - 3));
      for (Clock clock : clocks) {
        Daybook daybook = daybook(clock, Embedder.none());
        daybooks.add(daybook);
        workspaces.add(daybook.openOrCreate("w"));
        sessions.add(workspaces.getLast().startSession(ACTOR, SessionId.of("s" + sessions.size())));
      }
      for (int step = 0; step < 80; step++) {
        act();
      }
      sessions.forEach(Session::flush);
      // The clocks may stand still, so a view of before could still be young.
      Query strong = Query.of("anything").freshness(Duration.ZERO);
      workspaces.forEach(workspace -> assertThat(workspace.recall(strong).list()).isEmpty());
      for (Session session : sessions) {
        written.addAll(
            workspaces.getFirst().traces().timeline(session.id()).stream()
                .filter(entry -> entry.type().equals("SessionStarted"))
                .map(Entry::id)
                .toList());
      }
    }

    private void act() {
      int who = random.nextInt(2);
      clocks.get(who).move(Duration.ofNanos(random.nextInt(4) * 15_000_000_700L));
      Session session = sessions.get(who);
      String text = List.of("socket closed", "queue full", "socket lost").get(random.nextInt(3));
      switch (random.nextInt(10)) {
        case 0, 1 -> written.add(session.record(Observation.of(text)).id());
        case 2 -> written.add(session.record(ToolCall.of("bash", text).softFail(text)).id());
        case 3, 4 -> {
          EventId id = session.started(ToolCall.of("bash", text)).await().id();
          written.add(id);
          started.add(id);
        }
        case 5, 6 -> {
          if (!started.isEmpty()) {
            // Also twice, and by the other process.
            EventId start = started.get(random.nextInt(started.size()));
            written.add(session.finished(start, ToolCall.of("bash", text)).await().id());
          }
        }
        case 7, 8 -> {
          List<PlanEvent> events = new ArrayList<>();
          for (int i = random.nextInt(2); i >= 0; i--) {
            events.add(NoteAdded.of(text + " " + i));
          }
          written.addAll(session.updatePlan(plan -> events).events());
        }
        default -> {
          sessions.forEach(Session::flush);
          workspaces.get(who).compact();
        }
      }
    }

    List<Entry> entries() {
      return written.stream()
          .map(id -> workspaces.getFirst().traces().entry(id).orElseThrow())
          .toList();
    }

    @Override
    public void close() {
      sessions.forEach(Session::close);
      workspaces.forEach(Workspace::close);
      daybooks.forEach(Daybook::close);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyReadShowsWhatAScanOverTheEventsOfThatTimeWould(long seed) {
    try (History history = new History(seed)) {
      List<Entry> all = history.entries();
      Workspace workspace = history.workspaces.get((int) (seed % 2));
      long newest = workspace.plan().version();
      Random random = new Random(seed);
      for (int i = 0; i < 25; i++) {
        Instant time =
            all.get(random.nextInt(all.size()))
                .envelope()
                .recordedAt()
                .plusNanos(List.of(-1_000, -1, 0, 1, 999).get(random.nextInt(5)));
        check(all, workspace, workspace.asOf(time), versionAt(all, time), time);
        long version = random.nextLong(newest + 1);
        check(all, workspace, workspace.asOf(version), version, recordedAt(all, version));
      }
      check(all, workspace, workspace.asOf(Instant.MIN), 0, Instant.MIN);
      check(all, workspace, workspace.asOf(Instant.MAX), newest, Instant.MAX);
    }
  }

  /** The last version before the first that was recorded later. */
  private static long versionAt(List<Entry> all, Instant time) {
    long firstLater =
        all.stream()
            .filter(entry -> entry.envelope().recordedAt().isAfter(time))
            .mapToLong(entry -> entry.envelope().planVersion())
            .filter(version -> version > 0)
            .min()
            .orElse(Long.MAX_VALUE);
    return all.stream()
        .mapToLong(entry -> entry.envelope().planVersion())
        .filter(version -> version < firstLater)
        .max()
        .orElse(0);
  }

  private static Instant recordedAt(List<Entry> all, long version) {
    return all.stream()
        .filter(entry -> entry.envelope().planVersion() > 0)
        .filter(entry -> entry.envelope().planVersion() <= version)
        .map(entry -> entry.envelope().recordedAt())
        .max(Comparator.naturalOrder())
        .orElse(Instant.MIN);
  }

  private static void check(
      List<Entry> all, Workspace workspace, Workspace.Past past, long version, Instant time) {
    assertThat(past.planVersion()).isEqualTo(version);
    assertThat(past.at()).isEqualTo(time);
    assertThat(past.plan()).isEqualTo(workspace.plan(version));
    List<Entry> known =
        all.stream()
            .filter(entry ->
                entry.envelope().stream() == Stream.PLAN
                    ? entry.envelope().planVersion() <= version
                    : !entry.envelope().recordedAt().isAfter(time))
            .toList();
    Set<EventId> ended =
        known.stream()
            .filter(entry -> entry.type().equals("ToolCall"))
            .map(entry -> entry.envelope().cause())
            .collect(Collectors.toSet());
    List<Entry> shown =
        known.stream()
            .filter(entry -> !ended.contains(entry.id()))
            .sorted(Comparator.comparing(Entry::id).reversed())
            .toList();
    TraceStore traces = past.traces();
    Map<Filter, Predicate<Entry>> filters =
        Map.of(
            Filter.any(),
            entry -> true,
            Filter.any().stream(Stream.PLAN),
            entry -> entry.envelope().stream() == Stream.PLAN,
            Filter.any().type("ToolCallStarted"),
            entry -> entry.type().equals("ToolCallStarted"),
            Filter.any().failures(),
            entry -> entry.event() instanceof ToolCall call && call.outcome().isFailure());
    filters.forEach((filter, passes) -> {
      List<Entry> expected = shown.stream().filter(passes).toList();
      assertThat(pages(traces, filter)).isEqualTo(expected);
      assertThat(traces.count(filter)).isEqualTo(expected.size());
    });
    for (String session : List.of("s0", "s1")) {
      assertThat(traces.timeline(SessionId.of(session)).reversed())
          .isEqualTo(
              shown.stream().filter(entry -> entry.session().value().equals(session)).toList());
    }
    assertThat(
            past.recall(Query.of("socket").limit(1_000)).stream()
                .map(Hit::id)
                .collect(Collectors.toSet()))
        .isEqualTo(
            shown.stream()
                .filter(entry -> entry.event().toString().contains("socket"))
                .map(Entry::id)
                .collect(Collectors.toSet()));
    for (Entry entry : all) {
      assertThat(traces.entry(entry.id()).isPresent()).isEqualTo(known.contains(entry));
    }
  }

  private static List<Entry> pages(TraceStore traces, Filter filter) {
    List<Entry> all = new ArrayList<>();
    EventId cursor = EventId.NONE;
    do {
      EntryPage page = traces.find(filter, cursor, 7);
      all.addAll(page.entries());
      cursor = page.next();
    } while (cursor.isPresent());
    return all;
  }

  @Test
  void aCallThatEndedLaterIsShownAsStarted() {
    Clock clock = new Clock();
    try (Daybook daybook = daybook(clock, Embedder.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      EventId start = session.started(ToolCall.of("bash", "mvn verify")).await().id();
      Instant between = clock.move(Duration.ofSeconds(1));
      workspace.compact();
      clock.move(Duration.ofSeconds(1));
      EventId end = session.finished(start, ToolCall.of("bash", "mvn verify")).await().id();

      TraceStore then = workspace.asOf(between).traces();

      assertThat(ids(then.find(Filter.any().tool("bash")))).containsExactly(start);
      assertThat(then.count(Filter.any().type("ToolCall"))).isZero();
      assertThat(ids(workspace.traces().find(Filter.any().tool("bash")))).containsExactly(end);
      workspace.compact();
      assertThat(ids(then.find(Filter.any().tool("bash")))).containsExactly(start);
    }
  }

  @Test
  void whatIsRecordedLaterIsNotSeenByAPastThatIsKept() {
    Clock clock = new Clock();
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder();
        Daybook daybook = daybook(clock, embedder);
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(TaskAdded.of("T", "close the socket")));
      EventId failed =
          session.record(ToolCall.of("bash", "close socket").softFail("no")).await().id();
      Workspace.Past past = workspace.asOf(clock.instant());
      clock.move(Duration.ofSeconds(1));
      session.record(ToolCall.of("bash", "close socket").softFail("never")).await();
      session.updatePlan(plan -> List.of(ApproachRejected.of("close socket")));
      workspace.compact();

      assertThat(past.plan()).isEqualTo(workspace.plan(1));
      assertThat(past.recall(Query.of("close socket").limit(100)).list()).hasSize(2);
      assertThat(past.recall(Query.of("close socket")).coverage().events()).isEqualTo(3);
      assertThat(past.traces().priorAttempts("close socket"))
          .extracting(PriorAttempt::id)
          .containsExactly(failed);
      assertThat(past.traces().priorAttempts(ToolCall.of("bash", "close socket")))
          .extracting(PriorAttempt::id)
          .containsExactly(failed);
      assertThat(workspace.traces().priorAttempts("close socket")).hasSize(3);
    }
  }

  @Test
  void whatChangedBehindTheMomentIsNoChangeOfAnEarlierAttempt() {
    Clock clock = new Clock();
    Vcs one = new Vcs("", "main", "", "1111111aaaa", Vcs.State.CLEAN);
    Vcs two = new Vcs("", "main", "", "2222222bbbb", Vcs.State.CLEAN);
    try (Daybook daybook = daybook(clock, Embedder.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.at(one).record(ToolCall.of("bash", "make all").softFail("no rule")).await();
      Instant between = clock.move(Duration.ofSeconds(1));
      clock.move(Duration.ofSeconds(1));
      EventId moved = session.at(two).record(ToolCall.of("bash", "id")).await().id();
      Instant after = clock.instant();
      for (int round = 0; round < 2; round++) {
        assertThat(changedSince(workspace.asOf(between).traces())).isEqualTo(new ChangedSince.No());
        assertThat(changedSince(workspace.asOf(after).traces()))
            .isEqualTo(new ChangedSince.Yes(List.of(moved)));
        assertThat(changedSince(workspace.traces()))
            .isEqualTo(new ChangedSince.Yes(List.of(moved)));
        workspace.compact();
      }
    }
  }

  private static ChangedSince changedSince(TraceStore traces) {
    return traces.priorAttempts("make all").getFirst().changedSince();
  }

  @Test
  void theOutputOfALaterCallIsRefused() {
    Clock clock = new Clock();
    try (Daybook daybook = daybook(clock, Embedder.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      String output = "all is well\n".repeat(10_000);
      EventId id = session.record(ToolCall.of("bash", "ls").output(output)).await().id();
      ToolCall call = (ToolCall) workspace.traces().entry(id).orElseThrow().event();

      assertThat(workspace.asOf(clock.instant()).traces().output(call)).isEqualTo(output);
      TraceStore before = workspace.asOf(clock.instant().minusNanos(1)).traces();
      assertThatThrownBy(() -> before.output(call))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Call " + id + " is no event of 'w' as of 2026-03-01T09:59:59");
      assertThatThrownBy(() -> before.output(ToolCall.of("bash", "ls").output("x", stray())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("elsewhere is no output of workspace 'w'");
    }
  }

  private static ToolCall.StoredOutput stray() {
    return new ToolCall.StoredOutput("elsewhere", 1, "");
  }

  @Test
  void aVersionThatWasGivenUpIsAsTheOneBefore() {
    Clock clock = new Clock();
    try (Daybook daybook = daybook(clock, Embedder.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(TaskAdded.of("T", "task")));
      clock.move(Duration.ofSeconds(1));
      String operation = "w/000001/plan/%020d.json#given-up".formatted(2);
      assertThat(workspace.outcome(operation)).isEqualTo(Workspace.Outcome.FAILED);
      session.record(Observation.of("later")).await();

      Workspace.Past past = workspace.asOf(2);

      assertThat(past.at()).isEqualTo(START);
      assertThat(past.plan().tasks()).containsOnlyKeys("T");
      assertThat(past.traces().count(Filter.any().type("Observation"))).isZero();
    }
  }

  @Test
  void beforeTheFirstVersionIsNothing() {
    try (Daybook daybook = daybook(new Clock(), Embedder.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.record(Observation.of("early")).await();
      Workspace.Past past = workspace.asOf(0);

      assertThat(past.at()).isEqualTo(Instant.MIN);
      assertThat(past.plan()).isEqualTo(PlanRecord.empty());
      assertThat(past.traces().count(Filter.any())).isZero();
      assertThat(past.recall(Query.of("early")).list()).isEmpty();
      assertThat(workspace.asOf(START).traces().count(Filter.any())).isEqualTo(2);
    }
  }

  @Test
  void aVersionThatIsNotThereIsRefused() {
    try (Daybook daybook = daybook(new Clock(), Embedder.none());
        Workspace workspace = daybook.create("w")) {
      assertThatThrownBy(() -> workspace.asOf(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Plan of 'w' has versions 0 to 0, not 1");
      assertThatThrownBy(() -> workspace.asOf(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Plan of 'w' has versions 0 to 0, not -1");
    }
  }

  private static List<EventId> ids(EntryPage page) {
    return page.entries().stream().map(Entry::id).toList();
  }
}
