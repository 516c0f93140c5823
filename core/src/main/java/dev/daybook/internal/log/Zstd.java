package dev.daybook.internal.log;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStream;
import dev.daybook.CorruptDataException;
import dev.daybook.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Compression of whole objects. Safe for use by any number of threads. */
public final class Zstd {
  private static final int LEVEL = 3;

  /** Takes half the time, and 5 to 9 % more bytes of events. */
  private static final int QUICK_LEVEL = 1;

  /** A damaged object may say that it is of any size. */
  private static final int SIZE_AT_ONCE_MAX = 256 << 20;

  /** Kept for the next call: making one takes longer than compressing an event with it. */
  private static final BlockingQueue<ZstdCompressCtx> CONTEXTS = new ArrayBlockingQueue<>(4);

  private static final BlockingQueue<ZstdCompressCtx> QUICK_CONTEXTS = new ArrayBlockingQueue<>(4);

  private Zstd() {}

  /** The bytes, compressed. */
  public static byte[] compress(byte[] bytes) {
    return compress(bytes, LEVEL, CONTEXTS);
  }

  /** The bytes, compressed with less effort: for what somebody waits for and is soon replaced. */
  public static byte[] compressQuickly(byte[] bytes) {
    return compress(bytes, QUICK_LEVEL, QUICK_CONTEXTS);
  }

  private static byte[] compress(byte[] bytes, int level, BlockingQueue<ZstdCompressCtx> contexts) {
    ZstdCompressCtx kept = contexts.poll();
    ZstdCompressCtx context = kept == null ? new ZstdCompressCtx().setLevel(level) : kept;
    boolean isKept = false;
    try {
      byte[] compressed = context.compress(bytes);
      isKept = contexts.offer(context);
      return compressed;
    } finally {
      if (!isKept) {
        context.close();
      }
    }
  }

  /**
   * The bytes of an object, decompressed.
   *
   * @throws CorruptDataException if they are not what was compressed
   */
  public static byte[] decompress(ObjectKey key, byte[] bytes) {
    try {
      long size = bytes.length == 0 ? 0 : com.github.luben.zstd.Zstd.getFrameContentSize(bytes);
      if (size > 0 && size <= SIZE_AT_ONCE_MAX) {
        return com.github.luben.zstd.Zstd.decompress(bytes, (int) size);
      }
      try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
        return in.readAllBytes();
      }
    } catch (IOException | ZstdException e) {
      throw new CorruptDataException(
          key
              + " of "
              + bytes.length
              + " bytes does not decompress: "
              + e.getMessage()
              + "; restore the object from a backup",
          e);
    }
  }
}
