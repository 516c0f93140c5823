package dev.daybook.internal.transcript;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a file, plain or gzip (told by its first bytes, not by its name), as bytes, one at a
 * time. For one thread.
 */
public final class Lines implements AutoCloseable {
  private static final int LINE_BYTES_MAX = 64 << 20;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final long fileBytes;
  private final int lineBytesMax;
  private final Counted counted;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long number;

  /**
   * A line.
   *
   * @param number 1 for the first
   * @param bytes without the line feed
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once; never compared
  public record Line(long number, byte[] bytes) {
    /** Whether there is nothing but white space on it. */
    public boolean isBlank() {
      for (byte b : bytes) {
        if (b < 0 || b > ' ') {
          return false;
        }
      }
      return true;
    }
  }

  private Lines(Path file, int lineBytesMax) throws IOException {
    this.file = file;
    this.fileBytes = Files.size(file);
    this.lineBytesMax = lineBytesMax;
    this.counted = new Counted(Files.newInputStream(file));
    try {
      this.in = plain(new BufferedInputStream(counted, BUFFER_BYTES));
    } catch (IOException e) {
      counted.close();
      throw e;
    }
  }

  /**
   * Opens a file.
   *
   * @throws IOException if there is no such file or it cannot be read, saying which
   */
  public static Lines of(Path file) throws IOException {
    return of(file, LINE_BYTES_MAX);
  }

  static Lines of(Path file, int lineBytesMax) throws IOException {
    if (Files.notExists(file)) {
      throw new NoSuchFileException(
          file.toString(), null, "no such file, seen from " + Path.of("").toAbsolutePath());
    }
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a folder; name a file of JSON Lines in it");
    }
    return new Lines(file, lineBytesMax);
  }

  private static InputStream plain(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean isGzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return isGzip ? new GZIPInputStream(in, BUFFER_BYTES) : in;
  }

  /**
   * The next line; empty at the end.
   *
   * @throws IOException if the file cannot be read further, or a line is over 64 MiB, saying after
   *     which line
   */
  public Optional<Line> next() throws IOException {
    if (!fill()) {
      return Optional.empty();
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean ends = false;
    while (!ends && fill()) {
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, position, end - position);
      if (line.size() > lineBytesMax) {
        throw new IOException(
            "%s has more than %d bytes without a line end after line %d; it does not look like JSON Lines"
                .formatted(file, lineBytesMax, number));
      }
      ends = end < limit;
      position = ends ? end + 1 : end;
    }
    number++;
    return Optional.of(new Line(number, line.toByteArray()));
  }

  /** Whether there is a byte more, which is then in the buffer. */
  private boolean fill() throws IOException {
    if (position < limit) {
      return true;
    }
    try {
      position = 0;
      limit = Math.max(0, in.read(buffer));
      return limit > 0;
    } catch (EOFException | ZipException e) {
      throw new IOException(
          "%s is cut off or damaged after line %d: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /** How many bytes of the file were taken in so far. */
  public long bytesRead() {
    return counted.bytes;
  }

  /** The file's length when it was opened. */
  public long fileBytes() {
    return fileBytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static final class Counted extends FilterInputStream {
    private long bytes;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      bytes += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      bytes += Math.max(0, count);
      return count;
    }
  }
}
