package dev.daybook;

import dev.daybook.event.EventId;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What recording an event gives at once: its id, and a way to learn when it is durable. Safe from
 * any thread.
 */
public final class Receipt {
  private final EventId id;
  private final CompletableFuture<Void> durable;
  private final Map<String, Long> masked;

  Receipt(EventId id, CompletableFuture<Void> durable, Map<String, Long> masked) {
    this.id = Objects.requireNonNull(id, "id");
    this.durable = Objects.requireNonNull(durable, "durable");
    this.masked = Objects.requireNonNull(masked, "masked");
  }

  /** The event's id, chosen before anything was sent. */
  public EventId id() {
    return id;
  }

  /** How many secrets {@link Masking} replaced in this event, by kind; mostly none. */
  public Map<String, Long> masked() {
    return masked;
  }

  /**
   * Completes when the event is durable, or exceptionally with a {@link DaybookException}. What is
   * chained to it never runs in the thread that writes, so it may use the session.
   */
  public CompletableFuture<Void> durable() {
    return durable.isDone() ? durable.copy() : durable.whenCompleteAsync((ignored, failure) -> {});
  }

  /** Completes in the thread that writes, so what is chained to it must not wait for writing. */
  CompletableFuture<Void> durableInWriter() {
    return durable.copy();
  }

  /**
   * Waits until the event is durable.
   *
   * @return this receipt
   * @throws StorageUnavailableException if it was not written and never will be
   * @throws StorageAccessException if the store refused it
   * @throws OutcomeUnknownException if that is not known, or the thread was interrupted (its flag
   *     is kept)
   */
  public Receipt await() {
    Waiting.on(durable, "event " + id);
    return this;
  }

  /** Waits for futures whose failures are this library's own exceptions. */
  static final class Waiting {
    private Waiting() {}

    static void on(CompletableFuture<Void> future, String what) {
      try {
        future.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OutcomeUnknownException(
            "Interrupted while waiting for "
                + what
                + "; it may or may not be durable. Read the workspace before recording it again",
            e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof DaybookException known) {
          throw known;
        }
        throw new OutcomeUnknownException(
            "Writing "
                + what
                + " broke off: "
                + e.getCause()
                + "; read the workspace before recording it again",
            e.getCause());
      }
    }
  }
}
