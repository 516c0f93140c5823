package dev.daybook.internal.entry;

import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import dev.daybook.internal.entry.EventTypes.Decoded;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An entry as it is stored: the envelope, the payload just as it was written, and what is derived
 * from the payload for filters and search. A row passes through compaction without its payload
 * being understood.
 *
 * <p>What is derived is made when it is first asked for, so that recording does not wait for what
 * only reading needs. Immutable but for that; safe from any thread.
 */
public final class Row {
  private static final Logger LOG = LoggerFactory.getLogger(Row.class);

  /** The types of which it has been said that an event does not fit. */
  private static final Set<String> MISFITS = ConcurrentHashMap.newKeySet();

  private final Envelope envelope;
  private final String type;
  private final int schemaVersion;
  private final Derived derived;
  private final String payload;
  private final long manifest;
  private final Place place;

  /**
   * A row of which all is known.
   *
   * @param envelope who, when, where
   * @param type the stored type name
   * @param schemaVersion of the payload
   * @param promoted columns lifted out of the payload
   * @param text what is searched
   * @param payload the event as JSON
   * @param manifest the number of the manifest that first took the row in; 0 while none has
   * @param place where it stands in its writer log; {@link Place#NONE} of the plan's
   */
  public Row(
      Envelope envelope,
      String type,
      int schemaVersion,
      Promoted promoted,
      String text,
      String payload,
      long manifest,
      Place place) {
    this(
        envelope,
        type,
        schemaVersion,
        new Derived(new Parts(promoted, text)),
        payload,
        manifest,
        place);
  }

  private Row(
      Envelope envelope,
      String type,
      int schemaVersion,
      Derived derived,
      String payload,
      long manifest,
      Place place) {
    this.envelope = Objects.requireNonNull(envelope, "envelope");
    this.type = Objects.requireNonNull(type, "type");
    this.schemaVersion = schemaVersion;
    this.derived = derived;
    this.payload = Objects.requireNonNull(payload, "payload");
    this.manifest = manifest;
    this.place = Objects.requireNonNull(place, "place");
  }

  /** What is derived from an event. */
  private record Parts(Promoted promoted, String text) {
    Parts {
      Objects.requireNonNull(promoted, "promoted");
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * The files of a call, which {@link Promoted#paths} has in one list.
   *
   * @param filesRead files it read
   * @param filesWritten files it wrote
   */
  public record Touched(List<String> filesRead, List<String> filesWritten) {
    private static final Touched NOTHING = new Touched(List.of(), List.of());

    /** What JSON does not have is empty. */
    public Touched {
      filesRead = filesRead == null ? List.of() : filesRead;
      filesWritten = filesWritten == null ? List.of() : filesWritten;
    }

    private static Touched read(String payload) {
      try {
        return Json.read(payload, Touched.class);
      } catch (IOException e) {
        // A payload that cannot be read is reported when the event is asked for.
        return NOTHING;
      }
    }
  }

  /** What is derived from an event, or the event as long as nobody has asked. */
  private static final class Derived {
    private volatile Object partsOrEvent;

    /** Of a call whose parts were derived here; its payload need not be read again for it. */
    private volatile Optional<Touched> touched = Optional.empty();

    Derived(Object partsOrEvent) {
      this.partsOrEvent = partsOrEvent;
    }

    /** Two threads may both derive it; what they get is equal. */
    Parts parts() {
      Object now = partsOrEvent;
      if (now instanceof Event event) {
        if (event instanceof ToolCall call) {
          touched = Optional.of(new Touched(call.filesRead(), call.filesWritten()));
        }
        now = new Parts(Promoted.of(event), SearchText.of(event));
        partsOrEvent = now;
      }
      return (Parts) now;
    }

    Touched touched(String payload) {
      Parts unused = parts();
      return touched.orElseGet(() -> Touched.read(payload));
    }
  }

  /**
   * Where a row stands in its writer log. Places of one log are in the order in which its events
   * were recorded.
   *
   * @param log the id of the writer log; empty if there is none or it is not known
   * @param batch the number of the batch, from 1
   * @param index within the batch, from 0
   */
  public record Place(String log, long batch, int index) implements Comparable<Place> {
    /** The place of a plan row, or of one that is not known. */
    public static final Place NONE = new Place("", 0, -1);

    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::log)
            .thenComparingLong(Place::batch)
            .thenComparingInt(Place::index);

    /** Whether this is a place at all. */
    public boolean isPresent() {
      return !log.isEmpty();
    }

    /** By log, then batch, then index. */
    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /** The row of an event that is being recorded. */
  public static Row of(MaskedEvent recorded) {
    Event event = recorded.event();
    return new Row(
        recorded.envelope(),
        event.type(),
        EventTypes.SCHEMA_VERSION,
        new Derived(event),
        EventTypes.payload(event),
        0,
        Place.NONE);
  }

  /** The row of an event that was read from a log, its payload kept as it is. */
  public static Row read(Envelope envelope, String type, int schemaVersion, String payload) {
    Event event = event(envelope, type, schemaVersion, payload);
    return new Row(envelope, type, schemaVersion, new Derived(event), payload, 0, Place.NONE);
  }

  /** Who, when, where. */
  public Envelope envelope() {
    return envelope;
  }

  /** The stored type name. */
  public String type() {
    return type;
  }

  /** The version of the payload. */
  public int schemaVersion() {
    return schemaVersion;
  }

  /** The columns lifted out of the payload. */
  public Promoted promoted() {
    return derived.parts().promoted();
  }

  /** What is searched. */
  public String text() {
    return derived.parts().text();
  }

  /** The files a call read and wrote; none if the payload is no call. */
  public Touched touched() {
    return derived.touched(payload);
  }

  /** The event as JSON. */
  public String payload() {
    return payload;
  }

  /** The number of the manifest that first took the row in; 0 while none has. */
  public long manifest() {
    return manifest;
  }

  /** Where it stands in its writer log; {@link Place#NONE} of the plan's. */
  public Place place() {
    return place;
  }

  /** The event's identity. */
  public EventId id() {
    return envelope.id();
  }

  /** The same row, first taken in by this manifest; an earlier number stays. */
  public Row takenInBy(long number) {
    return manifest > 0
        ? this
        : new Row(envelope, type, schemaVersion, derived, payload, number, place);
  }

  /** The same row, at this place of its writer log. */
  public Row at(Place newPlace) {
    return new Row(envelope, type, schemaVersion, derived, payload, manifest, newPlace);
  }

  /**
   * The entry of this row, its event an {@link dev.daybook.event.UnknownEvent} if the payload does
   * not fit its type.
   */
  public Entry entry() {
    return entry(envelope, type, schemaVersion, payload);
  }

  /** The entry of what is stored; its event as {@link #entry()} says. */
  public static Entry entry(Envelope envelope, String type, int schemaVersion, String payload) {
    return new Entry(envelope, event(envelope, type, schemaVersion, payload));
  }

  /** What of the payload does not fit its type; empty if it fits or the type is not known. */
  public String misfit() {
    return EventTypes.decode(type, schemaVersion, payload).misfit();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row row
        && envelope.equals(row.envelope)
        && type.equals(row.type)
        && schemaVersion == row.schemaVersion
        && derived.parts().equals(row.derived.parts())
        && payload.equals(row.payload)
        && manifest == row.manifest
        && place.equals(row.place);
  }

  @Override
  public int hashCode() {
    return Objects.hash(envelope, type, payload, manifest, place);
  }

  @Override
  public String toString() {
    return "Row[%s, %s, %s, %s, manifest %d, %s]"
        .formatted(envelope, type, payload, derived.parts(), manifest, place);
  }

  private static Event event(Envelope envelope, String type, int schemaVersion, String payload) {
    Decoded decoded = EventTypes.decode(type, schemaVersion, payload);
    if (!decoded.misfit().isEmpty() && MISFITS.add(type)) {
      LOG.warn(
          "Event {} does not fit its type {} and is passed over: {}; workspace.verify names all"
              + " such events, this is said once for each type",
          envelope.id(),
          type,
          decoded.misfit());
    }
    return decoded.event();
  }
}
