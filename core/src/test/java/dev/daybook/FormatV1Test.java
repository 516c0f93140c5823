package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.EventTypes;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.PackedIndex;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads the golden files of format version 1 with today's code. Until the first release they may be
 * written anew: {@code mvn -pl core test -Dtest=FormatV1Test -Dformat.regenerate}.
 */
class FormatV1Test {
  private static final Path BASE = Path.of(System.getProperty("basedir", ""));
  static final Path GOLDEN = BASE.resolve(Path.of("src", "test", "resources", "format", "v1"));
  private static final String ROOT = "golden/000001/";

  private static Map<String, byte[]> golden;

  @TempDir private Path cache;

  @BeforeAll
  static void load(@TempDir Path work) throws Exception {
    if (System.getProperty("format.regenerate") != null) {
      GoldenWorkspace.save(GoldenWorkspace.write(work), GOLDEN);
    }
    golden = GoldenWorkspace.load(GOLDEN);
  }

  private Daybook daybook(Map<String, byte[]> objects) {
    return Daybook.on(GoldenWorkspace.store(objects))
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .open();
  }

  @Test
  void foldsThePlanFromCheckpointSegmentAndVersions() {
    try (Daybook daybook = daybook(golden);
        Workspace workspace = daybook.open("golden")) {
      PlanRecord plan = workspace.plan();
      assertThat(plan.version()).isEqualTo(18);
      assertThat(plan.goal()).isEqualTo("Rotate the signing keys without downtime");
      assertThat(plan.scope()).isEqualTo("the auth module");
      assertThat(plan.task("AUTH-42").orElseThrow().description())
          .isEqualTo("Old tokens stay valid.");
      assertThat(plan.task("AUTH-42").orElseThrow().status()).isEqualTo(TaskStatus.DONE);
      assertThat(plan.decisionsInForce().getFirst().made().alternatives().getFirst().option())
          .isEqualTo("opaque tokens");
      assertThat(plan.rejections().getFirst().approach().evidence()).containsExactly(failedId());
      assertThat(plan.notes().getFirst().note().task()).isEqualTo("AUTH-42");
      HandoffState handoff = plan.handoffs().values().iterator().next();
      assertThat(handoff.stage()).isEqualTo(Stage.COMPLETED);
      assertThat(handoff.acceptedBy()).isEqualTo("coder-7");
      assertThat(handoff.remark()).isEqualTo("old keys stay valid for a day");
      assertThat(handoff.handoff().tests().getFirst().failing()).containsExactly("TokenIT.refresh");
      assertThat(handoff.handoff().planVersion()).isEqualTo(2);

      assertThat(workspace.plan(1).notes()).hasSize(1);
      assertThat(workspace.plan(1).rejected()).isEmpty();
      assertThat(workspace.plan(5).task("AUTH-42").orElseThrow().status())
          .isEqualTo(TaskStatus.IN_REVIEW);
      assertThat(workspace.plan(4).handoffs().values().iterator().next().stage())
          .isEqualTo(Stage.ACCEPTED);
    }
  }

  @Test
  void holdsEveryTypeOfEvent() {
    try (Daybook daybook = daybook(golden);
        Workspace workspace = daybook.open("golden")) {
      Set<String> types = new TreeSet<>();
      List.of(GoldenWorkspace.WEEK_ONE, GoldenWorkspace.WEEK_TWO, GoldenWorkspace.WEEK_THREE)
          .forEach(
              week -> workspace.traces().timeline(week).forEach(entry -> types.add(entry.type())));
      assertThat(types)
          .containsAll(
              EventTypes.names().stream().filter(name -> !name.equals("ToolCallStarted")).toList());
      PlanRecord plan = workspace.plan();
      assertThat(plan.ready()).extracting(PlanRecord.Task::id).containsExactly("AUTH-43");
      assertThat(plan.holds("AUTH-44"))
          .extracting(PlanRecord.Reason::hold)
          .containsExactly(PlanRecord.Hold.DEPENDENCY, PlanRecord.Hold.APPROVAL);
      assertThat(plan.task("AUTH-43").orElseThrow().criteria().getFirst().isMet()).isTrue();
      assertThat(plan.task("AUTH-44").orElseThrow().labels()).containsEntry("team", "support");
      assertThat(plan.task("AUTH-44").orElseThrow().dependencies().getFirst().labels())
          .containsEntry("by", "ana");
      assertThat(plan.rejected()).isEmpty();
      assertThat(plan.approvalPolicy()).containsExactly(PlanEvent.Subject.DECISION);
      assertThat(plan.claims()).isEmpty();
    }
  }

  @Test
  void readsTracesFromSegmentAndLog() {
    try (Daybook daybook = daybook(golden);
        Workspace workspace = daybook.open("golden")) {
      List<Entry> first = workspace.traces().timeline(GoldenWorkspace.WEEK_ONE);
      assertThat(first.stream().map(Entry::type))
          .containsExactly(
              "ToolCall",
              "SessionStarted",
              "GoalSet",
              "TaskAdded",
              "DecisionMade",
              "NoteAdded",
              "ToolCall",
              "ToolCall",
              "Message",
              "ApproachRejected",
              "HandoffOffered");
      assertThat(first.getFirst().event()).isEqualTo(GoldenWorkspace.FAILED);
      Envelope envelope = first.getFirst().envelope();
      assertThat(envelope.id()).isEqualTo(failedId());
      assertThat(envelope.actor()).isEqualTo(GoldenWorkspace.PLANNER);
      assertThat(envelope.time()).isEqualTo(GoldenWorkspace.HAPPENED);
      assertThat(envelope.recordedAt()).isEqualTo(GoldenWorkspace.START.plusSeconds(2));
      assertThat(envelope.task()).isEqualTo("AUTH-42");
      assertThat(envelope.source()).isEqualTo("client-1\nhost-session\ncall-1");
      assertThat(envelope.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
      assertThat(envelope.spanId()).isEqualTo("00f067aa0ba902b7");
      assertThat(envelope.labels()).containsExactly(Map.entry("branch", "keys"));

      assertThat(workspace.traces().timeline(GoldenWorkspace.WEEK_TWO).stream().map(Entry::type))
          .containsExactly(
              "SessionStarted",
              "HandoffAccepted",
              "TaskStatusChanged",
              "TaskStatusChanged",
              "Observation",
              "HandoffCompleted",
              "TaskClosed");
      assertThat(workspace.traces().find(Filter.any().path("auth/*.java").tool("bash")).entries())
          .hasSize(1);
      assertThat(workspace.recall(Query.of("token refresh key expired")).list())
          .extracting(Hit::id)
          .contains(failedId());
    }
  }

  @Test
  void readsALargeOutputByItself() throws Exception {
    ToolCall call;
    try (Daybook daybook = daybook(golden);
        Workspace workspace = daybook.open("golden")) {
      Entry entry =
          workspace.traces().timeline(GoldenWorkspace.WEEK_ONE).stream()
              .filter(found -> found.event() instanceof ToolCall some && some.stored().isPresent())
              .findFirst()
              .orElseThrow();
      call = (ToolCall) entry.event();
      assertThat(workspace.traces().output(call)).isEqualTo(GoldenWorkspace.LARGE);
    }
    byte[] whole = GoldenWorkspace.LARGE.getBytes(StandardCharsets.UTF_8);
    assertThat(call.stored().bytes()).isEqualTo(whole.length);
    assertThat(call.stored().sha256()).isEqualTo(Fingerprint.sha256Hex(whole));
    assertThat(call.output()).startsWith("compiling").endsWith("BUILD SUCCESS\n");
    String path = call.stored().key().substring(ROOT.length());
    assertThat(body(path, Frame.Kind.OUTPUT)).isEqualTo(whole);
  }

  @Test
  void readsEveryObjectByItself() throws Exception {
    Manifest manifest =
        Json.read(body("manifest/00000000000000000001.json", Frame.Kind.MANIFEST), Manifest.class);
    Manifest.Segment segment = manifest.segments().getFirst();
    assertThat(manifest.planThrough()).isEqualTo(3);
    assertThat(segment.rows()).isEqualTo(12);
    assertThat(segment.planRows()).isEqualTo(6);
    assertThat(segment.vectors()).isEmpty();
    String workspaceId = workspaceId();
    for (Manifest.FileRef file :
        List.of(segment.file(), segment.index(), manifest.checkpoint().getFirst())) {
      assertThat(golden).containsKey(file.key());
      assertThat(golden.get(file.key())).hasSize((int) file.bytes());
      assertThat(Fingerprint.sha256Hex(golden.get(file.key()))).isEqualTo(file.sha256());
    }

    List<Row> rows = rows(golden.get(segment.file().key()), workspaceId);
    assertThat(rows).hasSize(12);
    assertThat(rows.getFirst().promoted().exitCode()).isEqualTo(1);
    assertThat(rows.getFirst().promoted().durationMicros()).isEqualTo(93_250_000);
    assertThat(rows.getFirst().promoted().paths())
        .containsExactlyInAnyOrder("auth/pom.xml", "auth/Token.java");
    assertThat(rows).allSatisfy(row -> assertThat(row.manifest()).isEqualTo(1));

    Path index = Files.write(cache.resolve("golden.lucene"), golden.get(segment.index().key()));
    try (PackedIndex packed = PackedIndex.open(index)) {
      assertThat(packed.rows()).isEqualTo(12);
      assertThat(packed.rowOf(rows.get(7).id())).isEqualTo(7);
    }

    PlanRecord checkpoint =
        new PlanRecord(
            Checkpoint.read(
                body(
                    manifest.checkpoint().getFirst().key().substring(ROOT.length()),
                    Frame.Kind.CHECKPOINT)),
            GoldenWorkspace.START);
    assertThat(checkpoint.version()).isEqualTo(3);
    assertThat(checkpoint.inbox(GoldenWorkspace.CODER)).hasSize(1);
  }

  @Test
  void readsWithoutWhatCanBeRebuilt() {
    Map<String, byte[]> truth = new TreeMap<>(golden);
    truth.keySet().removeIf(key -> key.contains("/index/") || key.contains("/checkpoint/"));
    assertThat(truth).hasSize(golden.size() - 2);
    PlanRecord plan;
    try (Daybook daybook = daybook(golden);
        Workspace workspace = daybook.open("golden")) {
      plan = workspace.plan();
    }
    try (Daybook daybook =
            Daybook.on(GoldenWorkspace.store(truth))
                .embedder(Embedder.none())
                .cache(cache.resolve("empty"), 1 << 30)
                .open();
        Workspace workspace = daybook.open("golden")) {
      assertThat(workspace.plan()).isEqualTo(plan);
      assertThat(workspace.recall(Query.of("token refresh key expired")).list()).isNotEmpty();
    }
  }

  @Test
  void writesTodayWhatItWroteThen() throws Exception {
    Map<String, byte[]> today = GoldenWorkspace.write(cache);
    assertThat(today.keySet()).isEqualTo(golden.keySet());
    for (Map.Entry<String, byte[]> object : golden.entrySet()) {
      String key = object.getKey();
      byte[] now = today.get(key);
      if (key.endsWith(".parquet")) {
        assertThat(rows(now, workspaceId())).isEqualTo(rows(object.getValue(), workspaceId()));
      } else if (key.contains("/manifest/")) {
        assertThat(withoutIndex(key, now)).isEqualTo(withoutIndex(key, object.getValue()));
      } else if (!key.endsWith(".lucene")) {
        assertThat(text(key, now)).as(key).isEqualTo(text(key, object.getValue()));
      }
    }
  }

  @Test
  void refusesANewerFormatInWords() {
    Map<String, byte[]> newer = new TreeMap<>(golden);
    newer.replaceAll((key, bytes) ->
        key.endsWith("plan/00000000000000000007.json") ? LogFixture.ofFormat(2, bytes) : bytes);
    try (Daybook daybook = daybook(newer);
        Workspace workspace = daybook.open("golden")) {
      assertThatThrownBy(workspace::plan)
          .isInstanceOf(UnsupportedFormatException.class)
          .hasMessageContaining("plan/00000000000000000007.json has format version 2")
          .hasMessageContaining("reads up to 1");
    }
  }

  @Test
  void runsTheSqlOfTheDocument() throws Exception {
    String document = Files.readString(BASE.resolve("FORMAT.md"));
    Matcher blocks = Pattern.compile("(?s)```sql\\n(.*?)```").matcher(document);
    String segments = "'" + GOLDEN.resolve(ROOT + "segment/*.parquet") + "'";
    List<String> first = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("set autoinstall_known_extensions = false");
      while (blocks.find()) {
        for (String sql : blocks.group(1).replace("'segment/*.parquet'", segments).split(";", -1)) {
          if (!sql.isBlank()) {
            try (ResultSet result = statement.executeQuery(sql)) {
              assertThat(result.next()).as(sql).isTrue();
              first.add(result.getString(1));
            }
          }
        }
      }
    }
    assertThat(first).containsExactly("bash", "auth/Token.java", "planner-1", "1");
  }

  /** The id derived from the source and time of the failed call. */
  private static EventId failedId() {
    return EventId.parse(FAILED_ID);
  }

  private static final String FAILED_ID = "01M86CG6AGAG2EP37552B8SD5N";

  private static String workspaceId() throws Exception {
    return Json.tree(
            new String(body("workspace.json", Frame.Kind.WORKSPACE), StandardCharsets.UTF_8))
        .path("id")
        .textValue();
  }

  private static byte[] body(String path, Frame.Kind kind) {
    String key = ROOT + path;
    return Frame.decode(ObjectKey.of(key), plain(key, golden.get(key)), kind, "").body();
  }

  private static List<Row> rows(byte[] segment, String workspaceId) throws Exception {
    List<Row> rows = new ArrayList<>();
    SegmentReader.open(segment, workspaceId).forEach(rows::add);
    return rows;
  }

  private static String withoutIndex(String key, byte[] bytes) throws Exception {
    byte[] body = Frame.decode(ObjectKey.of(key), bytes, Frame.Kind.MANIFEST, "").body();
    return new String(body, StandardCharsets.UTF_8)
        .replaceAll("(\\.lucene\",\"bytes\":)\\d+(,\"sha256\":\")\\p{XDigit}+", "$1$2");
  }

  private static String text(String key, byte[] bytes) {
    return new String(plain(key, bytes), StandardCharsets.UTF_8);
  }

  private static byte[] plain(String key, byte[] bytes) {
    return key.endsWith(".zst") ? Zstd.decompress(ObjectKey.of(key), bytes) : bytes;
  }
}
