package dev.daybook.event;

import java.util.Objects;

/**
 * An option a decision did not take.
 *
 * @param option what it was
 * @param reason why not; may be empty
 */
public record Alternative(String option, String reason) {
  /** Checks the parts. */
  public Alternative {
    Check.notBlank(option, "Alternative", "option");
    Objects.requireNonNull(reason, "reason");
  }
}
