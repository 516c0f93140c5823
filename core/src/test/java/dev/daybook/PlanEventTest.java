package dev.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.ApproachReconsidered;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import dev.daybook.event.PlanEvent.ApprovalGiven;
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
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.UnknownEvent;
import dev.daybook.event.Vcs;
import dev.daybook.internal.entry.EventTypes;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.plan.Checkpoint;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.internal.segment.SegmentWriter;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every type of event: what it refuses to be, and that it is read back as it was written. */
class PlanEventTest {
  private static final String WORKSPACE = "01JD0000000000000000000000";
  private static final ObjectKey KEY = ObjectKey.of("w/000001/log/1");

  static List<String> types() {
    return EventTypes.names();
  }

  private static Row row(Event event) {
    boolean plan = event instanceof PlanEvent;
    return Row.of(
        Masker.NONE.event(
            new Envelope(
                EventSamples.OTHER,
                plan ? Envelope.Stream.PLAN : Envelope.Stream.TRACE,
                EventSamples.TIME,
                EventSamples.TIME,
                Actor.agent("coder-7").role("coder"),
                SessionId.of("s1"),
                SessionId.NONE,
                event instanceof PlanEvent known ? known.task() : "",
                event instanceof PlanEvent known ? known.cause() : EventId.NONE,
                "",
                "",
                "",
                Vcs.NONE,
                Map.of(),
                plan ? 3 : 0),
            event));
  }

  @ParameterizedTest
  @MethodSource("types")
  void isReadBackFromJsonLogAndSegment(String type) throws Exception {
    Event event = EventSamples.of(type);
    assertThat(EventTypes.decode(type, 1, EventTypes.payload(event)).event()).isEqualTo(event);
    Row row = row(event);
    List<Row> fromLog = EntryLines.rows(KEY, EntryLines.line(row));
    assertThat(fromLog).containsExactly(row);
    assertThat(fromLog.getFirst().entry().event()).isEqualTo(event);
    List<Row> fromSegment = new ArrayList<>();
    SegmentReader.open(SegmentWriter.write(WORKSPACE, fromLog), WORKSPACE)
        .forEach(fromSegment::add);
    assertThat(fromSegment).containsExactly(row);
    assertThat(fromSegment.getFirst().entry().event()).isEqualTo(event);
  }

  @ParameterizedTest
  @MethodSource("types")
  void hasASampleInWhichNothingIsLeftToItsDefault(String type) throws Exception {
    // A part that is empty in the sample could be lost on the way and nobody would notice.
    for (Map.Entry<String, com.fasterxml.jackson.databind.JsonNode> field :
        dev.daybook.internal.entry.Json.tree(EventTypes.payload(EventSamples.of(type)))
            .properties()) {
      boolean said =
          field.getValue().isContainerNode()
              ? !field.getValue().isEmpty()
              : !field.getValue().asText().isEmpty();
      assertThat(said || MAY_BE_EMPTY.contains(type + "." + field.getKey()))
          .as("%s.%s is empty", type, field.getKey())
          .isTrue();
    }
  }

  private static final Set<String> MAY_BE_EMPTY =
      Set.of("TaskEdited.description", "TaskEdited.assignee");

  /** A script in which every plan event is legal, each type at least once. */
  private static Map<String, List<Event>> script(PlanScene scene) {
    Session agent = scene.agent("planner-1");
    Session coder = scene.workspace.startSession(Actor.agent("coder-7").role("coder"));
    Session ada = scene.human("ada");
    Map<String, List<Event>> said = new TreeMap<>();
    Script script = new Script(said);
    script.say(agent, new GoalSet("ship it", "auth"), new ConstraintStated("no downtime"));
    script.say(agent, EventSamples.of("TaskAdded"), TaskAdded.of("U", "u"), TaskAdded.of("V", "v"));
    script.say(agent, EventSamples.of("TaskEdited"), EventSamples.of("DependencyAdded"));
    script.say(agent, DependencyAdded.childOf("T", "U"), EventSamples.of("DependencyRemoved"));
    EventId criterion = script.say(agent, new AcceptanceCriterionAdded("T", "c"));
    script.say(agent, AcceptanceCriterionChecked.met(criterion, criterion));
    EventId blocker = script.say(agent, new BlockerRaised("T", "b"));
    script.say(agent, new BlockerCleared(blocker, "up"));
    EventId question = script.say(agent, EventSamples.of("QuestionAsked"));
    script.say(agent, new QuestionAnswered(question, "a day"));
    EventId decision = script.say(agent, DecisionMade.of("d").ratherThan("e", "slow").on("T"));
    EventId rejection = script.say(agent, EventSamples.of("ApproachRejected"));
    script.say(agent, new ApproachReconsidered(rejection, "r"), EventSamples.of("NoteAdded"));
    EventId assumption = script.say(agent, EventSamples.of("AssumptionStated"));
    script.say(agent, new AssumptionInvalidated(assumption, "r"));
    script.say(ada, EventSamples.of("ApprovalPolicySet"));
    script.say(agent, EventSamples.of("ApprovalRequested"));
    script.say(ada, EventSamples.of("ApprovalDenied"), ApprovalGiven.ofTask("T", "ok"));
    script.say(ada, ApprovalGiven.ofDecision(decision, "ok"));
    Instant until = PlanScene.START.plus(PlanScene.LEASE);
    long fence = agent.updatePlan(plan -> List.of(new TaskClaimed("T", until))).version();
    script.note(new TaskClaimed("T", until));
    script.say(agent, new LeaseRenewed("T", fence, until.plusSeconds(1).plusNanos(7)));
    script.say(agent, new TaskReleased("T", fence, "stuck"));
    for (Event last :
        List.of(
            new HandoffDeclined("?", "coder-7", "no"),
            new HandoffWithdrawn("?", "never mind"),
            new HandoffCompleted("?", "green"))) {
      Handoff offered = agent.offer(Handoff.of("T").summary("s").touched("a/b").build());
      script.note(
          new HandoffOffered(
              offered.id(),
              offered,
              scene.plan().handoff(offered.id()).orElseThrow().contradictions()));
      switch (last) {
        case HandoffDeclined declined ->
            script.say(coder, new HandoffDeclined(offered.id(), "coder-7", declined.reason()));
        case HandoffWithdrawn withdrawn ->
            script.say(agent, new HandoffWithdrawn(offered.id(), withdrawn.reason()));
        default -> {
          script.say(coder, new HandoffAccepted(offered.id(), "coder-7", until));
          script.say(coder, new HandoffCompleted(offered.id(), "green"));
        }
      }
    }
    script.say(coder, new TaskStatusChanged("T", TaskStatus.IN_REVIEW, "r"));
    script.say(coder, new TaskClosed("T", Resolution.FAILED, "r"), new TaskReopened("T", "r"));
    return said;
  }

  private record Script(Map<String, List<Event>> said) {
    EventId say(Session session, Event... events) {
      List<PlanEvent> plan = Stream.of(events).map(PlanEvent.class::cast).toList();
      Stream.of(events).forEach(this::note);
      return PlanScene.change(session, plan);
    }

    void note(Event event) {
      said.computeIfAbsent(event.type(), type -> new ArrayList<>()).add(event);
    }
  }

  @Test
  void isReadBackByAnybodyFromLogSegmentAndCheckpoint(@TempDir Path cache) throws Exception {
    try (PlanScene scene = new PlanScene(cache)) {
      Map<String, List<Event>> said = script(scene);
      assertThat(said.keySet()).isEqualTo(planTypes());
      PlanRecord plan = scene.plan();
      assertThat(read(scene.another())).isEqualTo(said);
      assertThat(scene.another().plan()).isEqualTo(plan);
      scene.workspace.compact();
      assertThat(read(scene.another())).isEqualTo(said);
      // Reads the checkpoint, and for an older version the events in the segment.
      assertThat(scene.another().plan()).isEqualTo(plan);
      assertThat(scene.another().plan(plan.version())).isEqualTo(plan);
      PlanState read = Checkpoint.read(Checkpoint.write(plan.state()));
      assertThat(read).isEqualTo(plan.state());
      assertThat(new String(Checkpoint.write(read), UTF_8))
          .isEqualTo(new String(Checkpoint.write(plan.state()), UTF_8));
    }
  }

  private static Set<String> planTypes() {
    Set<String> types = new TreeSet<>();
    for (String type : EventTypes.names()) {
      if (EventSamples.of(type) instanceof PlanEvent) {
        types.add(type);
      }
    }
    return types;
  }

  private static Map<String, List<Event>> read(Workspace workspace) {
    Map<String, List<Event>> read = new TreeMap<>();
    List<Entry> entries =
        workspace
            .traces()
            .find(Filter.any().stream(Envelope.Stream.PLAN), EventId.NONE, 1_000)
            .entries()
            .reversed();
    for (Entry entry : entries) {
      read.computeIfAbsent(entry.type(), type -> new ArrayList<>()).add(entry.event());
    }
    return read;
  }

  @ParameterizedTest
  @MethodSource("types")
  void foldsOnAnyPlanWithoutFailing(String type) throws Exception {
    if (EventSamples.of(type) instanceof PlanEvent) {
      PlanFold fold = new PlanFold(PlanState.EMPTY);
      fold.add(row(EventSamples.of(type)).entry());
      fold.add(row(TaskAdded.of("T", "t")).entry());
      fold.add(row(EventSamples.of(type)).entry());
      PlanState plan = fold.plan();
      assertThat(plan.version()).isEqualTo(3);
      assertThat(Checkpoint.read(Checkpoint.write(plan))).isEqualTo(plan);
    }
  }

  private static void refuses(
      String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable c) {
    assertThatThrownBy(c)
        .as(message)
        .isInstanceOfAny(IllegalArgumentException.class, NullPointerException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesBlankAndImpossibleParts() {
    EventId id = EventSamples.ID;
    refuses("GoalSet.goal is blank", () -> GoalSet.of(" "));
    refuses("scope", () -> new GoalSet("g", null));
    refuses("ConstraintStated.constraint is blank", () -> new ConstraintStated(""));
    refuses("TaskAdded.task is blank", () -> TaskAdded.of("", "t"));
    refuses("TaskAdded.task 'a\nb' is no id", () -> TaskAdded.of("a\nb", "t"));
    refuses("at most 200 characters", () -> TaskAdded.of("x".repeat(201), "t"));
    refuses("TaskAdded.title is blank", () -> TaskAdded.of("T", "\t"));
    refuses("TaskAdded.priority is -1", () -> TaskAdded.of("T", "t").priority(-1));
    refuses("TaskAdded.kind is blank", () -> TaskAdded.of("T", "t").kind(""));
    refuses("TaskAdded.label key is blank", () -> TaskAdded.of("T", "t").label("", "v"));
    refuses("label value", () -> TaskAdded.of("T", "t").label("k", null));
    refuses("TaskEdited.task is blank", () -> TaskEdited.of(""));
    refuses("TaskEdited.title is blank", () -> TaskEdited.of("T").title(""));
    refuses("TaskEdited.priority is -2", () -> TaskEdited.of("T").priority(-2));
    refuses("TaskEdited.kind is blank", () -> TaskEdited.of("T").kind(" "));
    refuses(
        "both sets and takes off label 'k'", () -> TaskEdited.of("T").label("k", "v").unlabel("k"));
    refuses("TaskEdited.unlabeled is blank", () -> TaskEdited.of("T").unlabel(""));
    refuses("TaskStatusChanged.task is blank", () -> TaskStatusChanged.of("", TaskStatus.OPEN));
    refuses(
        "TaskStatusChanged.to is DONE for 'T'; closing takes TaskClosed",
        () -> TaskStatusChanged.of("T", TaskStatus.DONE));
    refuses("to is CANCELED", () -> TaskStatusChanged.of("T", TaskStatus.CANCELED));
    refuses("TaskClosed.task is blank", () -> TaskClosed.done(""));
    refuses("resolution", () -> new TaskClosed("T", null, ""));
    refuses("TaskReopened.task is blank", () -> TaskReopened.of(" "));
    refuses("DependencyAdded.task is blank", () -> DependencyAdded.blocks("", "U"));
    refuses("DependencyAdded.on is blank", () -> DependencyAdded.blocks("T", ""));
    refuses("DependencyAdded.on is 'T', the task itself", () -> DependencyAdded.childOf("T", "T"));
    refuses(
        "DependencyRemoved.on is blank",
        () -> new DependencyRemoved("T", DependencyKind.BLOCKS, ""));
    refuses(
        "AcceptanceCriterionAdded.criterion is blank", () -> new AcceptanceCriterionAdded("T", ""));
    refuses(
        "AcceptanceCriterionChecked.criterion is no event",
        () -> AcceptanceCriterionChecked.met(EventId.NONE));
    refuses("TaskClaimed.task is blank", () -> new TaskClaimed("", Instant.EPOCH));
    refuses("leaseUntil", () -> new TaskClaimed("T", null));
    refuses("LeaseRenewed.fence is -1", () -> new LeaseRenewed("T", -1, Instant.EPOCH));
    refuses("TaskReleased.fence is -1", () -> new TaskReleased("T", -1, ""));
    refuses("BlockerRaised.task is blank", () -> new BlockerRaised("", "b"));
    refuses("BlockerRaised.blocker is blank", () -> new BlockerRaised("T", " "));
    refuses("BlockerCleared.blocker is no event", () -> new BlockerCleared(EventId.NONE, ""));
    refuses("QuestionAsked.question is blank", () -> QuestionAsked.of(""));
    refuses("QuestionAsked.task is blank", () -> QuestionAsked.of("q").holding(""));
    refuses("QuestionAnswered.question is no event", () -> new QuestionAnswered(EventId.NONE, "a"));
    refuses("QuestionAnswered.answer is blank", () -> new QuestionAnswered(id, ""));
    refuses("DecisionMade.chosen is blank", () -> DecisionMade.of(""));
    refuses("Alternative.option is blank", () -> DecisionMade.of("d").ratherThan("", "r"));
    refuses("ApproachRejected.approach is blank", () -> ApproachRejected.of(""));
    refuses("ApproachRejected.paths is blank", () -> ApproachRejected.of("a").about(""));
    refuses(
        "ApproachReconsidered.rejection is no event",
        () -> new ApproachReconsidered(EventId.NONE, "r"));
    refuses("ApproachReconsidered.reason is blank", () -> new ApproachReconsidered(id, ""));
    refuses("AssumptionStated.assumption is blank", () -> AssumptionStated.of(""));
    refuses(
        "AssumptionInvalidated.assumption is no event",
        () -> new AssumptionInvalidated(EventId.NONE, "r"));
    refuses("AssumptionInvalidated.reason is blank", () -> new AssumptionInvalidated(id, ""));
    refuses("ApprovalRequested.id is blank", () -> ApprovalRequested.ofTask("", ""));
    refuses(
        "ApprovalRequested.id 'T' is no id of a decision's event",
        () -> new ApprovalRequested(Subject.DECISION, "T", ""));
    refuses("ApprovalGiven.id", () -> ApprovalGiven.ofDecision(EventId.NONE, ""));
    refuses("ApprovalDenied.reason is blank", () -> ApprovalDenied.ofTask("T", ""));
    refuses("NoteAdded.text is blank", () -> NoteAdded.of("\n"));
  }

  @Test
  void refusesImpossibleHandoffs() {
    Handoff good = Handoff.of("T").summary("s").build();
    refuses("Handoff.task is blank", () -> Handoff.of(""));
    refuses("Handoff.summary is blank", () -> Handoff.of("T").build());
    refuses("Handoff.done is blank", () -> Handoff.of("T").summary("s").done(" ").build());
    refuses("Handoff.remaining is blank", () -> Handoff.of("T").summary("s").remaining("").build());
    refuses("Handoff.questions is blank", () -> Handoff.of("T").summary("s").question("").build());
    refuses(
        "Handoff.dangerZones is blank", () -> Handoff.of("T").summary("s").dangerZone("").build());
    refuses("Handoff.artifacts is blank", () -> Handoff.of("T").summary("s").artifacts("").build());
    refuses("Handoff.planVersion is -1", () -> good.offered("h", "p", -1, Vcs.NONE));
    refuses("Addressee.name is blank", () -> Handoff.of("T").toAgent(""));
    refuses("Addressee.name", () -> new Addressee(Addressee.Kind.ANYONE, "x"));
    refuses("FileTouched.path is blank", () -> Handoff.of("T").touched(""));
    refuses("TestRun.command is blank", () -> TestRun.of("", 1));
    refuses("TestRun.passed is -1", () -> TestRun.of("c", -1));
    refuses("TestRun.skipped is -1", () -> new TestRun("c", 1, 0, -1, List.of()));
    refuses("Budget.tokens is -1", () -> Handoff.Budget.ofTokens(-1));
    refuses("Budget.cost is -1", () -> new Handoff.Budget(0, -1, Duration.ZERO));
    refuses("Budget.time is PT-1S", () -> new Handoff.Budget(0, 0, Duration.ofSeconds(-1)));
    refuses("change", () -> new FileTouched("a", null, ""));
    refuses("HandoffOffered.handoff is blank", () -> new HandoffOffered("", good, List.of()));
    refuses(
        "HandoffOffered.contradictions is blank", () -> new HandoffOffered("h", good, List.of("")));
    refuses("HandoffAccepted.by is blank", () -> new HandoffAccepted("h", "", Instant.MAX));
    refuses("HandoffDeclined.reason is blank", () -> new HandoffDeclined("h", "a", ""));
    refuses("HandoffWithdrawn.handoff is blank", () -> new HandoffWithdrawn("", ""));
    refuses("HandoffCompleted.result is blank", () -> new HandoffCompleted("h", " "));
  }

  @Test
  void refusesImpossibleTraces() {
    refuses("Message.role is blank", () -> new Message("", "t"));
    refuses("Message.text is blank", () -> new Message("user", ""));
    refuses("Observation.text is blank", () -> Observation.of(""));
    refuses("ToolCallStarted.tool is blank", () -> new ToolCallStarted("", ""));
    refuses("ToolCall.tool is blank", () -> ToolCall.of("", ""));
    refuses("ToolCall.duration is PT-1S", () -> ToolCall.of("b", "").took(Duration.ofSeconds(-1)));
    refuses("ToolCall.tokensIn is -1", () -> ToolCall.of("b", "").tokens(-1, 0));
    refuses("ToolCall.filesRead is blank", () -> ToolCall.of("b", "").reading(""));
    refuses("UnknownEvent.type is blank", () -> new UnknownEvent("", "{}"));
  }

  @Test
  void keepsWhatItWasGiven() {
    Map<String, String> labels = new TreeMap<>(Map.of("k", "v"));
    TaskAdded added = new TaskAdded("T", "t", "", 1, "task", "", labels);
    labels.put("later", "x");
    assertThat(added.labels()).isEqualTo(Map.of("k", "v"));
    List<EventId> evidence = new ArrayList<>(List.of(EventSamples.ID));
    var checked =
        new AcceptanceCriterionChecked(
            EventSamples.ID, AcceptanceCriterionChecked.Verdict.MET, evidence);
    evidence.clear();
    assertThat(checked.evidence()).containsExactly(EventSamples.ID);
    assertThatThrownBy(() -> added.labels().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
