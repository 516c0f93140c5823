package dev.daybook.internal.minilm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The vectors of recently embedded token sequences, bounded in bytes; the one not used for longest
 * goes first. Agents repeat themselves: most calls of a run were made before. Vectors are shared,
 * not copied: nobody may change them. Thread-safe.
 */
public final class VectorCache {
  /** Headers of key, vector and map entry on a 64-bit JVM, rounded up. */
  private static final int ENTRY_OVERHEAD_BYTES = 160;

  private final long bytesMax;
  private final Map<String, float[]> vectors = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** A cache of at most this many bytes of heap, its own bookkeeping included. */
  public VectorCache(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** The vector of these token ids, if it is still known. */
  public synchronized Optional<float[]> find(String tokenIds) {
    return Optional.ofNullable(vectors.get(tokenIds));
  }

  /** Remembers a vector. */
  public synchronized void put(String tokenIds, float[] vector) {
    if (vectors.put(tokenIds, vector) == null) {
      bytes += entryBytes(tokenIds, vector);
    }
    var eldest = vectors.entrySet().iterator();
    while (bytes > bytesMax) {
      var entry = eldest.next();
      bytes -= entryBytes(entry.getKey(), entry.getValue());
      eldest.remove();
    }
  }

  /** Heap held now, estimated. */
  public synchronized long bytes() {
    return bytes;
  }

  private static long entryBytes(String tokenIds, float[] vector) {
    return ENTRY_OVERHEAD_BYTES
        + (long) tokenIds.length() * Character.BYTES
        + (long) vector.length * Float.BYTES;
  }
}
