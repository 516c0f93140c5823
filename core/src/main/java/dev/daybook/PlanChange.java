package dev.daybook;

import dev.daybook.event.EventId;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a change of the plan came to.
 *
 * @param version the plan version that holds it; of a change without events the version it was
 *     decided on
 * @param plan the plan at that version
 * @param events the ids of its events, in order; none if nothing was to be changed
 * @param masked how many secrets {@link Masking} replaced in its events, by kind; mostly none
 */
public record PlanChange(
    long version, PlanRecord plan, List<EventId> events, Map<String, Long> masked) {
  /** Copies the list and checks the parts. */
  public PlanChange {
    Objects.requireNonNull(plan, "plan");
    events = List.copyOf(events);
    Objects.requireNonNull(masked, "masked");
  }
}
