package dev.daybook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Alternative;
import dev.daybook.event.Context;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
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
import dev.daybook.event.UnknownEvent;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.IndexTexts;
import dev.daybook.internal.log.Zstd;
import dev.daybook.internal.masking.MadeUp;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.ForwardingTestEmbedder;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets given by every way into a workspace stand nowhere in it: not in logs, plan versions,
 * segments, indexes, outputs, checkpoints or local copies, not in what an embedder was shown. The
 * types of events are those of the sealed families, so that a new one cannot be forgotten.
 */
class NothingSecretIsKeptTest {
  private static final String TOKEN = "gh" + "p_";
  private static final String MASKED = "[masked:github-token]";

  @TempDir private Path folder;
  private final MadeUp made = new MadeUp(42);
  private final MemoryObjectStore store = new MemoryObjectStore();
  private final List<String> given = new ArrayList<>();
  private final Queue<String> embedded = new ConcurrentLinkedQueue<>();

  /** Words with a secret that was never given before. */
  private String s() {
    String random = made.chars(MadeUp.ALNUM, 36);
    given.add(random);
    return "words " + TOKEN + random + " and more";
  }

  /** The same as the id of something. */
  private String id(String name) {
    String random = made.chars(MadeUp.ALNUM, 36);
    given.add(random);
    return name + "/" + TOKEN + random;
  }

  private static List<Class<?>> types(Class<?> sealed) {
    if (sealed.isRecord()) {
      return List.of(sealed);
    }
    return Stream.of(sealed.getPermittedSubclasses())
        .flatMap(one -> types(one).stream())
        .distinct()
        .filter(one -> one != UnknownEvent.class)
        .collect(Collectors.toList());
  }

  private Daybook daybook(Masking masking) {
    Embedder noting =
        new ForwardingTestEmbedder(new WordVectorTestEmbedder()) {
          @Override
          public List<float[]> embedDocuments(List<String> texts) {
            embedded.addAll(texts);
            return super.embedDocuments(texts);
          }

          @Override
          public float[] embedQuery(String text) {
            embedded.add(text);
            return super.embedQuery(text);
          }
        };
    return Daybook.on(store)
        .embedder(noting)
        .cache(folder.resolve("cache"), 1 << 30)
        .masking(masking)
        .open();
  }

  /** Puts a secret behind every text of a record, whatever it holds. */
  private Object seeded(Object value) throws ReflectiveOperationException {
    return switch (value) {
      case String text -> id(text.isEmpty() ? "x" : text.substring(0, Math.min(40, text.length())));
      case List<?> list -> {
        List<Object> all = new ArrayList<>();
        for (Object one : list) {
          all.add(seeded(one));
        }
        yield all;
      }
      case Map<?, ?> map -> {
        Map<Object, Object> all = new LinkedHashMap<>();
        for (Map.Entry<?, ?> one : map.entrySet()) {
          all.put(seeded(one.getKey()), seeded(one.getValue()));
        }
        yield all;
      }
      case Record part -> {
        List<Class<?>> types = new ArrayList<>();
        List<Object> parts = new ArrayList<>();
        for (RecordComponent component : part.getClass().getRecordComponents()) {
          types.add(component.getType());
          Object given = component.getAccessor().invoke(part);
          // An approval names an event, and where an output is stored nobody says.
          boolean isOurs =
              part instanceof ToolCall.StoredOutput
                  || (part instanceof ApprovalGiven && component.getName().equals("id"));
          parts.add(isOurs ? given : seeded(given));
        }
        yield part.getClass()
            .getDeclaredConstructor(types.toArray(Class<?>[]::new))
            .newInstance(parts.toArray());
      }
      default -> value;
    };
  }

  @Test
  void masksEveryTextOfEveryTypeOfEvent() throws ReflectiveOperationException {
    Masker masker = new Masker(Masking.standard()::mask);
    Envelope envelope =
        new Envelope(
            EventSamples.ID,
            Envelope.Stream.TRACE,
            EventSamples.TIME,
            EventSamples.TIME,
            Actor.agent("a").name("n").role("r").model("m").client("c"),
            SessionId.of("s"),
            SessionId.of("p"),
            "t",
            EventId.NONE,
            "source",
            "trace",
            "span",
            new Vcs("r", "b", "w", "v", Vcs.State.CLEAN),
            Map.of("k", "v"),
            0);
    for (Class<?> type : types(Event.class)) {
      given.clear();
      Event event = (Event) seeded(EventSamples.of(type.getSimpleName()));
      Envelope seeded = (Envelope) seeded(envelope);
      var masked = masker.event(seeded, event);
      Row row = Row.of(masked);
      assertThat(given).as(type.getSimpleName()).hasSizeGreaterThanOrEqualTo(17);
      assertThat(secretsIn(row.toString())).as(row.toString()).isEmpty();
      assertThat(masked.masked()).isEqualTo(Map.of("github-token", (long) given.size()));
      assertThat(row.entry().event().getClass()).isEqualTo(type);
    }
  }

  public record Maybe(Optional<String> text) {}

  public record Listed(List<StringBuilder> texts) {}

  @Test
  void refusesPartsThatItCannotLookInto() {
    for (Record record :
        List.of(new Maybe(Optional.of("x")), new Listed(List.of(new StringBuilder("x"))))) {
      assertThatThrownBy(() -> Masker.NONE.record(record))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Secrets are not looked for in a ");
    }
  }

  @Test
  void keepsNoneOfTheSecretsThatAreGivenByAnyWay() throws Exception {
    String large =
        "first\n" + "a line of words\n".repeat(10_000) + s() + "\n" + "x ".repeat(50_000);
    // Where head and tail of an output are cut, and in what is cut out.
    int at = 7_920;
    String cut = "y".repeat(at) + " " + s().substring(6) + " " + "z ".repeat(60_000);
    Set<String> recorded = new TreeSet<>();
    try (Daybook daybook = daybook(Masking.standard());
        Workspace workspace = daybook.create("w")) {
      trace(workspace, large, cut);
      plan(workspace);
      handoffs(workspace);
      imports(workspace);
      EntryPage page = workspace.traces().find(Filter.any(), EventId.NONE, 1_000);
      page.entries().forEach(entry -> recorded.add(entry.type()));
      for (Entry entry : page.entries()) {
        assertThat(secretsIn(entry.toString())).as(entry.toString()).isEmpty();
        if (entry.event() instanceof ToolCall call) {
          assertThat(secretsIn(workspace.traces().output(call))).isEmpty();
        }
      }
      recorded.add("ToolCallStarted"); // shown as one with its end
      assertThat(secretsIn(workspace.startSession(Actor.agent("r")).briefing(8_000).text()))
          .isEmpty();
      assertThat(workspace.masked().get("github-token")).isGreaterThan(100);
      assertNothingIsKept(workspace.id());
      workspace.compact();
      assertNothingIsKept(workspace.id());
    }
    assertThat(recorded)
        .as("types of events that were recorded")
        .containsAll(types(Event.class).stream().map(Class::getSimpleName).toList());
    assertThat(embedded).isNotEmpty();
    embedded.forEach(text -> assertThat(secretsIn(text)).as(text).isEmpty());
    assertNothingIsKept("w");
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertBytes(file.toString(), Files.readAllBytes(file));
      }
    }
  }

  @Test
  void wouldFindWhatIsKept() throws Exception {
    try (Daybook daybook = daybook(Masking.none());
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(Actor.agent("a"))) {
      session.record(Observation.of(s())).await();
      assertThatThrownBy(() -> assertNothingIsKept("log")).isInstanceOf(AssertionError.class);
      workspace.compact();
      assertThatThrownBy(() -> assertNothingIsKept("segment")).isInstanceOf(AssertionError.class);
      for (ObjectKey key : keys()) {
        boolean holds = key.path().contains("/segment/") || key.path().contains("/index/");
        if (holds && !key.path().contains("vector")) {
          byte[] bytes = store.get(key).orElseThrow().bytes();
          assertThatThrownBy(() -> assertBytes(key.path(), bytes))
              .isInstanceOf(AssertionError.class);
        }
      }
      assertThat(session.record(Observation.of(s())).masked()).isEmpty();
      assertThat(workspace.masked()).isEmpty();
    }
  }

  private void trace(Workspace workspace, String large, String cut) {
    Actor actor =
        Actor.agent(id("coder"))
            .name(s())
            .role(id("role"))
            .model(s())
            .client("https://user:" + secretPassword() + "@example.org");
    SessionId parent = SessionId.of(id("parent"));
    SessionOptions options =
        SessionOptions.defaults().id(SessionId.of(id("session"))).parent(parent).purpose(s());
    try (Session first = workspace.startSession(actor, options)) {
      Session session =
          first
              .on(id("task"))
              .at(
                  new Vcs(
                      "https://user:" + secretPassword() + "@example.org/r.git",
                      id("branch"),
                      "/work/" + id("tree"),
                      id("revision"),
                      Vcs.State.DIRTY));
      Context context =
          Context.none()
              .source(new SourceId("host", id("session"), id("call")), Instant.EPOCH.plusSeconds(9))
              .task(id("task"))
              .span(id("trace"), id("span"))
              .label(id("key"), s())
              .label("api_key", secretPassword());
      Receipt receipt = session.record(new Message("user", s()), context).await();
      assertThat(receipt.masked().get("github-token")).isGreaterThanOrEqualTo(8);
      session.record(Observation.of(s()));
      ToolCall call =
          ToolCall.of(
              "curl", "{\"cmd\":\"curl -H 'Authorization: Bearer " + secretPassword() + "'\"}");
      Receipt started = session.started(call);
      session.finished(
          started.id(),
          call.output(s()).hardFail(s(), s()).reading(id("a")).touching(id("b")).trying(s()));
      session.record(ToolCall.of(id("tool"), s()).softFail(s()).output(large));
      session.record(ToolCall.of("cat", "log").output(cut));
      session.record(
          ToolCall.of("cat", "json")
              .output("{\"" + s() + "\":{\"password\":\"" + secretPassword() + "\"}}"));
      session.end(Resolution.SUCCEEDED, s());
    }
  }

  private String secretPassword() {
    String random = made.chars(MadeUp.ALNUM, 20);
    given.add(random);
    return random;
  }

  private static EventId change(Session session, PlanEvent... events) {
    return session.updatePlan(plan -> List.of(events)).events().getLast();
  }

  private void plan(Workspace workspace) {
    try (Session human = workspace.startSession(Actor.human("ana").name(s()))) {
      PlanChange first =
          human.updatePlan(plan ->
              List.of(
                  new GoalSet(s(), s()),
                  new ConstraintStated(s()),
                  new TaskAdded("T", s(), s(), 1, id("kind"), id("agent"), Map.of(id("k"), s())),
                  TaskAdded.of("U", s()),
                  TaskAdded.of(id("V"), s())));
      assertThat(first.masked().get("github-token")).isGreaterThan(9);
      PlanEvent depends =
          new DependencyAdded(
              "T", DependencyKind.RELATED, "U", Map.of(id("k"), s(), "token", secretPassword()));
      change(human, depends, new DependencyRemoved("T", DependencyKind.RELATED, "U"));
      EventId criterion = change(human, new AcceptanceCriterionAdded("T", s()));
      change(human, AcceptanceCriterionChecked.met(criterion));
      EventId blocker = change(human, new BlockerRaised("T", s()));
      change(human, new BlockerCleared(blocker, s()));
      EventId question = change(human, QuestionAsked.of(s()).on("T"));
      change(human, new QuestionAnswered(question, s()));
      EventId decision =
          change(
              human,
              new DecisionMade(
                  s(),
                  s(),
                  List.of(new Alternative(s(), s())),
                  s(),
                  "T",
                  EventId.NONE,
                  DecisionMade.Confidence.HIGH));
      EventId rejection =
          change(
              human,
              ApproachRejected.of(s()).because(s()).on("T").about(id("a"), id("b")).at(id("rev")));
      change(human, new ApproachReconsidered(rejection, s()));
      EventId assumption = change(human, AssumptionStated.of(s()).on("T"));
      change(human, new AssumptionInvalidated(assumption, s()));
      change(human, ApprovalRequested.ofDecision(decision, s()));
      change(human, ApprovalGiven.ofDecision(decision, s()));
      change(human, ApprovalRequested.ofTask("U", s()));
      change(human, ApprovalDenied.ofTask("U", s()));
      change(human, ApprovalGiven.ofTask("U", s()));
      change(human, ApprovalPolicySet.of());
      change(human, NoteAdded.of(s()).on("T"));
      change(
          human,
          TaskEdited.of("T")
              .title(s())
              .describedAs(s())
              .kind(id("kind"))
              .assignedTo("")
              .label(id("l"), s()));
      change(human, new TaskStatusChanged("T", TaskStatus.IN_PROGRESS, s()));
      change(human, new TaskClosed("T", Resolution.SUCCEEDED, s()));
      change(human, new TaskReopened("T", s()));
    }
    try (Session agent = workspace.startSession(Actor.agent("coder-7"))) {
      PlanRecord.Claim claim = agent.claim("U", Duration.ofMinutes(5));
      PlanRecord.Claim renewed = agent.renew(claim, Duration.ofMinutes(6));
      agent.release(renewed, s());
    }
  }

  private void handoffs(Workspace workspace) {
    try (Session from = workspace.startSession(Actor.agent("planner"));
        Session to = workspace.startSession(Actor.agent("coder"))) {
      Handoff offered = from.offer(handoff("T").build());
      assertThat(to.accept(offered)).isInstanceOf(Acceptance.Accepted.class);
      to.complete(offered, s());
      to.decline(from.offer(handoff("T").toAgent("coder").build()), s());
      from.withdraw(from.offer(handoff("T").toRole(id("role")).build()), s());
    }
  }

  private Handoff.Builder handoff(String task) {
    return Handoff.of(task)
        .kind(Handoff.Kind.REVIEW)
        .summary(s())
        .done(s())
        .remaining(s())
        .nextAction(s())
        .question(s())
        .touched(new FileTouched(id("file"), FileTouched.Change.MODIFIED, id("sum")))
        .tests(TestRun.of(s(), 1, s()))
        .dangerZone(s())
        .artifacts(s())
        .vcs(new Vcs(s(), s(), s(), s(), Vcs.State.CLEAN));
  }

  private void imports(Workspace workspace) throws IOException {
    Path traces = folder.resolve("traces " + id("f").replace('/', '-') + ".jsonl");
    Files.writeString(
        traces,
        """
        {"session":"%s","agent":"%s","seq":1,"ts":1764000000,"task":"%s","tool":"bash","note":"%s","input":{"%s":"%s","password":"%s"},"output":"%s","status":"error","rc":1}
        {"session":"s","agent":"a","seq":1,"ts":1764000001,"tool":"message","output":"%s","status":"ok"}
        {"session":"%s","agent":1,"seq":"%s"}
        """
            .formatted(
                id("s"),
                id("a"),
                id("t"),
                s(),
                id("k"),
                s(),
                secretPassword(),
                s(),
                s(),
                id("s"),
                s()));
    TraceImport.Report report = TraceImport.of(traces).into(workspace);
    assertThat(report.recorded()).isEqualTo(2);
    assertThat(report.masked().get("github-token")).isGreaterThanOrEqualTo(7);
    assertThat(secretsIn(report.toString())).isEmpty();
    assertThat(TraceImport.of(traces).into(workspace).recorded()).isZero();

    Path plan = folder.resolve("plan " + id("f").replace('/', '-') + ".jsonl");
    String item = id("item");
    Files.writeString(
        plan,
        """
        {"seq":1,"ts":1764000000,"op":"create","id":"%s","set":{"title":"%s","description":"%s","labels":["%s"],"assignee":"%s","notes":{"%s":["%s",1]},"api_token":"%s","plain":"%s","status":"open"}}
        {"seq":2,"ts":1764000001,"op":"update","id":"%s","set":{"status":"closed","close_reason":"%s","dependencies":[{"depends_on_id":"%s","type":"blocks","by":"%s"}]}}
        {"seq":3,"ts":1764000001,"op":"update","id":"%s","set":{"title":"x"}}
        """
            .formatted(
                item,
                s(),
                s(),
                id("l"),
                id("a"),
                id("k"),
                s(),
                secretPassword(),
                id("").substring(1),
                item,
                s(),
                id("d"),
                s(),
                id("nobody")));
    PlanImport.Report planReport = PlanImport.of(plan).into(workspace);
    assertThat(planReport.recorded()).isEqualTo(2);
    assertThat(planReport.masked().get("github-token")).isGreaterThanOrEqualTo(10);
    assertThat(secretsIn(planReport.toString())).isEmpty();
    assertThat(PlanImport.of(plan).into(workspace).recorded()).isZero();
    PlanRecord.Task imported = workspace.plan().task("item/" + MASKED).orElseThrow();
    assertThat(imported.labels())
        .containsEntry("native.api_token", "\"[masked:token]\"")
        .containsEntry("native.plain", "\"" + MASKED + "\"");
  }

  private List<ObjectKey> keys() throws IOException {
    List<ObjectKey> keys = new ArrayList<>();
    String after = "";
    while (true) {
      ObjectStore.Page page = store.list("", after, 100);
      page.objects().forEach(one -> keys.add(one.key()));
      if (page.objects().size() < 100) {
        return keys;
      }
      after = page.objects().getLast().key().path();
    }
  }

  private List<String> secretsIn(String text) {
    return given.stream().filter(text::contains).toList();
  }

  /** Reads every byte, and every text that is packed. */
  private void assertNothingIsKept(String when) throws IOException {
    for (ObjectKey key : keys()) {
      assertThat(secretsIn(key.path())).as(when).isEmpty();
      Optional<ObjectStore.Stored> stored = store.get(key);
      if (stored.isPresent()) {
        assertBytes(key.path(), stored.get().bytes());
      }
    }
  }

  private void assertBytes(String name, byte[] bytes) throws IOException {
    assertThat(secretsIn(new String(bytes, ISO_8859_1))).as(name).isEmpty();
    for (byte[] plain : frames(bytes)) {
      assertThat(secretsIn(new String(plain, UTF_8))).as(name).isEmpty();
    }
    if (new String(bytes, 0, Math.min(8, bytes.length), ISO_8859_1).equals("DAYBOOKX")
        && !name.contains("vector")) {
      for (String text : IndexTexts.of(bytes, folder)) {
        boolean isPart =
            text.length() >= 8
                && given.stream()
                    .anyMatch(one ->
                        text.contains(one)
                            || one.toLowerCase(Locale.ROOT)
                                .contains(text.toLowerCase(Locale.ROOT)));
        assertThat(isPart).as("%s: %s", name, text).isFalse();
      }
    }
  }

  /** Whatever was compressed, wherever it begins. */
  private static List<byte[]> frames(byte[] bytes) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i + 4 <= bytes.length; i++) {
      if (bytes[i] == 0x28
          && bytes[i + 1] == (byte) 0xb5
          && bytes[i + 2] == 0x2f
          && bytes[i + 3] == (byte) 0xfd) {
        int from = i;
        long size =
            com.github.luben.zstd.Zstd.findFrameCompressedSize(
                Arrays.copyOfRange(bytes, from, bytes.length));
        if (size > 0 && size <= bytes.length - from) {
          frames.add(
              Zstd.decompress(
                  ObjectKey.of("some"), Arrays.copyOfRange(bytes, from, from + (int) size)));
        }
      }
    }
    return frames;
  }
}
