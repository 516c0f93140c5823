package dev.daybook.event;

import java.time.Instant;
import java.util.Objects;

/**
 * An event inside its envelope, as it was stored.
 *
 * @param envelope who, when, where
 * @param event what was said; an {@link UnknownEvent} if this library cannot make sense of it
 */
public record Entry(Envelope envelope, Event event) {
  /** Checks the parts. */
  public Entry {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(event, "event");
  }

  /** The event's identity. */
  public EventId id() {
    return envelope.id();
  }

  /** When it happened. */
  public Instant time() {
    return envelope.time();
  }

  /** Who said it. */
  public Actor actor() {
    return envelope.actor();
  }

  /** The session it was said in. */
  public SessionId session() {
    return envelope.session();
  }

  /** The task it belongs to; empty if none. */
  public String task() {
    return envelope.task();
  }

  /** The name of its type, such as {@code ToolCall}. */
  public String type() {
    return event.type();
  }
}
