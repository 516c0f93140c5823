package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.UnknownEvent;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of types that only a newer library knows, as such a library has written them. */
class UnknownEventsTest {
  private static final String PAYLOAD =
      "{\"task\":\"T\",\"into\":[\"T-1\",\"T-2\"],\"weight\":1.50,\"count\":12345678901234567890123,\"ratio\":1E+2,\"text\":\"caf\\u00e9"
          + " \\/ \uD83D\uDD11\",\"nothing\":null,\"again\":{\"z\":1,\"a\":2}}";
  private static final SessionId SESSION = SessionId.of("from-the-future");

  @TempDir private Path cache;
  private PlanScene scene;

  @BeforeEach
  void open() {
    scene = new PlanScene(cache);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** Puts lines of another type in place of the events of an object that is there. */
  private void rewrite(String folder, Frame.Kind kind, String from, String type) throws Exception {
    ObjectKey key = newest("w/000001/" + folder, from);
    Frame frame = frame(key, kind);
    String body = new String(frame.body(), StandardCharsets.UTF_8);
    StringBuilder lines = new StringBuilder();
    for (String line : body.split("\n", -1)) {
      if (line.contains("\"type\":\"" + from + "\"")) {
        JsonNode tree = Json.tree(line);
        lines
            .append("{\"envelope\":")
            .append(tree.get("envelope"))
            .append(",\"type\":\"" + type + "\",\"schema\":2,\"payload\":")
            .append(PAYLOAD)
            .append(",\"newer\":{\"field\":true}}\n");
      } else if (!line.isEmpty()) {
        lines.append(line).append('\n');
      }
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    scene.store.delete(key);
    byte[] framed = new Frame(kind, frame.operation(), bytes).encode(scene.workspace.id());
    byte[] stored = key.path().endsWith(".zst") ? Zstd.compress(framed) : framed;
    assertThat(scene.store.createIfAbsent(key, stored)).isNotNull();
  }

  private Frame frame(ObjectKey key, Frame.Kind kind) throws IOException {
    Optional<ObjectStore.Stored> stored = scene.store.get(key);
    return Frame.decode(key, plain(key, stored.orElseThrow().bytes()), kind, scene.workspace.id());
  }

  private static byte[] plain(ObjectKey key, byte[] bytes) {
    return key.path().endsWith(".zst") ? Zstd.decompress(key, bytes) : bytes;
  }

  private ObjectKey newest(String prefix, String holding) throws IOException {
    ObjectKey found = null;
    for (ObjectStore.Listed object : scene.store.list(prefix, "", 1_000).objects()) {
      byte[] bytes = plain(object.key(), scene.store.get(object.key()).orElseThrow().bytes());
      if (new String(bytes, StandardCharsets.UTF_8).contains("\"type\":\"" + holding + "\"")) {
        found = object.key();
      }
    }
    return java.util.Objects.requireNonNull(found, "no object below " + prefix + " has " + holding);
  }

  private static List<Entry> find(Workspace workspace, String type) {
    return workspace.traces().find(Filter.any().type(type)).entries();
  }

  private void check(Workspace workspace, EventId planned, EventId traced) {
    UnknownEvent split = new UnknownEvent("TaskSplit", PAYLOAD);
    UnknownEvent thought = new UnknownEvent("Thought", PAYLOAD);
    assertThat(find(workspace, "TaskSplit"))
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.event()).isEqualTo(split);
          assertThat(entry.id()).isEqualTo(planned);
          assertThat(entry.type()).isEqualTo("TaskSplit");
          assertThat(entry.envelope().stream()).isEqualTo(Envelope.Stream.PLAN);
        });
    assertThat(find(workspace, "Thought"))
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.event()).isEqualTo(thought);
          assertThat(entry.id()).isEqualTo(traced);
        });
    assertThat(workspace.traces().entry(planned).orElseThrow().event()).isEqualTo(split);
    assertThat(workspace.traces().timeline(SESSION).stream().map(Entry::event).toList())
        .contains(split, thought);
    assertThat(workspace.traces().count(Filter.any().session(SESSION))).isEqualTo(6);
    assertThat(workspace.plan().version()).isEqualTo(3);
    assertThat(workspace.plan().tasks().keySet()).containsExactly("T", "U");
  }

  @Test
  void surviveReadingCompactionCheckpointAndOpening() throws Exception {
    EventId planned;
    EventId traced;
    try (Session session = scene.workspace.startSession(Actor.agent("newer"), SESSION)) {
      session.updatePlan(plan -> List.of(TaskAdded.of("T", "t")));
      planned =
          session
              .updatePlan(plan -> List.of(dev.daybook.event.PlanEvent.NoteAdded.of("x")))
              .events()
              .getFirst();
      session.updatePlan(plan -> List.of(TaskAdded.of("U", "u")));
      traced = session.record(Observation.of("to be replaced")).id();
      session.flush();
      session.record(new dev.daybook.event.TraceEvent.Message("user", "stays")).await();
    }
    rewrite("plan/", Frame.Kind.PLAN, "NoteAdded", "TaskSplit");
    rewrite("log/", Frame.Kind.BATCH, "Observation", "Thought");
    check(scene.another(), planned, traced);
    // What compacts must not have seen the events before they were replaced.
    Workspace compacting = scene.another();
    compacting.compact();
    check(compacting, planned, traced);
    check(scene.another(), planned, traced);
    Workspace later = scene.another();
    try (Session session = later.startSession(Actor.agent("older"))) {
      session.updatePlan(
          plan -> List.of(dev.daybook.event.PlanEvent.TaskEdited.of("T").title("goes on")));
      for (int i = 0; i < 3; i++) {
        session.record(Observation.of("more " + i)).await();
        later.compact();
      }
    }
    PlanRecord plan = scene.another().plan();
    assertThat(plan.version()).isEqualTo(4);
    assertThat(Checkpoint.read(Checkpoint.write(plan.state()))).isEqualTo(plan.state());
    assertThat(find(scene.another(), "TaskSplit"))
        .singleElement()
        .satisfies(
            entry -> assertThat(entry.event()).isEqualTo(new UnknownEvent("TaskSplit", PAYLOAD)));
    assertThat(later.verify(progress -> {}).problems()).isEmpty();
  }

  @Test
  void fieldsThatOnlyANewerLibraryKnowsAreKeptInTheStoredPayload() throws Exception {
    try (Session session = scene.workspace.startSession(Actor.agent("newer"), SESSION)) {
      session.updatePlan(plan -> List.of(TaskAdded.of("T", "t")));
    }
    ObjectKey key = newest("w/000001/plan/", "TaskAdded");
    Frame frame = frame(key, Frame.Kind.PLAN);
    String body =
        new String(frame.body(), StandardCharsets.UTF_8)
            .replace("\"title\":\"t\"", "\"title\":\"t\",\"estimate\":{\"hours\":4}");
    scene.store.delete(key);
    assertThat(
            scene.store.createIfAbsent(
                key,
                new Frame(Frame.Kind.PLAN, frame.operation(), body.getBytes(StandardCharsets.UTF_8))
                    .encode(scene.workspace.id())))
        .isNotNull();
    Workspace other = scene.another();
    assertThat(other.plan().task("T").orElseThrow().title()).isEqualTo("t");
    assertThat(find(other, "TaskAdded").getFirst().event()).isEqualTo(TaskAdded.of("T", "t"));
  }
}
