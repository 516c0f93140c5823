package dev.daybook.internal.masking;

import java.util.Arrays;

/**
 * A text in which characters that are written as an escape of JSON ({@code \}{@code u003d}, {@code
 * \/}) stand as themselves, however deep JSON is nested in JSON; and where each stood. Other
 * escapes stay, since they end words and need no reading; so do those of characters that no shape
 * has.
 */
final class Unescaped {
  private static final int CODE_CHARS = 5;

  /** Of a text that stays as it is: tells places alone. */
  static final Unescaped NONE = new Unescaped(0);

  private final StringBuilder text;

  /** Behind each escape, the place in this text and the place in the text as it was. */
  private int[] here = new int[16];

  private int[] there = new int[16];
  private int escapes;

  private Unescaped(int chars) {
    text = new StringBuilder(chars);
  }

  static Unescaped of(String text) {
    Unescaped plain = new Unescaped(text.length());
    int done = 0;
    for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i)) {
      int end = i + 1;
      while (end < text.length() && text.charAt(end) == '\\') {
        end++;
      }
      if (isPlain(text, end)) {
        plain.add(text, done, i, (char) Integer.parseInt(text, end + 1, end + CODE_CHARS, 16));
        done = end + CODE_CHARS;
      } else if (end < text.length() && text.charAt(end) == '/') {
        plain.add(text, done, i, '/');
        done = end + 1;
      }
      if (done > end) {
        plain.note(done);
      }
      i = Math.max(end, done);
    }
    plain.text.append(text, done, text.length());
    return plain;
  }

  /** Whether {@code uXXXX} of a character that a shape may have stands at a place. */
  static boolean isPlain(String text, int at) {
    boolean isPlain =
        text.startsWith("u00", at) && at + CODE_CHARS <= text.length() && text.charAt(at + 3) < '8';
    return isPlain
        && Character.digit(text.charAt(at + 3), 16) >= 0
        && Character.digit(text.charAt(at + 4), 16) >= 0;
  }

  private void add(String original, int from, int to, char escaped) {
    text.append(original, from, to).append(escaped);
  }

  private void note(int original) {
    if (escapes == here.length) {
      here = Arrays.copyOf(here, 2 * escapes);
      there = Arrays.copyOf(there, 2 * escapes);
    }
    here[escapes] = text.length();
    there[escapes] = original;
    escapes++;
  }

  String text() {
    return text.toString();
  }

  /** Where a character stands in the text as it was. */
  int original(int i) {
    return place(i, here, there);
  }

  /** Where a character of the text as it was stands in this one. */
  int here(int original) {
    return place(original, there, here);
  }

  private int place(int i, int[] from, int[] to) {
    int found = Arrays.binarySearch(from, 0, escapes, i);
    int last = found >= 0 ? found : -found - 2;
    return last < 0 ? i : to[last] + i - from[last];
  }
}
