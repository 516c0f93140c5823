package dev.daybook;

/**
 * The store cannot be reached or did not answer in time, and nothing was written. Back off and
 * repeat.
 */
@SuppressWarnings("serial") // thrown, never sent
public final class StorageUnavailableException extends DaybookException {
  /** With this message. */
  public StorageUnavailableException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public StorageUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
