package dev.daybook.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.SessionId;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.MemoryObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long one waits for others; each attempt takes 10 ms here. */
class ContentionTest {
  private static final int ATTEMPT_MILLIS = 10;
  private static final int TRIES = 1_000;

  private Instant now = Instant.EPOCH;
  private final List<Long> pauses = new ArrayList<>();
  private final Contention contention =
      new Contention(
          new Store(
              new MemoryObjectStore(),
              () -> now,
              new Random(7),
              Duration.ofSeconds(30),
              pauses::add));

  /** The average wait after so many attempts of this kind. */
  private double averageWait(boolean won, int round, int others) {
    pauses.clear();
    for (int i = 0; i < TRIES; i++) {
      Instant start = now;
      now = now.plusMillis(ATTEMPT_MILLIS);
      for (int other = 0; other < others; other++) {
        contention.saw(SessionId.of("session-" + other));
      }
      contention.tried(start, won, round);
      contention.awaitTurn();
    }
    return pauses.stream().mapToLong(Long::longValue).sum() / (double) TRIES;
  }

  @Test
  void nobodyWaitsWhereNobodyElseWrites() {
    assertThat(averageWait(true, 1, 0)).isZero();
  }

  @Test
  void aWinnerLetsEachOfTheOthersGoOnce() {
    assertThat(averageWait(true, 1, 15)).isBetween(130.0, 170.0);
  }

  @Test
  void whoLosesWaitsLessEachTime() {
    double first = averageWait(false, 1, 15);
    double second = averageWait(false, 2, 15);
    double last = averageWait(false, 100, 15);
    assertThat(first).isBetween(30.0, 45.0);
    assertThat(second).isLessThan(first * 0.6);
    assertThat(last).isBetween(3.0, 7.0);
  }

  @Test
  void forgetsWhoHasNotWrittenForAWhile() {
    contention.saw(SessionId.of("session-1"));
    now = now.plusSeconds(60);
    assertThat(averageWait(true, 1, 0)).isZero();
  }

  @Test
  void doesNotWaitIfItComesLaterThanItsTurn() {
    contention.saw(SessionId.of("session-1"));
    contention.tried(now, true, 1);
    now = now.plusSeconds(1);
    contention.awaitTurn();
    assertThat(pauses).isEmpty();
  }

  /** Whatever the clock does, no wait is longer than two seconds. */
  @Test
  void waitsNoLongerBecauseTheClockWasSet() {
    for (int days : new int[] {30, -30, 30, -60}) {
      Instant start = now;
      now = now.plus(Duration.ofDays(days));
      for (int other = 0; other < 15; other++) {
        contention.saw(SessionId.of("session-" + other));
      }
      contention.tried(start, true, 1);
      now = now.minus(Duration.ofDays(1));
      contention.awaitTurn();
      contention.awaitTurn();
    }
    assertThat(pauses).hasSizeLessThanOrEqualTo(4).allMatch(millis -> millis <= 2_000);
  }
}
