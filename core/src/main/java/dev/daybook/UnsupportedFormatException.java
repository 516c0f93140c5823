package dev.daybook;

/** A newer library wrote this workspace. Upgrade this library. */
@SuppressWarnings("serial") // thrown, never sent
public final class UnsupportedFormatException extends DaybookException {
  /** With this message. */
  public UnsupportedFormatException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public UnsupportedFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
