package dev.daybook.internal.entry;

import dev.daybook.event.Event;
import dev.daybook.event.FileTouched;
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
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.UnknownEvent;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What is lifted out of an event's payload into columns of its own, to filter by and to query with
 * SQL. Parts that do not apply are empty.
 *
 * @param tool the tool called
 * @param outcome how a call ended, as the name of its enum constant
 * @param exitCode of a call; {@link ToolCall#NO_EXIT_CODE} if none
 * @param durationMicros of a call; -1 if none
 * @param errorFingerprint see {@link Fingerprint}
 * @param argumentsHash of a call or its start; see {@link Fingerprint}
 * @param paths files read, written or named
 * @param status the status a task is given
 * @param handoff the handoff it is about
 * @param addressee whom a handoff is for
 * @param approach what was tried or rejected, in words
 */
public record Promoted(
    String tool,
    String outcome,
    int exitCode,
    long durationMicros,
    String errorFingerprint,
    String argumentsHash,
    List<String> paths,
    String status,
    String handoff,
    String addressee,
    String approach) {
  private static final Promoted NOTHING = of("", "");

  /** Copies the list. */
  public Promoted {
    paths = List.copyOf(paths);
  }

  /** The columns of an event. */
  public static Promoted of(Event event) {
    return switch (event) {
      case ToolCall call -> ofCall(call);
      case ToolCallStarted started ->
          new Promoted(
              started.tool(),
              "UNKNOWN",
              ToolCall.NO_EXIT_CODE,
              -1,
              "",
              Fingerprint.ofArguments(started.arguments()),
              List.of(),
              "",
              "",
              "",
              "");
      case SessionEnded ended -> of(ended.resolution().name(), "");
      case TaskAdded ignored -> of("OPEN", "");
      case TaskStatusChanged changed -> of(changed.to().name(), "");
      case TaskClosed closed -> of(closed.resolution().name(), "");
      case ApproachRejected rejected ->
          new Promoted(
              "",
              "",
              ToolCall.NO_EXIT_CODE,
              -1,
              "",
              "",
              rejected.paths(),
              "",
              "",
              "",
              rejected.approach());
      case HandoffOffered offered ->
          new Promoted(
              "",
              "",
              ToolCall.NO_EXIT_CODE,
              -1,
              "",
              "",
              offered.offered().files().stream().map(FileTouched::path).distinct().toList(),
              offered.offered().status().name(),
              offered.handoff(),
              offered.offered().to().toString(),
              "");
      case HandoffAccepted accepted -> of("ACCEPTED", accepted.handoff());
      case HandoffDeclined declined -> of("DECLINED", declined.handoff());
      case HandoffWithdrawn withdrawn -> of("WITHDRAWN", withdrawn.handoff());
      case HandoffCompleted completed -> of("COMPLETED", completed.handoff());
      case TaskReopened ignored -> of("OPEN", "");
      case AcceptanceCriterionChecked checked -> of(checked.verdict().name(), "");
      case TaskClaimed ignored -> of("CLAIMED", "");
      case LeaseRenewed ignored -> of("CLAIMED", "");
      case TaskReleased ignored -> of("RELEASED", "");
      case BlockerRaised ignored -> of("BLOCKED", "");
      case BlockerCleared ignored -> of("CLEARED", "");
      case QuestionAsked ignored -> of("ASKED", "");
      case QuestionAnswered ignored -> of("ANSWERED", "");
      case ApproachReconsidered ignored -> of("RECONSIDERED", "");
      case AssumptionStated ignored -> of("ASSUMED", "");
      case AssumptionInvalidated ignored -> of("INVALIDATED", "");
      case ApprovalRequested ignored -> of("REQUESTED", "");
      case ApprovalGiven ignored -> of("GIVEN", "");
      case ApprovalDenied ignored -> of("DENIED", "");
      case TaskEdited ignored -> NOTHING;
      case DependencyAdded ignored -> NOTHING;
      case DependencyRemoved ignored -> NOTHING;
      case AcceptanceCriterionAdded ignored -> NOTHING;
      case ConstraintStated ignored -> NOTHING;
      case ApprovalPolicySet ignored -> NOTHING;
      case GoalSet ignored -> NOTHING;
      case DecisionMade ignored -> NOTHING;
      case NoteAdded ignored -> NOTHING;
      case SessionStarted ignored -> NOTHING;
      case Message ignored -> NOTHING;
      case Observation ignored -> NOTHING;
      case UnknownEvent ignored -> NOTHING;
    };
  }

  private static Promoted ofCall(ToolCall call) {
    Set<String> paths = new LinkedHashSet<>(call.filesWritten());
    paths.addAll(call.filesRead());
    return new Promoted(
        call.tool(),
        call.outcome().name(),
        call.exitCode(),
        call.duration().isZero() ? -1 : TimeUnit.MICROSECONDS.convert(call.duration()),
        call.outcome().isFailure() ? Fingerprint.ofError(ErrorText.of(call)) : "",
        Fingerprint.ofArguments(call.arguments()),
        List.copyOf(paths),
        "",
        "",
        "",
        call.approach());
  }

  private static Promoted of(String status, String handoff) {
    return new Promoted(
        "", "", ToolCall.NO_EXIT_CODE, -1, "", "", List.of(), status, handoff, "", "");
  }
}
