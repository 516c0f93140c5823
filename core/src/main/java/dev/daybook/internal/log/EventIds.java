package dev.daybook.internal.log;

import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Fingerprint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;

/**
 * Makes event ids that rise strictly within this instance: a hybrid logical clock of 48 bits of
 * milliseconds and a 16-bit counter, then 64 random bits. Also says when something is recorded, by
 * a hybrid clock of microseconds. Safe for use by any number of threads.
 */
public final class EventIds {
  private static final long AHEAD_MILLIS_MAX = 3_600_000;
  private static final int COUNTER_MAX = 0xffff;
  private static final Duration TICK = Duration.of(1, ChronoUnit.MICROS);

  private final InstantSource clock;
  private final RandomGenerator random;
  private long millis;
  private int counter;
  private Instant recorded = Instant.MIN;

  /** Ids by this clock and these random bits. */
  public EventIds(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** The next id, greater than every one before. */
  public synchronized EventId next() {
    long now = clock.millis();
    if (now > millis) {
      millis = now;
      counter = 0;
    } else if (counter == COUNTER_MAX) {
      millis++;
      counter = 0;
    } else {
      counter++;
    }
    return new EventId((millis << 16) | counter, random.nextLong());
  }

  /** A name no other writer will ever choose, as the text of an id. */
  public String nextName() {
    return next().toString();
  }

  /**
   * Makes later ids greater than one that was read, unless its clock runs more than an hour ahead
   * of this one.
   */
  public synchronized void observe(EventId remote) {
    long theirs = remote.high() >>> 16;
    if (theirs > millis && theirs <= clock.millis() + AHEAD_MILLIS_MAX) {
      millis = theirs;
      counter = (int) (remote.high() & 0xffff);
    }
  }

  /**
   * When something that is recorded now is recorded, in whole microseconds: by the clock, but after
   * everything that was {@linkplain #observe(Instant) read} or recorded before, even where the
   * clock of its writer is ahead of this one; by more than an hour it is not followed.
   */
  public synchronized Instant now() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    recorded = recorded.isAfter(now) && isFollowed(recorded, now) ? recorded.plus(TICK) : now;
    return recorded;
  }

  /** Makes later {@linkplain #now() times} later than one that was read. */
  public synchronized void observe(Instant remote) {
    if (remote.isAfter(recorded) && isFollowed(remote, clock.instant())) {
      recorded = remote;
    }
  }

  /** Makes later ids and times greater than those of an event that was read. */
  public void observe(Envelope remote) {
    observe(remote.id());
    observe(remote.recordedAt());
  }

  private static boolean isFollowed(Instant remote, Instant now) {
    return remote.isBefore(now.plusMillis(AHEAD_MILLIS_MAX));
  }

  /** The id of the event that a host calls {@code source} and says happened at {@code time}. */
  public static EventId derived(String source, Instant time) {
    ByteBuffer hash = ByteBuffer.wrap(Fingerprint.sha256(source.getBytes(StandardCharsets.UTF_8)));
    return new EventId((time.toEpochMilli() << 16) | (hash.getShort() & 0xffffL), hash.getLong());
  }
}
