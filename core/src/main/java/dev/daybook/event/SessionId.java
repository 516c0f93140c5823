package dev.daybook.event;

import java.util.Objects;

/**
 * Names a session; the host's own id or one made by Daybook. At most 200 characters, no control
 * characters.
 *
 * @param value the id; empty only for {@link #NONE}
 */
public record SessionId(String value) {
  /** The id of no session; the parent of a session that has none. */
  public static final SessionId NONE = new SessionId("");

  /**
   * Checks the id.
   *
   * @throws IllegalArgumentException if it is too long or holds control characters
   */
  public SessionId {
    Objects.requireNonNull(value, "value");
    if (!value.isEmpty()) {
      Check.id(value, "SessionId", "value");
    }
  }

  /** The session of this name. */
  public static SessionId of(String value) {
    return new SessionId(Check.id(value, "SessionId", "value"));
  }

  /** Whether this names a session. */
  public boolean isPresent() {
    return !value.isEmpty();
  }

  @Override
  public String toString() {
    return value;
  }
}
