package dev.daybook.internal.index;

import java.time.Instant;
import java.util.Objects;

/**
 * A state of a workspace that is past. Plan events are bounded by version and traces by time, so
 * that the plan and the events of the plan agree even where the clocks of writers do not.
 *
 * @param planVersion the last plan version that is seen
 * @param recorded what was recorded at this time or before is seen
 */
public record Moment(long planVersion, Instant recorded) {
  /** Checks the parts. */
  public Moment {
    Objects.requireNonNull(recorded, "recorded");
  }
}
