package dev.daybook.storage.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Puts words to failures of the file system, and keeps the kinds that callers tell apart. */
final class Failures {
  private Failures() {}

  /** The failure of this action: {@code Creating a/b in /srv/factory}. */
  static IOException explain(String action, IOException e) {
    return switch (e) {
      case NoSuchFileException gone -> gone;
      case AccessDeniedException denied -> {
        var explained =
            new AccessDeniedException(
                denied.getFile(),
                denied.getOtherFile(),
                action + " is refused; give this process's user the right to read and write there");
        explained.initCause(denied);
        yield explained;
      }
      case ClosedByInterruptException interrupt -> interrupted(action, interrupt);
      case FileLockInterruptionException interrupt -> interrupted(action, interrupt);
      case InterruptedIOException interrupt -> interrupted(action, interrupt);
      default -> new IOException(action + " failed: " + reason(e) + advice(reason(e)), e);
    };
  }

  private static IOException interrupted(String action, IOException e) {
    return new IOException(action + " was interrupted; it may or may not have happened", e);
  }

  /** Java tells these apart by the system's own words only; other words get no advice. */
  private static String advice(String reason) {
    if (reason.contains("No space left")
        || reason.contains("not enough space")
        || reason.contains("quota exceeded")) {
      return " (make room there)";
    }
    return reason.contains("Read-only file system") ? " (mount it writable)" : "";
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
