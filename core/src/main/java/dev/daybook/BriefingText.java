package dev.daybook;

import java.util.List;
import java.util.regex.Pattern;

/** Texts of events as parts of a line. */
final class BriefingText {
  /** White space of any sort, so that no text can begin a line of its own. */
  private static final Pattern SPACE =
      Pattern.compile("[\\s\\p{Z}\\p{Cc}]+", Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern HALF_PAIR = Pattern.compile("\\p{Cs}");

  private BriefingText() {}

  /** On one line, and valid: half of a surrogate pair becomes the replacement character. */
  static String oneLine(String text) {
    if (isPlain(text)) {
      return text;
    }
    return HALF_PAIR.matcher(SPACE.matcher(text).replaceAll(" ")).replaceAll("\uFFFD").strip();
  }

  /** Printable ASCII with single spaces within, as most texts are. */
  private static boolean isPlain(String text) {
    char before = ' ';
    for (int i = 0; i < text.length(); i++) {
      char here = text.charAt(i);
      if (here < ' ' || here > '~' || (here == ' ' && before == ' ')) {
        return false;
      }
      before = here;
    }
    return text.isEmpty() || before != ' ';
  }

  /**
   * At most so many characters, cut at a word if one ends in the last quarter, with an ellipsis. No
   * surrogate pair is taken apart.
   */
  static String cut(String text, int charsMax) {
    if (text.length() <= charsMax) {
      return text;
    }
    int end = charsMax - 1;
    int word = text.lastIndexOf(' ', end);
    if (word > end * 3 / 4) {
      end = word;
    } else if (Character.isLowSurrogate(text.charAt(end))) {
      end--;
    }
    return text.substring(0, end).stripTrailing() + "…";
  }

  /** On one line and cut. */
  static String brief(String text, int charsMax) {
    // Nothing behind can matter, and some texts are megabytes.
    int end = Math.min(text.length(), charsMax * 8);
    if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
      end--;
    }
    String one = oneLine(text.substring(0, end));
    return cut(end < text.length() ? one + "…" : one, charsMax);
  }

  /** A label and a text; nothing if there is no text. */
  static String labelled(String label, String text, int charsMax) {
    String one = brief(text, charsMax);
    return one.isEmpty() ? "" : label + one;
  }

  /** Several texts behind one label, and how many more there are. */
  static String listed(String label, List<String> texts, int itemsMax, int charsMax) {
    if (texts.isEmpty()) {
      return "";
    }
    List<String> some =
        texts.stream().limit(itemsMax).map(text -> brief(text, charsMax)).distinct().toList();
    return label
        + String.join(", ", some)
        + (texts.size() > itemsMax ? " and " + (texts.size() - itemsMax) + " more" : "");
  }
}
