package dev.daybook.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.daybook.CorruptDataException;
import dev.daybook.Daybook;
import dev.daybook.EntryPage;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.TraceStore;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is exported is what find lists; needs the flag that Arrow needs. */
@Tag("arrow")
class EventBatchesTest {
  /** Columns that an entry says nothing of. */
  private static final List<String> UNSEEN =
      List.of("manifest", "writer_log", "batch", "batch_row");

  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();

  private Daybook daybook() {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .keepReplaced(Duration.ZERO)
        .open();
  }

  /** Rows by event id, each a value by column; what is null is left out. */
  static Map<String, Map<String, Object>> rows(ArrowReader reader) throws Exception {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    while (reader.loadNextBatch()) {
      assertThat(root.getRowCount()).isPositive();
      for (int row = 0; row < root.getRowCount(); row++) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (FieldVector vector : root.getFieldVectors()) {
          if (!vector.isNull(row)) {
            values.put(vector.getName(), value(vector, row));
          }
        }
        assertThat(rows.put((String) values.get("event_id"), values)).isNull();
      }
    }
    return rows;
  }

  private static Object value(FieldVector vector, int row) {
    return switch (vector) {
      case TimeStampVector times -> times.get(row);
      default ->
          switch (vector.getObject(row)) {
            case List<?> list -> list.stream().map(Object::toString).toList();
            case Number number -> number.longValue();
            case Object text -> text.toString();
          };
    };
  }

  /** Rows without the columns that an entry says nothing of. */
  static Map<String, Map<String, Object>> seen(Map<String, Map<String, Object>> rows) {
    rows.values().forEach(row -> row.keySet().removeAll(UNSEEN));
    return rows;
  }

  static Map<String, Map<String, Object>> found(TraceStore traces, Filter filter, String id) {
    Map<String, Map<String, Object>> rows = new TreeMap<>();
    EventId cursor = EventId.NONE;
    do {
      EntryPage page = traces.find(filter, cursor, 500);
      page.entries().forEach(entry -> rows.put(entry.id().toString(), expected(entry, id)));
      cursor = page.next();
    } while (cursor.isPresent());
    return rows;
  }

  private static Map<String, Object> expected(Entry entry, String workspace) {
    Envelope envelope = entry.envelope();
    Row row = Row.of(Masker.NONE.event(envelope, entry.event()));
    Map<String, Object> values = new LinkedHashMap<>();
    put(values, "event_id", envelope.id().toString());
    put(values, "workspace", workspace);
    put(values, "stream", envelope.stream().name().toLowerCase(Locale.ROOT));
    put(values, "type", entry.event().type());
    values.put("schema_version", (long) row.schemaVersion());
    values.put("time", micros(envelope.time()));
    values.put("recorded_time", micros(envelope.recordedAt()));
    put(values, "actor_kind", envelope.actor().kind().name());
    put(values, "actor_id", envelope.actor().id());
    put(values, "actor_name", envelope.actor().name());
    put(values, "role", envelope.actor().role());
    put(values, "model", envelope.actor().model());
    put(values, "client", envelope.actor().client());
    put(values, "session", envelope.session().value());
    put(values, "parent_session", envelope.parentSession().value());
    put(values, "task", envelope.task());
    put(values, "cause", envelope.cause().isPresent() ? envelope.cause().toString() : "");
    put(values, "source", envelope.source());
    if (!envelope.labels().isEmpty()) {
      // One label each, so the JSON is known.
      Map.Entry<String, String> label = envelope.labels().entrySet().iterator().next();
      values.put("labels", "{\"%s\":\"%s\"}".formatted(label.getKey(), label.getValue()));
    }
    if (envelope.planVersion() > 0) {
      values.put("plan_version", envelope.planVersion());
    }
    if (entry.event() instanceof ToolCall call) {
      values.put("tool", call.tool());
      values.put("outcome", call.outcome().name());
      if (call.exitCode() != ToolCall.NO_EXIT_CODE) {
        values.put("exit_code", (long) call.exitCode());
      }
      if (row.promoted().durationMicros() >= 0) {
        values.put("duration_us", row.promoted().durationMicros());
      }
      if (!row.promoted().paths().isEmpty()) {
        values.put("paths", row.promoted().paths());
      }
      put(values, "error_fingerprint", row.promoted().errorFingerprint());
      put(values, "arguments_hash", row.promoted().argumentsHash());
    } else {
      put(values, "tool", row.promoted().tool());
      put(values, "outcome", row.promoted().outcome());
      put(values, "arguments_hash", row.promoted().argumentsHash());
      put(values, "status", row.promoted().status());
    }
    put(values, "text", row.text());
    put(values, "payload", row.payload());
    return values;
  }

  private static void put(Map<String, Object> values, String column, String value) {
    if (!value.isEmpty()) {
      values.put(column, value);
    }
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }

  /** Random events, some of which are started calls that end later, in another segment or never. */
  private static void history(Workspace workspace, Random random, int rounds) {
    List<EventId> started = new ArrayList<>();
    List<ToolCall> calls = new ArrayList<>();
    List<String> words = List.of("token", "login", "naïve", "\uD83D\uDD11 key", "", "x".repeat(40));
    try (Session session =
            workspace.startSession(Actor.agent("coder-7").role("coder").model("m-1"));
        Session other = workspace.startSession(Actor.human("ana").name("Ana"))) {
      for (int round = 0; round < rounds; round++) {
        List<Receipt> receipts = new ArrayList<>();
        int events = 1 + random.nextInt(random.nextInt(20) == 0 ? 1_500 : 40);
        for (int i = 0; i < events; i++) {
          Session by = random.nextBoolean() ? session : other;
          String word = words.get(random.nextInt(words.size()));
          ToolCall call =
              ToolCall.of(
                  random.nextBoolean() ? "bash" : "edit", "run " + word + random.nextInt(9));
          switch (random.nextInt(8)) {
            case 0 -> {
              started.add(by.started(call).id());
              calls.add(call);
            }
            case 1 -> {
              if (!started.isEmpty()) {
                int one = random.nextInt(started.size());
                receipts.add(
                    by.finished(
                        started.remove(one), calls.remove(one).hardFail("Died", "died " + word)));
              }
            }
            case 2 ->
                receipts.add(
                    by.record(
                        call.softFail("error " + word)
                            .exit(random.nextInt(5) - 1)
                            .took(Duration.ofMillis(random.nextInt(900)))
                            .touching("src/A" + random.nextInt(3) + ".java", "b/" + word + "c")));
            case 3 ->
                receipts.add(
                    by.record(
                        Observation.of(word + " seen " + "long ".repeat(random.nextInt(300))),
                        Context.none().label("round", "r" + round)));
            case 4 ->
                receipts.add(
                    by.on("T-" + random.nextInt(4)).record(new Message("user", "say " + word)));
            default -> receipts.add(by.record(call.output("done " + word)));
          }
        }
        receipts.forEach(Receipt::await);
        if (random.nextInt(3) == 0) {
          String task = "T-" + round;
          session.updatePlan(
              plan -> List.of(TaskAdded.of(task, "Do " + task), NoteAdded.of("noted " + task)));
        }
        if (random.nextInt(3) == 0) {
          workspace.compact();
        }
      }
    }
  }

  private static List<Filter> filters(Random random) {
    Filter any = Filter.any();
    return List.of(
        any,
        any.failures(),
        any.tool("bash").outcome(CallOutcome.OK),
        any.stream(Envelope.Stream.PLAN),
        any.type("Observation", "Message"),
        any.task("T-" + random.nextInt(4)),
        any.path("src/**"),
        any.agent("ana"),
        any.agent("nobody"),
        any.from(Instant.now().minusMillis(random.nextInt(2_000))));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void givesWhatFindLists(long seed) throws Exception {
    Random random = new Random(seed);
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        BufferAllocator allocator = new RootAllocator()) {
      history(workspace, random, 3 + random.nextInt(8));
      Workspace.Past past = workspace.asOf((workspace.plan().version() + 1) / 2);
      for (Filter filter : filters(random)) {
        for (TraceStore traces : List.of(workspace.traces(), past.traces())) {
          try (ArrowReader reader = EventBatches.of(traces).open(filter, allocator)) {
            Map<String, Map<String, Object>> exported = rows(reader);
            exported
                .values()
                .forEach(row -> {
                  assertThat(row).containsKey("manifest");
                  assertThat(row.containsKey("writer_log"))
                      .isEqualTo(row.get("stream").equals("trace"));
                  row.keySet().removeAll(UNSEEN);
                });
            assertThat(exported).isEqualTo(found(traces, filter, workspace.id()));
          }
        }
      }
    }
  }

  @Test
  void refusesColumnsItDoesNotKnow() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      EventBatches batches = EventBatches.of(workspace.traces());
      assertThatThrownBy(() -> batches.columns("text", "recorded"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'recorded'")
          .hasMessageContaining("event_id, workspace, stream")
          .hasMessageContaining("recorded_time");
      assertThatThrownBy(() -> batches.columns("text", "text")).hasMessageContaining("twice");
      assertThatThrownBy(() -> batches.columns()).hasMessageContaining("event_id");
    }
  }

  @Test
  void hasTheTypesOfTheFormat() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        ArrowReader reader = EventBatches.of(workspace.traces()).open(Filter.any())) {
      Map<String, String> types = new LinkedHashMap<>();
      for (Field field : reader.getVectorSchemaRoot().getSchema().getFields()) {
        types.put(field.getName(), field.getType() + (field.isNullable() ? "" : " required"));
      }
      assertThat(types)
          .hasSize(44)
          .containsEntry("event_id", "Utf8 required")
          .containsEntry("tool", "Utf8")
          .containsEntry("time", "Timestamp(MICROSECOND, UTC) required")
          .containsEntry("schema_version", "Int(32, true) required")
          .containsEntry("exit_code", "Int(32, true)")
          .containsEntry("duration_us", "Int(64, true)")
          .containsEntry("paths", "List");
      assertThat(reader.getVectorSchemaRoot().getVector("paths").getField().getChildren())
          .singleElement()
          .satisfies(child -> assertThat(child.getType()).isEqualTo(ArrowType.Utf8.INSTANCE));
    }
  }

  @Test
  void givesTheColumnsAskedForInTheirOrder() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      history(workspace, new Random(5), 2);
      try (ArrowReader reader =
          EventBatches.of(workspace.traces()).columns("text", "time", "paths").open(Filter.any())) {
        assertThat(reader.loadNextBatch()).isTrue();
        assertThat(reader.getVectorSchemaRoot().getSchema().getFields())
            .extracting(Field::getName)
            .containsExactly("text", "time", "paths");
      }
    }
  }

  @Test
  void givesNoBatchOfNothing() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        BufferAllocator allocator = new RootAllocator();
        ArrowReader reader = EventBatches.of(workspace.traces()).open(Filter.any(), allocator)) {
      assertThat(reader.loadNextBatch()).isFalse();
      assertThat(reader.loadNextBatch()).isFalse();
      assertThat(reader.getVectorSchemaRoot().getRowCount()).isZero();
    }
  }

  private static void record(Workspace workspace, int events, String text) {
    try (Session session = workspace.startSession(Actor.agent("coder-7"))) {
      List<Receipt> receipts = new ArrayList<>();
      for (int i = 0; i < events; i++) {
        receipts.add(session.record(Observation.of(text + " " + i)));
      }
      receipts.forEach(Receipt::await);
    }
  }

  /** The allocator complains when it is closed if anything was not freed. */
  @Test
  void canBeClosedHalfWayAndKeepsToItsBounds() throws Exception {
    String text = "long ".repeat(200);
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 3_000, text);
      workspace.compact();
      record(workspace, 6_500, text);
      for (int batches = 0; batches < 4; batches++) {
        try (BufferAllocator allocator = new RootAllocator();
            ArrowReader reader =
                EventBatches.of(workspace.traces()).columns("text").open(Filter.any(), allocator)) {
          long read = 0;
          for (int i = 0; i < batches && reader.loadNextBatch(); i++) {
            read += reader.getVectorSchemaRoot().getRowCount();
            assertThat(reader.getVectorSchemaRoot().getRowCount()).isLessThan(5_200);
            assertThat(allocator.getAllocatedMemory()).isLessThan(4L * EventBatches.BATCH_BYTES);
          }
          assertThat(read).isEqualTo(batches == 0 ? 0 : batches == 3 ? 9_502 : read);
        }
      }
    }
  }

  @Test
  void anInterruptStopsItAndLosesNothing() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 9_000, "a");
      workspace.compact();
      try (ArrowReader reader =
          EventBatches.of(workspace.traces()).columns("event_id").open(Filter.any())) {
        assertThat(reader.loadNextBatch()).isTrue();
        int rows = reader.getVectorSchemaRoot().getRowCount();
        Thread.currentThread().interrupt();
        assertThatThrownBy(reader::loadNextBatch)
            .isInstanceOf(StorageUnavailableException.class)
            .hasMessageContaining("Interrupted");
        assertThat(Thread.interrupted()).isTrue();
        while (reader.loadNextBatch()) {
          rows += reader.getVectorSchemaRoot().getRowCount();
        }
        assertThat(rows).isEqualTo(9_001);
      }
    }
  }

  @Test
  void readsOnWhenSegmentsWereReplacedAndAreGone() throws Exception {
    try (Daybook writer = daybook();
        Workspace workspace = writer.create("w");
        Daybook elsewhere =
            Daybook.on(store).embedder(Embedder.none()).cache(cache.resolve("b"), 1 << 30).open();
        Workspace slow = elsewhere.open("w")) {
      for (int i = 0; i < 5; i++) {
        record(workspace, 20, "finding " + i);
        workspace.compact();
      }
      Map<String, Map<String, Object>> before =
          found(workspace.traces(), Filter.any(), workspace.id());
      try (ArrowReader reader = EventBatches.of(slow.traces()).open(Filter.any())) {
        List<String> keys = segments();
        for (int i = 0; i < 15; i++) {
          record(workspace, 20, "later " + i);
          workspace.compact();
        }
        assertThat(segments()).doesNotContainAnyElementsOf(keys);
        assertThat(seen(rows(reader))).isEqualTo(before);
      }
    }
  }

  private List<String> segments() throws IOException {
    return store.list("w/000001/segment/", "", 1_000).objects().stream()
        .map(object -> object.key().path())
        .toList();
  }

  /** Says when the rows of a segment are asked for, which a hook may answer in another way. */
  private final class Watched extends ForwardingObjectStore {
    private volatile Hook hook = asked -> {};
    private final AtomicInteger asked = new AtomicInteger();

    Watched() {
      super(EventBatchesTest.this.store);
    }

    @Override
    public Optional<Stored> get(ObjectKey key) throws IOException {
      if (key.path().contains("/segment/")) {
        hook.ask(asked.incrementAndGet());
      }
      return super.get(key);
    }
  }

  @FunctionalInterface
  private interface Hook {
    void ask(int count) throws IOException;
  }

  /** Another process, which has copies of nothing. */
  private Daybook elsewhere(ObjectStore watched) {
    return Daybook.on(watched)
        .embedder(Embedder.none())
        .cache(cache.resolve("elsewhere"), 1 << 30)
        .open();
  }

  /** As many segments of a session each, which are not merged. */
  private void recordSegments(Workspace workspace, int segments) throws IOException {
    for (int i = 0; i < segments; i++) {
      record(workspace, 20, "segment " + i);
      workspace.compact();
    }
    assertThat(segments()).hasSize(segments);
  }

  @Test
  void saysAsFindDoesThatASegmentIsLost() throws Exception {
    Watched watched = new Watched();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      recordSegments(workspace, 1);
      for (String key : segments()) {
        store.delete(ObjectKey.of(key));
      }
      try (Daybook elsewhere = elsewhere(watched);
          Workspace lost = elsewhere.open("w");
          ArrowReader reader = EventBatches.of(lost.traces()).open(Filter.any())) {
        Throwable found = catchThrowable(() -> lost.traces().find(Filter.any()));
        watched.asked.set(0);
        watched.hook =
            count -> {
              if (count > 50) {
                throw new AssertionError("Asks for ever");
              }
            };
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(reader::loadNextBatch)
              .isInstanceOf(CorruptDataException.class)
              .hasSameClassAs(found)
              .hasMessage(found.getMessage());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void anInterruptWhileASegmentIsFetchedLosesNothing(int segments) throws Exception {
    Watched watched = new Watched();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Daybook elsewhere = elsewhere(watched);
        Workspace slow = elsewhere.open("w")) {
      recordSegments(workspace, segments);
      try (ArrowReader reader =
          EventBatches.of(slow.traces()).columns("event_id").open(Filter.any())) {
        Thread reading = Thread.currentThread();
        watched.hook =
            count -> {
              reading.interrupt();
              throw new InterruptedIOException("Interrupted while waiting for an answer");
            };
        assertThatThrownBy(reader::loadNextBatch)
            .isInstanceOf(StorageUnavailableException.class)
            .hasMessageContaining("Interrupted");
        assertThat(Thread.interrupted()).isTrue();
        watched.hook = count -> {};
        assertThat(rows(reader)).hasSize(segments * 21);
      }
    }
  }

  @Test
  void goesOnOnceASegmentCanBeFetchedAgain() throws Exception {
    Watched watched = new Watched();
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Daybook elsewhere = elsewhere(watched);
        Workspace slow = elsewhere.open("w")) {
      recordSegments(workspace, 6);
      try (ArrowReader reader =
          EventBatches.of(slow.traces()).columns("event_id").open(Filter.any())) {
        watched.hook =
            count -> {
              throw new AccessDeniedException("for a while");
            };
        assertThatThrownBy(reader::loadNextBatch).isInstanceOf(StorageAccessException.class);
        watched.asked.set(0);
        watched.hook =
            count -> {
              if (count > 4) {
                throw new AccessDeniedException("for a while");
              }
            };
        assertThat(reader.loadNextBatch()).isTrue();
        int before = reader.getVectorSchemaRoot().getRowCount();
        assertThat(before).isBetween(1, 4 * 21);
        assertThatThrownBy(reader::loadNextBatch).isInstanceOf(StorageAccessException.class);
        watched.hook = count -> {};
        assertThat(rows(reader)).hasSize(6 * 21 - before);
      }
    }
  }

  /** The allocator complains when it is closed if anything was not freed. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void passesOnWhatTheAllocatorSays(boolean isCompacted) throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 4_000, "long ".repeat(200));
      if (isCompacted) {
        workspace.compact();
      }
      try (BufferAllocator allocator = new RootAllocator(1 << 20);
          ArrowReader reader =
              EventBatches.of(workspace.traces()).columns("text").open(Filter.any(), allocator)) {
        assertThatThrownBy(reader::loadNextBatch)
            .isInstanceOf(OutOfMemoryException.class)
            .hasMessageContaining("limit");
        assertThatThrownBy(reader::loadNextBatch)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("open another");
      }
    }
  }

  /** Short and long in turns, so that no batch can be judged by those before. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyItsLastEventTakesABatchOverItsBytes(boolean isCompacted) throws Exception {
    String huge = "y".repeat(900_000);
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      for (int i = 0; i < 2; i++) {
        record(workspace, 1_500, "short");
        record(workspace, 15, huge);
      }
      if (isCompacted) {
        workspace.compact();
      }
      try (BufferAllocator allocator = new RootAllocator();
          ArrowReader reader =
              EventBatches.of(workspace.traces())
                  .columns("text", "payload", "event_id")
                  .open(Filter.any(), allocator)) {
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        int rows = 0;
        while (reader.loadNextBatch()) {
          rows += root.getRowCount();
          long bytes = 0;
          long last = 0;
          for (FieldVector vector : root.getFieldVectors()) {
            ArrowBuf offsets = vector.getOffsetBuffer();
            int end = offsets.getInt(4L * root.getRowCount());
            bytes += end;
            last += end - offsets.getInt(4L * (root.getRowCount() - 1));
          }
          assertThat(bytes - last).isLessThan(EventBatches.BATCH_BYTES);
        }
        assertThat(rows).isEqualTo(2 * 1_501 + 2 * 16);
        assertThat(allocator.getPeakMemoryAllocation()).isLessThan(8L * EventBatches.BATCH_BYTES);
      }
    }
  }

  @Test
  void isRefusedOnceTheWorkspaceIsClosed() throws Exception {
    try (Daybook daybook = daybook()) {
      Workspace workspace = daybook.create("w");
      record(workspace, 3, "a");
      try (ArrowReader reader = EventBatches.of(workspace.traces()).open(Filter.any())) {
        workspace.close();
        assertThatThrownBy(reader::loadNextBatch)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("closed");
      }
      assertThatThrownBy(() -> EventBatches.of(workspace.traces()).open(Filter.any()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  /** What engines in other languages are given. */
  @Test
  void canBeWrittenAsAStreamOfArrow() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        BufferAllocator allocator = new RootAllocator()) {
      history(workspace, new Random(9), 6);
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      try (ArrowReader reader = EventBatches.of(workspace.traces()).open(Filter.any(), allocator);
          ArrowStreamWriter writer =
              new ArrowStreamWriter(
                  reader.getVectorSchemaRoot(), reader, Channels.newChannel(stream))) {
        while (reader.loadNextBatch()) {
          writer.writeBatch();
        }
        writer.end();
      }
      try (ArrowReader read =
          new ArrowStreamReader(new ByteArrayInputStream(stream.toByteArray()), allocator)) {
        assertThat(seen(rows(read)))
            .isEqualTo(found(workspace.traces(), Filter.any(), workspace.id()));
      }
    }
  }

  @Test
  void onlyPagesOfTheColumnsAndEventsAskedForAreRead() throws Exception {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 5_000, "text of some length, ".repeat(10));
      try (Session session = workspace.startSession(Actor.agent("rare"))) {
        session.record(Observation.of("the only one")).await();
      }
      workspace.compact();
      long all = bytes(EventBatches.of(workspace.traces()), Filter.any());
      long text = bytes(EventBatches.of(workspace.traces()).columns("text"), Filter.any());
      long time = bytes(EventBatches.of(workspace.traces()).columns("type"), Filter.any());
      long one =
          bytes(EventBatches.of(workspace.traces()).columns("text"), Filter.any().agent("rare"));
      assertThat(text).isLessThan(all / 2);
      assertThat(time).isLessThan(text / 10);
      assertThat(one).isPositive().isLessThan(text / 5);
      assertThat(bytes(EventBatches.of(workspace.traces()), Filter.any().agent("nobody"))).isZero();
    }
  }

  private static long bytes(EventBatches batches, Filter filter) throws IOException {
    try (ArrowReader reader = batches.open(filter)) {
      while (reader.loadNextBatch()) {
        assertThat(reader.getVectorSchemaRoot().getRowCount()).isPositive();
      }
      return reader.bytesRead();
    }
  }
}
