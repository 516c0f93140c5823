package dev.daybook.event;

import java.util.Objects;

/**
 * An event of a type this library does not know, or of one that it knows otherwise, kept and passed
 * on as it is. Only reading makes one.
 *
 * @param type the name of the type
 * @param payload the event as JSON, as it was written
 */
public record UnknownEvent(String type, String payload) implements PlanEvent, TraceEvent {
  /** Checks the parts. */
  public UnknownEvent {
    Check.notBlank(type, "UnknownEvent", "type");
    Objects.requireNonNull(payload, "payload");
  }
}
