package dev.daybook.event;

import java.time.Instant;
import java.util.Objects;

/**
 * The identity of an event: 128 bits, in order of time, written as 26 characters.
 *
 * <p>The highest 48 bits are milliseconds since 1970, so ids sort by time, first as numbers and
 * equally as text. The rest tells apart the events of one millisecond: a counter and random bits,
 * or for an event with a {@linkplain SourceId source id} bits derived from it, so that equal
 * sources give equal ids. The text is Crockford's base 32 (the ULID form).
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record EventId(long high, long low) implements Comparable<EventId> {
  /** The id of no event; what an entry without a cause carries. */
  public static final EventId NONE = new EventId(0, 0);

  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 26;

  /**
   * Reads the 26 characters of {@link #toString()}.
   *
   * @throws IllegalArgumentException if the text is no event id
   */
  public static EventId parse(String text) {
    Objects.requireNonNull(text, "text");
    if (text.length() != LENGTH || text.charAt(0) > '7') {
      throw notAnId(text);
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < LENGTH; i++) {
      int digit = DIGITS.indexOf(text.charAt(i));
      if (digit < 0) {
        throw notAnId(text);
      }
      high = (high << 5) | (low >>> 59);
      low = (low << 5) | digit;
    }
    return new EventId(high, low);
  }

  private static IllegalArgumentException notAnId(String text) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is no event id; expected 26 characters of "
            + DIGITS
            + ", the first at most 7");
  }

  /** The millisecond in the id; close to when the event happened, by the clock of its writer. */
  public Instant time() {
    return Instant.ofEpochMilli(high >>> 16);
  }

  /** Whether this is the id of an event at all. */
  public boolean isPresent() {
    return !equals(NONE);
  }

  @Override
  public int compareTo(EventId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    char[] text = new char[LENGTH];
    long h = high;
    long l = low;
    for (int i = LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (l & 31));
      l = (l >>> 5) | (h << 59);
      h >>>= 5;
    }
    return new String(text);
  }
}
