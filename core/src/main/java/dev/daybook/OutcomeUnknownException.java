package dev.daybook;

import java.util.Objects;
import java.util.Optional;

/**
 * A write may or may not have happened. If it names an {@linkplain #operation() operation}, {@link
 * Workspace#outcome} settles it, in this process or another; if not, the write may still be under
 * way: open the workspace again and look before repeating it.
 */
@SuppressWarnings("serial") // thrown, never sent
public final class OutcomeUnknownException extends DaybookException {
  private final Optional<String> operation;

  /** With this message. */
  public OutcomeUnknownException(String message) {
    super(message);
    operation = Optional.empty();
  }

  /** With this message and what it follows from. */
  public OutcomeUnknownException(String message, Throwable cause) {
    super(message, cause);
    operation = Optional.empty();
  }

  /** With this message, what it follows from, and what to ask for. */
  public OutcomeUnknownException(String message, Throwable cause, String operation) {
    super(message, cause);
    this.operation = Optional.of(Objects.requireNonNull(operation, "operation"));
  }

  /** What to give {@link Workspace#outcome}; only there if nobody sends the write any more. */
  public Optional<String> operation() {
    return operation;
  }
}
