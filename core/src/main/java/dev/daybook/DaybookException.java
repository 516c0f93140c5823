package dev.daybook;

/**
 * What can go wrong, grouped by what the caller does next. Each message says what happened, to
 * which object, with the values, and then what to do. Misuse is an {@link IllegalArgumentException}
 * or {@link IllegalStateException} instead.
 */
@SuppressWarnings("serial") // thrown, never sent
public abstract sealed class DaybookException extends RuntimeException
    permits PlanConflictException,
        OutcomeUnknownException,
        PlanRuleException,
        WorkspaceStateException,
        StorageAccessException,
        StorageUnavailableException,
        CorruptDataException,
        UnsupportedFormatException {
  DaybookException(String message, Throwable cause) {
    super(message, cause);
  }

  DaybookException(String message) {
    super(message);
  }
}
