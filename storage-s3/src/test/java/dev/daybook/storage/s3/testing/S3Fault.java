package dev.daybook.storage.s3.testing;

/** What {@link S3Double} can do to a request. */
public enum S3Fault {
  /** Nothing: the request is carried out and answered. */
  NONE,
  /** The connection is reset before the request has its effect; it never will. */
  REQUEST_LOST,
  /** The request has its effect, then the connection is reset. */
  RESPONSE_LOST,
  /** The connection is reset at once, the effect comes later: see {@link S3Double#landLate}. */
  LATE,
  /** The request has its effect, and no answer comes until the client hangs up. */
  NO_ANSWER,
  /** 409 ConditionalRequestConflict, without an effect. */
  CONFLICT,
  /** 503 SlowDown, without an effect. */
  SLOW_DOWN,
  /** 403 AccessDenied, without an effect. */
  DENIED,
  /** 500 InternalError, without an effect. */
  ERROR_BEFORE,
  /** 500 InternalError, after the effect. */
  ERROR_AFTER,
  /** The connection is closed in the middle of the body. */
  BODY_TRUNCATED,
  /** One bit of the body is wrong. */
  BIT_FLIPPED,
  /** The write happens whatever its condition says, as on a server that ignores it. */
  CONDITION_IGNORED;

  /** Whether the fault can befall such a request. */
  public boolean fits(S3Operation operation) {
    return switch (this) {
      case NONE -> true;
      case REQUEST_LOST, RESPONSE_LOST, NO_ANSWER, SLOW_DOWN, DENIED, ERROR_BEFORE, ERROR_AFTER ->
          operation != S3Operation.OTHER;
      case LATE -> operation.writes();
      case CONFLICT, CONDITION_IGNORED -> operation == S3Operation.CREATE;
      case BODY_TRUNCATED, BIT_FLIPPED -> operation.readsContent();
    };
  }
}
