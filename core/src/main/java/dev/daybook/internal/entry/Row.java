package dev.daybook.internal.entry;

import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import java.io.IOException;
import java.util.Objects;

/**
 * An entry as it is stored: the envelope, the payload just as it was written, and what is derived
 * from the payload for filters and search. A row passes through compaction without its payload
 * being understood.
 *
 * @param envelope who, when, where
 * @param type the stored type name
 * @param schemaVersion of the payload
 * @param promoted columns lifted out of the payload
 * @param text what is searched
 * @param payload the event as JSON
 * @param manifest the number of the manifest that first took the row in; 0 while none has
 */
public record Row(
    Envelope envelope,
    String type,
    int schemaVersion,
    Promoted promoted,
    String text,
    String payload,
    long manifest) {
  /** Checks the parts. */
  public Row {
    Objects.requireNonNull(envelope, "envelope");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(promoted, "promoted");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(payload, "payload");
  }

  /** The row of an event that is being recorded. */
  public static Row of(Envelope envelope, Event event) {
    return new Row(
        envelope,
        event.type(),
        EventTypes.SCHEMA_VERSION,
        Promoted.of(event),
        SearchText.of(event),
        EventTypes.payload(event),
        0);
  }

  /**
   * The row of an event that was read from a log, its payload kept as it is.
   *
   * @throws IOException if the payload does not fit its type
   */
  public static Row read(Envelope envelope, String type, int schemaVersion, String payload)
      throws IOException {
    Event event = EventTypes.event(type, payload);
    return new Row(
        envelope, type, schemaVersion, Promoted.of(event), SearchText.of(event), payload, 0);
  }

  /** The event's identity. */
  public EventId id() {
    return envelope.id();
  }

  /** The same row, first taken in by this manifest; an earlier number stays. */
  public Row takenInBy(long number) {
    return manifest > 0
        ? this
        : new Row(envelope, type, schemaVersion, promoted, text, payload, number);
  }

  /**
   * The entry of this row.
   *
   * @throws IOException if the payload does not fit its type
   */
  public Entry entry() throws IOException {
    return new Entry(envelope, EventTypes.event(type, payload));
  }
}
