package dev.daybook.factory;

import dev.daybook.PlanRecord;

/**
 * Which of the working days it is. The clock is real, so the days are counted by work: each is over
 * when its share of the tasks is closed.
 */
final class Day {
  private Day() {}

  /** From 1 to {@code days}. */
  static int of(PlanRecord plan, int days) {
    int all = plan.tasks().size();
    int closed = all - plan.unclosed().size();
    return all == 0 ? 1 : Math.min(days, 1 + (int) ((long) closed * days / all));
  }
}
