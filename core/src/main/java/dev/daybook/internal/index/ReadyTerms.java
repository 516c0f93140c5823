package dev.daybook.internal.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.CharsRef;
import org.apache.lucene.util.UnicodeUtil;

/**
 * The terms of a text, made by one thread and taken by another that indexes them. Reused for the
 * next text; for one thread at a time.
 */
final class ReadyTerms extends TokenStream {
  private static final int BYTES = 1_024;
  private static final int TERMS = 128;
  private static final int BYTES_OF_PLACE = 2 * Integer.BYTES;

  /** So many bytes are written for any packed term, whatever its length. */
  private static final int PACKED_BYTES = 3 * Long.BYTES;

  private static final VarHandle PACKED =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Enough for a text of a few thousand characters. */
  static final int KEPT_BYTES_MAX = 8_192;

  private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
  private final PositionIncrementAttribute step = addAttribute(PositionIncrementAttribute.class);
  private final BytesRef at = new BytesRef();
  private byte[] bytes = new byte[BYTES];
  private int[] ends = new int[TERMS];
  private int[] steps = new int[TERMS];
  private int count;
  private int next;

  /** The bytes it has room for, those that say where terms end and stand too. */
  int capacity() {
    return bytes.length + BYTES_OF_PLACE * ends.length;
  }

  /** The bytes its terms take of these. */
  int size() {
    return from(count) + BYTES_OF_PLACE * count;
  }

  void clear() {
    count = 0;
    next = 0;
  }

  /** Clears, and lets go what a long text has made large. */
  void trim() {
    clear();
    if (capacity() > KEPT_BYTES_MAX) {
      bytes = new byte[BYTES];
      ends = new int[TERMS];
      steps = new int[TERMS];
    }
  }

  /** Adds a term so many positions behind the one before. */
  void add(char[] chars, int length, int positions) {
    int from = room(UnicodeUtil.maxUTF8Length(length));
    ends[count] = put(chars, length, from);
    steps[count++] = positions;
  }

  /**
   * Adds a term of up to 24 ASCII characters, the first of each eight in the lowest bits of their
   * number.
   */
  void add(long first, long second, long third, int length, int positions) {
    int from = room(PACKED_BYTES);
    PACKED.set(bytes, from, first);
    PACKED.set(bytes, from + Long.BYTES, second);
    PACKED.set(bytes, from + 2 * Long.BYTES, third);
    ends[count] = from + length;
    steps[count++] = positions;
  }

  /** Makes room for one term more; where it begins. */
  private int room(int most) {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, count * 2);
      steps = Arrays.copyOf(steps, count * 2);
    }
    int from = from(count);
    if (from + most > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(from + most, bytes.length * 2));
    }
    return from;
  }

  /** Nearly every term is ASCII. */
  private int put(char[] chars, int length, int from) {
    int to = from;
    for (int i = 0; i < length; i++) {
      char c = chars[i];
      if (c >= 128) {
        return UnicodeUtil.UTF16toUTF8(new CharsRef(chars, 0, length), 0, length, bytes, from);
      }
      bytes[to++] = (byte) c;
    }
    return to;
  }

  private int from(int number) {
    return number == 0 ? 0 : ends[number - 1];
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
    // Each of its attributes is set for every term, so there is nothing to clear between terms.
    int from = from(next);
    at.bytes = bytes;
    at.offset = from;
    at.length = ends[next] - from;
    term.setBytesRef(at);
    step.setPositionIncrement(steps[next]);
    next++;
    return true;
  }
}
