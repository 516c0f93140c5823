package dev.daybook.factory;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.TaskStatus;
import java.util.List;

/**
 * Which of the working days it is. The clock is real, so the days are counted by work: each is over
 * when its share of the tasks is closed.
 */
final class Day {
  private Day() {}

  /** From 1 to the number of days. */
  static int of(PlanRecord plan, Settings settings) {
    int all = all(plan, settings);
    int closed = all - open(plan).size();
    return all == 0
        ? 1
        : Math.min(settings.days(), 1 + (int) ((long) closed * settings.days() / all));
  }

  /** How many tasks are to be done, closed ones too. */
  static int all(PlanRecord plan, Settings settings) {
    return plan.tasks().size() - settings.aside();
  }

  /** The tasks that are left to do. */
  static List<Task> open(PlanRecord plan) {
    return plan.unclosed().stream().filter(task -> task.status() != TaskStatus.DEFERRED).toList();
  }
}
