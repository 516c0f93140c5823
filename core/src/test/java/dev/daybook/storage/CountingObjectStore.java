package dev.daybook.storage;

import java.io.IOException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Passes every call on and remembers it, so that a test can say what an operation costs: {@code
 * assertThat(store.counts()).isEqualTo(Map.of(CREATE, 1, GET, 2))}. Safe for use by any number of
 * threads.
 */
public final class CountingObjectStore implements ObjectStore {
  /** The kinds of request, as stores bill them. */
  public enum Kind {
    CREATE,
    GET,
    GET_RANGE,
    LIST,
    OVERWRITE,
    DELETE
  }

  /** One request; {@code path} is the key, or the prefix of a listing. */
  public record Request(Kind kind, String path) {}

  private final ObjectStore store;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

  /** Counts what reaches {@code store}. */
  public CountingObjectStore(ObjectStore store) {
    this.store = store;
  }

  /** The requests since the start or the last reset, in the order in which they began. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** How many of each kind there were; kinds that did not occur are missing. */
  public Map<Kind, Integer> counts() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    requests.forEach(request -> counts.merge(request.kind(), 1, Integer::sum));
    return Collections.unmodifiableMap(counts);
  }

  /** How many of one kind there were. */
  public int count(Kind kind) {
    return counts().getOrDefault(kind, 0);
  }

  /** Forgets all requests. */
  public void reset() {
    requests.clear();
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    add(Kind.CREATE, key.path());
    return store.createIfAbsent(key, bytes);
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    add(Kind.GET, key.path());
    return store.get(key);
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    add(Kind.GET_RANGE, key.path());
    return store.getRange(key, offset, length);
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    add(Kind.LIST, prefix);
    return store.list(prefix, startAfter, keysMax);
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    add(Kind.OVERWRITE, key.path());
    store.overwrite(key, bytes);
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    add(Kind.DELETE, key.path());
    store.delete(key);
  }

  private void add(Kind kind, String path) {
    requests.add(new Request(kind, path));
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
