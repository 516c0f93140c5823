package dev.daybook.internal.minilm;

import java.text.Normalizer;

/**
 * Walks the words of a text as uncased BERT sees them: control characters dropped, accents
 * stripped, lower case, each punctuation mark and each CJK ideograph a word of its own. Keeps where
 * in the text each character of a word came from. One text, one thread.
 */
final class WordScanner {
  /** Words with more code points are unknown as a whole, as in the reference. */
  static final int WORD_CODE_POINTS_MAX = 100;

  private static final byte DROPPED = 0;
  private static final byte SPACE = 1;
  private static final byte ALONE = 2;
  private static final byte LETTER = 3;
  private static final byte[] ASCII = classifyAscii();

  private final String text;
  private int at;

  /** The code points that the one at hand becomes. */
  private final int[] normalized = new int[4];

  private int normalizedCount;

  private final char[] word = new char[2 * WORD_CODE_POINTS_MAX];
  private final int[] sourceStarts = new int[word.length];
  private final int[] sourceEnds = new int[word.length];
  private int length;
  private int codePoints;
  private int end;
  private boolean afterSpace;

  WordScanner(String text, int from) {
    this.text = text;
    this.at = from;
  }

  /** Moves to the next word; false at the end of the text. */
  boolean next() {
    length = 0;
    codePoints = 0;
    afterSpace = false;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      int width = Character.charCount(codePoint);
      byte kind = normalize(codePoint);
      if (codePoints > 0 && (kind == SPACE || kind == ALONE)) {
        return true;
      }
      if (kind == LETTER || kind == ALONE) {
        append(at, at + width);
      } else if (kind == SPACE) {
        afterSpace = true;
      }
      at += width;
      if (kind == ALONE) {
        return true;
      }
    }
    return codePoints > 0;
  }

  /** The normalized characters; the first {@link #length()} count. */
  char[] word() {
    return word;
  }

  int length() {
    return length;
  }

  boolean isTooLong() {
    return codePoints > WORD_CODE_POINTS_MAX;
  }

  /** Whether white space stands before the word. */
  boolean isAfterSpace() {
    return afterSpace;
  }

  /** Offset in the text behind the last character of the word. */
  int end() {
    return end;
  }

  /** Offset in the text behind what became the first {@code characters} of the word. */
  int sourceEnd(int characters) {
    return sourceEnds[characters - 1];
  }

  /** Whether one character of the text became some on both sides of this place in the word. */
  boolean isInsideCharacter(int characters) {
    return characters < length && sourceStarts[characters - 1] == sourceStarts[characters];
  }

  private void append(int sourceStart, int sourceEnd) {
    for (int i = 0; i < normalizedCount; i++) {
      codePoints++;
      if (codePoints <= WORD_CODE_POINTS_MAX) {
        int to = length + Character.toChars(normalized[i], word, length);
        for (; length < to; length++) {
          sourceStarts[length] = sourceStart;
          sourceEnds[length] = sourceEnd;
        }
      }
    }
    end = sourceEnd;
  }

  private byte normalize(int codePoint) {
    if (codePoint < 0x80) {
      normalized[0] = codePoint >= 'A' && codePoint <= 'Z' ? codePoint + 32 : codePoint;
      normalizedCount = 1;
      return ASCII[codePoint];
    }
    if (isDropped(codePoint)) {
      return DROPPED;
    }
    if (Character.isSpaceChar(codePoint)) {
      return SPACE;
    }
    decompose(codePoint);
    if (normalizedCount == 0) {
      return DROPPED;
    }
    if (isIdeograph(codePoint)) {
      return ALONE;
    }
    int first = normalized[0];
    if (first < 0x80) {
      return ASCII[first];
    }
    return isPunctuation(first) ? ALONE : Character.isSpaceChar(first) ? SPACE : LETTER;
  }

  /** Canonical decomposition without the accents (nonspacing marks), in lower case. */
  private void decompose(int codePoint) {
    String decomposed = Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFD);
    normalizedCount = 0;
    for (int i = 0; i < decomposed.length(); ) {
      int part = decomposed.codePointAt(i);
      i += Character.charCount(part);
      if (Character.getType(part) != Character.NON_SPACING_MARK) {
        normalized[normalizedCount] = Character.toLowerCase(part);
        normalizedCount++;
      }
    }
  }

  private static boolean isDropped(int codePoint) {
    if (codePoint == 0xFFFD) {
      return true;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> false;
    };
  }

  private static boolean isPunctuation(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /** The blocks that BERT calls Chinese characters. */
  private static boolean isIdeograph(int codePoint) {
    return (codePoint >= 0x4E00 && codePoint <= 0x9FFF)
        || (codePoint >= 0x3400 && codePoint <= 0x4DBF)
        || (codePoint >= 0x20000 && codePoint <= 0x2A6DF)
        || (codePoint >= 0x2A700 && codePoint <= 0x2B73F)
        || (codePoint >= 0x2B740 && codePoint <= 0x2B81F)
        || (codePoint >= 0x2B820 && codePoint <= 0x2CEAF)
        || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
        || (codePoint >= 0x2F800 && codePoint <= 0x2FA1F);
  }

  private static byte[] classifyAscii() {
    byte[] kinds = new byte[0x80];
    for (int c = 0; c < kinds.length; c++) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        kinds[c] = SPACE;
      } else if (c < ' ' || c == 0x7F) {
        kinds[c] = DROPPED;
      } else {
        kinds[c] = Character.isLetterOrDigit(c) ? LETTER : ALONE;
      }
    }
    return kinds;
  }
}
