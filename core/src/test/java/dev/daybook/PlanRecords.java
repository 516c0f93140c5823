package dev.daybook;

import dev.daybook.internal.plan.PlanState;
import java.time.Instant;

/** Makes the plan that hosts see, for tests of the packages below. */
public final class PlanRecords {
  private PlanRecords() {}

  /** A folded plan, looked at from a moment. */
  public static PlanRecord of(PlanState state, Instant at) {
    return new PlanRecord(state, at);
  }
}
