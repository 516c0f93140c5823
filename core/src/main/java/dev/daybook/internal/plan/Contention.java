package dev.daybook.internal.plan;

import dev.daybook.event.SessionId;
import dev.daybook.internal.log.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * When to ask for the next plan version while other processes ask for it, too.
 *
 * <p>Whoever <em>won</em> lets the others go first, for a random time that is on average one
 * attempt for each session seen to write lately. Otherwise it would go on winning, since it alone
 * need not first read what others wrote, and their changes would wait until it has nothing more to
 * say. All processes read the same versions, so all agree on how many they are. Whoever lost waits
 * less each time, down to a part of one attempt: who has waited longest asks most often.
 *
 * <p>Attempts are measured, so this fits a local disk and a bucket. Where nobody else writes,
 * nobody waits. For one thread at a time.
 */
final class Contention {
  /** How many versions back, and how many attempts' time, a session counts as one that writes. */
  private static final int LATELY = 64;

  private static final long ATTEMPT_NANOS_MIN = 1_000_000;
  private static final Duration WAIT_MAX = Duration.ofSeconds(2);

  private record Seen(SessionId session, Instant at) {}

  private final Store store;
  private final Deque<Seen> seen = new ArrayDeque<>();
  private long attemptNanos = ATTEMPT_NANOS_MIN;
  private Instant notBefore = Instant.MIN;

  Contention(Store store) {
    this.store = store;
  }

  /** Another process's version was read. */
  void saw(SessionId session) {
    seen.add(new Seen(session, store.clock().instant()));
    if (seen.size() > LATELY) {
      seen.remove();
    }
  }

  /** Waits for this process's turn. */
  void awaitTurn() {
    Duration left = Duration.between(store.clock().instant(), notBefore);
    // A clock that was set back says nothing about how long it still is.
    store.pause(left.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : left);
    notBefore = Instant.MIN;
  }

  /**
   * What an attempt came to.
   *
   * @param start when it was begun
   * @param won whether it created the version
   * @param round the attempts for the same change so far, this one included
   */
  void tried(Instant start, boolean won, int round) {
    Instant now = store.clock().instant();
    long took =
        Math.clamp(Duration.between(start, now).toNanos(), ATTEMPT_NANOS_MIN, WAIT_MAX.toNanos());
    attemptNanos = (7 * attemptNanos + took) / 8;
    long others = others(now);
    long most = 2 * others * attemptNanos;
    if (!won) {
      most = Math.max(attemptNanos, most >> Math.min(round + 1, 62));
    }
    notBefore =
        most == 0
            ? now
            : now.plusNanos(store.random().nextLong(Math.min(most, WAIT_MAX.toNanos())));
  }

  private long others(Instant now) {
    Instant since = now.minusNanos(LATELY * attemptNanos);
    return seen.stream()
        .filter(one -> one.at().isAfter(since))
        .map(Seen::session)
        .distinct()
        .count();
  }
}
