package dev.daybook.internal.masking;

/**
 * Private keys in their armour, from {@code -----BEGIN} to {@code -----END}, however their lines
 * are ended: by line feeds, by escapes, or by the ends of texts of a program. Where the end was cut
 * off, as far as there is something of a key.
 */
final class Armor {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String KIND = "private-key";
  private static final int LABEL_CHARS_MAX = 64;
  private static final int KEY_CHARS_MAX = 1 << 16;

  /** Less is an example that leaves the key out. */
  private static final int RUN_CHARS_MIN = 24;

  private Armor() {}

  /** Whether the B after a dash may be that of BEGIN. */
  static boolean mayBeAt(String text, int dash) {
    return text.startsWith(BEGIN, dash - 4);
  }

  /** Whether the E after a dash may be that of END. */
  static boolean mayEndAt(String text, int dash) {
    return text.startsWith(END, dash - 4);
  }

  /** A key of which the beginning was cut off, as tools do with what is long. */
  static void findEnd(Scan scan, int dash) {
    String text = scan.text();
    int label = dash - 4 + END.length();
    int close = text.indexOf(DASHES, label, Math.min(text.length(), label + LABEL_CHARS_MAX));
    boolean isOne =
        close >= 0
            && text.indexOf(PRIVATE, label, close) >= 0
            && text.indexOf('"', label, close) < 0;
    int from = isOne ? beginOfKey(text, dash - 4, scan.floor()) : dash;
    if (from < dash - 4) {
      scan.found(from, close + DASHES.length(), KIND);
    }
  }

  static void find(Scan scan, int dash) {
    String text = scan.text();
    int from = dash - 4;
    int label = from + BEGIN.length();
    int body = text.indexOf(DASHES, label, Math.min(text.length(), label + LABEL_CHARS_MAX));
    if (body < 0 || text.indexOf(PRIVATE, label, body) < 0 || text.indexOf('"', label, body) >= 0) {
      return;
    }
    body += DASHES.length();
    int end = text.indexOf(DASHES, body, Math.min(text.length(), body + KEY_CHARS_MAX));
    int close = end < 0 || !text.startsWith(END, end) ? -1 : end + END.length();
    int whole =
        close < 0
            ? -1
            : text.indexOf(DASHES, close, Math.min(text.length(), close + LABEL_CHARS_MAX));
    boolean isOne =
        whole >= 0
            && text.indexOf(PRIVATE, close, whole) >= 0
            && text.indexOf('"', close, whole) < 0;
    if (isOne && holdsKey(text, body, end) && !holdsField(text, body, end)) {
      scan.foundInParts(from, whole + DASHES.length(), KIND);
      return;
    }
    int cut = endOfKey(text, body);
    if (cut > body) {
      scan.found(from, cut, KIND);
    }
  }

  private static boolean holdsKey(String text, int from, int to) {
    int i = from;
    while (i < to) {
      int end = Math.min(to, Chars.end(text, i, Chars.BASE64));
      if (end - i >= RUN_CHARS_MIN) {
        return true;
      }
      i = end + 1;
    }
    return false;
  }

  /** Whether another field of JSON begins in between, which must not lose its name. */
  private static boolean holdsField(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if ("{}".indexOf(text.charAt(i)) >= 0) {
        return true;
      }
      if (text.charAt(i) == '"') {
        int next = Chars.skipBlanks(text, i + 1, 8);
        if (next < to && text.charAt(next) == ':') {
          return true;
        }
      }
    }
    return false;
  }

  /** Where the lines of a key end that has no end; the place given if there are none. */
  private static int endOfKey(String text, int from) {
    int end = from;
    int i = from;
    boolean isLast = false;
    while (!isLast) {
      i = skipLineEnds(text, i);
      // What begins with a web token is its head alone, the rest of which must not stay.
      int run = beginsWebToken(text, i) ? i : Chars.end(text, i, Chars.BASE64);
      isLast = run - i < RUN_CHARS_MIN;
      if (run > i && (!isLast || end > from)) {
        end = run;
      }
      i = run;
    }
    return end;
  }

  private static boolean beginsWebToken(String text, int from) {
    return text.startsWith("eyJ", from) && text.startsWith(".", Chars.end(text, from, Chars.URL));
  }

  /** Where the lines of a key begin that has no beginning; the place given if there are none. */
  private static int beginOfKey(String text, int to, int floor) {
    int begin = to;
    int last = to;
    int i = to;
    boolean isKey = true;
    while (isKey) {
      int end = beforeLineEnds(text, i, floor);
      i = end;
      while (i > floor && Chars.is(text.charAt(i - 1), Chars.BASE64)) {
        i--;
      }
      if (i > floor && i < end && text.charAt(i - 1) == '\\') {
        // The letter of an escape that ends the line before.
        i++;
      }
      boolean isLong = end - i >= RUN_CHARS_MIN;
      isKey = isLong || (last == to && end > i);
      last = isKey ? i : last;
      begin = isLong ? i : begin;
    }
    return begin;
  }

  private static int beforeLineEnds(String text, int to, int floor) {
    int i = to;
    while (i > floor) {
      char c = text.charAt(i - 1);
      boolean isEscape = "nrt".indexOf(c) >= 0 && i - 2 >= floor && text.charAt(i - 2) == '\\';
      if (!isEscape && c > ' ' && c != '\\') {
        return i;
      }
      i -= isEscape ? 2 : 1;
    }
    return i;
  }

  static int skipLineEnds(String text, int from) {
    int i = from;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && "nrt\\".indexOf(text.charAt(i + 1)) >= 0) {
        i += text.charAt(i + 1) == '\\' ? 1 : 2;
      } else if (c <= ' ') {
        i++;
      } else {
        return i;
      }
    }
    return i;
  }
}
