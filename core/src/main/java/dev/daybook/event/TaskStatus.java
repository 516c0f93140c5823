package dev.daybook.event;

/** The stored status of a task. Whether it is ready or blocked is derived, never stored. */
public enum TaskStatus {
  /** Thought of, not agreed. */
  PROPOSED,
  /** Agreed, not begun. */
  OPEN,
  /** Being worked on. */
  IN_PROGRESS,
  /** Done by its maker, not yet by its reviewer. */
  IN_REVIEW,
  /** Finished. */
  DONE,
  /** Given up. */
  CANCELED,
  /** Put off. */
  DEFERRED;

  /** Whether nothing more is to be done. */
  public boolean isClosed() {
    return this == DONE || this == CANCELED;
  }
}
