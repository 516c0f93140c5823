package dev.daybook.internal.masking;

/** Characters by the alphabets they belong to; those outside ASCII belong to none. */
final class Chars {
  static final int LOWER = 1;
  static final int UPPER = 2;
  static final int DIGIT = 4;
  static final int UNDERSCORE = 8;
  static final int DASH = 16;

  /** What base64 has besides letters and digits. */
  static final int PLUS = 32;

  static final int HEX = 64;
  static final int ALNUM = LOWER | UPPER | DIGIT;
  static final int WORD = ALNUM | UNDERSCORE;
  static final int URL = WORD | DASH;
  static final int BASE64 = ALNUM | PLUS;

  private static final char ESC = '\u001b';
  private static final byte[] SETS = new byte[128];

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      SETS[c] |= LOWER;
    }
    for (char c = 'A'; c <= 'Z'; c++) {
      SETS[c] |= UPPER;
    }
    for (char c = '0'; c <= '9'; c++) {
      SETS[c] |= DIGIT | HEX;
    }
    for (char c = 'a'; c <= 'f'; c++) {
      SETS[c] |= HEX;
    }
    SETS['_'] |= UNDERSCORE;
    SETS['-'] |= DASH;
    SETS['+'] |= PLUS;
    SETS['/'] |= PLUS;
    SETS['='] |= PLUS;
  }

  private Chars() {}

  static boolean is(char c, int set) {
    return c < 128 && (SETS[c] & set) != 0;
  }

  /** Whether there is a character of a set at a place. */
  static boolean at(String text, int i, int set) {
    return i >= 0 && i < text.length() && is(text.charAt(i), set);
  }

  /** Where the characters of a set end that begin at a place. */
  static int end(String text, int from, int set) {
    return end(text, from, set, text.length());
  }

  /** The same, looked for in at most so many characters. */
  static int end(String text, int from, int set, int most) {
    int i = from;
    while (i < text.length() && i - from < most && is(text.charAt(i), set)) {
      i++;
    }
    return i;
  }

  static int skipBlanks(String text, int from, int most) {
    int i = from;
    while (i < text.length() && i < from + most && isBlank(text.charAt(i))) {
      i++;
    }
    return i;
  }

  static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`';
  }

  /**
   * Whether a word can begin at a place: what stands before it is no letter and no digit, but for
   * those that end an escape ({@code \n}, {@code \}{@code u00e9}), a percent code ({@code %22}) or
   * a colour of a terminal.
   */
  static boolean isStart(String text, int i) {
    if (!at(text, i - 1, ALNUM)) {
      return true;
    }
    char before = text.charAt(i - 1);
    if (i >= 2 && text.charAt(i - 2) == '\\') {
      return "nrtbf".indexOf(before) >= 0;
    }
    if (i >= 3 && text.charAt(i - 3) == '%') {
      return isHex(before) && isHex(text.charAt(i - 2));
    }
    if (text.startsWith("\\u", i - 6)) {
      return isHex(before)
          && isHex(text.charAt(i - 2))
          && isHex(text.charAt(i - 3))
          && isHex(text.charAt(i - 4));
    }
    return before == 'm' && endsColour(text, i - 2);
  }

  private static boolean endsColour(String text, int last) {
    int i = last;
    while (i > last - 20 && i > 0 && (at(text, i, DIGIT) || text.charAt(i) == ';')) {
      i--;
    }
    return i > 0 && text.charAt(i) == '[' && text.charAt(i - 1) == ESC;
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0;
  }
}
