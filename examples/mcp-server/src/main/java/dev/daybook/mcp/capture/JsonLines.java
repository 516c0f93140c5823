package dev.daybook.mcp.capture;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The lines of a file, plain or gzip, as bytes, one at a time. For one thread. */
final class JsonLines implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final int lineBytesMax;
  private final Counted counted;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;
  private long number;
  private boolean ended = true;
  private boolean tooLong;

  private JsonLines(Path file, int lineBytesMax, Counted counted, InputStream in) {
    this.file = file;
    this.lineBytesMax = lineBytesMax;
    this.counted = counted;
    this.in = in;
  }

  /**
   * Opens a file.
   *
   * @param lineBytesMax nothing is kept of a line that is longer by much
   */
  static JsonLines of(Path file, int lineBytesMax) throws IOException {
    Counted counted = new Counted(Files.newInputStream(file));
    try {
      BufferedInputStream plain = new BufferedInputStream(counted, BUFFER_BYTES);
      plain.mark(2);
      boolean isGzip = plain.read() == 0x1f && plain.read() == 0x8b;
      plain.reset();
      return new JsonLines(
          file, lineBytesMax, counted, isGzip ? new GZIPInputStream(plain, BUFFER_BYTES) : plain);
    } catch (IOException e) {
      counted.close();
      throw e;
    }
  }

  /**
   * The next line without its end, or nothing of it if it is too long; empty after the last.
   *
   * @throws IOException if the file cannot be read further, saying after which line
   */
  Optional<byte[]> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean any = false;
    while (fill()) {
      any = true;
      tooLong = line.size() > lineBytesMax;
      int from = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      if (!tooLong) {
        line.write(buffer, from, at - from);
      }
      ended = at < end;
      if (ended) {
        at++;
        break;
      }
    }
    if (!any) {
      return Optional.empty();
    }
    number++;
    return Optional.of(tooLong ? new byte[0] : line.toByteArray());
  }

  private boolean fill() throws IOException {
    if (at < end) {
      return true;
    }
    try {
      at = 0;
      end = Math.max(0, in.read(buffer));
      return end > 0;
    } catch (EOFException | ZipException e) {
      throw new IOException(
          "%s is cut off or damaged after line %d: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /** The number of the line that was given last, from 1. */
  long number() {
    return number;
  }

  /** Whether the line that was given last had an end; one that is being written has none. */
  boolean hadEnd() {
    return ended;
  }

  /** Whether the line that was given last was too long to be kept. */
  boolean wasTooLong() {
    return tooLong;
  }

  /** How many bytes of the file were taken in so far. */
  long bytesRead() {
    return counted.bytes;
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
