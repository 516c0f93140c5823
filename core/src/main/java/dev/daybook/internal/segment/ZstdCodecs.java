package dev.daybook.internal.segment;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Zstandard for the pages of one writer or one read, without Parquet's own codecs, which are
 * Hadoop's. Not safe for several threads; {@link #release()} frees native memory and may be called
 * again.
 */
final class ZstdCodecs implements CompressionCodecFactory {
  private static final int LEVEL = 3;

  private final Compressor compressor = new Compressor();
  private final Decompressor decompressor = new Decompressor();

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    requireZstd(name);
    return compressor;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    requireZstd(name);
    return decompressor;
  }

  @Override
  public void release() {
    compressor.release();
    decompressor.release();
  }

  private static void requireZstd(CompressionCodecName name) {
    if (name != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("Pages compressed with " + name + ", expected ZSTD");
    }
  }

  private static final class Compressor implements BytesInputCompressor {
    private ZstdCompressCtx context;

    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      if (context == null) {
        context = new ZstdCompressCtx().setLevel(LEVEL);
      }
      return BytesInput.from(context.compress(array(bytes)));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {
      if (context != null) {
        context.close();
        context = null;
      }
    }
  }

  private static final class Decompressor implements BytesInputDecompressor {
    private ZstdDecompressCtx context;

    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompress(array(bytes), size));
    }

    @Override
    @Deprecated
    public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int outSize)
        throws IOException {
      byte[] compressed = new byte[inSize];
      in.get(compressed);
      out.put(decompress(compressed, outSize));
    }

    private byte[] decompress(byte[] compressed, int size) throws IOException {
      // Asked before memory is taken for it: a damaged header may claim any size.
      long told = Zstd.getFrameContentSize(compressed);
      if (told != size) {
        throw new IOException(
            "A page of %d bytes decompresses to %d, its header says %d"
                .formatted(compressed.length, told, size));
      }
      if (context == null) {
        context = new ZstdDecompressCtx();
      }
      try {
        return context.decompress(compressed, size);
      } catch (ZstdException e) {
        throw new IOException("A page of " + compressed.length + " bytes does not decompress", e);
      }
    }

    @Override
    public void release() {
      if (context != null) {
        context.close();
        context = null;
      }
    }
  }

  private static byte[] array(BytesInput bytes) throws IOException {
    Exposed out = new Exposed(Math.toIntExact(bytes.size()));
    bytes.writeAllTo(out);
    return out.whole();
  }

  /** Spares the copy that {@link ByteArrayOutputStream#toByteArray()} makes. */
  private static final class Exposed extends ByteArrayOutputStream {
    Exposed(int size) {
      super(size);
    }

    byte[] whole() {
      return count == buf.length ? buf : toByteArray();
    }
  }
}
