package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
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
