package dev.daybook.internal.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.lucene.analysis.TokenStream;
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
 *       at least two parts or one that was cut. Nearly each is a term of its own, so what is kept
 *       of it is a hash of 35 bits.
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

  private static final int HASH_CHARS = 5;

  /** Those that nobody uses: each remembers the stems of common words. */
  static final BlockingQueue<TextAnalysis> IDLE = new ArrayBlockingQueue<>(16);

  /** What a text of many words has made larger than this is not kept. */
  static final int KEPT_CHARS_MAX = 65_536;

  private final Words words = new Words();
  private final Stemmer stemmer = new Stemmer();
  private final WordStream stems = new WordStream(stemmer);
  private final WordStream firstStems = new WordStream(stemmer);
  private final WordStream wholes = new WordStream(new Hashes());
  private final WordStream nothing = new WordStream(new Hashes());

  /** Gives an analysis to somebody who keeps nothing of it. */
  static <T> T with(Function<TextAnalysis, T> user) {
    TextAnalysis idle = IDLE.poll();
    TextAnalysis analysis = idle == null ? new TextAnalysis() : idle;
    T result = user.apply(analysis);
    analysis.read("");
    if (analysis.words.capacity() <= KEPT_CHARS_MAX) {
      boolean unused = IDLE.offer(analysis);
    }
    return result;
  }

  /** Takes the text apart; the streams given out before are void. */
  void read(CharSequence text) {
    words.read(text);
    stems.over(words.parts(), words.parts().size());
    firstStems.over(words.parts(), words.partsInFirstLine());
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

  /** The hashes of the whole tokens of the text last read. */
  TokenStream wholes() {
    return wholes;
  }

  /** Copies the stems of the text last read. */
  void stemsInto(ReadyTerms terms) {
    stems.copyInto(terms);
  }

  /** Copies the stems of the first line of the text last read. */
  void firstLineStemsInto(ReadyTerms terms) {
    firstStems.copyInto(terms);
  }

  /** Copies the hashes of the whole tokens of the text last read. */
  void wholesInto(ReadyTerms terms) {
    wholes.copyInto(terms);
  }

  /** No terms at all. */
  TokenStream nothing() {
    return nothing;
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

  /** The hashes of the first whole tokens of the text last read, in order. */
  List<String> wholes(int max) {
    return listed(wholes).stream().limit(max).map(Stem::text).toList();
  }

  /** The whole tokens of a text, in order, not hashed. */
  List<String> wholesOf(CharSequence text) {
    read(text);
    return IntStream.range(0, words.wholes().size()).mapToObj(words.wholes()::text).toList();
  }

  /** Five characters of seven bits, which are five bytes as a term. */
  private static final class Hashes implements Form {
    private static long hash(char[] chars, int from, int length) {
      long hash = 0;
      for (int i = from; i < from + length; i++) {
        hash = (hash ^ chars[i]) * 0x9E3779B97F4A7C15L;
        hash ^= hash >>> 32;
      }
      return hash;
    }

    private static char character(long hash, int number) {
      return (char) (hash >>> (64 - 7 * (number + 1)) & 0x7f);
    }

    @Override
    public void put(char[] chars, int from, int length, CharTermAttribute into) {
      long hash = hash(chars, from, length);
      char[] term = into.resizeBuffer(HASH_CHARS);
      for (int i = 0; i < HASH_CHARS; i++) {
        term[i] = character(hash, i);
      }
      into.setLength(HASH_CHARS);
    }

    @Override
    public void put(char[] chars, int from, int length, int positions, ReadyTerms into) {
      long hash = hash(chars, from, length);
      long packed = 0;
      for (int i = HASH_CHARS - 1; i >= 0; i--) {
        packed = packed << Byte.SIZE | character(hash, i);
      }
      into.add(packed, 0, 0, HASH_CHARS, positions);
    }
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

  /** Makes the term of a word. */
  interface Form {
    /** A word in lower case, and where its term goes. */
    void put(char[] chars, int from, int length, CharTermAttribute into);

    /** A word in lower case, so many positions behind the one before. */
    void put(char[] chars, int from, int length, int positions, ReadyTerms into);
  }

  /** The terms of a {@link Words} list as Lucene takes them. */
  private static final class WordStream extends TokenStream {
    private final Form form;
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute step = addAttribute(PositionIncrementAttribute.class);
    private final OffsetAttribute offset = addAttribute(OffsetAttribute.class);
    private Words.Terms terms = new Words.Terms();
    private int count;
    private int next;

    WordStream(Form form) {
      this.form = form;
    }

    void over(Words.Terms newTerms, int newCount) {
      terms = newTerms;
      count = newCount;
      next = 0;
    }

    void copyInto(ReadyTerms into) {
      into.clear();
      for (int i = 0; i < count; i++) {
        form.put(terms.chars(), terms.from(i), terms.length(i), step(i), into);
      }
    }

    private int step(int number) {
      return number == 0
          ? terms.position(0) + 1
          : terms.position(number) - terms.position(number - 1);
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
      // Each attribute that ever changes is set for every term, so there is nothing to clear.
      form.put(terms.chars(), terms.from(next), terms.length(next), term);
      step.setPositionIncrement(step(next));
      offset.setOffset(terms.start(next), terms.end(next));
      next++;
      return true;
    }
  }
}
