package dev.daybook.event;

import java.util.Objects;

/**
 * A file that work changed.
 *
 * @param path where, relative to the work tree
 * @param change how
 * @param sha256 of the content at the time, in hexadecimal; may be empty
 */
public record FileTouched(String path, Change change, String sha256) {
  /** What happened to a file. */
  public enum Change {
    /** It is new. */
    ADDED,
    /** Its content changed. */
    MODIFIED,
    /** It is gone. */
    DELETED
  }

  /** Checks the parts. */
  public FileTouched {
    Check.notBlank(path, "FileTouched", "path");
    Objects.requireNonNull(change, "change");
    Objects.requireNonNull(sha256, "sha256");
  }
}
