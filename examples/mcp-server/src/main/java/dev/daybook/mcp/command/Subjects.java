package dev.daybook.mcp.command;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Decision;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.PlanEvent.Subject;
import java.util.Locale;
import java.util.Optional;

/** What an id means that somebody typed. */
final class Subjects {
  private Subjects() {}

  static Subject of(PlanRecord plan, String id) {
    if (plan.task(id).isPresent()) {
      return Subject.TASK;
    }
    if (decision(plan, id).isPresent()) {
      return Subject.DECISION;
    }
    throw new NotFound(
        "The plan has neither a task nor a decision '%s'%s; see 'daybook approve'"
            .formatted(id, near(plan, id)));
  }

  static Optional<Decision> decision(PlanRecord plan, String id) {
    return plan.decisions().stream()
        .filter(decision -> decision.origin().id().toString().equals(id))
        .findFirst();
  }

  /** A task that has to be there. */
  static Task task(PlanRecord plan, String id) {
    return plan.task(id)
        .orElseThrow(() ->
            new NotFound(
                "The plan has no task '%s'%s; see 'daybook plan --all'"
                    .formatted(id, near(plan, id))));
  }

  /** What is the same but for what is easily typed otherwise. */
  private static String near(PlanRecord plan, String id) {
    String meant = letters(id);
    return plan.tasks().keySet().stream()
        .filter(one -> letters(one).equals(meant))
        .findFirst()
        .map(one -> ", but '" + one + "'")
        .orElse("");
  }

  private static String letters(String id) {
    return id.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
  }
}
