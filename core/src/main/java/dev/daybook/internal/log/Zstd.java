package dev.daybook.internal.log;

import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStream;
import dev.daybook.CorruptDataException;
import dev.daybook.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Compression of whole objects. */
public final class Zstd {
  private static final int LEVEL = 3;

  private Zstd() {}

  /** The bytes, compressed. */
  public static byte[] compress(byte[] bytes) {
    return com.github.luben.zstd.Zstd.compress(bytes, LEVEL);
  }

  /**
   * The bytes of an object, decompressed.
   *
   * @throws CorruptDataException if they are not what was compressed
   */
  public static byte[] decompress(ObjectKey key, byte[] bytes) {
    try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
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
