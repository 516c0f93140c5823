package dev.daybook.internal;

import java.io.IOException;

/** A file was written by a newer library, in a format this one does not read. */
public final class NewerFormatException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * A refusal of {@code file}, which has {@code format} where this library reads {@code newest}.
   */
  public NewerFormatException(String file, int format, int newest) {
    super(
        "%s has format version %d, this library reads up to %d; use a newer release of Daybook"
            .formatted(file, format, newest));
  }
}
