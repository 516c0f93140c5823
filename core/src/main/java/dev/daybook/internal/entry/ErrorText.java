package dev.daybook.internal.entry;

import dev.daybook.event.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The line of an output that tells what went wrong. Tools print it at different places: a test run
 * in its summary, Python last, a compiler first, a shell alone. Looked for in this order:
 *
 * <ol>
 *   <li>the first failed test of a run, with the class of its error;
 *   <li>the last exception of a stack trace: the cause of Java's, the end of a chain of Python's;
 *   <li>the first error of a compiler;
 *   <li>a command, a module or a file that is not there, or not permitted;
 *   <li>an HTTP status from 400 on;
 *   <li>the first line that speaks of an error, a failure or the like;
 *   <li>the last line.
 * </ol>
 */
public final class ErrorText {
  private static final int LINE_CHARS_MAX = 600;
  private static final int LINES_MAX = 4_000;

  private static final Pattern ESCAPES = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");

  private static final Pattern PYTEST_SUMMARY =
      Pattern.compile("^(?:FAILED|ERROR) (\\S+(?:\\.py|::)\\S*)(?: - ([\\w.]+)(?::.*|)$|)");

  private static final Pattern PYTEST_ASSERTION = Pattern.compile("^E {3,}(\\S.*)$");

  private static final Pattern UNITTEST =
      Pattern.compile("^(?:FAIL|ERROR): (\\w+ \\([\\w.]+\\)|test\\w*)");

  private static final Pattern SUREFIRE =
      Pattern.compile("^\\[ERROR\\] +(?:\\S+?\\.)?(\\w+\\.\\w+)(?::\\d+)? (?:»|.*expected).*");

  private static final Pattern EXCEPTION =
      Pattern.compile(
          "^(?:Exception in thread \\S+ |Caused by: |Uncaught |Unhandled exception\\W+)?"
              + "((?:[\\w$]+\\.){0,12}[A-Z_a-z]\\w{0,80}"
              + "(?:Error|Exception|Exit|Interrupt|Failure|NotFound|DoesNotExist|NotReady|EmptyResultSet|ImproperlyConfigured|Overflow)(?:"
              + " \\[\\w+\\])?(?::.*)?)$");

  /** After the lines of a trace: what is not indented any more. */
  private static final Pattern AFTER_TRACE = Pattern.compile("^((?:\\w+\\.){0,12}\\w+(?::.*)?)$");

  private static final Pattern COMPILER =
      Pattern.compile(
          "^(?:\\S+?(?::\\d+(?::\\d+)?:|\\(\\d+(?:,\\d+)?\\):) ?(?:fatal )?error\\b.*"
              + "|(?:fatal )?error(?:\\[\\w+\\]|:| \\w+:).*"
              + "|\\S+\\.\\w{1,5}:\\d+:\\d+: (?!warning|note|DEBUG|INFO)\\S.*"
              + "|\\[ERROR\\] (?:COMPILATION ERROR.+|.*:\\[\\d+,\\d+\\].*)"
              + "|.*undefined reference to .*)$");

  private static final Pattern MISSING =
      Pattern.compile(
          "(?i)(?:command not found|: not found$|no such file or directory|no module"
              + " named|permission denied|cannot find module|is not recognized as|operation not"
              + " permitted|file or directory not found)");

  /**
   * What every line holds that could match, in small letters. Patterns that ignore case are slow
   * where nothing matches, and an output may have thousands of lines.
   */
  private static final List<String> HOLDS_MISSING =
      List.of("not found", "no such", "no module", "denied", "cannot", "recognized", "permitted");

  private static final List<String> HOLDS_HTTP = List.of("http", "status", "error code");

  private static final List<String> HOLDS_ERROR =
      List.of(
          "error",
          "exception",
          "fatal",
          "fail",
          "panic",
          "cannot",
          "could not",
          "unable",
          "refused",
          "denied",
          "timed out",
          "aborted",
          "invalid",
          "killed");

  private static final Pattern HTTP =
      Pattern.compile(
          "(?i)\\b(?:http(?:/\\d(?:\\.\\d)?)?|status(?: code)?|error code)\\W{0,3}[45]\\d\\d\\b");

  private static final Pattern SPEAKS_OF_ERROR =
      Pattern.compile(
          "(?i)(?:error|exception|fatal|failed|failure|panic(?:ked)?|cannot|could not|unable"
              + " to|refused|denied|timed out|aborted|invalid|killed)\\b");

  /** Says how many there were, not what went wrong. */
  private static final Pattern COUNTS =
      Pattern.compile(
          "(?i)^[-=\\s]*(?:exit ?code: \\d+ .*|\\d+"
              + " (?:errors?|failed|failures?|warnings?)\\b.*|FAILED"
              + " \\((?:failures|errors|skipped).*|tests run:.*|build fail(?:ed|ure).*|.*\\b0"
              + " (?:errors?|failed|failures?)\\b.*)[-=\\s]*$");

  private ErrorText() {}

  /**
   * What went wrong in a call, in a line or two: from its error if one was given, else from what it
   * printed; empty if it said nothing.
   */
  public static String of(ToolCall call) {
    String from = call.error().isBlank() ? call.output() : call.error();
    String telling = telling(from);
    boolean isNamed =
        call.errorClass().isEmpty()
            || call.error().isBlank()
            || telling.startsWith(call.errorClass());
    return isNamed ? telling : call.errorClass() + ": " + telling;
  }

  /** How a call ended: the exit code if it has one, and what went wrong. */
  public static String reason(ToolCall call) {
    String exit =
        call.hasExitCode()
            ? "exit " + call.exitCode()
            : call.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String telling = of(call).lines().map(String::strip).collect(Collectors.joining("; "));
    return telling.isEmpty() ? exit : exit + ": " + telling;
  }

  /** The telling line of an output; with a test that failed, its name and then the error. */
  public static String telling(String output) {
    List<String> lines = lines(output);
    if (lines.isEmpty()) {
      return "";
    }
    String telling =
        failedTest(lines)
            .or(() -> exception(lines))
            .or(() -> first(lines.stream(), COMPILER))
            .or(() -> first(holding(HOLDS_MISSING, lines), MISSING))
            .or(() -> first(holding(HOLDS_HTTP, lines), HTTP))
            .or(() -> speaking(lines))
            .orElse(lines.getLast().strip());
    return telling.endsWith(":") ? withNext(telling, lines) : telling;
  }

  /** A heading and what stands below it. */
  private static String withNext(String heading, List<String> lines) {
    for (int i = 0; i < lines.size() - 1; i++) {
      if (lines.get(i).strip().equals(heading)) {
        return heading + " " + lines.get(i + 1).strip();
      }
    }
    return heading;
  }

  private static List<String> lines(String output) {
    List<String> lines = new ArrayList<>();
    String plain = output.indexOf('\u001b') < 0 ? output : ESCAPES.matcher(output).replaceAll("");
    plain
        .lines()
        .map(line -> line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) : line)
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty())
        .forEach(lines::add);
    return lines.size() > LINES_MAX ? lines.subList(lines.size() - LINES_MAX, lines.size()) : lines;
  }

  private static Optional<String> failedTest(List<String> lines) {
    Optional<String> assertion = Optional.empty();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("FAILED ") || line.startsWith("ERROR ")) {
        Matcher summary = PYTEST_SUMMARY.matcher(line);
        if (summary.find()) {
          String error = summary.group(2) == null ? "" : summary.group(2);
          // The terminal's width cuts the line, in the middle of the class as well.
          return Optional.of(
              error.isEmpty() || error.endsWith("...")
                  ? "FAILED " + summary.group(1)
                  : "FAILED " + summary.group(1) + " - " + error);
        }
      }
      Matcher unit = UNITTEST.matcher(line);
      if (unit.find()) {
        String error = exceptionAfter(lines, i + 1).map(found -> "\n" + found).orElse("");
        return Optional.of("FAILED " + unit.group(1) + error);
      }
      Matcher surefire = SUREFIRE.matcher(line);
      if (surefire.find()) {
        return Optional.of(line.strip());
      }
      if (assertion.isEmpty() && line.startsWith("E   ")) {
        Matcher pytest = PYTEST_ASSERTION.matcher(line);
        assertion = pytest.find() ? Optional.of(pytest.group(1)) : assertion;
      }
    }
    return assertion;
  }

  private static Optional<String> exceptionAfter(List<String> lines, int from) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).startsWith("Traceback (most recent call last)")) {
        return endOfTrace(lines, i);
      }
      if (lines.get(i).startsWith("======")) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** The line of the exception that a Python trace ends with. */
  private static Optional<String> endOfTrace(List<String> lines, int trace) {
    for (int i = trace + 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!Character.isWhitespace(line.charAt(0))) {
        return AFTER_TRACE.matcher(line).matches() ? Optional.of(line) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Optional<String> exception(List<String> lines) {
    Optional<String> last = Optional.empty();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (Character.isWhitespace(line.charAt(0))) {
        continue;
      }
      if (line.startsWith("Traceback (most recent call last)")) {
        Optional<String> end = endOfTrace(lines, i);
        last = end.isPresent() ? end : last;
        continue;
      }
      Matcher exception = EXCEPTION.matcher(line);
      if (exception.find()) {
        last = Optional.of(exception.group(1));
      }
    }
    return last;
  }

  private static Optional<String> first(Stream<String> lines, Pattern pattern) {
    return lines.map(String::strip).filter(line -> pattern.matcher(line).find()).findFirst();
  }

  private static Optional<String> speaking(List<String> lines) {
    return holding(HOLDS_ERROR, lines)
        .map(String::strip)
        .filter(line -> SPEAKS_OF_ERROR.matcher(line).find())
        .filter(line -> !COUNTS.matcher(line).matches())
        .findFirst();
  }

  private static Stream<String> holding(List<String> oneOf, List<String> lines) {
    return lines.stream().filter(line -> holdsAny(line, oneOf));
  }

  private static boolean holdsAny(String line, List<String> words) {
    String small = line.toLowerCase(Locale.ROOT);
    for (String word : words) {
      if (small.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
