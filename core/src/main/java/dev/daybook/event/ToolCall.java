package dev.daybook.event;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A tool was called and answered. Built from {@link #of} by methods that each return a changed
 * copy; a call of which nothing else is said is {@link CallOutcome#OK}.
 *
 * @param tool the tool's name, such as {@code bash}
 * @param arguments what it was given, as text or JSON
 * @param output what it answered; may be empty. Of one over the limit of the engine (64 KiB) an
 *     event that is read back has head and tail, and {@code stored} says where the whole is
 * @param outcome how it ended
 * @param exitCode the exit code of a process; {@link #NO_EXIT_CODE} if there is none
 * @param error what went wrong, in the tool's words; empty if nothing did
 * @param errorClass the class of an exception; may be empty
 * @param duration how long it took; zero if not measured
 * @param tokensIn tokens read by a model; 0 if none or not known
 * @param tokensOut tokens written by a model; 0 if none or not known
 * @param filesRead paths that were read
 * @param filesWritten paths that were changed
 * @param approach what the caller was trying, in words; may be empty
 * @param stored where the whole output is, if the event does not carry it
 */
public record ToolCall(
    String tool,
    String arguments,
    String output,
    CallOutcome outcome,
    int exitCode,
    String error,
    String errorClass,
    Duration duration,
    long tokensIn,
    long tokensOut,
    List<String> filesRead,
    List<String> filesWritten,
    String approach,
    StoredOutput stored)
    implements TraceEvent {
  /**
   * An output too large to be carried in the event.
   *
   * @param key the object that holds it whole, below the store; empty if there is none
   * @param bytes its length in UTF-8
   * @param sha256 of those bytes, in hexadecimal
   */
  public record StoredOutput(String key, long bytes, String sha256) {
    /** The event carries the whole output. */
    public static final StoredOutput NONE = new StoredOutput("", 0, "");

    /** Checks the parts. */
    public StoredOutput {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(sha256, "sha256");
      Check.notNegative(bytes, "StoredOutput", "bytes");
    }

    /** Whether there is such an object. */
    public boolean isPresent() {
      return !key.isEmpty();
    }
  }

  /** Stands for: this call has no exit code. */
  public static final int NO_EXIT_CODE = Integer.MIN_VALUE;

  /** Copies the lists and checks the parts. */
  public ToolCall {
    Check.id(tool, "ToolCall", "tool");
    Objects.requireNonNull(arguments, "arguments");
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(error, "error");
    Objects.requireNonNull(errorClass, "errorClass");
    Objects.requireNonNull(duration, "duration");
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "ToolCall.duration is " + duration + ", expected zero or more");
    }
    Check.notNegative(tokensIn, "ToolCall", "tokensIn");
    Check.notNegative(tokensOut, "ToolCall", "tokensOut");
    filesRead = Check.texts(filesRead, "ToolCall", "filesRead");
    filesWritten = Check.texts(filesWritten, "ToolCall", "filesWritten");
    Objects.requireNonNull(approach, "approach");
    // Events of an older library have no such field.
    stored = stored == null ? StoredOutput.NONE : stored;
    if (outcome == CallOutcome.OK && !error.isEmpty()) {
      throw new IllegalArgumentException(
          "ToolCall.error of '"
              + tool
              + "' is set though the outcome is OK; use softFail or hardFail");
    }
  }

  /** A call that went well. */
  public static ToolCall of(String tool, String arguments) {
    return new ToolCall(
        tool,
        arguments,
        "",
        CallOutcome.OK,
        NO_EXIT_CODE,
        "",
        "",
        Duration.ZERO,
        0,
        0,
        List.of(),
        List.of(),
        "",
        StoredOutput.NONE);
  }

  /** The same call with what the tool answered. */
  public ToolCall output(String newOutput) {
    return output(newOutput, StoredOutput.NONE);
  }

  /** The same call, its output cut to this, since the whole is in an object of its own. */
  public ToolCall output(String excerpt, StoredOutput whole) {
    return new ToolCall(
        tool,
        arguments,
        excerpt,
        outcome,
        exitCode,
        error,
        errorClass,
        duration,
        tokensIn,
        tokensOut,
        filesRead,
        filesWritten,
        approach,
        whole);
  }

  /** The same call, ended like this. */
  public ToolCall outcome(CallOutcome newOutcome) {
    return with(output, newOutcome, exitCode, error, errorClass, duration, approach);
  }

  /** The same call; the tool answered with an error. */
  public ToolCall softFail(String newError) {
    return with(output, CallOutcome.SOFT_FAIL, exitCode, newError, errorClass, duration, approach);
  }

  /** The same call; the tool threw an exception of this class. */
  public ToolCall hardFail(String newErrorClass, String newError) {
    return with(
        output, CallOutcome.HARD_FAIL, exitCode, newError, newErrorClass, duration, approach);
  }

  /** The same call; it was not allowed. */
  public ToolCall denied(String reason) {
    return with(output, CallOutcome.DENIED, exitCode, reason, errorClass, duration, approach);
  }

  /** The same call; it was given up after this long. */
  public ToolCall timedOut(Duration after) {
    return with(output, CallOutcome.TIMEOUT, exitCode, error, errorClass, after, approach);
  }

  /** The same call with the exit code of its process. */
  public ToolCall exit(int code) {
    return with(output, outcome, code, error, errorClass, duration, approach);
  }

  /** The same call, measured. */
  public ToolCall took(Duration newDuration) {
    return with(output, outcome, exitCode, error, errorClass, newDuration, approach);
  }

  /** The same call with what the caller was trying, in words. */
  public ToolCall trying(String newApproach) {
    return with(output, outcome, exitCode, error, errorClass, duration, newApproach);
  }

  /** The same call, having also read these files. */
  public ToolCall reading(String... paths) {
    return files(plus(filesRead, paths), filesWritten);
  }

  /** The same call, having also changed these files. */
  public ToolCall touching(String... paths) {
    return files(filesRead, plus(filesWritten, paths));
  }

  /** The same call with what a model read and wrote for it. */
  public ToolCall tokens(long in, long out) {
    return new ToolCall(
        tool,
        arguments,
        output,
        outcome,
        exitCode,
        error,
        errorClass,
        duration,
        in,
        out,
        filesRead,
        filesWritten,
        approach,
        stored);
  }

  /** Whether the call has an exit code. */
  public boolean hasExitCode() {
    return exitCode != NO_EXIT_CODE;
  }

  private static List<String> plus(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return all;
  }

  private ToolCall files(List<String> read, List<String> written) {
    return new ToolCall(
        tool,
        arguments,
        output,
        outcome,
        exitCode,
        error,
        errorClass,
        duration,
        tokensIn,
        tokensOut,
        read,
        written,
        approach,
        stored);
  }

  private ToolCall with(
      String newOutput,
      CallOutcome newOutcome,
      int newExitCode,
      String newError,
      String newErrorClass,
      Duration newDuration,
      String newApproach) {
    return new ToolCall(
        tool,
        arguments,
        newOutput,
        newOutcome,
        newExitCode,
        newError,
        newErrorClass,
        newDuration,
        tokensIn,
        tokensOut,
        filesRead,
        filesWritten,
        newApproach,
        stored);
  }
}
