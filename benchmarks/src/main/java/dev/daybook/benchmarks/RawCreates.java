package dev.daybook.benchmarks;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;

/** Creates objects of a size, one after the other, each thread in a folder as a log has it. */
final class RawCreates implements Contender {
  private final ObjectStore store;
  private final String prefix;
  private final byte[] bytes;
  private final AtomicLongArray numbers;

  /** Creates below a prefix that ends with a slash. */
  RawCreates(ObjectStore store, String prefix, int size, int threads) {
    this.store = store;
    this.prefix = prefix;
    this.bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    this.numbers = new AtomicLongArray(threads);
  }

  @Override
  public void step(int thread) throws IOException {
    ObjectKey key =
        ObjectKey.of(
            "%slog/RAW%023d/%012d.ndjson.zst"
                .formatted(prefix, thread, numbers.incrementAndGet(thread)));
    if (!store.createIfAbsent(key, bytes).isNew()) {
      throw new IllegalStateException(key + " was there before");
    }
  }
}
