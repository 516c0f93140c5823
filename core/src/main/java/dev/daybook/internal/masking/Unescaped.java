package dev.daybook.internal.masking;

/**
 * A text in which characters that are written as an escape of JSON ({@code \}{@code u003d}, {@code
 * \/}) stand as themselves, however deep JSON is nested in JSON; and where each stood. Other
 * escapes stay, since they end words and need no reading.
 */
final class Unescaped {
  private final StringBuilder text;
  private final int[] from;

  private Unescaped(StringBuilder text, int[] from) {
    this.text = text;
    this.from = from;
  }

  static Unescaped of(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    int[] from = new int[text.length() + 1];
    int i = 0;
    while (i < text.length()) {
      from[plain.length()] = i;
      char c = text.charAt(i);
      int end = i + 1;
      if (c == '\\') {
        while (end < text.length() && text.charAt(end) == '\\') {
          end++;
        }
        int code = code(text, end);
        if (code >= 0) {
          c = (char) code;
          end += 5;
        } else if (end < text.length() && text.charAt(end) == '/') {
          c = '/';
          end++;
        } else {
          for (; i < end - 1; i++) {
            plain.append('\\');
            from[plain.length()] = i + 1;
          }
        }
      }
      plain.append(c);
      i = end;
    }
    from[plain.length()] = text.length();
    return new Unescaped(plain, from);
  }

  /** The character that {@code uXXXX} stands for; -1 if there is no such thing. */
  private static int code(String text, int at) {
    if (at + 5 > text.length() || text.charAt(at) != 'u') {
      return -1;
    }
    int code = 0;
    for (int i = at + 1; i < at + 5; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      code = 16 * code + digit;
    }
    return code;
  }

  String text() {
    return text.toString();
  }

  /** Where a character stands in the text as it was. */
  int original(int i) {
    return from[i];
  }
}
