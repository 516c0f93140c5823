package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Promoted;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Filter.Field;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything a query may be narrowed by, asked of a workspace as a user asks it: by words, by
 * meaning and by both, of the tail and of segments, now and as of a moment.
 */
class RecallFilterTest {
  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

  @TempDir Path folder;

  private Instant now = START;
  private Daybook daybook;
  private Workspace workspace;
  private String handoff;

  /** The events asked about, by names of this test. Every one has the word "refresh". */
  private final Map<String, EventId> named = new HashMap<>();

  @BeforeEach
  void record() {
    daybook =
        Daybook.on(new MemoryObjectStore())
            .embedder(new WordVectorTestEmbedder())
            .clock(() -> now = now.plusSeconds(1))
            .cache(folder, 1 << 30)
            .open();
    workspace = daybook.openOrCreate("w");
    try (Session session =
        workspace.startSession(Actor.agent("planner-1"), SessionId.of("morning"))) {
      session.updatePlan(plan -> List.of(TaskAdded.of("AUTH-1", "Tokens")));
      session.updatePlan(plan -> List.of(new NoteAdded("refresh is part of it", "AUTH-1")));
      note("note");
      session.updatePlan(
          plan -> List.of(ApproachRejected.of("refresh in place").about("auth/Token.java")));
      note("rejected");
    }
    try (Session session =
        workspace
            .startSession(Actor.agent("coder-7"), SessionId.of("noon"))
            .at(new Vcs("", "", "/home/x/repo", "abcdef1234567", Vcs.State.CLEAN))) {
      keep("start", session.started(ToolCall.of("grep", "refresh of tokens")));
      session.record(ToolCall.of("make", "all"));
      keep(
          "read",
          session.record(ToolCall.of("cat", "refresh").reading("/home/x/repo/auth/Token.java")));
      keep(
          "failed",
          session.record(
              ToolCall.of("bash", "mvn verify -Drefresh")
                  .softFail("refresh: key expired")
                  .touching("auth/Key.java")));
    }
    try (Session session = workspace.startSession(Actor.human("maria"), SessionId.of("evening"))) {
      keep("seen", session.record(Observation.of("refresh works again")));
      handoff =
          session
              .offer(Handoff.of("AUTH-1").toRole("coder").summary("refresh still open").build())
              .id();
      note("offered");
    }
  }

  @AfterEach
  void close() {
    workspace.close();
    daybook.close();
  }

  private void keep(String name, Receipt receipt) {
    named.put(name, receipt.await().id());
  }

  /** The newest event of the plan. */
  private void note(String name) {
    List<Entry> plan =
        workspace.traces().find(Filter.any().stream(Stream.PLAN), EventId.NONE, 100).entries();
    named.put(
        name,
        plan.stream()
            .max(Comparator.comparingLong(entry -> entry.envelope().planVersion()))
            .orElseThrow()
            .id());
  }

  private Set<String> found(List<Hit> hits) {
    Map<EventId, String> names = new HashMap<>();
    named.forEach((name, id) -> names.put(id, name));
    return hits.stream()
        .map(hit -> names.getOrDefault(hit.id(), hit.type()))
        .collect(Collectors.toSet());
  }

  private static Query refresh(Filter filter) {
    return Query.of("refresh").filter(filter).freshness(Duration.ZERO);
  }

  /** By words; by meaning the same and what lacks the word. */
  private void expect(Filter filter, String... names) {
    Query query = refresh(filter);
    assertThat(found(workspace.recall(query.legs(Leg.LEXICAL)).list()))
        .as("%s", filter)
        .containsExactlyInAnyOrder(names);
    for (Query other : List.of(query, query.legs(Leg.VECTOR))) {
      var hits = workspace.recall(other);
      assertThat(hits.coverage().withoutVector() + hits.size())
          .as("%s by %s", filter, other.legs())
          .isGreaterThanOrEqualTo(hits.coverage().events());
      assertThat(workspace.traces().count(filter)).isEqualTo(hits.coverage().events());
      assertThat(
              hits.stream().map(Hit::id).filter(named::containsValue).collect(Collectors.toSet()))
          .as("%s by %s", filter, other.legs())
          .isEqualTo(Arrays.stream(names).map(named::get).collect(Collectors.toSet()));
    }
  }

  private Entry entry(String name) {
    return workspace.traces().entry(named.get(name)).orElseThrow();
  }

  /** Vectors of the tail are made in the background; those of segments are there. */
  @Test
  void everyKindOfFilterIsExactInRecall() {
    workspace.compact();
    Map<Field, Runnable> asked = new EnumMap<>(Field.class);
    asked.put(
        Field.STREAM,
        () -> {
          expect(Filter.any().stream(Stream.PLAN), "note", "rejected", "offered");
          expect(Filter.any().stream(Stream.TRACE), "start", "read", "failed", "seen");
        });
    asked.put(
        Field.TYPE, () -> expect(Filter.any().type("NoteAdded", "Observation"), "note", "seen"));
    asked.put(Field.TOOL, () -> expect(Filter.any().tool("bash", "grep"), "failed", "start"));
    asked.put(
        Field.AGENT,
        () ->
            expect(
                Filter.any().agent("planner-1", "maria"), "note", "rejected", "seen", "offered"));
    asked.put(
        Field.ACTOR_KIND,
        () -> expect(Filter.any().actorKind(Actor.Kind.HUMAN), "seen", "offered"));
    asked.put(
        Field.SESSION,
        () -> expect(Filter.any().session(SessionId.of("morning")), "note", "rejected"));
    asked.put(Field.TASK, () -> expect(Filter.any().task("AUTH-1"), "note", "offered"));
    asked.put(
        Field.OUTCOME,
        () -> {
          expect(Filter.any().outcome(CallOutcome.OK), "read");
          expect(Filter.any().failures(), "failed");
        });
    asked.put(
        Field.PATH,
        () -> {
          expect(Filter.any().path("auth/*.java"), "rejected", "read", "failed");
          expect(Filter.any().path("/home/x/repo/**"), "read");
        });
    asked.put(Field.PATH_READ, () -> expect(Filter.any().pathRead("auth/**"), "read"));
    asked.put(Field.PATH_WRITTEN, () -> expect(Filter.any().pathWritten("**/Key.java"), "failed"));
    String fingerprint = Promoted.of(entry("failed").event()).errorFingerprint();
    asked.put(
        Field.ERROR_FINGERPRINT,
        () -> expect(Filter.any().errorFingerprint(fingerprint), "failed"));
    asked.put(
        Field.ARGUMENTS_HASH,
        () ->
            expect(
                Filter.any().argumentsHash(Fingerprint.ofArguments("refresh of tokens")), "start"));
    asked.put(Field.CAUSE, () -> expect(Filter.any().cause(named.get("seen"))));
    asked.put(Field.HANDOFF, () -> expect(Filter.any().handoff(handoff), "offered"));
    asked.put(
        Field.REVISION, () -> expect(Filter.any().revision("abcdef1"), "start", "read", "failed"));
    assertThat(asked).containsOnlyKeys(Field.values());
    asked.values().forEach(Runnable::run);

    Instant read = entry("read").time();
    expect(Filter.any().from(read), "read", "failed", "seen", "offered");
    expect(Filter.any().to(read), "note", "rejected", "start");
    expect(Filter.any().from(read).to(read.plusNanos(1)), "read");
    expect(Filter.any(), "note", "rejected", "start", "read", "failed", "seen", "offered");
    expect(Filter.any().agent("coder-7").path("auth/**").failures(), "failed");
    expect(Filter.any().agent("nobody"));
  }

  @Test
  void theShortcutsOfAQueryAreFilters() {
    Query query = Query.of("refresh").freshness(Duration.ZERO).legs(Leg.LEXICAL);

    assertThat(found(workspace.recall(query.from("maria")).list()))
        .containsExactlyInAnyOrder("seen", "offered");
    assertThat(found(workspace.recall(query.session(SessionId.of("morning"))).list()))
        .containsExactlyInAnyOrder("note", "rejected");
    assertThat(found(workspace.recall(query.task("AUTH-1")).list()))
        .containsExactlyInAnyOrder("note", "offered");
    assertThat(found(workspace.recall(query.tool("cat")).list())).containsExactly("read");
    assertThat(found(workspace.recall(query.path("auth/Token.java")).list()))
        .containsExactlyInAnyOrder("read", "rejected");
    assertThat(found(workspace.recall(query.failures()).list())).containsExactly("failed");
    assertThat(found(workspace.recall(query.phrase("refresh works")).list()))
        .containsExactly("seen");
    assertThat(workspace.recall(query.limit(3)).size()).isEqualTo(3);
  }

  @Test
  void filtersHoldAsOfAMoment() {
    Instant then = entry("read").envelope().recordedAt();
    Set<String> both = Set.of();
    for (Runnable step : List.<Runnable>of(() -> {}, workspace::compact)) {
      step.run();
      Workspace.Past past = workspace.asOf(then);
      assertThat(found(past.recall(refresh(Filter.any()).legs(Leg.LEXICAL)).list()))
          .containsExactlyInAnyOrder("note", "rejected", "start", "read");
      assertThat(
              found(past.recall(refresh(Filter.any().agent("coder-7")).legs(Leg.LEXICAL)).list()))
          .containsExactlyInAnyOrder("start", "read");
      assertThat(past.recall(refresh(Filter.any().failures())).list()).isEmpty();
      both = found(past.recall(refresh(Filter.any().path("auth/**"))).list());
    }
    assertThat(both).containsExactlyInAnyOrder("rejected", "read");
  }
}
