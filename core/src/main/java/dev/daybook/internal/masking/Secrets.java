package dev.daybook.internal.masking;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Well-known shapes of credentials, found and replaced. */
public final class Secrets {
  /** What every replacement begins with. */
  static final String MASKED = "[masked:";

  /** No shape is shorter. */
  private static final int CHARS_MIN = 8;

  /** What stands beside a secret may be read otherwise once it is gone, in rare texts again. */
  private static final int ROUNDS_MAX = 8;

  private Secrets() {}

  /** What stands in place of a secret. */
  public static String replacement(String kind) {
    return MASKED + kind + "]";
  }

  /** A text with each match of a pattern replaced, or the first group of each if there is one. */
  public static String mask(
      String text, Pattern pattern, String kind, String replacement, Consumer<String> replaced) {
    Matcher matcher = pattern.matcher(text);
    int group = matcher.groupCount() > 0 ? 1 : 0;
    StringBuilder masked = new StringBuilder();
    int done = 0;
    while (matcher.find()) {
      // A group may stand outside of its match, and so within the one before.
      if (matcher.end(group) > matcher.start(group)
          && matcher.start(group) >= done
          && !text.startsWith(replacement, matcher.start(group))) {
        masked.append(text, done, matcher.start(group)).append(replacement);
        done = matcher.end(group);
        replaced.accept(kind);
      }
    }
    return done == 0 ? text : masked.append(text, done, text.length()).toString();
  }

  /**
   * A text with each secret in it replaced, the text itself if there is none. Masking what is
   * masked changes nothing.
   *
   * @param replaced is told the kind of each
   */
  public static String mask(String text, Consumer<String> replaced) {
    String masked = text;
    for (int round = 0; round < ROUNDS_MAX && masked.length() >= CHARS_MIN; round++) {
      Spans found = Scan.of(masked);
      if (found.isEmpty()) {
        return masked;
      }
      masked = found.masked(replaced);
    }
    return masked;
  }
}
