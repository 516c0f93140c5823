package dev.daybook.internal.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.RandomAccessInput;

/**
 * The vectors of a segment in NumPy's own format ({@code numpy.load} reads it): records of the row
 * number, the scale and the bytes of a vector, in the order of rows. Mapped into memory; row
 * numbers and scales are held on the heap, 8 bytes a vector.
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
  private final int rowsWithVector;
  private final AtomicInteger holds = new AtomicInteger(1);

  private VectorFile(
      Path path, IndexInput all, long dataAt, int dimension, int[] rows, float[] scales)
      throws IOException {
    this.path = path;
    this.all = all;
    this.bytes = all.randomAccessSlice(0, all.length());
    this.dataAt = dataAt;
    this.dimension = dimension;
    this.rows = rows;
    this.scales = scales;
    this.rowsWithVector = (int) Arrays.stream(rows).distinct().count();
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
    ByteBuffer out = begin(dimension, chunks.size());
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
    return out.array();
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
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("There is no file to merge");
    }
    int dimension = sources.getFirst().file().dimension;
    long[] newRowAndChunk = moves(sources, dimension);
    ByteBuffer out = begin(dimension, newRowAndChunk.length);
    for (long move : newRowAndChunk) {
      int chunk = (int) move;
      int source = 0;
      while (chunk >= sources.get(source).file().chunks()) {
        chunk -= sources.get(source++).file().chunks();
      }
      VectorFile file = sources.get(source).file();
      out.putInt((int) (move >>> Integer.SIZE)).putFloat(file.scales[chunk]);
      file.bytes.readBytes(
          file.dataAt + chunk * (8L + dimension) + 8, out.array(), out.position(), dimension);
      out.position(out.position() + dimension);
    }
    return out.array();
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

  /** A file of which only the head is written. */
  private static ByteBuffer begin(int dimension, int count) {
    String dict =
        "{'descr': [('row', '<i4'), ('scale', '<f4'), ('vector', '|i1', (%d,))], 'fortran_order': False, 'shape': (%d,), }"
            .formatted(dimension, count);
    int unpadded = MAGIC.length + 2 + dict.length() + 1;
    int dataAt = (unpadded + ALIGN - 1) / ALIGN * ALIGN;
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(dataAt + (long) count * (8 + dimension)))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putShort((short) (dataAt - MAGIC.length - 2));
    out.put((dict + " ".repeat(dataAt - unpadded) + "\n").getBytes(StandardCharsets.US_ASCII));
    return out;
  }

  /**
   * Opens vectors. The format has no checksum of its own; rows, scales and the length are checked.
   *
   * @throws IOException if the file cannot be read, is cut or is something else; the message says
   *     which, and the caller makes the vectors anew
   */
  public static VectorFile open(Path path) throws IOException {
    try (MMapDirectory folder = new MMapDirectory(path.toAbsolutePath().getParent())) {
      folder.setGroupingFunction(MMapDirectory.NO_GROUPING);
      IndexInput all = folder.openInput(path.getFileName().toString(), IOContext.DEFAULT);
      try {
        return read(path, all);
      } catch (IOException | RuntimeException e) {
        all.close();
        throw e;
      }
    }
  }

  private static VectorFile read(Path path, IndexInput all) throws IOException {
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
    if (dataAt + count * (8 + dimension) != all.length()) {
      throw broken(
          path,
          "has %d bytes, expected %d for %d vectors of %d components"
              .formatted(all.length(), dataAt + count * (8 + dimension), count, dimension));
    }
    int[] rows = new int[Math.toIntExact(count)];
    float[] scales = new float[rows.length];
    RandomAccessInput bytes = all.randomAccessSlice(0, all.length());
    for (int i = 0; i < rows.length; i++) {
      long at = dataAt + i * (8 + dimension);
      rows[i] = bytes.readInt(at);
      scales[i] = Float.intBitsToFloat(bytes.readInt(at + 4));
      if (rows[i] < (i == 0 ? 0 : rows[i - 1]) || !(scales[i] >= 0 && scales[i] <= 1)) {
        throw broken(
            path, "has row " + rows[i] + " with scale " + scales[i] + " at " + i + ", damaged");
      }
    }
    return new VectorFile(path, all, dataAt, Math.toIntExact(dimension), rows, scales);
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
    return rowsWithVector;
  }

  @Override
  int firstChunkOf(int row) {
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
