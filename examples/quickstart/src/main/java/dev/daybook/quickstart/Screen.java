package dev.daybook.quickstart;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How things are written for a person: aligned, short, plain ASCII of our own. */
final class Screen {
  private static final int COMMAND_CHARS_MAX = 52;

  private final PrintStream out;

  Screen(PrintStream out) {
    this.out = out;
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
  void line(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }

  /** Shows how far work has come. */
  ProgressBar progressBar() {
    ProgressBar.Style style = isTerminal() ? ProgressBar.Style.TERMINAL : ProgressBar.Style.LOG;
    return new ProgressBar(out, style, System::nanoTime);
  }

  /**
   * Since Java 22 there is a console even where nobody sees it; asking it needs a method that Java
   * 21 lacks.
   */
  private static boolean isTerminal() {
    return Optional.ofNullable(System.console())
        .map(console -> {
          try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
          } catch (NoSuchMethodException e) {
            return true;
          } catch (ReflectiveOperationException e) {
            return false;
          }
        })
        .orElse(false);
  }

  /** A command that was run: how it ended, how long it took, and what it said if it failed. */
  void ran(Shell.Ran ran) {
    line(
        "  %-8s%-54s%6.2f s%s",
        ran.isOk() ? "ok" : "failed",
        shortened(ran.command(), COMMAND_CHARS_MAX),
        ran.took().toMillis() / 1000.0,
        ran.isOk() ? "" : "  " + ran.reason());
  }

  /** "1 task", "2 tasks". */
  static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  /** What there is any of, as in "1 decision, 3 calls". */
  static String present(List<String> counts) {
    return String.join(", ", counts.stream().filter(count -> !count.startsWith("0 ")).toList());
  }

  /** How long ago, as in "4 s ago". */
  static String ago(Instant then, Instant now) {
    Duration ago = Duration.between(then, now);
    if (ago.toHours() >= 48) {
      return ago.toDays() + " days ago";
    }
    if (ago.toMinutes() >= 120) {
      return ago.toHours() + " h ago";
    }
    return ago.toSeconds() >= 120 ? ago.toMinutes() + " min ago" : ago.toSeconds() + " s ago";
  }

  /** The first line that is not blank, at most so long. */
  static String firstLine(String text, int charsMax) {
    return shortened(text.lines().filter(line -> !line.isBlank()).findFirst().orElse(""), charsMax);
  }

  static String shortened(String text, int charsMax) {
    String one = text.strip().replaceAll("\\s+", " ");
    return one.length() <= charsMax ? one : one.substring(0, charsMax - 3) + "...";
  }
}
