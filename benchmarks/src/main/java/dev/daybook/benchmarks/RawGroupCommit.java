package dev.daybook.benchmarks;

import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The least a group commit can be: a queue, and a thread that creates one object of what waits. The
 * lines have an event's texts, and no ids, checksums or compression.
 */
final class RawGroupCommit implements Contender, AutoCloseable {
  @SuppressWarnings("ArrayRecordComponent") // handed on once; never compared
  private record Waiting(byte[] line, CompletableFuture<Void> durable) {}

  private final ObjectStore store;
  private final String prefix;
  private final int unacknowledgedMax;
  private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
  private final List<Deque<CompletableFuture<Void>>> unacknowledged = new ArrayList<>();
  private final byte[][] next;
  private final Thread committer;
  private long number;

  /** Commits below a prefix that ends with a slash. */
  RawGroupCommit(ObjectStore store, String prefix, int threads, int unacknowledged) {
    this.store = store;
    this.prefix = prefix;
    this.next = new byte[threads][];
    this.unacknowledgedMax = unacknowledged;
    for (int thread = 0; thread < threads; thread++) {
      this.unacknowledged.add(new ArrayDeque<>());
    }
    this.committer = Thread.ofPlatform().daemon().name("raw-group-commit").start(this::commit);
  }

  private void commit() {
    List<Waiting> batch = new ArrayList<>();
    try {
      while (true) {
        batch.add(queue.take());
        queue.drainTo(batch);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        batch.forEach(waiting -> body.writeBytes(waiting.line()));
        store.createIfAbsent(
            ObjectKey.of("%slog/RAW/%012d.ndjson".formatted(prefix, ++number)), body.toByteArray());
        batch.forEach(waiting -> waiting.durable().complete(null));
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    } catch (IOException e) {
      batch.forEach(waiting -> waiting.durable().completeExceptionally(e));
    }
  }

  @Override
  public void prepare(int thread) {
    next[thread] = (Recording.call(System.nanoTime()) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void step(int thread) throws Exception {
    Waiting mine = new Waiting(next[thread], new CompletableFuture<>());
    queue.add(mine);
    Deque<CompletableFuture<Void>> waiting = unacknowledged.get(thread);
    waiting.add(mine.durable());
    if (waiting.size() >= unacknowledgedMax) {
      waiting.remove().get();
    }
  }

  @Override
  public void settle(int thread) throws Exception {
    Deque<CompletableFuture<Void>> waiting = unacknowledged.get(thread);
    while (!waiting.isEmpty()) {
      waiting.remove().get();
    }
  }

  @Override
  public void close() {
    committer.interrupt();
  }
}
