package dev.daybook.internal.log;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is sent to a store. Safe for use by any number of threads. */
public final class CountedStore implements ObjectStore {
  private final ObjectStore store;
  private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);

  /** What is counted. */
  public enum Kind {
    /** Create-if-absent. */
    CREATE,
    /** Get, whole or in part. */
    GET,
    /** A page of a listing. */
    LIST,
    /** Overwrite. */
    OVERWRITE,
    /** Delete. */
    DELETE,
    /** Bytes sent. */
    BYTES_SENT,
    /** Bytes received in objects. */
    BYTES_RECEIVED
  }

  /** Counts on the way to this store. */
  public CountedStore(ObjectStore store) {
    this.store = store;
    for (Kind kind : Kind.values()) {
      counts.put(kind, new LongAdder());
    }
  }

  /** How many so far. */
  public long count(Kind kind) {
    return counts.get(kind).sum();
  }

  private void add(Kind kind, long howMany) {
    counts.get(kind).add(howMany);
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    add(Kind.CREATE, 1);
    add(Kind.BYTES_SENT, bytes.length);
    return store.createIfAbsent(key, bytes);
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    add(Kind.GET, 1);
    return received(store.get(key));
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    add(Kind.GET, 1);
    return received(store.getRange(key, offset, length));
  }

  private Optional<Stored> received(Optional<Stored> stored) {
    stored.ifPresent(found -> add(Kind.BYTES_RECEIVED, found.bytes().length));
    return stored;
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    add(Kind.LIST, 1);
    return store.list(prefix, startAfter, keysMax);
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    add(Kind.OVERWRITE, 1);
    add(Kind.BYTES_SENT, bytes.length);
    store.overwrite(key, bytes);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    add(Kind.DELETE, 1);
    store.delete(key);
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public void close() {
    store.close();
  }
}
