package dev.daybook.storage;

import java.io.IOException;
import java.util.Optional;

/** Passes every call on; a test overrides the one it wants to be different. */
public abstract class ForwardingObjectStore implements ObjectStore {
  protected final ObjectStore store;

  /** Passes calls on to {@code store}. */
  protected ForwardingObjectStore(ObjectStore store) {
    this.store = store;
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    return store.createIfAbsent(key, bytes);
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    return store.get(key);
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    return store.getRange(key, offset, length);
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    return store.list(prefix, startAfter, keysMax);
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    store.overwrite(key, bytes);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
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
