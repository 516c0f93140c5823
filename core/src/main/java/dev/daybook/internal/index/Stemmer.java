package dev.daybook.internal.index;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Porter's stems, the last of each slot of a table kept: few words make up most of a text. Not safe
 * from several threads.
 */
final class Stemmer {
  private static final int SLOTS = 1 << 13;

  /** Longer words are rare, and would only fill the table. */
  private static final int KEPT_CHARS_MAX = 24;

  /** A word and behind it its stem; null where nothing is kept. */
  private final char[][] kept = new char[SLOTS][];

  private final byte[] wordChars = new byte[SLOTS];
  private final OneWord word = new OneWord();
  private final TokenStream porter = new PorterStemFilter(word);

  /** Puts the stem of a word into an attribute. */
  void stem(char[] chars, int from, int length, CharTermAttribute into) {
    if (length > KEPT_CHARS_MAX) {
      stemAnew(chars, from, length);
      into.copyBuffer(word.term.buffer(), 0, word.term.length());
      return;
    }
    int slot = slot(chars, from, length);
    char[] entry = kept[slot];
    if (entry == null
        || wordChars[slot] != length
        || !Arrays.equals(entry, 0, length, chars, from, from + length)) {
      stemAnew(chars, from, length);
      entry = Arrays.copyOfRange(chars, from, from + length + word.term.length());
      System.arraycopy(word.term.buffer(), 0, entry, length, word.term.length());
      kept[slot] = entry;
      wordChars[slot] = (byte) length;
    }
    into.copyBuffer(entry, length, entry.length - length);
  }

  private static int slot(char[] chars, int from, int length) {
    int hash = 0;
    for (int i = from; i < from + length; i++) {
      hash = hash * 31 + chars[i];
    }
    hash *= 0x9E3779B9;
    return hash >>> (32 - 13);
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
