package dev.daybook.internal.masking;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Where the texts of a JSON document stand, or of several one after the other, so that no secret
 * takes with it the quote that ends its text. What is no JSON, or a part of it, is one text.
 */
final class JsonTexts {
  private static final JsonTexts NONE = new JsonTexts(new int[0], "");

  private static final String STRUCTURE = "{}[]:, \t\r\n";
  private static final String NUMBER = "+-.eE0123456789";
  private static final List<String> WORDS = List.of("true", "false", "null");
  private static final int CODE_CHARS = 6;

  /** Where texts begin and end in turn: behind a quote, before a quote. */
  private final int[] bounds;

  private final String json;

  private JsonTexts(int[] bounds, String json) {
    this.bounds = bounds;
    this.json = json;
  }

  /** The texts of what may be JSON, told by its parts alone: brackets need not match. */
  static JsonTexts of(String text) {
    int[] bounds = new int[16];
    int count = 0;
    int i = 0;
    while (i < text.length()) {
      int end;
      if (text.charAt(i) == '"') {
        int close = close(text, i + 1);
        if (count + 2 > bounds.length) {
          bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[count] = i + 1;
        bounds[count + 1] = close;
        count += 2;
        end = close + 1;
      } else {
        end = endOfOther(text, i);
      }
      if (end <= i) {
        return NONE;
      }
      i = end;
    }
    return count == 0 ? NONE : new JsonTexts(Arrays.copyOf(bounds, count), text);
  }

  /** Where the quote stands that closes a text; -1 if it is none of JSON. */
  private static int close(String text, int from) {
    int i = from;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '"') {
        return i;
      }
      int chars = c == '\\' ? escapeChars(text, i) : c < ' ' ? 0 : 1;
      if (chars == 0) {
        return -1;
      }
      i += chars;
    }
    return -1;
  }

  /** How many characters the escape at a place has; none if it is no escape. */
  private static int escapeChars(String text, int i) {
    if (i + 1 >= text.length()) {
      return 0;
    }
    if (text.charAt(i + 1) != 'u') {
      return "\"\\/bfnrt".indexOf(text.charAt(i + 1)) >= 0 ? 2 : 0;
    }
    for (int digit = i + 2; digit < i + CODE_CHARS; digit++) {
      if (digit >= text.length() || !HexFormat.isHexDigit(text.charAt(digit))) {
        return 0;
      }
    }
    return CODE_CHARS;
  }

  /** Where what stands at a place between texts ends; the place itself if it is none of JSON. */
  private static int endOfOther(String text, int i) {
    char c = text.charAt(i);
    if (STRUCTURE.indexOf(c) >= 0) {
      return i + 1;
    }
    if (c == '-' || Chars.is(c, Chars.DIGIT)) {
      int end = i + 1;
      while (end < text.length() && NUMBER.indexOf(text.charAt(end)) >= 0) {
        end++;
      }
      return end;
    }
    for (String word : WORDS) {
      if (text.startsWith(word, i)) {
        return i + word.length();
      }
    }
    return i;
  }

  /** How many texts begin or end at a place or before it. */
  private int boundsBefore(int i) {
    int found = Arrays.binarySearch(bounds, i);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** Where the text ends that a place is in; -1 if it is in none. */
  int endOfText(int i) {
    if (bounds.length == 0) {
      return Integer.MAX_VALUE;
    }
    int before = boundsBefore(i);
    return before % 2 == 0 ? -1 : bounds[before];
  }

  /** Where the next text begins behind a place that is in none; the end of all if none does. */
  int nextText(int i) {
    int before = boundsBefore(i);
    int next = before + before % 2;
    return next < bounds.length ? bounds[next] : json.length();
  }

  /** The place itself, or where the escape begins that it is within. */
  int beginOfCharacter(int i) {
    int begin = escapeBefore(i);
    return begin < 0 ? i : begin;
  }

  /** The place itself, or where the escape ends that it is within. */
  int endOfCharacter(int i) {
    int begin = escapeBefore(i);
    return begin < 0 ? i : begin + escapeChars(json, begin);
  }

  /** Where the escape begins that a place in a text is within; -1 if it is within none. */
  private int escapeBefore(int i) {
    int least = Math.max(0, i - CODE_CHARS + 1);
    for (int begin = Math.min(i, json.length()) - 1; begin >= least; begin--) {
      if (json.charAt(begin) == '\\') {
        int first = begin;
        while (first > 0 && json.charAt(first - 1) == '\\') {
          first--;
        }
        boolean begins = (begin - first) % 2 == 0;
        return begins && begin + escapeChars(json, begin) > i ? begin : -1;
      }
    }
    return -1;
  }
}
