package dev.daybook;

/**
 * The store refuses: credentials, permissions, a missing bucket or folder. Fix the configuration.
 */
@SuppressWarnings("serial") // thrown, never sent
public final class StorageAccessException extends DaybookException {
  /** With this message. */
  public StorageAccessException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public StorageAccessException(String message, Throwable cause) {
    super(message, cause);
  }
}
