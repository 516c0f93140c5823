package dev.daybook.storage;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * An object store in the memory of this process, for tests and trials: nothing survives the JVM.
 *
 * <p>Keeps every promise of {@link ObjectStore}, never fails and never blocks. Bytes are copied on
 * the way in and out. Handles that shall share content share one instance; {@link #close()} does
 * nothing, so a test may close it and open it again. Safe for use by any number of threads.
 */
public final class MemoryObjectStore implements ObjectStore {
  /** An object; the bytes never change and never leave without being copied. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Content(byte[] bytes, Instant storedAt) {}

  private final ConcurrentNavigableMap<String, Content> contents = new ConcurrentSkipListMap<>();
  private final InstantSource clock;

  /** An empty store on the system clock. */
  public MemoryObjectStore() {
    this(InstantSource.system());
  }

  /** An empty store whose own time is that of {@code clock}. */
  public MemoryObjectStore(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) {
    var now = clock.instant();
    var content = new Content(bytes.clone(), now);
    boolean isNew = contents.putIfAbsent(key.path(), content) == null;
    return new Created(isNew ? Creation.CREATED : Creation.ALREADY_EXISTS, now);
  }

  @Override
  public Optional<Stored> get(ObjectKey key) {
    return Optional.ofNullable(contents.get(key.path()))
        .map(content -> new Stored(content.bytes.clone(), content.storedAt, clock.instant()));
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) {
    if (offset < 0 || length < 1) {
      throw new IllegalArgumentException(
          "Range of %d bytes from %d of %s; ask for at least 1 byte from 0 on"
              .formatted(length, offset, key));
    }
    return Optional.ofNullable(contents.get(key.path()))
        .map(content -> {
          int size = content.bytes.length;
          int from = (int) Math.min(offset, size);
          int to = (int) Math.min((long) from + length, size);
          return new Stored(
              Arrays.copyOfRange(content.bytes, from, to), content.storedAt, clock.instant());
        });
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) {
    if (keysMax < 1 || keysMax > PAGE_KEYS_MAX) {
      throw new IllegalArgumentException(
          "Page of %d keys; ask for 1 to %d".formatted(keysMax, PAGE_KEYS_MAX));
    }
    var rest =
        startAfter.compareTo(prefix) < 0
            ? contents.tailMap(prefix, true)
            : contents.tailMap(startAfter, false);
    List<Listed> page = new ArrayList<>();
    for (Map.Entry<String, Content> next : rest.entrySet()) {
      if (!next.getKey().startsWith(prefix)) {
        break;
      }
      if (page.size() == keysMax) {
        return new Page(page, true, clock.instant());
      }
      var content = next.getValue();
      page.add(new Listed(ObjectKey.of(next.getKey()), content.bytes.length, content.storedAt));
    }
    return new Page(page, false, clock.instant());
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) {
    contents.put(key.path(), new Content(bytes.clone(), clock.instant()));
  }

  @Override
  public void delete(ObjectKey key) {
    contents.remove(key.path());
  }

  @Override
  public String describe() {
    return "memory";
  }

  /** Does nothing; the content stays. */
  @Override
  public void close() {}
}
