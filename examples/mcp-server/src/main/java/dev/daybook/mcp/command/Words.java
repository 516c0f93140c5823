package dev.daybook.mcp.command;

import dev.daybook.PlanRecord.Task;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Event;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.UnknownEvent;
import dev.daybook.mcp.command.Screen.Style;
import dev.daybook.mcp.command.Table.Cell;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How things are said to people, in few words. */
final class Words {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

  private Words() {}

  /** A time on the clock of this machine. */
  static String time(Instant time) {
    return TIME.format(time);
  }

  /** The name of a constant as words: {@code IN_PROGRESS} is "in progress". */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The name of a type as words: {@code DecisionMade} is "decision made". */
  static String type(String type) {
    return type.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }

  static Cell status(TaskStatus status) {
    return new Cell(
        of(status),
        switch (status) {
          case DONE -> Style.GOOD;
          case IN_PROGRESS, IN_REVIEW -> Style.WAITING;
          case CANCELED, DEFERRED, PROPOSED -> Style.FAINT;
          case OPEN -> Style.PLAIN;
        });
  }

  static Cell outcome(String outcome) {
    boolean isBad =
        outcome.equals("REJECTED")
            || Arrays.stream(CallOutcome.values())
                .anyMatch(one -> one.name().equals(outcome) && one.isFailure());
    return new Cell(
        outcome.toLowerCase(Locale.ROOT).replace('_', ' '),
        outcome.equals("OK") ? Style.GOOD : isBad ? Style.BAD : Style.PLAIN);
  }

  /** Who has a task: its holder, else whom it is meant for. */
  static String who(Task task, Instant now) {
    return task.claim().isLive(now) ? task.claim().holder() : task.assignee();
  }

  /** "1 task", "2 tasks". */
  static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  /** What an event says, for one line. */
  static String said(Event event) {
    return switch (event) {
      case ToolCall call -> call(call);
      case TraceEvent.SessionStarted started ->
          "session started" + (started.purpose().isEmpty() ? "" : ": " + started.purpose());
      case TraceEvent.SessionEnded ended ->
          "session ended, "
              + of(ended.resolution())
              + (ended.summary().isBlank() ? "" : ": " + ended.summary());
      case TraceEvent.Message message -> message.role() + ": " + message.text();
      case TraceEvent.Observation seen -> seen.text();
      case TraceEvent.ToolCallStarted started -> started.tool() + " " + started.arguments();
      case HandoffEvent.HandoffOffered offered ->
          "handoff of %s to %s: %s"
              .formatted(
                  offered.offered().task(), offered.offered().to(), offered.offered().summary());
      case HandoffEvent.HandoffAccepted accepted ->
          "handoff %s accepted".formatted(accepted.handoff());
      case HandoffEvent.HandoffDeclined declined ->
          "handoff %s declined: %s".formatted(declined.handoff(), declined.reason());
      case HandoffEvent.HandoffWithdrawn withdrawn ->
          "handoff %s withdrawn: %s".formatted(withdrawn.handoff(), withdrawn.reason());
      case HandoffEvent.HandoffCompleted completed ->
          "handoff %s completed: %s".formatted(completed.handoff(), completed.result());
      case PlanEvent.GoalSet goal -> "goal: " + goal.goal();
      case PlanEvent.ConstraintStated stated -> "constraint: " + stated.constraint();
      case PlanEvent.ApprovalPolicySet policy ->
          "needs approval: "
              + (policy.needed().isEmpty()
                  ? "nothing"
                  : policy.needed().stream().map(Words::of).collect(Collectors.joining(", ")));
      case PlanEvent.TaskAdded added -> "task %s: %s".formatted(added.task(), added.title());
      case PlanEvent.TaskEdited edited ->
          "task %s edited%s"
              .formatted(
                  edited.task(),
                  edited.fields().isEmpty()
                      ? ""
                      : edited.fields().stream()
                          .map(Words::of)
                          .collect(Collectors.joining(", ", ": ", "")));
      case PlanEvent.TaskStatusChanged changed ->
          "task %s is %s%s".formatted(changed.task(), of(changed.to()), after(changed.reason()));
      case PlanEvent.TaskClosed closed ->
          "task %s closed, %s%s"
              .formatted(closed.task(), of(closed.resolution()), after(closed.reason()));
      case PlanEvent.TaskReopened reopened ->
          "task %s reopened%s".formatted(reopened.task(), after(reopened.reason()));
      case PlanEvent.DependencyAdded added ->
          "task %s %s %s".formatted(added.task(), of(added.kind()), added.on());
      case PlanEvent.DependencyRemoved removed ->
          "task %s no longer %s %s".formatted(removed.task(), of(removed.kind()), removed.on());
      case PlanEvent.AcceptanceCriterionAdded added ->
          "task %s must meet: %s".formatted(added.task(), added.criterion());
      case PlanEvent.AcceptanceCriterionChecked checked ->
          "criterion %s: %s".formatted(of(checked.verdict()), checked.criterion());
      case PlanEvent.TaskClaimed claimed ->
          "task %s claimed until %s".formatted(claimed.task(), time(claimed.leaseUntil()));
      case PlanEvent.LeaseRenewed renewed ->
          "task %s kept until %s".formatted(renewed.task(), time(renewed.leaseUntil()));
      case PlanEvent.TaskReleased released ->
          "task %s given back%s".formatted(released.task(), after(released.reason()));
      case PlanEvent.BlockerRaised raised ->
          "task %s is blocked: %s".formatted(raised.task(), raised.blocker());
      case PlanEvent.BlockerCleared cleared -> "blocker cleared" + after(cleared.how());
      case PlanEvent.QuestionAsked asked -> "question: " + asked.question();
      case PlanEvent.QuestionAnswered answered -> "answer: " + answered.answer();
      case PlanEvent.DecisionMade made ->
          "decision: %s%s".formatted(made.chosen(), because(made.rationale()));
      case PlanEvent.ApproachRejected rejected ->
          "rejected: %s%s".formatted(rejected.approach(), because(rejected.reason()));
      case PlanEvent.ApproachReconsidered again -> "may be tried again" + after(again.reason());
      case PlanEvent.AssumptionStated stated -> "assumption: " + stated.assumption();
      case PlanEvent.AssumptionInvalidated wrong -> "assumption is wrong" + after(wrong.reason());
      case PlanEvent.ApprovalRequested asked ->
          "approval of %s asked for%s".formatted(asked.id(), after(asked.reason()));
      case PlanEvent.ApprovalGiven given ->
          "%s approved%s".formatted(given.id(), after(given.remark()));
      case PlanEvent.ApprovalDenied denied ->
          "%s not approved%s".formatted(denied.id(), after(denied.reason()));
      case PlanEvent.NoteAdded note -> "note: " + note.text();
      case UnknownEvent unknown -> "an event of a newer version (" + unknown.type() + ")";
    };
  }

  private static String after(String reason) {
    return reason.isEmpty() ? "" : ": " + reason;
  }

  private static String because(String reason) {
    return reason.isEmpty() ? "" : " (" + reason + ")";
  }

  private static String call(ToolCall call) {
    String what = call.tool() + " " + call.arguments();
    return switch (call.outcome()) {
      case OK -> what;
      case UNKNOWN -> what + " -> no end recorded";
      default ->
          what
              + " -> "
              + of(call.outcome())
              + (call.hasExitCode() ? ", exit " + call.exitCode() : "")
              + after(call.error());
    };
  }
}
