package dev.daybook.event;

/** How a tool call ended. */
public enum CallOutcome {
  /** The tool did what it was asked. */
  OK,
  /** The tool answered with an error: a non-zero exit code, a failing test. */
  SOFT_FAIL,
  /** The tool threw or crashed. */
  HARD_FAIL,
  /** The call was not allowed. */
  DENIED,
  /** The call took too long and was given up. */
  TIMEOUT,
  /** The caller stopped it. */
  CANCELED,
  /** It was started, and nobody recorded how it ended. */
  UNKNOWN;

  /** Whether the call did not do what it was asked; {@link #UNKNOWN} is no failure. */
  public boolean isFailure() {
    return this != OK && this != UNKNOWN;
  }
}
