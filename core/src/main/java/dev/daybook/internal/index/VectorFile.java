package dev.daybook.internal.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.FixedBitSet;

/**
 * The vectors of a segment in NumPy's own format ({@code numpy.load} reads it): records of the row
 * number, the scale and the bytes of a vector, in the order of rows. Mapped into memory; row
 * numbers and scales are held on the heap, 8 bytes a vector. If there are many, a second array says
 * which list of neighbours each belongs to, and {@link Lists}, 8 bytes and a bit a component, are
 * held as well.
 *
 * <p>{@link #close()} lets go of the opener's hold; the file is unmapped when no {@link Searcher}
 * holds it either.
 */
public final class VectorFile extends Vectors implements AutoCloseable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGN = 64;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': \\[\\('row', '<i4'\\), \\('scale', '<f4'\\), \\('vector', '\\|i1',"
              + " \\((\\d+),\\)\\)\\], 'fortran_order': False, 'shape': \\((\\d+),\\), \\} *\n");

  private static final String LISTS = "{'descr': '<u2', 'fortran_order': False, 'shape': (%d,), }";

  /** From so many vectors on a file has lists of neighbours. */
  static final int LISTED_MIN = 8192;

  /** From so many vectors on signs are searched before vectors. */
  static final int SIGNED_MIN = 1024;

  /** What lies between two touches comes along: processors read neighbouring lines ahead. */
  private static final int TOUCHED_EVERY = 192;

  /** A smaller file may stay in the caches next to a processor, and touching only costs. */
  private static final long TOUCHED_BYTES_MIN = 8L << 20;

  private static final int READ_AT_ONCE = 512;

  /**
   * The vector of one chunk.
   *
   * @param row of the event in its segment
   * @param vector of unit length
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Chunk(int row, float[] vector) {}

  private final Path path;
  private final IndexInput all;
  private final RandomAccessInput bytes;
  private final long dataAt;
  private final int dimension;
  private final int[] rows;
  private final float[] scales;
  private final FixedBitSet rowsWithVector;
  private final int rowsWithVectorCount;
  private final Optional<Lists> lists;
  private final AtomicInteger holds = new AtomicInteger(1);

  private VectorFile(
      Path path,
      IndexInput all,
      long dataAt,
      int dimension,
      int[] rows,
      float[] scales,
      Optional<Lists> lists)
      throws IOException {
    this.path = path;
    this.all = all;
    this.bytes = all.randomAccessSlice(0, all.length());
    this.dataAt = dataAt;
    this.dimension = dimension;
    this.rows = rows;
    this.scales = scales;
    this.rowsWithVector = new FixedBitSet(rows.length == 0 ? 1 : rows[rows.length - 1] + 1);
    for (int row : rows) {
      rowsWithVector.set(row);
    }
    this.rowsWithVectorCount = rowsWithVector.cardinality();
    this.lists = lists;
  }

  /**
   * Vectors on their way into a merged file.
   *
   * @param file whose vectors move; open until they are merged
   * @param newRow by row of the file, the row in the merged segment; -1 for a row that is dropped
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Moved(VectorFile file, int[] newRow) {}

  /**
   * The file's bytes.
   *
   * @param chunks in the order of rows; several of one row follow one another
   * @throws IllegalArgumentException if the order is another or a vector has another dimension
   */
  public static byte[] write(int dimension, List<Chunk> chunks) {
    return write(dimension, chunks, LISTED_MIN);
  }

  static byte[] write(int dimension, List<Chunk> chunks, int listedMin) {
    ByteBuffer out = begin(dimension, chunks.size(), listedMin);
    int last = 0;
    for (Chunk chunk : chunks) {
      if (chunk.row() < last || chunk.vector().length != dimension) {
        throw new IllegalArgumentException(
            "A vector of row %d with %d components follows row %d with %d"
                .formatted(chunk.row(), chunk.vector().length, last, dimension));
      }
      last = chunk.row();
      Quantised quantised = Quantised.of(chunk.vector());
      out.putInt(chunk.row()).putFloat(quantised.scale()).put(quantised.bytes());
    }
    return end(out, dimension, chunks.size());
  }

  /**
   * The bytes of one file with the vectors of several, each as it is, in the order of new rows.
   * Vectors that come to one row stand in the order of files. Beside the result, 8 bytes a vector
   * are needed.
   *
   * @throws IllegalArgumentException if there is no file, two differ in dimension, or a row with a
   *     vector has no entry in its {@code newRow}
   * @throws IOException if a file cannot be read
   */
  public static byte[] merge(List<Moved> sources) throws IOException {
    return merge(sources, LISTED_MIN);
  }

  static byte[] merge(List<Moved> sources, int listedMin) throws IOException {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("There is no file to merge");
    }
    int dimension = sources.getFirst().file().dimension;
    long[] newRowAndChunk = moves(sources, dimension);
    ByteBuffer out = begin(dimension, newRowAndChunk.length, listedMin);
    byte[] vector = new byte[dimension];
    for (long move : newRowAndChunk) {
      int chunk = (int) move;
      int source = 0;
      while (chunk >= sources.get(source).file().chunks()) {
        chunk -= sources.get(source++).file().chunks();
      }
      VectorFile file = sources.get(source).file();
      out.putInt((int) (move >>> Integer.SIZE)).putFloat(file.scales[chunk]);
      file.bytes.readBytes(file.dataAt + chunk * (8L + dimension) + 8, vector, 0, dimension);
      out.put(vector);
    }
    return end(out, dimension, newRowAndChunk.length);
  }

  /** The vectors that stay, in their new order: the new row, then the number among all vectors. */
  private static long[] moves(List<Moved> sources, int dimension) {
    long all = sources.stream().mapToLong(moved -> moved.file().chunks()).sum();
    long[] moves = new long[Math.toIntExact(all)];
    int count = 0;
    int before = 0;
    for (Moved moved : sources) {
      VectorFile file = moved.file();
      int[] rows = file.rows;
      if (file.dimension != dimension
          || (rows.length > 0 && rows[rows.length - 1] >= moved.newRow().length)) {
        throw new IllegalArgumentException(
            "%s has %d components and rows up to %d; expected %d and rows below %d"
                .formatted(
                    file,
                    file.dimension,
                    rows.length == 0 ? -1 : rows[rows.length - 1],
                    dimension,
                    moved.newRow().length));
      }
      for (int chunk = 0; chunk < rows.length; chunk++) {
        long newRow = moved.newRow()[rows[chunk]];
        if (newRow >= 0) {
          moves[count++] = newRow << Integer.SIZE | (before + chunk);
        }
      }
      before += rows.length;
    }
    moves = Arrays.copyOf(moves, count);
    Arrays.sort(moves);
    return moves;
  }

  /** A file of which only the head is written, with room for the rest. */
  private static ByteBuffer begin(int dimension, int count, int listedMin) {
    byte[] head =
        head(
            "{'descr': [('row', '<i4'), ('scale', '<f4'), ('vector', '|i1', (%d,))], 'fortran_order': False, 'shape': (%d,), }"
                .formatted(dimension, count));
    long length = head.length + (long) count * (8 + dimension);
    if (count >= listedMin) {
      length += head(LISTS.formatted(count)).length + (long) count * Character.BYTES;
    }
    return ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN).put(head);
  }

  /** Adds the lists, if there is room for them. */
  @SuppressWarnings("ByteBufferBackingArray") // allocated by begin
  private static byte[] end(ByteBuffer out, int dimension, int count) {
    if (out.hasRemaining()) {
      int dataAt = out.position() - count * (8 + dimension);
      out.put(head(LISTS.formatted(count)));
      for (char list : ListBuilder.lists(out, dataAt, count, dimension)) {
        out.putChar(list);
      }
    }
    return out.array();
  }

  /** What stands before an array. */
  private static byte[] head(String dict) {
    int unpadded = MAGIC.length + 2 + dict.length() + 1;
    int length = (unpadded + ALIGN - 1) / ALIGN * ALIGN;
    return ByteBuffer.allocate(length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) (length - MAGIC.length - 2))
        .put((dict + " ".repeat(length - unpadded) + "\n").getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /**
   * Opens vectors. The format has no checksum of its own; rows, scales and the length are checked.
   *
   * @throws IOException if the file cannot be read, is cut or is something else; the message says
   *     which, and the caller makes the vectors anew
   */
  public static VectorFile open(Path path) throws IOException {
    return open(path, SIGNED_MIN);
  }

  static VectorFile open(Path path, int signedMin) throws IOException {
    try (MMapDirectory folder = new MMapDirectory(path.toAbsolutePath().getParent())) {
      folder.setGroupingFunction(MMapDirectory.NO_GROUPING);
      IndexInput all = folder.openInput(path.getFileName().toString(), IOContext.DEFAULT);
      try {
        return read(path, all, signedMin);
      } catch (IOException | RuntimeException e) {
        all.close();
        throw e;
      }
    }
  }

  private static VectorFile read(Path path, IndexInput all, int signedMin) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    if (all.length() < ALIGN) {
      throw broken(path, "has " + all.length() + " bytes, too few for vectors");
    }
    all.readBytes(magic, 0, magic.length);
    int headerLength = Short.toUnsignedInt(all.readShort());
    long dataAt = MAGIC.length + 2L + headerLength;
    if (!Arrays.equals(magic, MAGIC) || dataAt > all.length()) {
      throw broken(path, "does not begin as a NumPy file of version 1.0");
    }
    byte[] header = new byte[headerLength];
    all.readBytes(header, 0, headerLength);
    Matcher dict = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
    if (!dict.matches()) {
      throw broken(path, "holds other records than row, scale and vector");
    }
    long dimension = Long.parseLong(dict.group(1));
    long count = Long.parseLong(dict.group(2));
    long end = dataAt + count * (8 + dimension);
    byte[] listsHead = head(LISTS.formatted(count));
    boolean hasLists = all.length() == end + listsHead.length + count * Character.BYTES;
    if (end != all.length() && !hasLists) {
      throw broken(
          path,
          "has %d bytes, expected %d for %d vectors of %d components"
              .formatted(all.length(), end, count, dimension));
    }
    Records records =
        new Records(path, all, dataAt, Math.toIntExact(dimension), Math.toIntExact(count));
    char[] listOf = new char[records.count()];
    if (hasLists) {
      readLists(path, all, end, listsHead, listOf);
    }
    int[] rows = new int[records.count()];
    float[] scales = new float[rows.length];
    if (rows.length >= signedMin) {
      Lists.Builder lists = new Lists.Builder(records.dimension(), listOf);
      records.forEach(rows, scales, (chunk, vector) -> lists.add(chunk, vector, scales[chunk]));
      lists.center();
      records.forEach(rows, scales, (chunk, vector) -> lists.sign(chunk, vector, scales[chunk]));
      return new VectorFile(
          path, all, dataAt, records.dimension(), rows, scales, Optional.of(lists.build()));
    }
    records.forEach(rows, scales, (chunk, vector) -> {});
    return new VectorFile(path, all, dataAt, records.dimension(), rows, scales, Optional.empty());
  }

  private static void readLists(Path path, IndexInput all, long at, byte[] head, char[] into)
      throws IOException {
    byte[] found = new byte[head.length];
    all.seek(at);
    all.readBytes(found, 0, found.length);
    if (!Arrays.equals(found, head)) {
      throw broken(path, "has something else than lists behind its vectors");
    }
    byte[] lists = new byte[into.length * Character.BYTES];
    all.readBytes(lists, 0, lists.length);
    ByteBuffer.wrap(lists).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer().get(into);
    int listsMax = ListBuilder.listsMax(into.length);
    for (int i = 0; i < into.length; i++) {
      if (into[i] >= listsMax) {
        throw broken(
            path, "has list %d at %d, expected below %d".formatted((int) into[i], i, listsMax));
      }
    }
  }

  private interface Visitor {
    void accept(int chunk, byte[] padded);
  }

  /** The records of a file, read in their order. */
  private record Records(Path path, IndexInput all, long dataAt, int dimension, int count) {
    void forEach(int[] rows, float[] scales, Visitor visitor) throws IOException {
      int length = 8 + dimension;
      byte[] block = new byte[Math.min(count, READ_AT_ONCE) * length];
      ByteBuffer records = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
      byte[] vector = Signs.padded(dimension);
      all.seek(dataAt);
      for (int from = 0; from < count; from += READ_AT_ONCE) {
        int read = Math.min(READ_AT_ONCE, count - from);
        all.readBytes(block, 0, read * length);
        for (int i = 0; i < read; i++) {
          int chunk = from + i;
          rows[chunk] = records.getInt(i * length);
          scales[chunk] = records.getFloat(i * length + 4);
          if (rows[chunk] < (chunk == 0 ? 0 : rows[chunk - 1])
              || rows[chunk] == Integer.MAX_VALUE
              || !(scales[chunk] >= 0 && scales[chunk] <= 1)) {
            throw broken(
                path,
                "has row %d with scale %s at %d, damaged"
                    .formatted(rows[chunk], scales[chunk], chunk));
          }
          System.arraycopy(block, i * length + 8, vector, 0, dimension);
          visitor.accept(chunk, vector);
        }
      }
    }
  }

  private static IOException broken(Path path, String why) {
    return new IOException("Vector file " + path + " " + why + "; embed its segment again");
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int chunks() {
    return rows.length;
  }

  @Override
  public int rowsWithVector() {
    return rowsWithVectorCount;
  }

  @Override
  FixedBitSet withVector() {
    return rowsWithVector;
  }

  @Override
  Optional<Lists> lists() {
    return lists;
  }

  @Override
  int firstChunkOf(int row) {
    if (row < rows.length && rows[row] == row && (row == 0 || rows[row - 1] < row)) {
      // As it is where each row up to this one has one chunk.
      return row;
    }
    int at = Arrays.binarySearch(rows, row);
    while (at > 0 && rows[at - 1] == row) {
      at--;
    }
    return at < 0 ? -1 : at;
  }

  @Override
  int rowOf(int chunk) {
    return rows[chunk];
  }

  @Override
  float scaleOf(int chunk) {
    return scales[chunk];
  }

  @Override
  void read(int chunk, byte[] into) throws IOException {
    bytes.readBytes(dataAt + chunk * (8L + dimension) + 8, into, 0, dimension);
  }

  @Override
  int touch(int chunk) throws IOException {
    if (all.length() < TOUCHED_BYTES_MIN) {
      return 0;
    }
    long at = dataAt + chunk * (8L + dimension) + 8;
    int touched = 0;
    for (int i = 0; i < dimension; i += TOUCHED_EVERY) {
      touched += bytes.readByte(at + i);
    }
    return touched;
  }

  @Override
  boolean retain() {
    return holds.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  @Override
  void release() {
    if (holds.decrementAndGet() == 0) {
      try {
        all.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot unmap " + path, e);
      }
    }
  }

  /** Lets go of the opener's hold. Not to be called twice. */
  @Override
  public void close() {
    release();
  }

  @Override
  public String toString() {
    return "VectorFile[" + path + ", " + rows.length + " vectors]";
  }
}
