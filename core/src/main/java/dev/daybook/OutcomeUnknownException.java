package dev.daybook;

/** A write may or may not have happened. Open the workspace again and look before repeating it. */
@SuppressWarnings("serial") // thrown, never sent
public final class OutcomeUnknownException extends DaybookException {
  /** With this message. */
  public OutcomeUnknownException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public OutcomeUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
