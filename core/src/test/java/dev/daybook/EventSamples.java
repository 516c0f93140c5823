package dev.daybook;

import dev.daybook.event.Alternative;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.HandoffEvent.HandoffAccepted;
import dev.daybook.event.HandoffEvent.HandoffCompleted;
import dev.daybook.event.HandoffEvent.HandoffDeclined;
import dev.daybook.event.HandoffEvent.HandoffOffered;
import dev.daybook.event.HandoffEvent.HandoffWithdrawn;
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
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.Vcs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An event of every type, with something in each of its parts. */
final class EventSamples {
  static final EventId ID = EventId.parse("01M86CG6AGAG2EP37552B8SD5N");
  static final EventId OTHER = EventId.parse("01M86CG6AGAG2EP37552B8SD5P");
  static final Instant TIME = Instant.parse("2026-11-24T09:00:00.123456Z");

  private static final Handoff HANDOFF =
      Handoff.of("T")
          .kind(Handoff.Kind.DELEGATE)
          .toRole("coder")
          .waitForResult()
          .status(TaskStatus.IN_REVIEW)
          .summary("keys “signed” \uD83D\uDD11\nrefresh open")
          .done("a", "b")
          .remaining("c")
          .nextAction("run TokenIT")
          .question("how long?")
          .decisions(ID)
          .rejected(OTHER)
          .blockers(ID, OTHER)
          .touched(new FileTouched("auth/Token.java", FileTouched.Change.DELETED, "ab12"))
          .tests(new TestRun("mvn verify", 412, 2, 3, List.of("TokenIT.refresh")))
          .dangerZone("the clock")
          .artifacts("https://example.org/log")
          .budget(new Handoff.Budget(10_000, 2_500_000, Duration.ofMinutes(90)))
          .vcs(new Vcs("git@example.org:a/b", "main", "/w", "0a1b2c", Vcs.State.DIRTY))
          .evidence(OTHER)
          .expiresAt(TIME)
          .build();

  private static final Map<String, Event> BY_TYPE =
      Stream.of(
              new GoalSet("ship it", "auth only"),
              new ConstraintStated("no downtime"),
              ApprovalPolicySet.of(Subject.TASK, Subject.DECISION),
              new TaskAdded("T", "title", "more", 0, "bug", "coder-7", Map.of("b", "", "a", "1")),
              TaskEdited.of("T")
                  .title("t2")
                  .describedAs("")
                  .priority(3)
                  .kind("chore")
                  .assignedTo("")
                  .label("x", "y")
                  .unlabel("a"),
              new TaskStatusChanged("T", TaskStatus.IN_REVIEW, "done, I think"),
              new TaskClosed("T", Resolution.DUPLICATE, "of U"),
              new TaskReopened("T", "not a duplicate"),
              new DependencyAdded("T", DependencyKind.CAUSED_BY, "U", Map.of("k", "v")),
              new DependencyRemoved("T", DependencyKind.PARENT_CHILD, "U"),
              new AcceptanceCriterionAdded("T", "tests pass"),
              AcceptanceCriterionChecked.notMet(ID, OTHER),
              new TaskClaimed("T", TIME.plusNanos(789)),
              new LeaseRenewed("T", 41, TIME.plusNanos(1)),
              new TaskReleased("T", 41, "stuck"),
              new BlockerRaised("T", "vault is down"),
              new BlockerCleared(ID, "up again"),
              QuestionAsked.of("how long?").holding("T"),
              new QuestionAnswered(ID, "a day"),
              new DecisionMade(
                  "how to sign?",
                  "JWT",
                  List.of(new Alternative("opaque", "a lookup each")),
                  "saves a lookup",
                  "T",
                  ID,
                  DecisionMade.Confidence.HIGH),
              new ApproachRejected("in place", "fails", "T", List.of("auth/"), List.of(ID), "0a1b"),
              new ApproachReconsidered(ID, "the library changed"),
              AssumptionStated.of("clocks agree").on("T"),
              new AssumptionInvalidated(ID, "they do not"),
              ApprovalRequested.ofTask("T", "it deletes"),
              ApprovalGiven.ofDecision(ID, "fine"),
              ApprovalDenied.ofTask("T", "too costly"),
              NoteAdded.of("mind the gap").on("T"),
              new HandoffOffered("h", HANDOFF.offered("h", "p", 7, Vcs.NONE), List.of("not so")),
              new HandoffAccepted("h", "coder-7", TIME),
              new HandoffDeclined("h", "coder-7", "no time"),
              new HandoffWithdrawn("h", "never mind"),
              new HandoffCompleted("h", "all green"),
              new SessionStarted("rotate keys"),
              new SessionEnded(Resolution.FAILED, "no vault"),
              new Message("user", "why?"),
              Observation.of("it rains"),
              new ToolCallStarted("bash", "{\"command\":\"ls\"}"),
              ToolCall.of("bash", "mvn verify")
                  .output("out")
                  .hardFail("java.io.IOException", "disk full")
                  .outcome(CallOutcome.TIMEOUT)
                  .exit(137)
                  .took(Duration.ofNanos(1_234_567_000))
                  .tokens(12, 34)
                  .reading("pom.xml")
                  .touching("auth/Token.java")
                  .trying("again"))
          .collect(Collectors.toUnmodifiableMap(Event::type, Function.identity()));

  private EventSamples() {}

  /** The sample of a type. */
  static Event of(String type) {
    Event sample = BY_TYPE.get(type);
    if (sample == null) {
      throw new AssertionError("Event type " + type + " has no sample; add one here");
    }
    return sample;
  }
}
