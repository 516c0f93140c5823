package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.internal.index.TopRows.Scored;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BesideLegTest {
  private static final List<Scored> FOUND = List.of(new Scored(3, 0.5f));

  @Test
  void looksOnce() throws IOException {
    for (int round = 0; round < 1_000; round++) {
      AtomicInteger times = new AtomicInteger();
      BesideLeg leg =
          BesideLeg.start(() -> {
            times.incrementAndGet();
            return FOUND;
          });
      assertThat(leg.join()).isEqualTo(FOUND);
      assertThat(times).hasValue(1);
    }
  }

  @Test
  void whoJoinsLooksIfEveryThreadOfThePoolIsBusy() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch busy = new CountDownLatch(Math.max(1, ForkJoinPool.getCommonPoolParallelism()));
    for (long i = busy.getCount(); i > 0; i--) {
      ForkJoinPool.commonPool()
          .execute(() -> {
            busy.countDown();
            try {
              boolean unused = free.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    try {
      if (ForkJoinPool.getCommonPoolParallelism() > 0) {
        assertThat(busy.await(1, TimeUnit.MINUTES)).isTrue();
      }
      Thread joining = Thread.currentThread();
      BesideLeg leg =
          BesideLeg.start(() -> Thread.currentThread().equals(joining) ? FOUND : List.of());
      assertThat(leg.join()).isEqualTo(FOUND);
    } finally {
      free.countDown();
    }
  }

  @Test
  void whatGoesWrongIsThrownToWhoJoins() {
    BesideLeg unreadable =
        BesideLeg.start(() -> {
          throw new IOException("unreadable");
        });
    assertThatThrownBy(unreadable::join).isInstanceOf(IOException.class).hasMessage("unreadable");
    BesideLeg wrong =
        BesideLeg.start(() -> {
          throw new IllegalStateException("wrong");
        });
    assertThatThrownBy(wrong::join).isInstanceOf(IllegalStateException.class).hasMessage("wrong");
  }

  @Test
  void anAbandonedLegThatHasBegunIsWaitedForAndHidesNothing() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    BesideLeg leg =
        BesideLeg.start(() -> {
          begun.countDown();
          try {
            boolean unused = free.await(1, TimeUnit.MINUTES);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          ended.incrementAndGet();
          throw new IOException("the leg too");
        });
    // Where the pool has no threads, a joining one stands for them.
    Thread helper = new Thread(() -> assertThatThrownBy(leg::join).isInstanceOf(IOException.class));
    helper.start();
    assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
    IOException why = new IOException("the words");
    Thread abandoning =
        new Thread(() -> {
          leg.abandon(why);
          ended.addAndGet(10);
        });
    abandoning.start();
    assertThat(ended).hasValue(0);
    free.countDown();
    abandoning.join();
    helper.join();
    assertThat(ended).hasValue(11);
    assertThat(why.getSuppressed())
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo("the leg too");
  }

  @Test
  void anAbandonedLegThatNobodyBeganNeverBegins() throws Exception {
    int threads = ForkJoinPool.getCommonPoolParallelism();
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch busy = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      ForkJoinPool.commonPool()
          .execute(() -> {
            busy.countDown();
            try {
              boolean unused = free.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }
    assertThat(busy.await(1, TimeUnit.MINUTES)).isTrue();
    AtomicInteger times = new AtomicInteger();
    BesideLeg leg =
        BesideLeg.start(() -> {
          times.incrementAndGet();
          return FOUND;
        });
    IOException why = new IOException("the words");
    leg.abandon(why);
    free.countDown();
    assertThatThrownBy(leg::join).isInstanceOf(CancellationException.class);
    assertThat(ForkJoinPool.commonPool().awaitQuiescence(1, TimeUnit.MINUTES)).isTrue();
    assertThat(times).hasValue(0);
    assertThat(why.getSuppressed()).isEmpty();
  }
}
