package dev.daybook.internal.segment;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** The bytes of a segment, in a mapped file or in memory. Safe for any number of threads. */
sealed interface SegmentInput extends InputFile {
  /** What messages call it. */
  String name();

  @Override
  long getLength() throws IOException;

  /** All bytes, outside the heap; only to be read, at absolute places. */
  ByteBuffer direct();

  /**
   * A segment on disk, mapped into memory: it can be read although its name is gone, a read of a
   * page costs no call of the system, and it takes no heap. It is unmapped when nobody holds this
   * any more.
   */
  record OfFile(Path path, ByteBuffer mapped) implements SegmentInput {
    /**
     * Maps a file.
     *
     * @throws NoSuchFileException if it is not there
     */
    static OfFile map(Path path) throws IOException {
      boolean isInterrupted = false;
      try {
        while (true) {
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            if (file.size() > Integer.MAX_VALUE) {
              throw new IOException(
                  "Segment " + path + " has " + file.size() + " bytes, it may have 2 GiB");
            }
            return new OfFile(path, file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()));
          } catch (ClosedByInterruptException e) {
            // Whoever waits for something ends; reading a segment is to go on.
            isInterrupted |= Thread.interrupted();
          }
        }
      } finally {
        if (isInterrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public String name() {
      return "Segment " + path;
    }

    @Override
    public long getLength() {
      return mapped.capacity();
    }

    @Override
    public ByteBuffer direct() {
      return mapped;
    }

    @Override
    public SeekableInputStream newStream() {
      return new Stream(name()) {
        @Override
        int readAt(long position, byte[] to, int offset, int length) {
          if (position >= mapped.capacity()) {
            return -1;
          }
          int read = (int) Math.min(length, mapped.capacity() - position);
          mapped.get((int) position, to, offset, read);
          return read;
        }
      };
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /** A segment in memory. */
  @SuppressWarnings("ArrayRecordComponent") // a handle on bytes that nobody compares
  record OfBytes(byte[] bytes) implements SegmentInput {
    @Override
    public String name() {
      return "Segment of " + bytes.length + " bytes";
    }

    @Override
    public long getLength() {
      return bytes.length;
    }

    @Override
    public ByteBuffer direct() {
      return ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    }

    @Override
    public SeekableInputStream newStream() {
      return new Stream(name()) {
        @Override
        int readAt(long position, byte[] to, int offset, int length) {
          if (position >= bytes.length) {
            return -1;
          }
          int read = (int) Math.min(length, bytes.length - position);
          System.arraycopy(bytes, (int) position, to, offset, read);
          return read;
        }
      };
    }

    @Override
    public String toString() {
      return name();
    }
  }

  /** A segment of which some parts are in memory; what is in none of them cannot be read. */
  final class OfParts implements SegmentInput {
    private final String name;
    private final long length;
    private final NavigableMap<Long, byte[]> parts = new TreeMap<>();

    /** Of this length. */
    OfParts(String name, long length) {
      this.name = name;
      this.length = length;
    }

    /** The same with all its parts, to which others may be added. */
    OfParts copy() {
      OfParts copy = new OfParts(name, length);
      copy.parts.putAll(parts);
      return copy;
    }

    /** Adds a part; not while anything is read. No part is kept that lies within another. */
    void add(long offset, byte[] part) {
      if (!has(offset, part.length)) {
        long end = offset + part.length;
        parts
            .tailMap(offset)
            .entrySet()
            .removeIf(old -> old.getKey() + old.getValue().length <= end);
        parts.put(offset, part);
      }
    }

    /** Whether all of this is in one part. */
    boolean has(long offset, long bytes) {
      Map.Entry<Long, byte[]> part = parts.floorEntry(offset);
      return part != null && offset + bytes <= part.getKey() + part.getValue().length;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long getLength() {
      return length;
    }

    @Override
    public ByteBuffer direct() {
      throw new UnsupportedOperationException("Of " + name + " only parts are here");
    }

    @Override
    public SeekableInputStream newStream() {
      return new Stream(name) {
        @Override
        int readAt(long position, byte[] to, int offset, int length) throws IOException {
          Map.Entry<Long, byte[]> part = parts.floorEntry(position);
          int at = part == null ? 0 : Math.toIntExact(position - part.getKey());
          if (part == null || at >= part.getValue().length) {
            throw new EOFException(
                "%s is damaged: it points to offset %d, where nothing of it should be"
                    .formatted(name, position));
          }
          int read = Math.min(length, part.getValue().length - at);
          System.arraycopy(part.getValue(), at, to, offset, read);
          return read;
        }
      };
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A position over {@link #readAt}; small reads go through a buffer, since Parquet makes many. */
  abstract class Stream extends SeekableInputStream {
    private static final int BUFFER_BYTES = 8_192;

    private final String name;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long bufferStart;
    private int bufferLength;
    private long position;

    Stream(String name) {
      this.name = name;
    }

    /** Reads some bytes at a place; -1 at the end. */
    abstract int readAt(long place, byte[] to, int offset, int length) throws IOException;

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void seek(long newPosition) throws IOException {
      if (newPosition < 0) {
        throw new EOFException(name + " is damaged: it points to offset " + newPosition);
      }
      position = newPosition;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int read;
      if (length >= BUFFER_BYTES) {
        read = readAt(position, to, offset, length);
      } else {
        if (position < bufferStart || position >= bufferStart + bufferLength) {
          bufferLength = Math.max(0, readAt(position, buffer, 0, BUFFER_BYTES));
          bufferStart = position;
        }
        int from = (int) (position - bufferStart);
        read = Math.min(length, bufferLength - from);
        System.arraycopy(buffer, from, to, offset, Math.max(0, read));
      }
      if (read <= 0) {
        return -1;
      }
      position += read;
      return read;
    }

    @Override
    public void readFully(byte[] to) throws IOException {
      readFully(to, 0, to.length);
    }

    @Override
    public void readFully(byte[] to, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int read = read(to, offset + done, length - done);
        if (read < 0) {
          throw new EOFException(
              "%s is damaged: it ends at byte %d, %d bytes short"
                  .formatted(name, position, length - done));
        }
        done += read;
      }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      byte[] bytes = new byte[to.remaining()];
      int read = read(bytes, 0, bytes.length);
      if (read > 0) {
        to.put(bytes, 0, read);
      }
      return read;
    }

    @Override
    public void readFully(ByteBuffer to) throws IOException {
      if (to.hasArray()) {
        readFully(to.array(), to.arrayOffset() + to.position(), to.remaining());
        to.position(to.limit());
      } else {
        byte[] bytes = new byte[to.remaining()];
        readFully(bytes, 0, bytes.length);
        to.put(bytes);
      }
    }
  }
}
