package dev.daybook.mcp.server;

import dev.daybook.Masking;
import java.util.Locale;

/** Texts that others wrote, made fit to be shown. */
final class Texts {
  private Texts() {}

  /**
   * Without what can hide or move text: control characters but line feed and tab, marks of
   * direction, invisible tags; half of a surrogate pair becomes the replacement character.
   */
  static String clean(String text) {
    if (text.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\n')) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          if (Character.getType(c) == Character.SURROGATE) {
            clean.append('\uFFFD');
          } else if (c == '\n' || c == '\t' || !isHidden(c)) {
            clean.appendCodePoint(c);
          }
        });
    return clean.toString();
  }

  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      // A joiner makes emojis and some scripts; nothing else that cannot be seen is needed.
      case Character.FORMAT -> c != 0x200D && c != 0x200C;
      default -> false;
    };
  }

  /** On one line. */
  static String line(String text) {
    return clean(text).replaceAll("\\s+", " ").strip();
  }

  /** Without the secrets in it, for what a client gave and an error quotes. */
  static String masked(String text) {
    return Masking.standard().mask(text, kind -> {});
  }

  /** The head of a text on one line and without its secrets, for messages. */
  static String brief(String text, int charsMax) {
    // Masked before it is cut, since the head of a secret is known for one no more.
    String line = line(masked(head(text, Math.max(charsMax * 4, 4_000))));
    return line.length() <= charsMax ? line : head(line, charsMax - 1) + "…";
  }

  /** At most so many characters, no surrogate pair taken apart. */
  static String head(String text, int charsMax) {
    return text.substring(0, boundary(text, charsMax));
  }

  /** The last place at or before this one that is not within a surrogate pair. */
  static int boundary(String text, int at) {
    if (at >= text.length()) {
      return text.length();
    }
    return at > 0 && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }

  /**
   * A cleaned text of at most so many characters; if cut it says by how much, and where more is.
   */
  static String cut(String text, int charsMax, String where) {
    String clean = clean(text);
    if (clean.length() <= charsMax) {
      return clean;
    }
    String head = head(clean, charsMax);
    return head
        + "… %,d more characters%s"
            .formatted(clean.length() - head.length(), where.isEmpty() ? "" : "; " + where);
  }

  /** {@code leaseUntil} as {@code lease_until}. */
  static String snake(String camel) {
    StringBuilder snake = new StringBuilder();
    for (int i = 0; i < camel.length(); i++) {
      char c = camel.charAt(i);
      if (Character.isUpperCase(c)) {
        snake.append('_');
      }
      snake.append(c);
    }
    return snake.toString().toLowerCase(Locale.ROOT);
  }

  /** A count with its word, such as {@code 1 task} or {@code 2 tasks}. */
  static String count(long count, String one) {
    return "%,d %s%s".formatted(count, one, count == 1 ? "" : "s");
  }
}
