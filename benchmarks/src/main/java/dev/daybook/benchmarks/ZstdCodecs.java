package dev.daybook.benchmarks;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Zstandard for parquet-java by itself, whose own codecs go through Hadoop. For one reader or
 * writer, which releases it when it is closed, and one thread.
 */
public final class ZstdCodecs implements CompressionCodecFactory {
  private final ZstdCompressCtx compressing;
  private final ZstdDecompressCtx decompressing = new ZstdDecompressCtx();
  private final Compressor compressor = new Compressor();
  private final Decompressor decompressor = new Decompressor();

  /**
   * Codecs that compress at a level.
   *
   * @param level of Zstandard; reading takes any
   */
  public ZstdCodecs(int level) {
    compressing = new ZstdCompressCtx().setLevel(level);
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    return compressor;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    return decompressor;
  }

  @Override
  public void release() {
    compressing.close();
    decompressing.close();
  }

  /** Releasing these releases nothing: whoever made the codecs does. */
  private final class Compressor implements BytesInputCompressor {
    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      return BytesInput.from(compressing.compress(bytes.toInputStream().readAllBytes()));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {}
  }

  private final class Decompressor implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return BytesInput.from(decompressing.decompress(bytes.toInputStream().readAllBytes(), size));
    }

    @Override
    @Deprecated
    public void decompress(ByteBuffer in, int inSize, ByteBuffer out, int outSize) {
      byte[] compressed = new byte[inSize];
      in.get(compressed);
      out.put(decompressing.decompress(compressed, outSize));
    }

    @Override
    public void release() {}
  }
}
