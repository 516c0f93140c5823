package dev.daybook.internal.manifest;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Fingerprint;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How many events there are and a sum over their ids that does not depend on order: the first 128
 * bits of the SHA-256 of each id, added modulo 2^128. What segments hold must add up to what was
 * taken in, so an event that was lost or doubled on the way from one file to another is noticed
 * before the manifest is written.
 *
 * @param events how many
 * @param sum in 32 hexadecimal digits
 */
public record Balance(long events, String sum) {
  /** Of no events. */
  public static final Balance ZERO = new Balance(0, "0".repeat(32));

  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);
  private static final int BYTES = 16;

  /** Of these events. */
  public static Balance of(Iterable<EventId> ids) {
    Sum sum = new Sum();
    ids.forEach(sum::add);
    return sum.balance();
  }

  /** A balance in the making, for events that come one by one. For one thread. */
  public static final class Sum {
    private long events;
    private BigInteger total = BigInteger.ZERO;

    /** Of nothing yet. */
    public Sum() {}

    /** Adds an event. */
    public void add(EventId id) {
      byte[] bytes = ByteBuffer.allocate(BYTES).putLong(id.high()).putLong(id.low()).array();
      total = total.add(new BigInteger(1, Arrays.copyOf(Fingerprint.sha256(bytes), BYTES)));
      events++;
    }

    /** Of what was added so far. */
    public Balance balance() {
      return new Balance(events, text(total));
    }
  }

  /** Of these and those together. */
  public Balance plus(Balance other) {
    return new Balance(
        events + other.events,
        text(new BigInteger(sum, BYTES).add(new BigInteger(other.sum, BYTES))));
  }

  private static String text(BigInteger total) {
    return "%032x".formatted(total.mod(MODULUS));
  }
}
