package dev.daybook.benchmarks.scan;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A store that notes how many bytes each read brought and when, and can make each take longer. Safe
 * for use by any number of threads.
 */
final class ReadLog implements ObjectStore {
  private final ObjectStore store;
  private final Duration delay;
  private final ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();

  /**
   * A read.
   *
   * @param target the key or prefix
   * @param bytes of the answer; 0 for a listing and for what is not there
   * @param start in nanoseconds of this JVM
   * @param end of the answer
   */
  record Read(String target, long bytes, long start, long end) {}

  private interface Request<T> {
    T send() throws IOException;
  }

  /** Notes what is read from this store, and holds each read up so long. */
  ReadLog(ObjectStore store, Duration delay) {
    this.store = store;
    this.delay = delay;
  }

  /** All reads so far, in the order of their ends. */
  List<Read> reads() {
    return List.copyOf(reads);
  }

  /** The longest chain of reads of which each began after the one before it had ended. */
  static int serialRoundTrips(List<Read> reads) {
    int chain = 0;
    long end = Long.MIN_VALUE;
    List<Read> byEnd = new ArrayList<>(reads);
    byEnd.sort(Comparator.comparingLong(Read::end));
    for (Read read : byEnd) {
      if (chain == 0 || read.start() >= end) {
        chain++;
        end = read.end();
      }
    }
    return chain;
  }

  private <T> T held(Request<T> request) throws IOException {
    try {
      if (delay.isPositive()) {
        Thread.sleep(delay);
      }
      return request.send();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while a request was held up", e);
    }
  }

  private Optional<Stored> object(String target, Request<Optional<Stored>> request)
      throws IOException {
    long start = System.nanoTime();
    Optional<Stored> stored = held(request);
    long bytes = stored.map(found -> (long) found.bytes().length).orElse(0L);
    reads.add(new Read(target, bytes, start, System.nanoTime()));
    return stored;
  }

  @Override
  public Optional<Stored> get(ObjectKey key) throws IOException {
    return object(key.path(), () -> store.get(key));
  }

  @Override
  public Optional<Stored> getRange(ObjectKey key, long offset, int length) throws IOException {
    return object(key.path(), () -> store.getRange(key, offset, length));
  }

  @Override
  public Page list(String prefix, String startAfter, int keysMax) throws IOException {
    long start = System.nanoTime();
    Page page = held(() -> store.list(prefix, startAfter, keysMax));
    reads.add(new Read(prefix, 0, start, System.nanoTime()));
    return page;
  }

  @Override
  public Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    return store.createIfAbsent(key, bytes);
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
