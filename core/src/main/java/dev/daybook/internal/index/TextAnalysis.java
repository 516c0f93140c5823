package dev.daybook.internal.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * Text to terms, the same way for events and for queries. One pass over the text fills a {@link
 * Words} with two sorts of terms:
 *
 * <ul>
 *   <li><b>parts</b>: what delimiters, a change from lower to upper case and digits set apart, in
 *       lower case, without English stop words (which leave a gap between positions), stemmed;
 *   <li><b>whole tokens</b>: paths, symbols, error codes and the like in lower case, if they have
 *       at least two parts.
 * </ul>
 *
 * Long runs without meaning (hashes, base64) become one term, cut.
 *
 * <p>Not safe from several threads: each uses its own.
 */
final class TextAnalysis {
  /**
   * Changes whenever terms, the fields of {@link RowDocument} or the row table do, so that an index
   * made by other rules is rebuilt, not misread.
   */
  static final int ANALYSIS_VERSION = 4;

  private final Words words = new Words();
  private final WordStream parts = new WordStream();
  private final TokenStream stems = new PorterStemFilter(parts);
  private final WordStream firstParts = new WordStream();
  private final TokenStream firstStems = new PorterStemFilter(firstParts);
  private final WordStream wholes = new WordStream();

  /** Takes the text apart; the streams given out before are void. */
  void read(CharSequence text) {
    words.read(text);
    parts.over(words.parts(), words.parts().size());
    firstParts.over(words.parts(), words.partsInFirstLine());
    wholes.over(words.wholes(), words.wholes().size());
  }

  /** The stems of the text last read. */
  TokenStream stems() {
    return stems;
  }

  /** The stems of the first line of the text last read. */
  TokenStream firstLineStems() {
    return firstStems;
  }

  /** The whole tokens of the text last read. */
  TokenStream wholes() {
    return wholes;
  }

  /** Whether the text last read has words beyond its first line. */
  boolean hasSeveralLines() {
    return words.partsInFirstLine() < words.parts().size();
  }

  /**
   * A stem and where it stands.
   *
   * @param text the stem
   * @param position counts words, those left out as well
   * @param start of its word in the text, in characters
   * @param end behind its word
   */
  record Stem(String text, int position, int start, int end) {}

  /** The stems of a text, in order. */
  List<Stem> stemsOf(CharSequence text) {
    read(text);
    return listed(stems);
  }

  /** The first whole tokens of the text last read, in order. */
  List<String> wholes(int max) {
    return listed(wholes).stream().limit(max).map(Stem::text).toList();
  }

  /** The whole tokens of a text, in order. */
  List<String> wholesOf(CharSequence text) {
    read(text);
    return wholes(Integer.MAX_VALUE);
  }

  /** How many terms a stream has; each is made. */
  static int countOf(TokenStream stream) {
    int count = 0;
    try {
      stream.reset();
      while (stream.incrementToken()) {
        count++;
      }
      stream.end();
      stream.close();
    } catch (IOException e) {
      throw new IllegalStateException("Terms in memory cannot be read", e);
    }
    return count;
  }

  private static List<Stem> listed(TokenStream stream) {
    List<Stem> all = new ArrayList<>();
    var term = stream.getAttribute(CharTermAttribute.class);
    var step = stream.getAttribute(PositionIncrementAttribute.class);
    var offset = stream.getAttribute(OffsetAttribute.class);
    try {
      stream.reset();
      int position = -1;
      while (stream.incrementToken()) {
        position += step.getPositionIncrement();
        all.add(new Stem(term.toString(), position, offset.startOffset(), offset.endOffset()));
      }
      stream.end();
      stream.close();
    } catch (IOException e) {
      throw new IllegalStateException("Terms in memory cannot be read", e);
    }
    return all;
  }

  /** The terms of a {@link Words} list as Lucene takes them. */
  private static final class WordStream extends TokenStream {
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute step = addAttribute(PositionIncrementAttribute.class);
    private final OffsetAttribute offset = addAttribute(OffsetAttribute.class);
    private Words.Terms terms = new Words.Terms();
    private int count;
    private int next;

    void over(Words.Terms newTerms, int newCount) {
      terms = newTerms;
      count = newCount;
      next = 0;
    }

    @Override
    public void reset() {
      next = 0;
    }

    @Override
    public boolean incrementToken() {
      if (next == count) {
        return false;
      }
      clearAttributes();
      terms.copyTo(next, term);
      step.setPositionIncrement(
          next == 0 ? terms.position(0) + 1 : terms.position(next) - terms.position(next - 1));
      offset.setOffset(terms.start(next), terms.end(next));
      next++;
      return true;
    }
  }
}
