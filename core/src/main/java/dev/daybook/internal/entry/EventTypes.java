package dev.daybook.internal.entry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.daybook.event.Event;
import dev.daybook.event.HandoffEvent;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.UnknownEvent;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    return event instanceof UnknownEvent unknown ? unknown.payload() : EventJson.payload(event);
  }

  /**
   * What was read.
   *
   * @param event an {@link UnknownEvent} if the type is not known or the payload does not fit it
   * @param misfit what does not fit; empty if the event is as it was meant, or nobody here can tell
   */
  public record Decoded(Event event, String misfit) {}

  /**
   * The event of a stored type name, schema and payload. Never fails: whoever wrote it may know
   * more than this library or less, and one event must not keep the others from being read. What is
   * absent is filled in; see {@link AbsentValues}.
   */
  public static Decoded decode(String type, int schema, String payload) {
    Class<? extends Event> known = BY_NAME.get(type);
    if (known == null) {
      return new Decoded(new UnknownEvent(type, payload), "");
    }
    if (schema > SCHEMA_VERSION) {
      return misfit(type, payload, "its schema is " + schema + ", known is " + SCHEMA_VERSION);
    }
    try {
      Event event = Json.readFilling(payload, known);
      return event == null ? misfit(type, payload, "its payload is null") : new Decoded(event, "");
    } catch (IOException | RuntimeException e) {
      return misfit(type, payload, reason(e));
    }
  }

  private static Decoded misfit(String type, String payload, String why) {
    return new Decoded(new UnknownEvent(type, payload), why);
  }

  /** What the record said, if it was the record that refused. */
  private static String reason(Exception e) {
    return switch (e.getCause()) {
      case IllegalArgumentException refused -> refused.getMessage();
      case NullPointerException absent ->
          "a value it needs is absent or null"
              + (absent.getMessage() == null ? "" : ": " + absent.getMessage());
      case null, default ->
          e instanceof JsonProcessingException json
              ? json.getOriginalMessage()
              : String.valueOf(e.getMessage());
    };
  }

  /**
   * Stands for what this library can read: the same for two releases exactly if they know the same
   * types with the same fields and constants.
   */
  public static String fingerprint() {
    return Known.FINGERPRINT;
  }

  /** Made when it is first needed, since most plans hold nothing unknown. */
  private static final class Known {
    static final String FINGERPRINT = Fingerprint.sha256Hex(describe().getBytes(UTF_8));

    private static String describe() {
      Map<String, String> types = new TreeMap<>();
      BY_NAME.values().forEach(type -> describe(type, types));
      return SCHEMA_VERSION + "\n" + types;
    }

    private static void describe(Type type, Map<String, String> types) {
      if (type instanceof ParameterizedType some) {
        for (Type part : some.getActualTypeArguments()) {
          describe(part, types);
        }
      } else if (type instanceof Class<?> some && !types.containsKey(some.getName())) {
        if (some.isEnum()) {
          types.put(some.getName(), Arrays.toString(some.getEnumConstants()));
        } else if (some.isRecord()) {
          StringBuilder fields = new StringBuilder();
          types.put(some.getName(), "");
          for (RecordComponent part : some.getRecordComponents()) {
            fields.append(part.getName()).append(' ').append(part.getGenericType()).append(';');
            describe(part.getGenericType(), types);
          }
          types.put(some.getName(), fields.toString());
        }
      }
    }
  }

  /** Every stored type name this library knows, for tests and documents. */
  public static List<String> names() {
    return BY_NAME.keySet().stream().sorted().toList();
  }
}
