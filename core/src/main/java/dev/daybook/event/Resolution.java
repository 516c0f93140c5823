package dev.daybook.event;

/** How a task or a session ended. */
public enum Resolution {
  /** It did what it was for. */
  SUCCEEDED,
  /** It was tried and did not work. */
  FAILED,
  /** It was decided against. */
  REJECTED,
  /** It was stopped. */
  CANCELED,
  /** Something else took its place. */
  SUPERSEDED,
  /** Something else is the same. */
  DUPLICATE
}
