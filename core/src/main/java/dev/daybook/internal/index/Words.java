package dev.daybook.internal.index;

import java.util.Arrays;
import org.apache.lucene.analysis.en.EnglishAnalyzer;

/** The words of a text before stemming, found in one pass; see {@link TextAnalysis}. */
final class Words {
  /** What is longer is rather a sentence in a script without spaces. */
  private static final int WHOLE_CHARS_MAX = 120;

  /** A token with a part that was cut is told from others only as a whole. */
  private static final int CUT_WHOLE_CHARS_MAX = 4_096;

  private static final int RUN_CHARS_MAX = 64;
  private static final int BLOB_CHARS_MIN = 24;
  private static final int HEX_CHARS_MIN = 6;

  private static final int STOP_CHARS_MAX = 7;
  private static final int STOP_SLOT_BITS = 8;

  /** Each stop word as its characters in one number, where its hash says or behind that. */
  private static final long[] STOP_KEYS = stopKeys();

  private final Terms parts = new Terms();
  private final Terms wholes = new Terms();
  private int[] cuts = new int[64];
  private int partsInFirstLine;
  private int position;

  /** Whether a part of the token at hand was cut. */
  private boolean isCut;

  /** The text at hand; what is behind its length is of texts before. */
  private char[] text = new char[1024];

  private int length;

  private static long[] stopKeys() {
    long[] keys = new long[1 << STOP_SLOT_BITS];
    for (Object word : EnglishAnalyzer.ENGLISH_STOP_WORDS_SET) {
      char[] chars = (char[]) word;
      if (chars.length > STOP_CHARS_MAX) {
        throw new IllegalStateException("Stop word '" + new String(chars) + "' is too long a key");
      }
      long key = stopKey(chars, 0, chars.length);
      int slot = stopSlot(key);
      while (keys[slot] != 0) {
        slot = (slot + 1) & (keys.length - 1);
      }
      keys[slot] = key;
    }
    return keys;
  }

  /** Differs for any two words of ASCII characters; 0 for others. */
  private static long stopKey(char[] chars, int from, int length) {
    long key = 0;
    for (int i = from; i < from + length; i++) {
      if (chars[i] >= 128) {
        return 0;
      }
      key = (key << 8) | chars[i];
    }
    return key;
  }

  private static int stopSlot(long key) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - STOP_SLOT_BITS));
  }

  private static boolean isStopWord(char[] chars, int from, int length) {
    long key = length > STOP_CHARS_MAX ? 0 : stopKey(chars, from, length);
    int slot = stopSlot(key);
    while (key != 0 && STOP_KEYS[slot] != 0) {
      if (STOP_KEYS[slot] == key) {
        return true;
      }
      slot = (slot + 1) & (STOP_KEYS.length - 1);
    }
    return false;
  }

  Terms parts() {
    return parts;
  }

  Terms wholes() {
    return wholes;
  }

  int partsInFirstLine() {
    return partsInFirstLine;
  }

  void read(CharSequence newText) {
    copy(newText);
    parts.clear();
    wholes.clear();
    position = 0;
    partsInFirstLine = -1;
    int at = 0;
    while (at < length) {
      char c = text[at];
      if (isSpace(c)) {
        if (c == '\n' && partsInFirstLine < 0 && parts.size() > 0) {
          partsInFirstLine = parts.size();
        }
        at++;
      } else {
        int end = at + 1;
        while (end < length && !isSpace(text[end])) {
          end++;
        }
        token(at, end);
        at = end;
      }
    }
    if (partsInFirstLine < 0) {
      partsInFirstLine = parts.size();
    }
  }

  /** An array is read quicker than a text, and each character is read several times. */
  private void copy(CharSequence newText) {
    length = newText.length();
    if (length > text.length) {
      text = new char[Math.max(length, text.length * 2)];
    }
    newText.toString().getChars(0, length, text, 0);
  }

  /** How many characters and terms there is room for. */
  int capacity() {
    return text.length + parts.capacity() + wholes.capacity() + cuts.length;
  }

  private static boolean isSpace(char c) {
    return c <= ' ' || (c > 126 && (Character.isWhitespace(c) || c == '\u00a0' || c == '\u0085'));
  }

  /** A stretch without white space: its parts, and itself if it has several. */
  private void token(int start, int end) {
    int before = position;
    isCut = false;
    int first = -1;
    int last = -1;
    int at = start;
    while (at < end) {
      int kind = kindAt(at);
      if (kind == DELIMITER) {
        at += widthAt(at);
        continue;
      }
      int runEnd = at;
      while (runEnd < end && kindAt(runEnd) != DELIMITER) {
        runEnd += widthAt(runEnd);
      }
      first = first < 0 ? at : first;
      last = runEnd;
      run(at, runEnd);
      at = runEnd;
      if (isPossessive(at, end)) {
        at += 2;
      }
    }
    int chars = last - first;
    if (isCut ? chars <= CUT_WHOLE_CHARS_MAX : position - before >= 2 && chars <= WHOLE_CHARS_MAX) {
      wholes.add(text, first, last, wholes.size());
    }
  }

  /** Whether an English possessive stands here: an apostrophe, an s, and no more of the word. */
  private boolean isPossessive(int at, int end) {
    return at + 1 < end
        && (text[at] == '\'' || text[at] == '\u2019')
        && (text[at + 1] == 's' || text[at + 1] == 'S')
        && (at + 2 == end || kindAt(at + 2) == DELIMITER);
  }

  /** Letters and digits in a row: cut where the case rises, and between letters and digits. */
  private void run(int start, int end) {
    int count = 0;
    int before = kindAt(start);
    boolean hex = isHex(text[start]);
    boolean digits = before == DIGIT;
    for (int at = start + widthAt(start); at < end; at += widthAt(at)) {
      int kind = kindAt(at);
      if (isCutBetween(before, kind)) {
        if (count == cuts.length) {
          cuts = Arrays.copyOf(cuts, cuts.length * 2);
        }
        cuts[count++] = at;
      }
      hex &= isHex(text[at]);
      digits |= kind == DIGIT;
      before = kind;
    }
    int length = end - start;
    boolean isHash = hex && digits && length >= HEX_CHARS_MIN && count >= 2;
    boolean isBlob = digits && length >= BLOB_CHARS_MIN && count >= length / 6;
    if (isHash || isBlob) {
      part(start, end);
      return;
    }
    int from = start;
    for (int i = 0; i < count; i++) {
      part(from, cuts[i]);
      from = cuts[i];
    }
    part(from, end);
  }

  private void part(int start, int end) {
    int cut = Math.min(end, start + RUN_CHARS_MAX);
    isCut |= cut < end;
    if (cut < end && Character.isLowSurrogate(text[cut])) {
      cut--;
    }
    parts.add(text, start, cut, position++);
    if (parts.lastIsStopWord()) {
      parts.dropLast();
    }
  }

  private static final int DELIMITER = 0;
  private static final int LOWER = 1;
  private static final int UPPER = 2;
  private static final int DIGIT = 3;
  private static final int OTHER_LETTER = 4;

  /** Written without spaces between words: each character is a word. */
  private static final int IDEOGRAPH = 5;

  private static boolean isCutBetween(int before, int kind) {
    if (kind == IDEOGRAPH || before == IDEOGRAPH) {
      return true;
    }
    return (before == LOWER && kind == UPPER) || ((before == DIGIT) != (kind == DIGIT));
  }

  private int kindAt(int at) {
    char c = text[at];
    if (c < 128) {
      return ASCII[c];
    }
    int point = Character.codePointAt(text, at, length);
    return switch (Character.getType(point)) {
      case Character.LOWERCASE_LETTER -> LOWER;
      case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> UPPER;
      case Character.DECIMAL_DIGIT_NUMBER -> DIGIT;
      case Character.OTHER_LETTER -> isUnspaced(point) ? IDEOGRAPH : OTHER_LETTER;
      case Character.MODIFIER_LETTER,
          Character.LETTER_NUMBER,
          Character.NON_SPACING_MARK,
          Character.COMBINING_SPACING_MARK ->
          OTHER_LETTER;
      default -> DELIMITER;
    };
  }

  private static boolean isUnspaced(int point) {
    return Character.isIdeographic(point)
        || switch (Character.UnicodeScript.of(point)) {
          case HIRAGANA, KATAKANA -> true;
          default -> false;
        };
  }

  private int widthAt(int at) {
    return text[at] < 128 ? 1 : Character.charCount(Character.codePointAt(text, at, length));
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static final byte[] ASCII = new byte[128];

  static {
    for (char c = 0; c < 128; c++) {
      ASCII[c] =
          (byte)
              (c >= 'a' && c <= 'z'
                  ? LOWER
                  : c >= 'A' && c <= 'Z' ? UPPER : c >= '0' && c <= '9' ? DIGIT : DELIMITER);
    }
  }

  /** A growing list of terms in lower case, in one array of characters. */
  static final class Terms {
    private char[] chars = new char[1024];
    private int[] ends = new int[128];
    private int[] positions = new int[128];
    private int[] starts = new int[128];
    private int[] textEnds = new int[128];
    private int size;

    int size() {
      return size;
    }

    int position(int term) {
      return positions[term];
    }

    int start(int term) {
      return starts[term];
    }

    int end(int term) {
      return textEnds[term];
    }

    /** The characters of all terms. */
    char[] chars() {
      return chars;
    }

    int length(int term) {
      return ends[term] - from(term);
    }

    String text(int term) {
      return new String(chars, from(term), length(term));
    }

    /** Where a term begins in {@link #chars}. */
    int from(int term) {
      return term == 0 ? 0 : ends[term - 1];
    }

    private int capacity() {
      return chars.length + ends.length;
    }

    private void clear() {
      size = 0;
    }

    private boolean lastIsStopWord() {
      int from = from(size - 1);
      return isStopWord(chars, from, ends[size - 1] - from);
    }

    private void dropLast() {
      size--;
    }

    private void add(char[] text, int start, int end, int position) {
      int from = from(size);
      if (size == ends.length) {
        ends = Arrays.copyOf(ends, size * 2);
        positions = Arrays.copyOf(positions, size * 2);
        starts = Arrays.copyOf(starts, size * 2);
        textEnds = Arrays.copyOf(textEnds, size * 2);
      }
      if (from + end - start > chars.length) {
        chars = Arrays.copyOf(chars, Math.max(chars.length * 2, from + end - start));
      }
      int to = from;
      for (int at = start; at < end; at++) {
        char c = text[at];
        chars[to++] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c < 128 ? c : lower(c);
      }
      ends[size] = to;
      positions[size] = position;
      starts[size] = start;
      textEnds[size] = end;
      size++;
    }

    /** Lower case without change of length, so one of a pair of surrogates stays as it is. */
    private static char lower(char c) {
      return Character.isSurrogate(c) ? c : Character.toLowerCase(c);
    }
  }
}
