package dev.daybook;

/**
 * A change breaks a rule of the plan: it names something that is not there, or is not allowed in
 * that state. Change the request.
 */
@SuppressWarnings("serial") // thrown, never sent
public final class PlanRuleException extends DaybookException {
  /** With this message. */
  public PlanRuleException(String message) {
    super(message);
  }

  /** With this message and what it follows from. */
  public PlanRuleException(String message, Throwable cause) {
    super(message, cause);
  }
}
