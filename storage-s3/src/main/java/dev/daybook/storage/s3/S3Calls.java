package dev.daybook.storage.s3;

import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Runs each call of the SDK on a virtual thread of its own. A platform thread that waits for an
 * answer in a socket does not notice an interrupt, a virtual one does: so the caller's interrupt
 * ends the call at once, and the SDK's own time limit works, which interrupts the thread it runs
 * on.
 */
final class S3Calls {
  private S3Calls() {}

  /**
   * Runs the call and hands on what it returns or throws.
   *
   * @param what the call, for the message of an interrupt
   * @throws InterruptedIOException if the calling thread is interrupted; the flag stays set, and
   *     the call is ended but may have had its effect
   */
  static <T> T run(String what, Supplier<T> call) throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(what, "nothing was sent");
    }
    var task = new FutureTask<>(call::get);
    var thread = Thread.ofVirtual().name("daybook-s3").start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw interrupted(what, "it may or may not have had its effect");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  static InterruptedIOException interrupted(String what, String effect) {
    return new InterruptedIOException("Interrupted while trying to " + what + "; " + effect);
  }
}
