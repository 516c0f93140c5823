package dev.daybook.internal.segment;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;

/**
 * Takes single pages out of a mapped segment: header, checksum, decompression. Not safe for several
 * threads; {@link #close()} frees native memory.
 */
final class PageSource implements AutoCloseable {
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final CRC32 crc = new CRC32();

  /**
   * One page.
   *
   * @param header what it says of itself
   * @param bytes how many it takes in the file, with its header
   * @param content decompressed, little-endian, followed by {@link ColumnWriter#SLACK} bytes of no
   *     meaning; good until the next page is put into the same buffer
   */
  record Page(PageHeader header, int bytes, ByteBuffer content) {}

  /**
   * Reads the page at an offset of a file.
   *
   * @param into where it is decompressed to, if it has room
   */
  Page read(ByteBuffer file, long offset, ByteBuffer into) throws IOException {
    if (offset < 0 || offset >= file.capacity()) {
      throw new IOException("a page is said to be at byte " + offset);
    }
    HeaderStream in = new HeaderStream(file, (int) offset);
    PageHeader header = Util.readPageHeader(in);
    int compressed = header.getCompressed_page_size();
    int size = header.getUncompressed_page_size();
    if (compressed < 0 || size < 0 || compressed > file.capacity() - in.at) {
      throw new IOException(
          "the page at byte %d claims %d bytes of %d".formatted(offset, compressed, size));
    }
    check(file, header, in.at, compressed, offset);
    int bytes = in.at - (int) offset + compressed;
    // Asked before memory is taken for it: a damaged header may claim any size.
    long told = Zstd.getDirectByteBufferFrameContentSize(file, in.at, compressed);
    if (told != size) {
      throw new IOException(
          "the page at byte %d decompresses to %d bytes, its header says %d"
              .formatted(offset, told, size));
    }
    ByteBuffer content = into;
    if (content.capacity() < size + ColumnWriter.SLACK) {
      content = buffer(size + ColumnWriter.SLACK);
    }
    try {
      int unused = context.decompressDirectByteBuffer(content, 0, size, file, in.at, compressed);
    } catch (ZstdException e) {
      throw new IOException("the page at byte " + offset + " does not decompress", e);
    }
    return new Page(header, bytes, content);
  }

  private static ByteBuffer buffer(int bytes) {
    int rounded = Math.max(1 << 12, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
    return ByteBuffer.allocateDirect(Math.max(bytes, rounded)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void check(ByteBuffer file, PageHeader header, int at, int length, long offset)
      throws IOException {
    if (header.isSetCrc()) {
      crc.reset();
      crc.update(file.slice(at, length));
      if ((int) crc.getValue() != header.getCrc()) {
        throw new IOException(
            "the page at byte %d has CRC %08x, its header says %08x"
                .formatted(offset, (int) crc.getValue(), header.getCrc()));
      }
    }
  }

  @Override
  public void close() {
    context.close();
  }

  /** The bytes of a header, and where it ended. */
  private static final class HeaderStream extends InputStream {
    private final ByteBuffer file;
    private int at;

    HeaderStream(ByteBuffer file, int at) {
      this.file = file;
      this.at = at;
    }

    @Override
    public int read() {
      return at < file.capacity() ? file.get(at++) & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      int some = Math.min(length, file.capacity() - at);
      if (some <= 0) {
        return length == 0 ? 0 : -1;
      }
      file.get(at, to, offset, some);
      at += some;
      return some;
    }
  }
}
