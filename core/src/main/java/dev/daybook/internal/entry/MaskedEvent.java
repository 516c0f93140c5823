package dev.daybook.internal.entry;

import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.ToolCall;
import dev.daybook.event.ToolCall.StoredOutput;
import java.util.Map;

/**
 * An event in its envelope, all of whose texts went through a {@link Masker}, which alone makes
 * one. What is recorded becomes a {@link Row} by no other way, so no text reaches the store, an
 * index or a column unmasked.
 */
public final class MaskedEvent {
  private final Envelope envelope;
  private final Event event;
  private final Map<String, Long> masked;

  MaskedEvent(Envelope envelope, Event event, Map<String, Long> masked) {
    this.envelope = envelope;
    this.event = event;
    this.masked = masked;
  }

  /** Who, when, where. */
  public Envelope envelope() {
    return envelope;
  }

  /** What was said. */
  public Event event() {
    return event;
  }

  /** How many secrets were replaced, by kind. */
  public Map<String, Long> masked() {
    return masked;
  }

  /**
   * The same call with head and tail of an output that is stored elsewhere.
   *
   * @throws ClassCastException if it is no call
   */
  public MaskedEvent cut(String excerpt, StoredOutput stored) {
    return new MaskedEvent(envelope, ((ToolCall) event).output(excerpt, stored), masked);
  }
}
