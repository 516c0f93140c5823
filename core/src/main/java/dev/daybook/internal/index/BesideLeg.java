package dev.daybook.internal.index;

import dev.daybook.internal.index.TopRows.Scored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A leg that looks while its starter does something else, on a thread of the common pool. If none
 * has begun with it, {@link #join()} does the work itself, so a busy pool is never waited for.
 */
final class BesideLeg {
  /** What a leg does. */
  @FunctionalInterface
  interface Looking {
    /** The best rows, the best first. */
    List<Scored> best() throws IOException;
  }

  /**
   * So long an answer is waited for without giving the processor away, since to sleep and be woken
   * takes about as long.
   */
  private static final long SPIN_NANOS = 100_000;

  private final Looking looking;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<List<Scored>> found = new CompletableFuture<>();

  private BesideLeg(Looking looking) {
    this.looking = looking;
  }

  /** Begins; what it uses must stay until it was joined. */
  static BesideLeg start(Looking looking) {
    BesideLeg leg = new BesideLeg(looking);
    if (ForkJoinPool.getCommonPoolParallelism() > 0) {
      ForkJoinPool.commonPool().execute(leg::lookIfNobodyDoes);
    }
    return leg;
  }

  /** What was found. */
  List<Scored> join() throws IOException {
    lookIfNobodyDoes();
    if (!found.isDone() && maySpin()) {
      long start = System.nanoTime();
      while (!found.isDone() && System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      }
    }
    return await();
  }

  /** Who holds the only processor, or that of other virtual threads, would wait for itself. */
  private static boolean maySpin() {
    return Runtime.getRuntime().availableProcessors() > 1 && !Thread.currentThread().isVirtual();
  }

  private List<Scored> await() throws IOException {
    try {
      return found.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case UncheckedIOException io -> throw io.getCause();
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        default -> throw e;
      }
    }
  }

  /**
   * For a starter that failed: what has not begun does not begin any more, and what has is waited
   * for, so that nothing it uses is needed behind this.
   *
   * @param why what the starter failed by; if the leg fails too, that is suppressed in it
   */
  void abandon(Throwable why) {
    if (begun.compareAndSet(false, true)) {
      boolean unused = found.cancel(false);
      return;
    }
    try {
      List<Scored> unused = await();
    } catch (IOException | RuntimeException | Error e) {
      if (!e.equals(why)) {
        why.addSuppressed(e);
      }
    }
  }

  private void lookIfNobodyDoes() {
    if (begun.compareAndSet(false, true)) {
      try {
        found.complete(looking.best());
      } catch (IOException e) {
        found.completeExceptionally(new UncheckedIOException(e));
      } catch (RuntimeException | Error e) {
        found.completeExceptionally(e);
      }
    }
  }
}
