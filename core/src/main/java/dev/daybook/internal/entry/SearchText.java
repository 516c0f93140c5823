package dev.daybook.internal.entry;

import dev.daybook.event.Alternative;
import dev.daybook.event.Event;
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
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import dev.daybook.event.UnknownEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The text of an event that is searched, one idea a line, the telling line first. Long texts keep
 * their head and their tail, with a line between that says how much was left out; the payload
 * always has everything.
 */
public final class SearchText {
  /** The most characters of one part (an output, a description) that are searched. */
  public static final int PART_CHARS_MAX = 16_000;

  private SearchText() {}

  /** The searched text of an event. */
  public static String of(Event event) {
    return switch (event) {
      case ToolCall call ->
          lines(
              call.tool() + " " + call.arguments(),
              call.approach(),
              call.outcome().isFailure()
                  ? call.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                  : "",
              call.errorClass(),
              call.error(),
              call.output().equals(call.error()) ? "" : call.output());
      case ToolCallStarted started -> lines(started.tool() + " " + started.arguments());
      case SessionStarted started -> started.purpose();
      case SessionEnded ended ->
          lines(ended.summary(), ended.resolution().name().toLowerCase(Locale.ROOT));
      case Message message -> cut(message.text());
      case Observation observation -> cut(observation.text());
      case GoalSet goal -> lines(goal.goal(), goal.scope());
      case TaskAdded task -> lines(task.title(), task.task(), task.description());
      case TaskStatusChanged changed ->
          lines(
              changed.task()
                  + " is "
                  + changed.to().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              changed.reason());
      case TaskClosed closed ->
          lines(
              closed.task() + " closed: " + closed.resolution().name().toLowerCase(Locale.ROOT),
              closed.reason());
      case ConstraintStated stated -> cut(stated.constraint());
      case ApprovalPolicySet policy ->
          "needs approval: "
              + (policy.needed().isEmpty()
                  ? "nothing"
                  : policy.needed().stream()
                      .sorted()
                      .map(SearchText::words)
                      .collect(Collectors.joining(", ")));
      case TaskEdited edited -> ofEdit(edited);
      case TaskReopened reopened -> lines(reopened.task() + " reopened", reopened.reason());
      case DependencyAdded added ->
          added.task() + " depends on " + added.on() + ": " + words(added.kind());
      case DependencyRemoved removed ->
          removed.task() + " no longer depends on " + removed.on() + ": " + words(removed.kind());
      case AcceptanceCriterionAdded added -> lines(added.criterion(), added.task());
      case AcceptanceCriterionChecked checked -> "criterion " + words(checked.verdict());
      case TaskClaimed claimed -> claimed.task() + " claimed";
      case LeaseRenewed renewed -> renewed.task() + " claimed for longer";
      case TaskReleased released -> lines(released.task() + " released", released.reason());
      case BlockerRaised raised -> lines(raised.blocker(), raised.task() + " blocked");
      case BlockerCleared cleared -> lines("blocker cleared", cleared.how());
      case QuestionAsked asked -> lines(asked.question(), asked.task());
      case QuestionAnswered answered -> cut(answered.answer());
      case ApproachReconsidered reconsidered ->
          lines(reconsidered.reason(), "rejected approach reconsidered");
      case AssumptionStated stated -> lines(stated.assumption(), stated.task());
      case AssumptionInvalidated invalidated ->
          lines(invalidated.reason(), "assumption invalidated");
      case ApprovalRequested requested ->
          lines("approval requested " + requested.task(), requested.reason());
      case ApprovalGiven given -> lines("approved " + given.task(), given.remark());
      case ApprovalDenied denied -> lines("not approved " + denied.task(), denied.reason());
      case DecisionMade decision -> ofDecision(decision);
      case ApproachRejected rejected ->
          lines(rejected.approach(), rejected.reason(), String.join(" ", rejected.paths()));
      case NoteAdded note -> cut(note.text());
      case HandoffOffered offered -> ofHandoff(offered.offered());
      case HandoffAccepted accepted -> accepted.by() + " accepted the handoff";
      case HandoffDeclined declined ->
          lines(declined.by() + " declined the handoff", declined.reason());
      case HandoffWithdrawn withdrawn -> lines("handoff withdrawn", withdrawn.reason());
      case HandoffCompleted completed -> lines("handoff completed", completed.result());
      case UnknownEvent unknown -> cut(unknown.payload());
    };
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Only texts that are new; labels of other programs would drown them. */
  private static String ofEdit(TaskEdited edited) {
    return lines(
        edited.title(), edited.task() + " edited", edited.description(), edited.assignee());
  }

  private static String ofDecision(DecisionMade decision) {
    List<String> parts = new ArrayList<>();
    parts.add(decision.chosen());
    parts.add(decision.question());
    parts.add(decision.rationale());
    for (Alternative alternative : decision.alternatives()) {
      parts.add("rather than " + alternative.option() + " " + alternative.reason());
    }
    return lines(parts.toArray(String[]::new));
  }

  private static String ofHandoff(Handoff handoff) {
    List<String> parts = new ArrayList<>();
    parts.add(handoff.summary());
    parts.addAll(handoff.done());
    parts.addAll(handoff.remaining());
    parts.add(handoff.nextAction());
    parts.addAll(handoff.questions());
    parts.addAll(handoff.dangerZones());
    for (FileTouched file : handoff.files()) {
      parts.add(file.path());
    }
    for (TestRun run : handoff.tests()) {
      parts.add(run.command() + " " + String.join(" ", run.failing()));
    }
    return lines(parts.toArray(String[]::new));
  }

  private static String lines(String... parts) {
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      if (!part.isBlank()) {
        text.append(text.isEmpty() ? "" : "\n").append(cut(part.strip()));
      }
    }
    return text.toString();
  }

  /** Head and tail of a long text, so short that all of it is searched. */
  public static String excerpt(String text) {
    return cut(text, PART_CHARS_MAX - 100, "characters are in an object of their own");
  }

  private static String cut(String part) {
    return cut(part, PART_CHARS_MAX, "characters not searched");
  }

  private static String cut(String part, int charsMax, String what) {
    if (part.length() <= charsMax) {
      return part;
    }
    int head = onCharacter(part, charsMax / 2);
    int tail = onCharacter(part, part.length() - charsMax / 2);
    return part.substring(0, head)
        + "\n["
        + (tail - head)
        + " "
        + what
        + "]\n"
        + part.substring(tail);
  }

  private static int onCharacter(String text, int index) {
    return Character.isLowSurrogate(text.charAt(index)) ? index - 1 : index;
  }
}
