package dev.daybook.event;

/**
 * What an actor said: a record of one of the two sealed families. Hosts that switch over events
 * write a {@code default}, since newer libraries write newer types ({@link UnknownEvent}).
 */
public sealed interface Event permits PlanEvent, TraceEvent {
  /** The name of the type as it is stored: the record's simple name. */
  default String type() {
    return getClass().getSimpleName();
  }
}
