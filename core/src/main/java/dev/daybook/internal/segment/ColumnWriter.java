package dev.daybook.internal.segment;

import dev.daybook.internal.segment.ColumnMemory.Part;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts values of one column behind each other into memory in the layout of Apache Arrow. Not safe
 * for several threads.
 */
public final class ColumnWriter {
  /** So many bytes may be written behind the end, so that short texts are copied in whole words. */
  static final int SLACK = 16;

  /** How long a text may be to be copied in two words. */
  static final int SHORT = 2 * Long.BYTES;

  private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

  private final Column column;
  private final ColumnMemory memory;
  private final boolean nullable;

  /** The elements of a list, as a column of texts of its own; null of what is no list. */
  private final ColumnWriter elements;

  private ByteBuffer validity = NONE;
  private ByteBuffer offsets = NONE;
  private ByteBuffer data = NONE;
  private int rows;
  private int nulls;
  private int bytes;

  private ColumnWriter(
      Column column, ColumnMemory memory, boolean nullable, ColumnWriter elements) {
    this.column = column;
    this.memory = memory;
    this.nullable = nullable;
    this.elements = elements;
    if (hasOffsets()) {
      offsets = memory.room(Part.OFFSETS, Integer.BYTES);
      offsets.putInt(0, 0);
    }
  }

  /** A writer of a column that is no list. */
  public static ColumnWriter of(Column column, ColumnMemory memory) {
    if (column.kind() == Column.Kind.TEXTS) {
      throw new IllegalArgumentException(column + " needs memory for its elements as well");
    }
    return new ColumnWriter(column, memory, !column.kind().isRequired(), null);
  }

  /** A writer of a column of lists of texts. */
  public static ColumnWriter ofLists(Column column, ColumnMemory lists, ColumnMemory texts) {
    if (column.kind() != Column.Kind.TEXTS) {
      throw new IllegalArgumentException(column + " has no lists");
    }
    return new ColumnWriter(
        column, lists, true, new ColumnWriter(column, texts, /* nullable= */ false, null));
  }

  /** The column. */
  public Column column() {
    return column;
  }

  /** How many rows were written. */
  public int rows() {
    return rows;
  }

  /** How many of them have no value; if none, the validity was not written. */
  public int nulls() {
    return nulls;
  }

  /** How many bytes of values were written, those of elements included. */
  public long bytes() {
    return elements == null ? bytes : elements.bytes();
  }

  /** How many bytes of each part were written, in the order in which Arrow has them. */
  public Map<Part, Integer> lengths() {
    Map<Part, Integer> lengths = new EnumMap<>(Part.class);
    lengths.put(Part.VALIDITY, nulls == 0 ? 0 : (rows + Byte.SIZE - 1) / Byte.SIZE);
    if (hasOffsets()) {
      lengths.put(Part.OFFSETS, (rows + 1) * Integer.BYTES);
    }
    if (elements == null) {
      lengths.put(Part.DATA, isText() ? bytes : rows * column.width());
    }
    return lengths;
  }

  /** The writer of the elements of lists; empty if the column has none. */
  public Optional<ColumnWriter> elements() {
    return Optional.ofNullable(elements);
  }

  ColumnWriter elementWriter() {
    return elements;
  }

  private boolean isText() {
    return elements == null && column.width() == 0;
  }

  private boolean hasOffsets() {
    return elements != null || isText();
  }

  /**
   * Makes room for so many rows more, and for so many bytes of texts.
   *
   * @throws ColumnMemory.NoRoomException if there is none
   */
  void reserve(int moreRows, long moreBytes) {
    long all = (long) rows + moreRows;
    if (hasOffsets()) {
      int needed = addressable((all + 1) * Integer.BYTES);
      if (offsets.capacity() < needed) {
        offsets = memory.room(Part.OFFSETS, needed);
      }
    }
    int needed = addressable(isText() ? bytes + moreBytes + SLACK : all * column.width());
    if (data.capacity() < needed) {
      data = memory.room(Part.DATA, needed);
    }
  }

  private int addressable(long needed) {
    if (needed > Integer.MAX_VALUE) {
      throw new ColumnMemory.NoRoomException(
          new IllegalStateException(
              "Column %s would take %d bytes in one batch, which has room for %d; leave the column out"
                  .formatted(column.columnName(), needed, Integer.MAX_VALUE)));
    }
    return (int) needed;
  }

  /** Where values go, once there is room for them. */
  ByteBuffer data() {
    return data;
  }

  /** Where ends go, once there is room for them. */
  ByteBuffer offsets() {
    return offsets;
  }

  /** The bytes of texts so far. */
  int dataEnd() {
    return bytes;
  }

  /** Says that so many rows, all with a value, were put behind those before. */
  void addedPresent(int more, int dataEnd) {
    markPresent(more);
    rows += more;
    bytes = dataEnd;
  }

  /** Says that rows were put behind those before, maybe some of them without a value. */
  void added(boolean[] present, int from, int more, int dataEnd) {
    int there = 0;
    for (int i = from; i < from + more; i++) {
      there += present[i] ? 1 : 0;
    }
    if (there == more) {
      markPresent(more);
    } else {
      beginNulls(more);
      putBits(present, from, more);
      nulls += more - there;
    }
    rows += more;
    bytes = dataEnd;
  }

  private void putBits(boolean[] present, int from, int more) {
    int bits = rows % Byte.SIZE == 0 ? 0 : validity.get(rows / Byte.SIZE) & belowBit(rows);
    int last = rows + more - 1;
    for (int row = rows; row <= last; row++) {
      if (present[from + row - rows]) {
        bits |= 1 << (row % Byte.SIZE);
      }
      if (row % Byte.SIZE == Byte.SIZE - 1 || row == last) {
        validity.put(row / Byte.SIZE, (byte) bits);
        bits = 0;
      }
    }
  }

  /** The bits of a byte that belong to rows before one. */
  private static int belowBit(int row) {
    return (1 << (row % Byte.SIZE)) - 1;
  }

  /** Adds rows without a value. */
  void addNulls(int more) {
    reserve(more, 0);
    if (hasOffsets()) {
      int end = isText() ? bytes : elements.rows;
      for (int i = 1; i <= more; i++) {
        offsets.putInt((rows + i) * Integer.BYTES, end);
      }
    } else {
      for (int i = 0; i < more; i++) {
        putNumber(rows + i, 0);
      }
    }
    markNull(more);
    rows += more;
  }

  /** Adds a number. */
  void addNumber(long value) {
    reserve(1, 0);
    putNumber(rows, value);
    markPresent(1);
    rows++;
  }

  private void putNumber(int row, long value) {
    if (column.width() == Integer.BYTES) {
      data.putInt(row * Integer.BYTES, (int) value);
    } else {
      data.putLong(row * Long.BYTES, value);
    }
  }

  /** Adds a text, or an element to a list that is being made. */
  void addText(ByteBuffer utf8) {
    int length = utf8.remaining();
    reserve(1, length);
    data.put(bytes, utf8, utf8.position(), length);
    bytes += length;
    offsets.putInt((rows + 1) * Integer.BYTES, bytes);
    markPresent(1);
    rows++;
  }

  /** Adds lists whose elements were added before; where each ends is in the offsets already. */
  void addedLists(boolean[] present, int from, int more) {
    added(present, from, more, 0);
  }

  /** Adds the list whose elements were added since the one before. */
  void addList() {
    reserve(1, 0);
    offsets.putInt((rows + 1) * Integer.BYTES, elements.rows);
    markPresent(1);
    rows++;
  }

  private void markNull(int more) {
    beginNulls(more);
    nulls += more;
    setBits(rows, more, false);
  }

  /** Makes room for bits, those of the rows before among them, which were not needed so far. */
  private void beginNulls(int more) {
    if (!nullable) {
      throw new IllegalStateException(column + " must have a value in every row");
    }
    roomForBits(more);
    if (nulls == 0) {
      setBits(0, rows, true);
    }
  }

  private void markPresent(int more) {
    if (nulls > 0) {
      roomForBits(more);
      setBits(rows, more, true);
    }
  }

  private void roomForBits(int more) {
    int needed = (rows + more + Byte.SIZE - 1) / Byte.SIZE;
    if (validity.capacity() < needed) {
      validity = memory.room(Part.VALIDITY, needed);
    }
  }

  private void setBits(int from, int count, boolean value) {
    int fill = value ? 0xff : 0;
    int at = from;
    int end = from + count;
    while (at < end) {
      int kept = at % Byte.SIZE == 0 ? 0 : validity.get(at / Byte.SIZE) & belowBit(at);
      // Bits of rows to come are set when these come.
      validity.put(at / Byte.SIZE, (byte) (kept | (fill & ~belowBit(at))));
      at += Byte.SIZE - at % Byte.SIZE;
    }
  }
}
