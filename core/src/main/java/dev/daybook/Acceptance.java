package dev.daybook;

import dev.daybook.event.Handoff;
import java.util.Objects;

/** The answer to accepting a handoff: exactly one of all that try is {@link Accepted}. */
public sealed interface Acceptance {
  /**
   * It is yours.
   *
   * @param handoff the work
   */
  record Accepted(Handoff handoff) implements Acceptance {
    /** Checks the part. */
    public Accepted {
      Objects.requireNonNull(handoff, "handoff");
    }
  }

  /**
   * It is not to be had any more.
   *
   * @param stage where it is now
   * @param by who has it; empty if nobody does
   */
  record NotAvailable(PlanRecord.Stage stage, String by) implements Acceptance {
    /** Checks the parts. */
    public NotAvailable {
      Objects.requireNonNull(stage, "stage");
      Objects.requireNonNull(by, "by");
    }
  }
}
