package dev.daybook.mcp.connect;

import java.util.Locale;

/** What happens before a call that failed before, or whose approach the plan rejects. */
public enum Repeats {
  /** The agent reads a line about it, and goes on. */
  WARN,
  /** The client asks its user whether the call may go on. */
  ASK,
  /** The client does not make the call, and the agent reads why. */
  DENY;

  /** The word in a hook's command, such as {@code warn}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a word of a hook's command means; {@link #WARN} if it is none of them. */
  public static Repeats of(String label) {
    for (Repeats repeats : values()) {
      if (repeats.label().equals(label)) {
        return repeats;
      }
    }
    return WARN;
  }
}
