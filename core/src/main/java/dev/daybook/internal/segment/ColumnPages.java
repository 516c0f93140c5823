package dev.daybook.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageType;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;

/**
 * One column of a segment, read page by page into a {@link ColumnWriter}, without an object or a
 * call for each value. Pages without a wanted row are not touched. Memory is kept from one row
 * group to the next. Not safe for several threads.
 */
final class ColumnPages {
  /** Levels of definition of a list are 0 (no list), 1 (no element) and 2. */
  private static final int LIST_DEFINITION_BITS = 2;

  private final Column column;
  private final PageSource dictionaries;
  private final PagesAhead ahead;

  private ByteBuffer file;
  private ColumnChunkMetaData chunk;
  private OffsetIndex index;
  private int groupRows;

  /** Which page is decoded; -1 for none. */
  private int page;

  private int pageFirst;
  private int pageEnd;

  /** The decompressed page. */
  private ByteBuffer content = ByteBuffer.allocateDirect(0);

  /** Whether each row of the page has a value; not filled if all have. */
  private boolean[] present = new boolean[0];

  private boolean allPresent;

  /** Which value of the page a row has, if not all have one; of lists the first element. */
  private int[] valueOf = new int[0];

  /** Where each text of the page begins and how long it is. */
  private int[] starts = new int[0];

  private int[] lengths = new int[0];

  /** How many values the page has, those that are NULL left out. */
  private int valuesThere;

  /** Where the numbers of a page without dictionary begin. */
  private int numbersAt;

  private boolean usesDictionary;

  /** Which entry of the dictionary each value is. */
  private int[] entries = new int[0];

  private int[] levels = new int[0];

  private boolean dictionaryRead;
  private long dictionaryBytes;
  private ByteBuffer dictionary = ByteBuffer.allocateDirect(0);
  private int dictionarySize;
  private int[] entryStarts = new int[0];
  private int[] entryLengths = new int[0];

  ColumnPages(Column column, PageSource dictionaries, PagesAhead ahead) {
    this.column = column;
    this.dictionaries = dictionaries;
    this.ahead = ahead;
  }

  Column column() {
    return column;
  }

  /** How many bytes of the file were read so far. */
  long bytesRead() {
    return dictionaryBytes + ahead.bytesRead();
  }

  /**
   * Turns to another row group.
   *
   * @param wanted rows of the segment, of which those of the row group will be read
   * @param wantedFrom which row of the segment is the first of the row group
   */
  void open(
      ByteBuffer mapped,
      ColumnChunkMetaData newChunk,
      OffsetIndex newIndex,
      int rows,
      BitSet wanted,
      int wantedFrom) {
    ahead.open(mapped, newIndex, rows, wanted, wantedFrom);
    file = mapped;
    chunk = newChunk;
    index = newIndex;
    groupRows = rows;
    page = -1;
    pageFirst = 0;
    pageEnd = 0;
    dictionaryRead = false;
  }

  /** Appends rows of the row group; each call names later rows than those before. */
  void read(int from, int count, ColumnWriter to) throws IOException {
    int at = from;
    int end = from + count;
    while (at < end) {
      moveTo(at);
      int some = Math.min(end, pageEnd) - at;
      append(at - pageFirst, some, to);
      at += some;
    }
  }

  /** Moves to the page of a row of the row group; how many rows it has from that one on. */
  int rowsFrom(int row) throws IOException {
    moveTo(row);
    return pageEnd - row;
  }

  /** How many bytes of texts some rows of the page that was moved to have. */
  long textBytes(int row, int count) {
    if (column.width() > 0) {
      return 0;
    }
    int first = row - pageFirst;
    int from = allPresent ? first : valueOf[first];
    int to = allPresent ? first + count : valueOf[first + count];
    return bytesOf(from, to - from);
  }

  private void moveTo(int row) throws IOException {
    if (page >= 0 && row < pageEnd) {
      return;
    }
    do {
      page++;
      pageFirst = Math.toIntExact(index.getFirstRowIndex(page));
      pageEnd = Math.toIntExact(index.getLastRowIndex(page, groupRows)) + 1;
    } while (row >= pageEnd);
    decode(ahead.take(page), index.getOffset(page));
  }

  private void decode(PageSource.Page read, long offset) throws IOException {
    content = read.content();
    if (read.header().getType() != PageType.DATA_PAGE) {
      throw new IOException(
          "the page at byte %d is a %s, expected a data page of version 1"
              .formatted(offset, read.header().getType()));
    }
    DataPageHeader header = read.header().getData_page_header();
    int size = read.header().getUncompressed_page_size();
    int values = header.getNum_values();
    int rows = pageEnd - pageFirst;
    boolean isPossible =
        column.kind() == Column.Kind.TEXTS
            ? values >= rows && values <= chunk.getValueCount()
            : values == rows;
    if (!isPossible) {
      throw new IOException(
          "the page at byte %d claims %d values for %d rows".formatted(offset, values, rows));
    }
    int at = column.kind() == Column.Kind.TEXTS ? listLevels(values, size) : levels(values, size);
    int there = valuesThere;
    usesDictionary = header.getEncoding() != Encoding.PLAIN;
    if (usesDictionary) {
      if (header.getEncoding() != Encoding.PLAIN_DICTIONARY
          && header.getEncoding() != Encoding.RLE_DICTIONARY) {
        throw new IOException(
            "the page at byte %d has encoding %s, expected PLAIN or a dictionary"
                .formatted(offset, header.getEncoding()));
      }
      readDictionary();
      entries = atLeast(entries, there + Byte.SIZE);
      if (there > 0) {
        Levels.unpack(content, at + 1, size, content.get(at), entries, there);
        checkEntries(there, offset);
      }
    } else if (isText()) {
      texts(at, size, there, offset);
    } else {
      numbersAt = at;
      if ((long) there * width() > size - at) {
        throw new IOException("the page at byte " + offset + " ends within its numbers");
      }
    }
  }

  private int levels(int values, int size) throws IOException {
    allPresent = true;
    valuesThere = values;
    if (column.kind().isRequired()) {
      return 0;
    }
    int end = levelsEnd(0, size);
    levels = atLeast(levels, values + Byte.SIZE);
    Levels.unpack(content, Integer.BYTES, end, 1, levels, values);
    int there = 0;
    for (int i = 0; i < values; i++) {
      there += levels[i];
    }
    if (there < values) {
      allPresent = false;
      valuesThere = there;
      if (present.length < values) {
        present = new boolean[values];
      }
      valueOf = atLeast(valueOf, values + 1);
      int next = 0;
      for (int i = 0; i < values; i++) {
        valueOf[i] = next;
        present[i] = levels[i] == 1;
        next += levels[i];
      }
      valueOf[values] = next;
    }
    return end;
  }

  private int levelsEnd(int at, int size) throws IOException {
    int end = at + Integer.BYTES + content.getInt(at);
    if (end < at || end > size) {
      throw new IOException("a page of " + size + " bytes has levels up to byte " + end);
    }
    return end;
  }

  /** Finds which elements each row has. */
  private int listLevels(int values, int size) throws IOException {
    int rows = pageEnd - pageFirst;
    if (present.length < rows) {
      present = new boolean[rows];
    }
    valueOf = atLeast(valueOf, rows + 1);
    levels = atLeast(levels, values + Byte.SIZE);
    entries = atLeast(entries, values + Byte.SIZE);
    int repeatsEnd = levelsEnd(0, size);
    Levels.unpack(content, Integer.BYTES, repeatsEnd, 1, levels, values);
    int end = levelsEnd(repeatsEnd, size);
    int[] defined = entries;
    Levels.unpack(content, repeatsEnd + Integer.BYTES, end, LIST_DEFINITION_BITS, defined, values);
    int row = -1;
    int elements = 0;
    for (int i = 0; i < values; i++) {
      if (levels[i] == 0) {
        row++;
        if (row == rows) {
          throw new IOException("a page has more lists than its " + rows + " rows");
        }
        valueOf[row] = elements;
        present[row] = defined[i] > 0;
      }
      if (defined[i] == 2) {
        elements++;
      }
    }
    if (row != rows - 1) {
      throw new IOException("a page has " + (row + 1) + " lists for " + rows + " rows");
    }
    valueOf[rows] = elements;
    valuesThere = elements;
    allPresent = false;
    return end;
  }

  private void texts(int from, int size, int count, long offset) throws IOException {
    starts = atLeast(starts, count);
    lengths = atLeast(lengths, count);
    findTexts(content, from, size, count, starts, lengths, offset);
  }

  private static void findTexts(
      ByteBuffer in, int from, int size, int count, int[] starts, int[] lengths, long offset)
      throws IOException {
    int at = from;
    for (int i = 0; i < count; i++) {
      int length = at + Integer.BYTES <= size ? in.getInt(at) : -1;
      at += Integer.BYTES;
      if (length < 0 || length > size - at) {
        throw new IOException("the page at byte " + offset + " ends within its texts");
      }
      starts[i] = at;
      lengths[i] = length;
      at += length;
    }
  }

  private void readDictionary() throws IOException {
    if (dictionaryRead) {
      return;
    }
    long offset = chunk.getDictionaryPageOffset();
    if (offset <= 0) {
      throw new IOException(column.columnName() + " has pages of a dictionary and no dictionary");
    }
    PageSource.Page read = dictionaries.read(file, offset, dictionary);
    dictionaryBytes += read.bytes();
    dictionary = read.content();
    DictionaryPageHeader header = read.header().getDictionary_page_header();
    if (header == null) {
      throw new IOException("the page at byte " + offset + " is no dictionary");
    }
    dictionarySize = header.getNum_values();
    int size = read.header().getUncompressed_page_size();
    int least = isText() ? Integer.BYTES : width();
    if (dictionarySize < 0 || (long) dictionarySize * least > size) {
      throw new IOException("the dictionary at byte " + offset + " ends within its values");
    }
    if (isText()) {
      entryStarts = atLeast(entryStarts, dictionarySize);
      entryLengths = atLeast(entryLengths, dictionarySize);
      findTexts(dictionary, 0, size, dictionarySize, entryStarts, entryLengths, offset);
    }
    dictionaryRead = true;
  }

  private void checkEntries(int count, long offset) throws IOException {
    int max = 0;
    for (int i = 0; i < count; i++) {
      // Unsigned, so that a negative number is too large as well.
      max = Integer.compareUnsigned(entries[i], max) > 0 ? entries[i] : max;
    }
    if (Integer.compareUnsigned(max, dictionarySize) >= 0) {
      throw new IOException(
          "the page at byte %d names entry %d of a dictionary of %d"
              .formatted(offset, max, dictionarySize));
    }
  }

  private void append(int first, int count, ColumnWriter to) {
    if (column.kind() == Column.Kind.TEXTS) {
      appendLists(first, count, to);
    } else if (isText()) {
      appendTexts(first, count, to);
    } else {
      appendNumbers(first, count, to);
    }
  }

  private void appendLists(int first, int count, ColumnWriter to) {
    ColumnWriter elements = to.elementWriter();
    int before = elements.rows() - valueOf[first];
    int from = valueOf[first];
    int more = valueOf[first + count] - from;
    int end = putTexts(from, more, elements);
    elements.addedPresent(more, end);
    to.reserve(count, 0);
    ByteBuffer offsets = to.offsets();
    int at = (to.rows() + 1) * Integer.BYTES;
    for (int row = first; row < first + count; row++) {
      offsets.putInt(at, before + valueOf[row + 1]);
      at += Integer.BYTES;
    }
    to.addedLists(present, first, count);
  }

  private void appendTexts(int first, int count, ColumnWriter to) {
    if (allPresent) {
      to.addedPresent(count, putTexts(first, count, to));
      return;
    }
    int from = valueOf[first];
    int more = valueOf[first + count] - from;
    to.reserve(count, bytesOf(from, more));
    int rows = to.rows();
    int end = to.dataEnd();
    ByteBuffer offsets = to.offsets();
    int at = (rows + 1) * Integer.BYTES;
    int value = from;
    for (int row = first; row < first + count; row++) {
      if (present[row]) {
        end = put(value++, to.data(), end);
      }
      offsets.putInt(at, end);
      at += Integer.BYTES;
    }
    to.added(present, first, count, end);
  }

  private long bytesOf(int from, int count) {
    if (count == 0) {
      return 0;
    }
    if (!usesDictionary) {
      // They stand one after the other, each behind its length.
      int last = from + count - 1;
      return (long) starts[last] + lengths[last] - starts[from] - (count - 1L) * Integer.BYTES;
    }
    long sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += entryLengths[entries[i]];
    }
    return sum;
  }

  /** Puts texts and their ends behind those before; where the data ends then. */
  private int putTexts(int from, int count, ColumnWriter to) {
    to.reserve(count, bytesOf(from, count));
    ByteBuffer data = to.data();
    ByteBuffer offsets = to.offsets();
    int at = (to.rows() + 1) * Integer.BYTES;
    int end = to.dataEnd();
    for (int i = from; i < from + count; i++) {
      end = put(i, data, end);
      offsets.putInt(at, end);
      at += Integer.BYTES;
    }
    return end;
  }

  private int put(int value, ByteBuffer data, int at) {
    if (usesDictionary) {
      int entry = entries[value];
      return copy(dictionary, entryStarts[entry], entryLengths[entry], data, at);
    }
    return copy(content, starts[value], lengths[value], data, at);
  }

  private static int copy(ByteBuffer from, int start, int length, ByteBuffer to, int at) {
    if (length <= ColumnWriter.SHORT) {
      to.putLong(at, from.getLong(start));
      to.putLong(at + Long.BYTES, from.getLong(start + Long.BYTES));
    } else {
      to.put(at, from, start, length);
    }
    return at + length;
  }

  private void appendNumbers(int first, int count, ColumnWriter to) {
    to.reserve(count, 0);
    ByteBuffer data = to.data();
    int width = width();
    int at = to.rows() * width;
    if (allPresent) {
      if (usesDictionary) {
        for (int i = first; i < first + count; i++) {
          putNumber(i, data, at);
          at += width;
        }
      } else {
        data.put(at, content, numbersAt + first * width, count * width);
      }
      to.addedPresent(count, 0);
      return;
    }
    for (int row = first; row < first + count; row++) {
      if (present[row]) {
        putNumber(valueOf[row], data, at);
      } else if (width == Integer.BYTES) {
        data.putInt(at, 0);
      } else {
        data.putLong(at, 0);
      }
      at += width;
    }
    to.added(present, first, count, 0);
  }

  private void putNumber(int value, ByteBuffer data, int at) {
    ByteBuffer from = usesDictionary ? dictionary : content;
    if (width() == Integer.BYTES) {
      int start =
          usesDictionary ? entries[value] * Integer.BYTES : numbersAt + value * Integer.BYTES;
      data.putInt(at, from.getInt(start));
    } else {
      int start = usesDictionary ? entries[value] * Long.BYTES : numbersAt + value * Long.BYTES;
      data.putLong(at, from.getLong(start));
    }
  }

  private boolean isText() {
    return width() == 0;
  }

  private int width() {
    return column.width();
  }

  private static int[] atLeast(int[] array, int length) {
    return array.length >= length
        ? array
        : Arrays.copyOf(array, Math.max(length, 2 * array.length));
  }
}
