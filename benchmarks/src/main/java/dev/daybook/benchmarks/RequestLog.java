package dev.daybook.benchmarks;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToLongFunction;

/**
 * A store that notes when each request began and ended and how many bytes it read, and can make
 * each take longer. Safe for use by any number of threads.
 */
public final class RequestLog implements ObjectStore {
  private final ObjectStore store;
  private final Duration delay;
  private final ConcurrentLinkedQueue<Noted> noted = new ConcurrentLinkedQueue<>();

  /** What is asked of a store. */
  public enum Kind {
    CREATE,
    GET,
    LIST,
    OVERWRITE,
    DELETE;

    /** Whether S3 sends a PUT for it. */
    public boolean isPut() {
      return this == CREATE || this == OVERWRITE;
    }
  }

  /**
   * A request.
   *
   * @param target the key or prefix
   * @param bytesRead of an object; 0 for all else, and for what is not there
   * @param start in nanoseconds of this JVM
   * @param end of the answer
   */
  public record Noted(Kind kind, String target, long bytesRead, long start, long end) {}

  private interface Request<T> {
    T send() throws IOException;
  }

  /** Notes what goes to this store, and holds each request up so long. */
  public RequestLog(ObjectStore store, Duration delay) {
    this.store = store;
    this.delay = delay;
  }

  /** All requests so far, in the order of their ends. */
  public List<Noted> requests() {
    return List.copyOf(noted);
  }

  /**
   * The longest chain of requests of which each began after the one before it had ended: how many
   * round trips must be waited for one after the other, as these requests were sent.
   */
  public static int serialRoundTrips(List<Noted> requests) {
    int chain = 0;
    long end = Long.MIN_VALUE;
    List<Noted> byEnd = new ArrayList<>(requests);
    byEnd.sort(Comparator.comparingLong(Noted::end));
    for (Noted request : byEnd) {
      if (chain == 0 || request.start() >= end) {
        chain++;
        end = request.end();
      }
    }
    return chain;
  }

  private <T> T note(Kind kind, String target, Request<T> request) throws IOException {
    return note(kind, target, request, answer -> 0);
  }

  private <T> T note(Kind kind, String target, Request<T> request, ToLongFunction<T> bytesRead)
      throws IOException {
    long start = System.nanoTime();
    long bytes = 0;
    try {
      if (delay.isPositive()) {
        Thread.sleep(delay);
      }
      T answer = request.send();
      bytes = bytesRead.applyAsLong(answer);
      return answer;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while a request was held up", e);
    } finally {
      noted.add(new Noted(kind, target, bytes, start, System.nanoTime()));
    }
  }

  private static long bytesOf(Optional<Stored> stored) {
    return stored.map(found -> found.bytes().length).orElse(0);
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    return note(Kind.CREATE, key.path(), () -> store.createIfAbsent(key, bytes));
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    return note(Kind.GET, key.path(), () -> store.get(key), RequestLog::bytesOf);
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    return note(
        Kind.GET, key.path(), () -> store.getRange(key, offset, length), RequestLog::bytesOf);
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    return note(Kind.LIST, prefix, () -> store.list(prefix, startAfter, keysMax));
  }

  @Override
  public void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    note(
        Kind.OVERWRITE,
        key.path(),
        () -> {
          store.overwrite(key, bytes);
          return true;
        });
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    note(
        Kind.DELETE,
        key.path(),
        () -> {
          store.delete(key);
          return true;
        });
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
