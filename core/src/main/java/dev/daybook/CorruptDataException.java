package dev.daybook;

/**
 * An object is not what was written: damaged, cut short, or of another workspace. Restore it; never
 * repeat.
 */
@SuppressWarnings("serial") // thrown, never sent
public non-sealed class CorruptDataException extends DaybookException {
  /** With this message. */
  public CorruptDataException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public CorruptDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
