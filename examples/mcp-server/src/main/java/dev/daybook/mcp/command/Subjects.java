package dev.daybook.mcp.command;

import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent.Subject;

/** What an id means that may be of a task or of a decision. */
final class Subjects {
  private Subjects() {}

  static Subject of(PlanRecord plan, String id) {
    if (plan.task(id).isPresent()) {
      return Subject.TASK;
    }
    if (plan.decisions().stream()
        .anyMatch(decision -> decision.origin().id().toString().equals(id))) {
      return Subject.DECISION;
    }
    throw new NotFound(
        "The plan has neither a task nor a decision '" + id + "'; see 'daybook approve'");
  }
}
