package dev.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.UnknownEvent;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.EventTypes;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events as clients without our rules and newer libraries write them. */
class OddEventsTest {
  private static final Actor ACTOR = Actor.human("foreigner");
  private static final SessionId SESSION = SessionId.of("foreign");
  private static final String LOG = "01M86CG6AGAG2EP37552B8SD00";

  @TempDir private Path cache;
  private PlanScene scene;
  private long ids = 1;
  private long versions;
  private long batches;

  @BeforeEach
  void open() {
    scene = new PlanScene(cache);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** A line as somebody else writes it. */
  private record Line(EventId id, String type, int schema, String payload) {
    String text(Envelope.Stream stream, long version) {
      Envelope envelope =
          new Envelope(
              id,
              stream,
              PlanScene.START,
              PlanScene.START,
              ACTOR,
              SESSION,
              SessionId.NONE,
              "",
              EventId.NONE,
              "",
              "",
              "",
              Vcs.NONE,
              Map.of(),
              version);
      return "{\"envelope\":%s,\"type\":\"%s\",\"schema\":%d,\"payload\":%s}\n"
          .formatted(Json.write(envelope), type, schema, payload);
    }
  }

  private Line line(String type, String payload) {
    return new Line(id(), type, 1, payload);
  }

  private EventId id() {
    return new EventId(PlanScene.START.toEpochMilli() << 16, ids++);
  }

  private void version(List<Line> lines) {
    versions++;
    StringBuilder body = new StringBuilder();
    lines.forEach(line -> body.append(line.text(Envelope.Stream.PLAN, versions)));
    versionOf(body.toString());
  }

  private void versionOf(String body) {
    put(planKey(versions), Frame.Kind.PLAN, body);
  }

  private static String planKey(long version) {
    return "w/000001/plan/%020d.json".formatted(version);
  }

  private void batch(List<Line> lines) {
    StringBuilder body = new StringBuilder();
    lines.forEach(line -> body.append(line.text(Envelope.Stream.TRACE, 0)));
    batches++;
    put(
        "w/000001/log/%s/%012d.ndjson.zst".formatted(LOG, batches),
        Frame.Kind.BATCH,
        body.toString());
  }

  private void put(String key, Frame.Kind kind, String body) {
    byte[] framed =
        new Frame(kind, EventId.NONE.toString(), body.getBytes(UTF_8)).encode(scene.workspace.id());
    byte[] bytes = key.endsWith(".zst") ? Zstd.compress(framed) : framed;
    assertThat(scene.store.createIfAbsent(ObjectKey.of(key), bytes)).isNotNull();
  }

  private List<ObjectKey> keys(String folder) {
    return scene.store.list("w/000001/" + folder, "", 1_000).objects().stream()
        .map(ObjectStore.Listed::key)
        .toList();
  }

  private static Event event(Workspace workspace, Line line) {
    return workspace.traces().entry(line.id()).orElseThrow().event();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "DependencyAdded | {\"task\":\"T\",\"kind\":\"BLOCKS\",\"on\":\"T\",\"labels\":{}} | the"
            + " task itself",
        "DependencyAdded | {\"task\":\"T\",\"kind\":\"HINTS_AT\",\"on\":\"U\",\"labels\":{}} |"
            + " HINTS_AT",
        "DependencyAdded | {\"task\":\"T\",\"kind\":1,\"on\":\"U\",\"labels\":{}} | not allowed",
        "TaskStatusChanged | {\"task\":\"T\",\"to\":\"DONE\",\"reason\":\"\"} | closing takes"
            + " TaskClosed",
        "TaskStatusChanged | {\"task\":\"T\"} | absent or null: to",
        "ApprovalPolicySet | {} | absent or null: needed",
        "TaskAdded | null | payload is null",
        "TaskAdded | \"T\" | TaskAdded",
        "TaskAdded | 17 | TaskAdded",
        "TaskAdded | [] | TaskAdded",
        "TaskAdded | {\"task\":\"U\"} | title is blank",
        "HandoffOffered |"
            + " {\"handoff\":\"h\",\"offered\":{\"id\":\"h\",\"kind\":\"CONTINUE\",\"from\":\"a\",\"to\":{\"name\":\"x\"},\"task\":\"T\",\"status\":\"OPEN\",\"summary\":\"s\"}}"
            + " | absent or null: kind",
        "ToolCall | {\"tool\":\"bash\",\"outcome\":\"VANISHED\"} | VANISHED"
      })
  void anEventThatDoesNotFitItsTypeIsPassedOverAndKept(String type, String payload, String why) {
    version(List.of(line("TaskAdded", Json.write(TaskAdded.of("T", "t")))));
    Line odd = line(type, payload);
    boolean isTrace = type.equals("ToolCall");
    if (isTrace) {
      batch(List.of(odd, line("Observation", "{\"text\":\"seen\"}")));
    } else {
      version(List.of(odd, line("NoteAdded", Json.write(NoteAdded.of("after")))));
    }
    Workspace workspace = scene.another();
    assertThat(workspace.plan().tasks().keySet()).containsExactly("T");
    assertThat(workspace.plan().notes()).hasSize(isTrace ? 0 : 1);
    assertThat(event(workspace, odd)).isEqualTo(new UnknownEvent(type, payload));
    try (Session session = workspace.startSession(Actor.agent("a"))) {
      session.updatePlan(plan -> List.of(TaskAdded.of("V", "v")));
    }
    assertThat(workspace.verify(step -> {}).problems())
        .singleElement()
        .asString()
        .contains(odd.id().toString(), type, why, isTrace ? "/log/" : planKey(2));
    workspace.compact();
    assertThat(event(workspace, odd)).isEqualTo(new UnknownEvent(type, payload));
    Workspace later = scene.another();
    assertThat(event(later, odd)).isEqualTo(new UnknownEvent(type, payload));
    assertThat(later.plan().tasks().keySet()).containsExactly("T", "V");
    assertThat(later.verify(step -> {}).problems())
        .singleElement()
        .asString()
        .contains(odd.id().toString(), why);
  }

  @Test
  void whatSaysNothingIsFilledIn() {
    version(
        List.of(
            line("TaskAdded", "{\"task\":\"T\",\"title\":\"t\"}"),
            line("TaskAdded", "{\"task\":\"U\",\"title\":\"u\",\"priority\":null,\"kind\":null}"),
            line("DependencyAdded", "{\"task\":\"T\",\"kind\":\"BLOCKS\",\"on\":\"U\"}"),
            line("NoteAdded", "{\"text\":\"n\"}"),
            line("DecisionMade", "{\"chosen\":\"d\"}"),
            line(
                "HandoffOffered",
                "{\"handoff\":\"h\",\"offered\":{\"id\":\"h\",\"kind\":\"CONTINUE\",\"from\":\"a\",\"to\":{\"kind\":\"ANYONE\"},"
                    + "\"task\":\"T\",\"status\":\"OPEN\",\"summary\":\"s\",\"tests\":[{\"command\":\"mvn\",\"failed\":2}]}}")));
    Line call = line("ToolCall", "{\"tool\":\"bash\",\"outcome\":\"OK\"}");
    batch(List.of(call));
    Workspace workspace = scene.another();
    PlanRecord plan = workspace.plan();
    PlanRecord.Task task = plan.task("T").orElseThrow();
    assertThat(task.priority()).isEqualTo(TaskAdded.PRIORITY_DEFAULT);
    assertThat(task.description()).isEmpty();
    assertThat(task.dependencies()).hasSize(1);
    PlanRecord.Task other = plan.task("U").orElseThrow();
    assertThat(other.priority()).isEqualTo(TaskAdded.PRIORITY_DEFAULT);
    assertThat(other.kind()).isEqualTo(TaskAdded.KIND_DEFAULT);
    assertThat(plan.notes()).hasSize(1);
    assertThat(plan.state().decisions().items())
        .singleElement()
        .satisfies(decision -> assertThat(decision.made()).isEqualTo(DecisionMade.of("d")));
    Handoff handoff = plan.state().handoffs().get("h").handoff();
    assertThat(handoff.expiresAt()).isEqualTo(java.time.Instant.MAX);
    assertThat(handoff.tests())
        .singleElement()
        .satisfies(run -> assertThat(run.failed()).isEqualTo(2));
    assertThat(event(workspace, call)).isEqualTo(ToolCall.of("bash", ""));
    assertThat(workspace.verify(step -> {}).problems()).isEmpty();
  }

  @Test
  void aHandoffWithoutTheNamesOfFailedTestsCannotBeOffered() {
    scene.add("T");
    Handoff read =
        handoff(
            "{\"kind\":\"CONTINUE\",\"to\":{\"kind\":\"ANYONE\"},\"task\":\"T\",\"status\":\"OPEN\","
                + "\"summary\":\"s\",\"tests\":[{\"command\":\"mvn\",\"failed\":2}]}");
    try (Session session = scene.agent("a")) {
      assertThatThrownBy(() -> session.offer(read))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("'mvn'", "counts 2 failed", "names none");
    }
    assertThat(scene.plan().state().handoffs()).isEmpty();
  }

  private static Handoff handoff(String json) {
    Event event =
        EventTypes.decode("HandoffOffered", 1, "{\"handoff\":\"h\",\"offered\":" + json + "}")
            .event();
    return ((HandoffOffered) event).offered();
  }

  @Test
  void anEventOfANewerSchemaIsPassedOver() {
    String payload = Json.write(TaskAdded.of("U", "u"));
    Line newer = new Line(id(), "TaskAdded", 2, payload);
    version(List.of(newer, line("TaskAdded", Json.write(TaskAdded.of("T", "t")))));
    for (Workspace workspace : List.of(scene.another(), scene.another())) {
      assertThat(workspace.plan().tasks().keySet()).containsExactly("T");
      assertThat(event(workspace, newer)).isEqualTo(new UnknownEvent("TaskAdded", payload));
      assertThat(workspace.verify(step -> {}).problems())
          .singleElement()
          .asString()
          .contains(newer.id().toString(), "its schema is 2, known is 1");
      workspace.compact();
    }
  }

  @Test
  void anEnvelopeNeedsOnlyWhatNamesTheEvent() throws IOException {
    versions++;
    Line note = line("NoteAdded", "{\"text\":\"n\"}");
    ObjectNode bare = (ObjectNode) Json.tree(note.text(Envelope.Stream.PLAN, 1));
    ((ObjectNode) bare.get("envelope"))
        .retain("id", "stream", "time", "recordedAt", "actor", "planVersion");
    ((ObjectNode) bare.get("envelope").get("actor")).retain("kind", "id");
    versionOf(bare + "\n");
    Workspace workspace = scene.another();
    assertThat(workspace.plan().notes()).hasSize(1);
    Envelope read = workspace.traces().entry(note.id()).orElseThrow().envelope();
    assertThat(read.actor()).isEqualTo(ACTOR);
    assertThat(read.vcs()).isEqualTo(Vcs.NONE);
    assertThat(read.cause()).isEqualTo(EventId.NONE);
    assertThat(read.session()).isEqualTo(SessionId.NONE);
    workspace.compact();
    assertThat(scene.another().traces().entry(note.id()).orElseThrow().envelope()).isEqualTo(read);
  }

  @Test
  void anAbsentPayloadIsNull() {
    versions++;
    Line bare = line("TaskAdded", "null");
    versionOf(bare.text(Envelope.Stream.PLAN, 1).replace(",\"payload\":null", ""));
    assertThat(event(scene.another(), bare)).isEqualTo(new UnknownEvent("TaskAdded", "null"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"type\":\"NoteAdded\",\"schema\":1,\"payload\":{}}", "null", "17", "{", "{}"})
  void aLineThatIsNoEntryIsDamageAndIsNamed(String broken) {
    versions++;
    versionOf(line("NoteAdded", "{\"text\":\"n\"}").text(Envelope.Stream.PLAN, 1) + broken + "\n");
    Workspace workspace = scene.another();
    assertThatThrownBy(workspace::plan)
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContainingAll(planKey(1), "line 3", "restore");
  }

  @Test
  void eventsOfAVersionCountInTheOrderOfTheirIdsWhoeverReadsThem() throws IOException {
    EventId first = id();
    EventId second = id();
    String early = Json.write(TaskAdded.of("T", "early"));
    version(
        List.of(
            new Line(second, "TaskAdded", 1, Json.write(TaskAdded.of("T", "late"))),
            new Line(first, "TaskAdded", 1, early)));
    Workspace fromLog = scene.another();
    assertThat(fromLog.plan().task("T").orElseThrow().title()).isEqualTo("early");
    assertFoldsTheSame(fromLog.plan().state());
  }

  /** As the log, a checkpoint and segments have it. */
  private void assertFoldsTheSame(PlanState fromLog) throws IOException {
    Workspace compacting = scene.another();
    compacting.compact();
    assertThat(keys("checkpoint/")).isNotEmpty();
    assertThat(scene.another().plan().state()).isEqualTo(fromLog);
    assertThat(compacting.plan(versions).state()).isEqualTo(fromLog);
    for (ObjectKey key : keys("checkpoint/")) {
      scene.store.delete(key);
    }
    assertThat(scene.another().plan().state()).isEqualTo(fromLog);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void mutilatedEventsOfEveryTypeAreKeptAndReadAlikeByEveryone(long seed) throws IOException {
    Random random = new Random(seed);
    Map<EventId, Line> all = new LinkedHashMap<>();
    version(List.of(line("TaskAdded", Json.write(TaskAdded.of("T", "t")))));
    List<String> types = new ArrayList<>(EventTypes.names());
    java.util.Collections.shuffle(types, random);
    for (String type : types) {
      List<Line> lines = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        JsonNode whole = Json.tree(EventTypes.payload(EventSamples.of(type)));
        String payload = mutilated(whole, random).toString();
        Line line = line(type, random.nextBoolean() ? payload.replace(":", " :  ") : payload);
        all.put(line.id(), line);
        lines.add(line);
      }
      java.util.Collections.shuffle(lines, random);
      if (TraceEvent.class.isAssignableFrom(EventSamples.of(type).getClass())) {
        batch(lines);
      } else {
        version(lines);
      }
    }
    Workspace workspace = scene.another();
    assertThat(workspace.plan().version()).isEqualTo(versions);
    Map<EventId, Event> events = new TreeMap<>();
    for (Line line : all.values()) {
      Event event = event(workspace, line);
      assertThat(event.type()).isEqualTo(line.type());
      if (event instanceof UnknownEvent unknown) {
        assertThat(unknown.payload()).isEqualTo(line.payload());
      }
      events.put(line.id(), event);
    }
    assertThat(events.values()).hasAtLeastOneElementOfType(UnknownEvent.class);
    assertThat(events.values()).anyMatch(event -> !(event instanceof UnknownEvent));
    List<String> problems = workspace.verify(step -> {}).problems();
    assertThat(problems)
        .hasSize((int) events.values().stream().filter(UnknownEvent.class::isInstance).count());
    assertThat(problems).allMatch(problem -> problem.contains("does not fit its type"));
    assertThat(workspace.plan().state().unknown())
        .isEqualTo(
            events.entrySet().stream()
                .filter(one -> one.getValue() instanceof UnknownEvent)
                .filter(one ->
                    !TraceEvent.class.isAssignableFrom(
                        EventSamples.of(all.get(one.getKey()).type()).getClass()))
                .count());
    assertFoldsTheSame(workspace.plan().state());
    Map<EventId, String> stored = new TreeMap<>();
    for (ObjectKey key : keys("segment/")) {
      SegmentReader.open(scene.store.get(key).orElseThrow().bytes(), scene.workspace.id())
          .forEach(row -> stored.put(row.id(), row.payload()));
    }
    Workspace later = scene.another();
    for (Line line : all.values()) {
      assertThat(stored).containsEntry(line.id(), line.payload());
      assertThat(event(later, line)).isEqualTo(events.get(line.id()));
    }
    assertThat(later.traces().timeline(SESSION).stream().map(Entry::id).toList())
        .containsAll(all.keySet());
  }

  /** Something of it is gone, null, of another type, no constant, or more than it was. */
  private static JsonNode mutilated(JsonNode whole, Random random) {
    if (random.nextInt(12) == 0) {
      return other(random);
    }
    JsonNode node = whole.deepCopy();
    for (int i = random.nextInt(3); i >= 0; i--) {
      List<JsonNode> inner = new ArrayList<>();
      collect(node, inner);
      switch (inner.get(random.nextInt(inner.size()))) {
        case ObjectNode object -> {
          List<String> names = new ArrayList<>();
          object.fieldNames().forEachRemaining(names::add);
          String name = names.isEmpty() ? "more" : names.get(random.nextInt(names.size()));
          switch (random.nextInt(5)) {
            case 0 -> object.remove(name);
            case 1 -> object.putNull(name);
            case 2 -> object.put(name, "NO_SUCH");
            case 3 -> object.set(name, other(random));
            default -> object.set("more" + i, other(random));
          }
        }
        case ArrayNode array -> array.insert(0, other(random));
        default -> throw new AssertionError("only objects and arrays are collected");
      }
    }
    return node;
  }

  private static void collect(JsonNode node, List<JsonNode> inner) {
    if (node.isContainerNode()) {
      inner.add(node);
      node.forEach(one -> collect(one, inner));
    }
  }

  private static JsonNode other(Random random) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    return switch (random.nextInt(9)) {
      case 0 -> make.nullNode();
      case 1 -> make.numberNode(-1);
      case 2 -> make.numberNode(new java.math.BigDecimal("1e400"));
      case 3 -> make.textNode("");
      case 4 -> make.textNode("caf\u00e9 \" \uD83D\uDD11\n");
      case 5 -> make.booleanNode(true);
      case 6 -> make.objectNode().put("z", 1).put("a", 2.50);
      case 7 -> make.arrayNode().addNull().add("x").add(3);
      default -> make.arrayNode();
    };
  }

  /** What stands in a checkpoint of a plan that has moved on without it. */
  @ParameterizedTest
  @CsvSource({
    "1, 0, none, stale",
    "0, 0, none, t",
    "2, 0, none, t",
    "1, 1, own, stale",
    "1, 1, others, t",
    "1, 1, none, t"
  })
  void aCheckpointOfOtherRulesOrThatLacksAnythingIsNotStartedFrom(
      int fold, long unknown, String types, String title) throws IOException {
    try (Session session = scene.agent("a")) {
      session.updatePlan(plan -> List.of(TaskAdded.of("T", "t")));
    }
    scene.workspace.compact();
    assertThat(PlanFold.RULES).isEqualTo(1);
    ObjectKey checkpoint = keys("checkpoint/").getLast();
    byte[] before = bytes(checkpoint);
    Frame frame =
        Frame.decode(
            checkpoint,
            Zstd.decompress(checkpoint, before),
            Frame.Kind.CHECKPOINT,
            scene.workspace.id());
    String head = "{\"fold\":1,\"unknown\":0,\"types\":\"\"";
    String body = new String(frame.body(), UTF_8);
    assertThat(body).startsWith(head).contains("\"title\":\"t\"").contains("\"bytes\":[");
    String known =
        switch (types) {
          case "own" -> EventTypes.fingerprint();
          case "others" -> "ab12";
          default -> "";
        };
    int length = body.lines().toList().get(2).length();
    body =
        body.replace(
                head,
                "{\"fold\":%d,\"unknown\":%d,\"types\":\"%s\"".formatted(fold, unknown, known))
            .replace("\"title\":\"t\"", "\"title\":\"stale\"")
            .replace("\"bytes\":[" + length + "]", "\"bytes\":[" + (length + 4) + "]");
    scene.store.delete(checkpoint);
    put(checkpoint.path(), Frame.Kind.CHECKPOINT, body);
    ObjectKey manifest = keys("manifest/").getLast();
    String named =
        new String(
            Frame.decode(manifest, bytes(manifest), Frame.Kind.MANIFEST, scene.workspace.id())
                .body(),
            UTF_8);
    scene.store.delete(manifest);
    put(
        manifest.path(),
        Frame.Kind.MANIFEST,
        named
            .replace(Fingerprint.sha256Hex(before), Fingerprint.sha256Hex(bytes(checkpoint)))
            .replace(
                "\"bytes\":" + before.length + ",", "\"bytes\":" + bytes(checkpoint).length + ","));
    assertThat(scene.another().plan().task("T").orElseThrow().title()).isEqualTo(title);
  }

  private byte[] bytes(ObjectKey key) {
    return scene.store.get(key).orElseThrow().bytes();
  }

  @Test
  void whatWasPassedOverIsCountedOnThroughCheckpoints() {
    version(List.of(line("TaskAdded", Json.write(TaskAdded.of("T", "t")))));
    version(List.of(line("TaskSplit", "{}"), line("NoteAdded", "{}"), line("Message", "{}")));
    assertThat(scene.another().plan().state().unknown()).isEqualTo(3);
    scene.another().compact();
    Workspace later = scene.another();
    assertThat(later.plan().state().unknown()).isEqualTo(3);
    version(List.of(line("TaskMerged", "{}")));
    assertThat(later.plan().state().unknown()).isEqualTo(4);
    assertThat(scene.another().plan().state().unknown()).isEqualTo(4);
  }
}
