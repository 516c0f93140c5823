package dev.daybook.internal.index;

import java.io.IOException;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Porter's stems, the last of each slot of a table kept: few words make up most of a text. A slot
 * is one cache line, since a text has more words than a processor has memory at hand. Not safe from
 * several threads.
 */
final class Stemmer implements TextAnalysis.Form {
  private static final int SLOT_BITS = 13;

  /** Longer words are rare, and would only make slots larger. */
  private static final int KEPT_CHARS_MAX = 24;

  /** Numbers of a slot: three of the word, three of its stem, the length of the stem. */
  private static final int SLOT_LONGS_BITS = 3;

  private static final int STEM = 3;
  private static final int STEM_LENGTH = 6;
  private static final int NOT_KEPT = -1;

  /**
   * Words of ASCII characters other than NUL, eight to a number from its lowest bits on; a slot of
   * zeros is empty. Made when a word is first stemmed.
   */
  private long[] kept = {};

  private final OneWord word = new OneWord();
  private final TokenStream porter = new PorterStemFilter(word);

  @Override
  public void put(char[] chars, int from, int length, CharTermAttribute into) {
    int slot = slot(chars, from, length);
    if (slot == NOT_KEPT) {
      into.copyBuffer(word.term.buffer(), 0, word.term.length());
      return;
    }
    int stemLength = (int) kept[slot + STEM_LENGTH];
    char[] term = into.resizeBuffer(stemLength);
    for (int i = 0; i < stemLength; i++) {
      term[i] = (char) (kept[slot + STEM + i / Long.BYTES] >>> (i % Long.BYTES * Byte.SIZE) & 0xff);
    }
    into.setLength(stemLength);
  }

  @Override
  public void put(char[] chars, int from, int length, int positions, ReadyTerms into) {
    int slot = slot(chars, from, length);
    if (slot == NOT_KEPT) {
      into.add(word.term.buffer(), word.term.length(), positions);
    } else {
      into.add(
          kept[slot + STEM],
          kept[slot + STEM + 1],
          kept[slot + STEM + 2],
          (int) kept[slot + STEM_LENGTH],
          positions);
    }
  }

  /** Where the stem of a word is kept; if nowhere, it is in {@link #word}. */
  private int slot(char[] chars, int from, int length) {
    if (length > KEPT_CHARS_MAX || !isKeepable(chars, from, length)) {
      stemAnew(chars, from, length);
      return NOT_KEPT;
    }
    if (kept.length == 0) {
      kept = new long[1 << (SLOT_BITS + SLOT_LONGS_BITS)];
    }
    int end = from + length;
    long first = packed(chars, from, Math.min(end, from + Long.BYTES));
    long second = packed(chars, from + Long.BYTES, Math.min(end, from + 2 * Long.BYTES));
    long third = packed(chars, from + 2 * Long.BYTES, end);
    long hash = ((first * 31 + second) * 31 + third) * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> (Long.SIZE - SLOT_BITS)) << SLOT_LONGS_BITS;
    if (kept[slot] == first && kept[slot + 1] == second && kept[slot + 2] == third && length > 0) {
      return slot;
    }
    stemAnew(chars, from, length);
    int stemLength = word.term.length();
    char[] stem = word.term.buffer();
    if (stemLength > KEPT_CHARS_MAX || !isKeepable(stem, 0, stemLength)) {
      return NOT_KEPT;
    }
    kept[slot] = first;
    kept[slot + 1] = second;
    kept[slot + 2] = third;
    kept[slot + STEM] = packed(stem, 0, Math.min(stemLength, Long.BYTES));
    kept[slot + STEM + 1] = packed(stem, Long.BYTES, Math.min(stemLength, 2 * Long.BYTES));
    kept[slot + STEM + 2] = packed(stem, 2 * Long.BYTES, stemLength);
    kept[slot + STEM_LENGTH] = stemLength;
    return slot;
  }

  private static boolean isKeepable(char[] chars, int from, int length) {
    int all = 0;
    for (int i = from; i < from + length; i++) {
      all |= chars[i] | (chars[i] - 1);
    }
    return all >>> 7 == 0;
  }

  /** Up to eight characters; 0 of none. */
  private static long packed(char[] chars, int from, int end) {
    long packed = 0;
    for (int i = end - 1; i >= from; i--) {
      packed = packed << Byte.SIZE | chars[i];
    }
    return packed;
  }

  private void stemAnew(char[] chars, int from, int length) {
    word.term.copyBuffer(chars, from, length);
    word.isThere = true;
    try {
      if (!porter.incrementToken()) {
        throw new IllegalStateException("A word has no stem");
      }
    } catch (IOException e) {
      throw new IllegalStateException("Terms in memory cannot be read", e);
    }
  }

  private static final class OneWord extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private boolean isThere;

    @Override
    public boolean incrementToken() {
      boolean was = isThere;
      isThere = false;
      return was;
    }
  }
}
