package dev.daybook.simulation;

import com.github.luben.zstd.ZstdInputStream;
import dev.daybook.internal.entry.Fingerprint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bytes of an object, compared by content. They never change and are copied on the way out. */
final class Blob {
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final Pattern HEADER =
      Pattern.compile("\"kind\":\"(\\w+)\".*\"operation\":\"(\\w*)\"");
  private static final int OPERATION_SHOWN = 5;

  private final byte[] bytes;
  private final int hash;
  private volatile Object known;
  private volatile String sha256 = "";

  Blob(byte[] bytes) {
    this.bytes = bytes.clone();
    this.hash = Arrays.hashCode(bytes);
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /** What somebody makes of the bytes, made once; everybody must ask for the same thing. */
  @SuppressWarnings("unchecked") // as said
  <T> T once(Function<byte[], T> make) {
    if (known == null) {
      known = make.apply(bytes);
    }
    return (T) known;
  }

  String sha256() {
    if (sha256.isEmpty()) {
      sha256 = Fingerprint.sha256Hex(bytes);
    }
    return sha256;
  }

  int size() {
    return bytes.length;
  }

  /** The first half, as when a connection breaks. */
  Blob truncated() {
    return new Blob(Arrays.copyOf(bytes, bytes.length / 2));
  }

  /** The same with one bit turned over. */
  Blob flipped(int bit) {
    byte[] changed = bytes.clone();
    changed[bit / 8] ^= (byte) (1 << (bit % 8));
    return new Blob(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Blob that && hash == that.hash && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** What it is and the end of its operation id, as far as a header line says so. */
  @Override
  public String toString() {
    byte[] plain = bytes;
    if (bytes.length > ZSTD.length && Arrays.equals(bytes, 0, ZSTD.length, ZSTD, 0, ZSTD.length)) {
      try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
        plain = in.readAllBytes();
      } catch (IOException e) {
        return "damaged, " + bytes.length + " bytes";
      }
    }
    String line = new String(plain, StandardCharsets.UTF_8).lines().findFirst().orElse("");
    Matcher header = HEADER.matcher(line);
    if (!header.find()) {
      return bytes.length + " bytes";
    }
    String operation = header.group(2);
    return header.group(1)
        + " .."
        + operation.substring(Math.max(0, operation.length() - OPERATION_SHOWN));
  }
}
