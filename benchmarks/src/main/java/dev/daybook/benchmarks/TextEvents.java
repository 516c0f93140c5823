package dev.daybook.benchmarks;

import dev.daybook.benchmarks.JudgedSet.Text;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Event;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.AssumptionStated;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.ToolCallStarted;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Documents as events of {@code meta.type}: the first line is what an event is mainly about (a
 * title, a decision, a call), the others the rest (a description, a reason, an output). Without a
 * type, and of one that no text alone makes, a document is an {@link Observation}.
 */
final class TextEvents {
  private static final int ID_CHARS_MAX = 200;

  private final Consumer<String> warnings;
  private final Set<String> warned = new HashSet<>();
  private final Set<String> tasks = new HashSet<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** Tells {@code warnings} once of each type that is not made. */
  TextEvents(Consumer<String> warnings) {
    this.warnings = warnings;
  }

  /** How many events of each type were made. */
  Map<String, Integer> counts() {
    return counts;
  }

  /** The event of a document whose text is not blank. */
  Event of(Text document) {
    Event event = made(document);
    counts.merge(event.getClass().getSimpleName(), 1, Integer::sum);
    return event;
  }

  private Event made(Text document) {
    String text = document.text();
    String first = text.strip().lines().findFirst().orElse("").strip();
    String rest = text.strip().substring(first.length()).strip();
    String type = document.meta("type");
    return switch (type) {
      case "", "Observation" -> Observation.of(text);
      case "Message" ->
          new Message(name(document.firstOf("role", "speaker", "agent"), "user"), text);
      case "ToolCall" -> call(document, first, rest);
      case "ToolCallStarted" -> new ToolCallStarted(name(document.meta("tool"), "tool"), text);
      case "GoalSet" -> new GoalSet(first, rest);
      case "ConstraintStated" -> new ConstraintStated(text);
      case "TaskAdded" -> task(document, first, rest);
      case "QuestionAsked" -> QuestionAsked.of(text);
      case "DecisionMade" -> DecisionMade.of(first).because(rest);
      case "ApproachRejected" -> ApproachRejected.of(first).because(rest);
      case "AssumptionStated" -> AssumptionStated.of(text);
      case "NoteAdded" -> NoteAdded.of(text);
      default -> {
        if (warned.add(type)) {
          warnings.accept("No event of type '" + type + "' is made of a text; Observation instead");
        }
        yield Observation.of(text);
      }
    };
  }

  private static ToolCall call(Text document, String first, String rest) {
    ToolCall call = ToolCall.of(name(document.meta("tool"), "tool"), first).output(rest);
    String outcome = document.firstOf("outcome", "status").toUpperCase(Locale.ROOT);
    return switch (outcome) {
      case "SOFT_FAIL", "ERROR", "FAILED" -> call.outcome(CallOutcome.SOFT_FAIL);
      case "HARD_FAIL" -> call.outcome(CallOutcome.HARD_FAIL);
      case "DENIED", "REJECTED" -> call.outcome(CallOutcome.DENIED);
      case "TIMEOUT" -> call.outcome(CallOutcome.TIMEOUT);
      case "CANCELED" -> call.outcome(CallOutcome.CANCELED);
      default -> call;
    };
  }

  private TaskAdded task(Text document, String title, String description) {
    String id = name(document.id(), "task");
    while (!tasks.add(id)) {
      id = id.substring(0, Math.min(id.length(), ID_CHARS_MAX - 10)) + "-" + tasks.size();
    }
    return TaskAdded.of(id, title).describedAs(description);
  }

  /** What may stand as a name or an id, else another. */
  static String name(String wanted, String otherwise) {
    String plain = wanted.replaceAll("\\p{Cntrl}", " ").strip();
    return plain.isEmpty() ? otherwise : plain.substring(0, Math.min(ID_CHARS_MAX, plain.length()));
  }
}
