package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.ApproachReconsidered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.event.PlanEvent.ApprovalPolicySet;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.AssumptionInvalidated;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.SourceId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A workspace whose objects are the golden files of the format: a first week that is in a segment,
 * a second that is in a log and plan versions only. Each writing gives the same objects but for the
 * index, whose bytes Lucene chooses anew, and what the manifest says of it.
 */
final class GoldenWorkspace {
  static final String NAME = "golden";
  static final SessionId WEEK_ONE = SessionId.of("week-1");
  static final SessionId WEEK_TWO = SessionId.of("week-2");
  static final SessionId WEEK_THREE = SessionId.of("week-three");
  static final Actor ANA = Actor.human("ana");
  static final Instant START = Instant.parse("2026-11-24T09:00:00.123456Z");
  static final Instant HAPPENED = Instant.parse("2026-11-24T08:59:30Z");

  static final Actor PLANNER =
      Actor.agent("planner-1").name("Planner").role("planner").model("model-1").client("client-1");
  static final Actor CODER = Actor.agent("coder-7").role("coder");

  static final ToolCall FAILED =
      ToolCall.of("bash", "mvn -pl auth verify")
          .output("Tests run: 412, Failures: 1\nTokenIT.refresh: key expired after 300 s")
          .softFail("TokenIT.refresh: key expired after 300 s")
          .exit(1)
          .took(Duration.ofMillis(93_250))
          .reading("auth/pom.xml")
          .touching("auth/Token.java")
          .tokens(1_200, 80)
          .trying("rotate keys in place");

  /** An output that is an object of its own. */
  static final String LARGE = "compiling auth/Token.java\n".repeat(3_000) + "BUILD SUCCESS\n";

  private Instant now = START;

  /** Every object of the workspace by its key. */
  static Map<String, byte[]> write(Path cache) {
    MemoryObjectStore store = new MemoryObjectStore();
    GoldenWorkspace golden = new GoldenWorkspace();
    InstantSource clock = () -> golden.now;
    try (Daybook daybook =
            Daybook.on(store)
                .embedder(Embedder.none())
                .cache(cache, 1 << 30)
                .clock(clock)
                .random(new Random(1))
                .open();
        Workspace workspace = daybook.create(NAME)) {
      Handoff offered = golden.firstWeek(workspace);
      workspace.compact();
      golden.later(Duration.ofDays(7));
      golden.secondWeek(workspace, offered);
      golden.later(Duration.ofDays(7));
      golden.thirdWeek(workspace);
      // Closing would take the second week into a segment, too.
      return objects(store);
    }
  }

  private void later(Duration duration) {
    now = now.plus(duration);
  }

  private Handoff firstWeek(Workspace workspace) {
    SessionOptions options =
        SessionOptions.defaults().id(WEEK_ONE).purpose("rotate the signing keys");
    try (Session session = workspace.startSession(PLANNER, options)) {
      later(Duration.ofSeconds(1));
      session.updatePlan(plan ->
          List.of(
              new GoalSet("Rotate the signing keys without downtime", "the auth module"),
              TaskAdded.of("AUTH-42", "Rotate the keys").describedAs("Old tokens stay valid."),
              DecisionMade.of("Sign sessions with JWTs")
                  .because("saves a lookup on every request")
                  .answering("How are sessions signed?")
                  .ratherThan("opaque tokens", "a lookup each"),
              NoteAdded.of("Ask Ana about the key store").on("AUTH-42")));
      later(Duration.ofSeconds(1));
      EventId tried =
          session
              .on("AUTH-42")
              .record(
                  FAILED,
                  Context.none()
                      .source(new SourceId("client-1", "host-session", "call-1"), HAPPENED)
                      .span("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
                      .label("branch", "keys"))
              .await()
              .id();
      later(Duration.ofSeconds(1));
      EventId start = session.started(ToolCall.of("edit", "auth/Token.java")).await().id();
      later(Duration.ofSeconds(1));
      session.finished(start, ToolCall.of("edit", "auth/Token.java")).await();
      session.record(ToolCall.of("bash", "cat build.log").output(LARGE)).await();
      session.record(new Message("user", "Größe zählt: keep it small")).await();
      later(Duration.ofSeconds(1));
      session.updatePlan(plan ->
          List.of(
              ApproachRejected.of("Rotate keys in place")
                  .because("refresh fails for five minutes")
                  .on("AUTH-42")
                  .about("auth/Token.java")
                  .shownBy(tried)));
      later(Duration.ofSeconds(1));
      return session.offer(
          Handoff.of("AUTH-42")
              .toRole("coder")
              .summary("keys signed, refresh still open")
              .done("sign with the new key")
              .remaining("accept the old key for a day")
              .nextAction("write TokenIT.twoKeys")
              .question("How long do old keys stay valid?")
              .touched(new FileTouched("auth/Token.java", FileTouched.Change.MODIFIED, ""))
              .tests(TestRun.of("mvn -pl auth verify", 411, "TokenIT.refresh"))
              .dangerZone("the key store has no backup")
              .evidence(tried)
              .build());
    }
  }

  private void secondWeek(Workspace workspace, Handoff offered) {
    try (Session session = workspace.startSession(CODER, WEEK_TWO)) {
      session.accept(offered);
      later(Duration.ofSeconds(1));
      session.updatePlan(plan ->
          List.of(new TaskStatusChanged("AUTH-42", TaskStatus.IN_REVIEW, "two keys accepted")));
      session.record(Observation.of("both keys are accepted for a day")).await();
      later(Duration.ofSeconds(1));
      session.complete(offered, "old keys stay valid for a day");
      session.updatePlan(plan -> List.of(TaskClosed.done("AUTH-42")));
    }
  }

  /** Every type of event that the first two weeks do not have. */
  private void thirdWeek(Workspace workspace) {
    try (Session session = workspace.startSession(ANA, WEEK_THREE)) {
      List<EventId> made =
          session
              .updatePlan(plan ->
                  List.of(
                      new ConstraintStated("No downtime"),
                      TaskAdded.of("AUTH-43", "Drop the old keys")
                          .kind("chore")
                          .priority(1)
                          .assignedTo("ana")
                          .label("team", "auth"),
                      TaskAdded.of("AUTH-44", "Tell the customers"),
                      new DependencyAdded(
                          "AUTH-44", DependencyKind.BLOCKS, "AUTH-43", Map.of("by", "ana")),
                      DependencyAdded.of("AUTH-43", DependencyKind.DISCOVERED_FROM, "AUTH-42"),
                      new AcceptanceCriterionAdded("AUTH-43", "No old key is accepted"),
                      new BlockerRaised("AUTH-43", "the key store is read-only"),
                      QuestionAsked.of("Who holds the backup?").holding("AUTH-43"),
                      AssumptionStated.of("Customers renew within a day").on("AUTH-44"),
                      ApprovalRequested.ofTask("AUTH-43", "deletes keys")))
              .events();
      later(Duration.ofSeconds(1));
      EventId rejection =
          session.updatePlan(plan -> List.of()).plan().rejected().getFirst().origin().id();
      session.updatePlan(plan ->
          List.of(
              new BlockerCleared(made.get(6), "opened it"),
              new QuestionAnswered(made.get(7), "Ben does"),
              new AssumptionInvalidated(made.get(8), "two did not"),
              ApprovalGiven.ofTask("AUTH-43", "go ahead"),
              new DependencyRemoved("AUTH-43", DependencyKind.DISCOVERED_FROM, "AUTH-42"),
              new ApproachReconsidered(rejection, "refresh is fast now"),
              TaskEdited.of("AUTH-44").title("Tell all customers").label("team", "support"),
              ApprovalDenied.ofTask("AUTH-44", "too early"),
              ApprovalPolicySet.of(Subject.DECISION)));
      later(Duration.ofSeconds(1));
      PlanRecord.Claim claim = session.claimNext(Duration.ofMinutes(10)).orElseThrow();
      later(Duration.ofMinutes(1));
      PlanRecord.Claim renewed = session.renew(claim, Duration.ofMinutes(10));
      session.updatePlan(plan -> List.of(AcceptanceCriterionChecked.met(made.get(5))));
      session.release(renewed, "for Ben");
      later(Duration.ofSeconds(1));
      Handoff.Builder review =
          Handoff.of("AUTH-43")
              .kind(Handoff.Kind.REVIEW)
              .toHuman("ana")
              .summary("ready to delete")
              .rejected(rejection)
              .blockers(made.get(6))
              .artifacts("build/keys.txt")
              .budget(Handoff.Budget.ofTokens(5_000))
              .waitForResult();
      session.decline(session.offer(review.build()), "not mine");
      session.withdraw(session.offer(review.build()), "no need");
      session.updatePlan(plan -> List.of(TaskReopened.of("AUTH-42"), TaskClosed.done("AUTH-42")));
      session.end(Resolution.SUCCEEDED, "keys are ready to go");
    }
  }

  private static Map<String, byte[]> objects(ObjectStore store) {
    Map<String, byte[]> objects = new TreeMap<>();
    try {
      for (ObjectStore.Listed listed : store.list("", "", ObjectStore.PAGE_KEYS_MAX).objects()) {
        objects.put(listed.key().path(), store.get(listed.key()).orElseThrow().bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return objects;
  }

  /** Replaces the files below a folder by these objects. */
  static void save(Map<String, byte[]> objects, Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.walk(folder)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      Path file = folder.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
  }

  /** Every file below a folder by its path. */
  static Map<String, byte[]> load(Path folder) throws IOException {
    Map<String, byte[]> objects = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.put(
            folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    return objects;
  }

  /** A store of these objects. */
  static MemoryObjectStore store(Map<String, byte[]> objects) {
    MemoryObjectStore store = new MemoryObjectStore();
    objects.forEach((key, bytes) -> store.createIfAbsent(ObjectKey.of(key), bytes));
    return store;
  }

  private GoldenWorkspace() {}
}
