package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.Acceptance.Accepted;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.log.ScriptedStore;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
  private static final Actor PLANNER = Actor.agent("planner-1");
  private static final Actor CODER = Actor.agent("coder-7").role("coder");

  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();

  private Daybook daybook() {
    return Daybook.on(store).embedder(Embedder.none()).cache(cache, 1 << 30).open();
  }

  @Test
  void handsWorkFromOneHandleToAnother() {
    EventId tried;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("refactor-auth");
        Session session = workspace.startSession(PLANNER)) {
      session.updatePlan(plan ->
          List.of(
              TaskAdded.of("AUTH-42", "Rotate the signing keys without downtime"),
              DecisionMade.of("Sign sessions with JWTs").because("saves a lookup on every request"),
              ApproachRejected.of("Rotate keys in place")
                  .because("TokenIT.refresh fails for five minutes")));
      tried =
          session
              .record(
                  ToolCall.of("bash", "mvn -pl auth verify")
                      .softFail("TokenIT.refresh: key expired")
                      .took(Duration.ofSeconds(93))
                      .touching("auth/Token.java"))
              .id();
      session.offer(
          Handoff.of("AUTH-42")
              .toRole("coder")
              .status(TaskStatus.IN_PROGRESS)
              .summary("keys signed, refresh still open")
              .touched("auth/Token.java", "auth/TokenIT.java")
              .tests(TestRun.of("mvn -pl auth verify", 412, "TokenIT.refresh"))
              .question("How long do old keys stay valid?")
              .evidence(tried)
              .build());
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("refactor-auth");
        Session session = workspace.startSession(CODER)) {
      Briefing briefing = session.briefing(4_000);
      assertThat(briefing.inbox()).hasSize(1);
      assertThat(briefing.tokens()).isPositive().isLessThanOrEqualTo(4_000);
      assertThat(briefing.text())
          .contains("Sign sessions with JWTs", "Rotate keys in place", "TokenIT.refresh")
          .contains("auth/TokenIT.java is said to be touched");
      Acceptance answer = session.accept(briefing.inbox().getFirst());
      assertThat(answer).isInstanceOf(Accepted.class);
      List<PriorAttempt> attempts =
          workspace.traces().priorAttempts(ToolCall.of("bash", "mvn  -pl auth verify"));
      assertThat(attempts).isNotEmpty();
      assertThat(attempts.getFirst().id()).isEqualTo(tried);
      assertThat(attempts.getFirst().reason()).contains("TokenIT.refresh: key expired");
      assertThat(workspace.traces().priorAttempts("rotate the keys in place").getFirst().outcome())
          .isEqualTo("REJECTED");
      assertThat(workspace.traces().priorAttempts("paint the bicycle shed green")).isEmpty();
      Hits hits = workspace.recall(Query.of("why does token refresh fail").limit(5));
      assertThat(hits.stream().limit(2).map(Hit::id)).contains(tried);
      assertThat(hits.load().stream().map(Entry::id).toList())
          .isEqualTo(hits.stream().map(Hit::id).toList());
      assertThat(hits.coverage().legs()).containsExactly(Leg.LEXICAL);
      assertThat(hits.coverage().note()).contains("vector");
    }
  }

  @Test
  void onlyOneOfTwoActorsGetsAHandoff() {
    try (Daybook one = daybook();
        Daybook two = daybook();
        Workspace first = one.create("w");
        Workspace second = two.open("w");
        Session offerer = first.startSession(PLANNER);
        Session a = first.startSession(CODER);
        Session b = second.startSession(Actor.agent("coder-8").role("coder"))) {
      offerer.updatePlan(plan -> List.of(TaskAdded.of("T", "task")));
      Handoff offered = offerer.offer(Handoff.of("T").toRole("coder").summary("s").build());
      assertThat(a.accept(offered)).isInstanceOf(Accepted.class);
      assertThat(b.accept(offered))
          .isEqualTo(new Acceptance.NotAvailable(PlanRecord.Stage.ACCEPTED, "coder-7"));
      assertThat(a.accept(offered)).isInstanceOf(Accepted.class);
      assertThatThrownBy(() -> b.complete(offered, "done"))
          .isInstanceOf(PlanRuleException.class)
          .hasMessageContaining("coder-7");
      a.complete(offered, "done");
      assertThat(second.plan().handoff(offered.id()).orElseThrow().stage())
          .isEqualTo(PlanRecord.Stage.COMPLETED);
    }
  }

  @Test
  void decidesAgainOnTheNewerPlanAfterALostRace() {
    try (Daybook one = daybook();
        Daybook two = daybook();
        Workspace first = one.create("w");
        Workspace second = two.open("w");
        Session a = first.startSession(PLANNER);
        Session b = second.startSession(CODER)) {
      a.updatePlan(plan -> List.of(TaskAdded.of("T-" + plan.tasks().size(), "by a")));
      PlanChange change =
          b.updatePlan(plan -> List.of(TaskAdded.of("T-" + plan.tasks().size(), "by b")));
      assertThat(change.version()).isEqualTo(2);
      assertThat(change.plan().tasks().keySet()).containsExactly("T-0", "T-1");
      assertThat(a.updatePlan(plan -> List.of()).version()).isEqualTo(2);
      assertThat(first.plan(1).tasks().keySet()).containsExactly("T-0");
      assertThat(first.plan(0)).isEqualTo(PlanRecord.empty());
      assertThatThrownBy(() -> first.plan(3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("versions 0 to 2, not 3");
      assertThatThrownBy(() -> a.updatePlan(plan -> List.of(TaskClosed.done("nope"))))
          .isInstanceOf(PlanRuleException.class)
          .hasMessageContaining("No task 'nope'");
      assertThat(first.plan().version()).isEqualTo(2);
    }
  }

  @Test
  void showsTheSameBeforeAndAfterCompaction() {
    List<Entry> before;
    PlanRecord plan;
    SessionId id;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      id = session.id();
      for (int i = 0; i < 50; i++) {
        session.record(ToolCall.of("bash", "command " + i).output("output of " + i).exit(0));
      }
      session.updatePlan(plan1 -> List.of(TaskAdded.of("T", "a task"), NoteAdded.of("a note")));
      EventId start = session.started(ToolCall.of("bash", "slow")).id();
      session.started(ToolCall.of("bash", "never ends")).await();
      session.finished(start, ToolCall.of("bash", "slow").timedOut(Duration.ofSeconds(3))).await();
      before = workspace.traces().timeline(id);
      plan = workspace.plan();
      assertThat(workspace.traces().count(Filter.any().tool("bash"))).isEqualTo(52);
      workspace.compact();
      assertThat(workspace.traces().timeline(id)).isEqualTo(before);
      assertThat(workspace.plan()).isEqualTo(plan);
      assertThat(workspace.plan(1).notes()).hasSize(1);
      session.record(Observation.of("after compaction")).await();
      assertThat(workspace.traces().timeline(id)).hasSize(before.size() + 1);
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.traces().timeline(id))
          .startsWith(before.toArray(Entry[]::new))
          .hasSize(before.size() + 1);
      assertThat(workspace.plan()).isEqualTo(plan);
      assertThat(workspace.traces().count(Filter.any().outcome(CallOutcome.UNKNOWN))).isEqualTo(1);
      assertThat(store.list("w/000001/log/", "", 10).objects()).isEmpty();
    }
  }

  @Test
  void rebuildsWhatCanBeRebuilt() throws Exception {
    Query query = Query.of("what went wrong with the socket");
    List<?> hits;
    PlanRecord plan;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      session.record(ToolCall.of("bash", "connect").softFail("socket closed by peer"));
      session.updatePlan(p -> List.of(TaskAdded.of("T", "a task")));
      workspace.compact();
      hits = workspace.recall(query).list();
      plan = workspace.plan();
    }
    for (String kind : List.of("index/", "vector/", "checkpoint/")) {
      for (var object : store.list("w/000001/" + kind, "", 1000).objects()) {
        store.delete(object.key());
      }
    }
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(cache.resolve("other"), 1 << 30)
                .open();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.recall(query).list()).isEqualTo(hits);
      assertThat(workspace.plan()).isEqualTo(plan);
      workspace.compact();
      assertThat(store.list("w/000001/index/", "", 10).objects()).isNotEmpty();
    }
  }

  @Test
  void takesAnEventWithASourceOnce() {
    Instant at = Instant.parse("2026-11-20T10:00:00Z");
    Context context = Context.none().source(new SourceId("hook", "s1", "call-1"), at);
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      Receipt first = session.record(ToolCall.of("bash", "ls"), context).await();
      assertThat(session.record(ToolCall.of("bash", "ls"), context).await().id())
          .isEqualTo(first.id());
      workspace.compact();
      session.record(ToolCall.of("bash", "ls"), context).await();
      assertThat(workspace.traces().count(Filter.any().tool("bash"))).isEqualTo(1);
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w");
        Session session = workspace.startSession(CODER)) {
      session.record(ToolCall.of("bash", "ls"), context).await();
      assertThat(workspace.traces().count(Filter.any().tool("bash"))).isEqualTo(1);
    }
  }

  @Test
  void keepsWorkspacesApartAndDeletesOneWhole() throws Exception {
    try (Daybook daybook = daybook()) {
      for (String name : List.of("a", "ab", "a-b")) {
        try (Workspace workspace = daybook.create(name);
            Session session = workspace.startSession(PLANNER)) {
          session.record(Observation.of("only in " + name)).await();
        }
      }
      assertThat(daybook.workspaces()).containsExactly("a", "a-b", "ab");
      daybook.delete("a");
      assertThat(daybook.workspaces()).containsExactly("a-b", "ab");
      assertThatThrownBy(() -> daybook.open("a"))
          .isInstanceOf(WorkspaceStateException.class)
          .hasMessageContaining("was deleted");
      assertThat(store.list("a/", "", 10).objects()).hasSize(1);
      try (Workspace again = daybook.create("a")) {
        assertThat(again.traces().count(Filter.any())).isZero();
        assertThat(again.location()).endsWith("a/000002/");
      }
      try (Workspace other = daybook.open("ab")) {
        assertThat(other.recall(Query.of("only")).list()).hasSize(1);
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAName() {
    try (Daybook daybook = daybook()) {
      assertThatThrownBy(() -> daybook.create("../up"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'../up' cannot name a workspace");
      daybook.create("refactor-auth").close();
      assertThatThrownBy(() -> daybook.create("refactor-auth"))
          .isInstanceOf(WorkspaceStateException.class)
          .hasMessageContaining("exists");
      assertThatThrownBy(() -> daybook.open("refactor-auht"))
          .isInstanceOf(WorkspaceStateException.class)
          .hasMessageContaining("did you mean 'refactor-auth'?");
    }
  }

  @Test
  void refusesWhatItCannotTake() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      Session session = workspace.startSession(PLANNER);
      String big = "x".repeat(2 << 20);
      assertThatThrownBy(() -> session.record(ToolCall.of("bash", big)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 1048576");
      assertThatThrownBy(() -> workspace.recall(Query.of("  ")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () -> session.offer(Handoff.of("T").summary("s").evidence(new EventId(1, 2)).build()))
          .isInstanceOf(PlanRuleException.class)
          .hasMessageContaining("no event of workspace");
      session.end(Resolution.SUCCEEDED, "done");
      assertThatThrownBy(() -> session.record(Observation.of("late")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is closed; join it again");
      daybook.delete("w");
      assertThatThrownBy(() -> workspace.startSession(PLANNER))
          .isInstanceOf(WorkspaceStateException.class)
          .hasMessageContaining("was deleted while it was open");
    }
  }

  @Test
  void compactsTextThatIsNotWellFormed() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      EventId id = session.record(Observation.of("half a pair \ud83d here")).await().id();
      Entry before = workspace.traces().entry(id).orElseThrow();
      workspace.compact();
      assertThat(workspace.traces().entry(id)).contains(before);
    }
  }

  @Test
  void readsASegmentWhoseLocalCopyIsGone() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      EventId id = session.record(Observation.of("still there")).await().id();
      workspace.compact();
      Entry before = workspace.traces().entry(id).orElseThrow();
      try (var files = Files.walk(cache)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
      assertThat(workspace.traces().entry(id)).contains(before);
      session.record(Observation.of("more")).await();
      workspace.compact();
    }
  }

  @Test
  void answersTheSameWithoutTheVectorsThatWereStored() throws Exception {
    Query query = Query.of("socket").legs(Leg.VECTOR).freshness(Duration.ZERO);
    List<Hit> before;
    long blank;
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder()) {
      try (Daybook daybook = Daybook.on(store).embedder(embedder).cache(cache, 1 << 30).open();
          Workspace workspace = daybook.create("w");
          Session session = workspace.startSession(PLANNER)) {
        session.record(ToolCall.of("bash", "connect").softFail("socket closed by peer"));
        session.record(Observation.of("the bicycle shed is green"));
        session.flush();
        workspace.compact();
        before = workspace.recall(query).list();
        blank = workspace.recall(query).coverage().withoutVector();
      }
      assertThat(before).isNotEmpty();
      for (var object : store.list("w/000001/vector/", "", 1000).objects()) {
        store.delete(object.key());
      }
      Path other = cache.resolve("other");
      try (Daybook daybook = Daybook.on(store).embedder(embedder).cache(other, 1 << 30).open();
          Workspace workspace = daybook.open("w")) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (workspace.recall(query).coverage().withoutVector() > blank) {
          assertThat(System.nanoTime()).as("vectors are made again").isLessThan(deadline);
          Thread.onSpinWait();
        }
        assertThat(workspace.recall(query).list()).isEqualTo(before);
        workspace.compact();
        assertThat(store.list("w/000001/vector/", "", 10).objects()).isNotEmpty();
        assertThat(workspace.recall(query).list()).isEqualTo(before);
      }
    }
  }

  @Test
  void leavesTheVectorsOfManyEventsToAnExplicitCompaction() {
    Query query = Query.of("observation").legs(Leg.VECTOR);
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder()) {
      try (Daybook daybook = Daybook.on(store).embedder(embedder).cache(cache, 1 << 30).open();
          Workspace workspace = daybook.create("w");
          Session session = workspace.startSession(PLANNER)) {
        for (int i = 0; i < 600; i++) {
          session.record(Observation.of("observation " + i));
        }
      }
      assertThat(store.list("w/000001/vector/", "", 10).objects()).isEmpty();
      try (Daybook daybook = Daybook.on(store).embedder(embedder).cache(cache, 1 << 30).open();
          Workspace workspace = daybook.open("w")) {
        assertThat(workspace.recall(query).coverage().withoutVector()).isGreaterThanOrEqualTo(600);
        workspace.compact();
        assertThat(workspace.recall(query).coverage().withoutVector()).isLessThan(600);
        assertThat(store.list("w/000001/vector/", "", 10).objects()).hasSize(1);
      }
    }
  }

  @Test
  void joinsASessionThatIsThere() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      SessionId id = SessionId.of("host-session-1");
      workspace.startSession(PLANNER, id).close();
      workspace.startSession(PLANNER, id).close();
      assertThat(workspace.traces().timeline(id)).hasSize(1);
    }
  }

  @Test
  void startsASessionWhenItsHostSaysItDid() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      SessionId id = SessionId.of("host-session-2");
      Instant then = Instant.parse("2026-03-01T08:00:00Z");
      SourceId source = new SourceId("host", id.value(), "start");
      SessionOptions options =
          SessionOptions.defaults().id(id).started(Context.none().source(source, then));
      workspace.startSession(PLANNER, options).close();
      workspace.startSession(PLANNER, options).close();
      assertThat(workspace.traces().timeline(id)).hasSize(1);
      Entry start = workspace.traces().timeline(id).getFirst();
      assertThat(start.time()).isEqualTo(then);
      assertThat(start.envelope().source()).isEqualTo(source.joined());
    }
  }

  @Test
  void refusesAStoreThatIgnoresConditions() {
    ForwardingObjectStore careless =
        new ForwardingObjectStore(store) {
          @Override
          public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
            super.overwrite(key, bytes);
            return new Created(Creation.CREATED, Instant.now());
          }
        };
    try (Daybook daybook =
        Daybook.on(careless).embedder(Embedder.none()).cache(cache, 1 << 30).open()) {
      assertThatThrownBy(() -> daybook.create("w"))
          .isInstanceOf(StorageAccessException.class)
          .hasMessageContaining(store.describe());
      assertThat(daybook.workspaces()).isEmpty();
    }
  }

  private Daybook daybook(Embedder embedder) {
    return Daybook.on(store).embedder(embedder).cache(cache, 1 << 30).open();
  }

  /** Ten segments of a size, each with its vectors, become one. */
  @Test
  void mergingKeepsTheVectorsThereAre() {
    Query query = Query.of("socket").legs(Leg.VECTOR).limit(50).freshness(Duration.ZERO);
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder();
        Daybook daybook = daybook(embedder);
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      for (int i = 0; i < 10; i++) {
        session.record(Observation.of("the socket of host " + i + " was closed")).await();
        workspace.compact();
      }
      assertThat(workspace.recall(query).coverage().withoutVector()).isLessThanOrEqualTo(1);
      assertThat(workspace.recall(query).list()).hasSize(10);
    }
    assertThat(segmentsInForce()).isEqualTo(1);
  }

  @Test
  void aProcessWithoutAnEmbedderMergesNoVectorsAway() {
    Query query = Query.of("socket").legs(Leg.VECTOR).limit(50).freshness(Duration.ZERO);
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder()) {
      for (int i = 0; i < 12; i++) {
        try (Daybook daybook = i < 6 ? daybook(embedder) : daybook();
            Workspace workspace = daybook.openOrCreate("w");
            Session session = workspace.startSession(PLANNER)) {
          session.record(Observation.of("the socket of host " + i + " was closed"));
        }
      }
      try (Daybook daybook = daybook(embedder);
          Workspace workspace = daybook.open("w")) {
        assertThat(workspace.recall(query).list()).hasSize(6);
      }
    }
  }

  private int segmentsInForce() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      return workspace.internals().segments();
    }
  }

  @Test
  void aCallbackMayUseItsSession() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      session
          .record(Observation.of("first"))
          .durable()
          .thenRun(() -> session.record(Observation.of("second")).await())
          .get(20, TimeUnit.SECONDS);
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(2);
    }
  }

  @Test
  void aDecisionMayLookOnlyAtItsPlan() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      assertThatThrownBy(() ->
              session.updatePlan(plan -> {
                workspace.recall(Query.of("anything"));
                return List.of();
              }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("may look only at the plan it is given");
      session.updatePlan(plan -> List.of(NoteAdded.of("it goes on")));
    }
  }

  @Test
  void refusesAPlanEventOverTheSizeLimit() {
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(cache, 1 << 30)
                .eventBytesMax(1_000)
                .open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      assertThatThrownBy(() -> session.updatePlan(plan -> List.of(NoteAdded.of("x".repeat(1_000)))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 1000 are allowed");
      assertThat(workspace.plan().version()).isZero();
    }
  }

  @Test
  void closesWhileAnotherThreadRecords() throws Exception {
    try (Daybook daybook = daybook()) {
      Workspace workspace = daybook.create("w");
      Session session = workspace.startSession(PLANNER);
      List<EventId> durable = new ArrayList<>();
      CountDownLatch some = new CountDownLatch(20);
      FutureTask<Void> recorder =
          new FutureTask<>(() -> {
            try {
              while (true) {
                durable.add(session.record(Observation.of("busy")).await().id());
                some.countDown();
              }
            } catch (IllegalStateException e) {
              return null;
            }
          });
      Thread.ofPlatform().start(recorder);
      assertThat(some.await(20, TimeUnit.SECONDS)).isTrue();
      workspace.close();
      recorder.get(20, TimeUnit.SECONDS);
      try (Workspace again = daybook.open("w")) {
        assertThat(again.traces().count(Filter.any().type("Observation")))
            .isEqualTo(durable.size());
      }
    }
  }

  @Test
  void compactsATailOfPlanVersionsByItself() {
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(cache, 1 << 30)
                .compactAt(10, 8 << 20)
                .open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      int notes = 0;
      while (workspace.internals().segments() == 0) {
        assertThat(System.nanoTime()).as("a segment comes").isLessThan(deadline);
        String note = "note " + ++notes;
        session.updatePlan(plan -> List.of(NoteAdded.of(note)));
      }
      assertThat(notes).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void collectsWhatWasReplacedAndKeepsWhatIsPinned() throws Exception {
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(cache, 1 << 30)
                .keepReplaced(Duration.ZERO)
                .open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      for (int i = 0; i < 12; i++) {
        if (i == 5) {
          workspace.pin("half way");
          assertThat(workspace.pins()).containsOnlyKeys("half way");
          assertThatThrownBy(() -> workspace.pin("half way"))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("is pinned");
        }
        session.record(Observation.of("observation " + i)).await();
        workspace.compact();
      }
      workspace.compact();
      long pinned = workspace.pins().get("half way");
      int kept = store.list("w/000001/segment/", "", 100).objects().size();
      assertThat(workspace.internals().segments()).isLessThan(kept);
      assertThat(manifestBytes(pinned)).isGreaterThan(manifestBytes(pinned - 1));
      workspace.unpin("half way");
      workspace.compact();
      assertThat(workspace.pins()).isEmpty();
      assertThat(store.list("w/000001/segment/", "", 100).objects())
          .hasSize(workspace.internals().segments());
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(12);
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(12);
    }
  }

  private int manifestBytes(long number) throws IOException {
    return store
        .get(ObjectKey.of("w/000001/manifest/%020d.json".formatted(number)))
        .orElseThrow()
        .bytes()
        .length;
  }

  @Test
  void mergesInTheBackground() {
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(cache, 1 << 30)
                .compactAt(2, 8 << 20)
                .open();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(PLANNER)) {
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      int most = 0;
      while (workspace.internals().segments() >= most) {
        most = workspace.internals().segments();
        assertThat(System.nanoTime()).as("segments become fewer").isLessThan(deadline);
        session.record(Observation.of("one more")).await();
      }
      assertThat(most).isLessThanOrEqualTo(30);
    }
  }

  /** Vectors of a model that a process does not have are carried over by merging all the same. */
  @Test
  void mergesVectorsOfAModelItDoesNotHave() {
    Query query = Query.of("socket").legs(Leg.VECTOR).limit(50).freshness(Duration.ZERO);
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder()) {
      for (int i = 0; i < 9; i++) {
        try (Daybook daybook = daybook(embedder);
            Workspace workspace = daybook.openOrCreate("w");
            Session session = workspace.startSession(PLANNER)) {
          session.record(Observation.of("the socket of host " + i + " was closed"));
        }
      }
      assertThat(segmentsInForce()).isEqualTo(9);
      try (Daybook daybook = daybook(embedder);
          Workspace workspace = daybook.open("w");
          Session session = workspace.startSession(PLANNER)) {
        session.record(Observation.of("the socket of host 9 was closed")).await();
        workspace.compact();
        assertThat(workspace.recall(query).list()).hasSize(10);
      }
      assertThat(segmentsInForce()).isEqualTo(1);
      try (Daybook daybook = daybook();
          Workspace workspace = daybook.open("w")) {
        workspace.compact();
      }
      try (Daybook daybook = daybook(embedder);
          Workspace workspace = daybook.open("w")) {
        assertThat(workspace.recall(query).list()).hasSize(10);
      }
    }
  }

  /** Nobody is told that data is missing which another process merged away meanwhile. */
  @Test
  void aCompactionThatIsOvertakenEndsQuietly() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> writers = new ArrayList<>();
      daybook().create("w").close();
      for (int writer = 0; writer < 2; writer++) {
        Path own = cache.resolve("writer-" + writer);
        writers.add(
            threads.submit(() -> {
              try (Daybook daybook =
                      Daybook.on(store)
                          .embedder(Embedder.none())
                          .cache(own, 1 << 30)
                          .keepReplaced(Duration.ZERO)
                          .open();
                  Workspace workspace = daybook.open("w");
                  Session session = workspace.startSession(PLANNER)) {
                for (int i = 0; i < 25; i++) {
                  session.record(Observation.of("observation " + i)).await();
                  workspace.compact();
                }
              }
              return null;
            }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.traces().count(Filter.any().type("Observation"))).isEqualTo(50);
      assertThat(workspace.verify(progress -> {}).problems()).isEmpty();
    }
  }

  @Test
  void aRefusedRepetitionIsNotTakenForAFailureToCreate() {
    ScriptedStore scripted = new ScriptedStore(store, "w/000001/workspace.json");
    scripted.then(ScriptedStore.responseLost(), ScriptedStore.denied());
    try (Daybook daybook =
        Daybook.on(scripted).embedder(Embedder.none()).cache(cache, 1 << 30).open()) {
      daybook.create("w").close();
      assertThat(daybook.workspaces()).containsExactly("w");
    }
    ScriptedStore refusing = new ScriptedStore(store, "v/000001/workspace.json");
    refusing.then(ScriptedStore.denied());
    try (Daybook daybook =
        Daybook.on(refusing).embedder(Embedder.none()).cache(cache, 1 << 30).open()) {
      assertThatThrownBy(() -> daybook.create("v")).isInstanceOf(StorageAccessException.class);
      assertThat(daybook.workspaces()).containsExactly("w");
    }
  }
}
