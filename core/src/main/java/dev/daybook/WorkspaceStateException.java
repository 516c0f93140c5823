package dev.daybook;

/**
 * The workspace does not exist, exists already, was deleted or is closed. Pick another name, or
 * create it.
 */
@SuppressWarnings("serial") // thrown, never sent
public final class WorkspaceStateException extends DaybookException {
  /** With this message. */
  public WorkspaceStateException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public WorkspaceStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
