package dev.daybook.internal.entry;

import dev.daybook.event.Event;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.UnknownEvent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which record stands for which stored type name, and events to and from their JSON payload. */
public final class EventTypes {
  /** The version of the payloads written today. */
  public static final int SCHEMA_VERSION = 1;

  private static final Map<String, Class<? extends Event>> BY_NAME =
      List.of(
              PlanEvent.GoalSet.class,
              PlanEvent.ConstraintStated.class,
              PlanEvent.ApprovalPolicySet.class,
              PlanEvent.TaskAdded.class,
              PlanEvent.TaskEdited.class,
              PlanEvent.TaskStatusChanged.class,
              PlanEvent.TaskClosed.class,
              PlanEvent.TaskReopened.class,
              PlanEvent.DependencyAdded.class,
              PlanEvent.DependencyRemoved.class,
              PlanEvent.AcceptanceCriterionAdded.class,
              PlanEvent.AcceptanceCriterionChecked.class,
              PlanEvent.TaskClaimed.class,
              PlanEvent.LeaseRenewed.class,
              PlanEvent.TaskReleased.class,
              PlanEvent.BlockerRaised.class,
              PlanEvent.BlockerCleared.class,
              PlanEvent.QuestionAsked.class,
              PlanEvent.QuestionAnswered.class,
              PlanEvent.DecisionMade.class,
              PlanEvent.ApproachRejected.class,
              PlanEvent.ApproachReconsidered.class,
              PlanEvent.AssumptionStated.class,
              PlanEvent.AssumptionInvalidated.class,
              PlanEvent.ApprovalRequested.class,
              PlanEvent.ApprovalGiven.class,
              PlanEvent.ApprovalDenied.class,
              PlanEvent.NoteAdded.class,
              HandoffEvent.HandoffOffered.class,
              HandoffEvent.HandoffAccepted.class,
              HandoffEvent.HandoffDeclined.class,
              HandoffEvent.HandoffWithdrawn.class,
              HandoffEvent.HandoffCompleted.class,
              TraceEvent.SessionStarted.class,
              TraceEvent.SessionEnded.class,
              TraceEvent.Message.class,
              TraceEvent.Observation.class,
              TraceEvent.ToolCallStarted.class,
              ToolCall.class)
          .stream()
          .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));

  private EventTypes() {}

  /** The event as JSON; of an unknown event the payload it came with. */
  public static String payload(Event event) {
    return event instanceof UnknownEvent unknown ? unknown.payload() : Json.write(event);
  }

  /**
   * The event of a stored type name and payload. A type this library does not know becomes an
   * {@link UnknownEvent}.
   *
   * @throws IOException if the payload does not fit its type
   */
  public static Event event(String type, String payload) throws IOException {
    Class<? extends Event> known = BY_NAME.get(type);
    return known == null ? new UnknownEvent(type, payload) : Json.read(payload, known);
  }

  /** Every stored type name this library knows, for tests and documents. */
  public static List<String> names() {
    return BY_NAME.keySet().stream().sorted().toList();
  }
}
