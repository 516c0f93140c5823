package dev.daybook;

/** The plan kept moving while a change was being decided; reload it and decide again. */
@SuppressWarnings("serial") // thrown, never sent
public final class PlanConflictException extends DaybookException {
  /** With this message. */
  public PlanConflictException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public PlanConflictException(String message, Throwable cause) {
    super(message, cause);
  }
}
