package dev.daybook.mcp.command;

/**
 * Text of others as it can be shown to a person: in one line, and without anything that a terminal
 * would act on or that would not be seen. What is taken out is named in its place.
 */
final class Plain {
  private static final String ELLIPSIS = "…";

  private Plain() {}

  /** The text in one line: spaces and line ends become one space. */
  static String line(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    boolean isSpace = true;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isSpace(c)) {
        if (!isSpace) {
          plain.append(' ');
        }
        isSpace = true;
      } else {
        append(plain, c);
        isSpace = false;
      }
    }
    return plain.toString().stripTrailing();
  }

  /** The text with its lines kept, ended by {@code \n}. */
  static String lines(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (String line : text.lines().toList()) {
      for (int i = 0; i < line.length(); ) {
        int c = line.codePointAt(i);
        i += Character.charCount(c);
        append(plain, c == '\t' ? ' ' : c);
      }
      plain.append('\n');
    }
    return plain.toString().stripTrailing();
  }

  private static boolean isSpace(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
  }

  private static void append(StringBuilder plain, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL ->
          plain.append(c < ' ' ? String.valueOf((char) (0x2400 + c)) : named(c));
      case Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE ->
          plain.append(named(c));
      case Character.FORMAT -> plain.append(c == 0x200D ? "\u200D" : c == 0xAD ? "" : named(c));
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> plain.append(' ');
      default -> plain.appendCodePoint(c);
    }
  }

  private static String named(int c) {
    return String.format("<U+%04X>", c);
  }

  /** How many columns a terminal needs for it. */
  static int width(String text) {
    return text.codePoints().map(Plain::width).sum();
  }

  private static int width(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  /** The blocks that terminals show two columns wide, by Unicode's East Asian Width. */
  private static boolean isWide(int c) {
    return c >= 0x1100
        && (c <= 0x115F
            || (c >= 0x2E80 && c <= 0xA4CF)
            || (c >= 0xAC00 && c <= 0xD7A3)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0xFE30 && c <= 0xFE6F)
            || (c >= 0xFF00 && c <= 0xFF60)
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1FAFF)
            || (c >= 0x20000 && c <= 0x3FFFD));
  }

  /** At most so many columns of it, with an ellipsis for the rest. */
  static String cut(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int left = columns - 1;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      left -= width(c);
      if (left < 0) {
        break;
      }
      kept.appendCodePoint(c);
      i += Character.charCount(c);
    }
    return kept + ELLIPSIS;
  }
}
