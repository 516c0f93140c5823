package dev.daybook.internal.log;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.OutcomeUnknownException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.ConditionalWrite.Failed;
import dev.daybook.internal.log.ConditionalWrite.Fenced;
import dev.daybook.internal.log.ConditionalWrite.Gone;
import dev.daybook.internal.log.ConditionalWrite.Ours;
import dev.daybook.internal.log.ConditionalWrite.Theirs;
import dev.daybook.storage.ObjectKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The append-only log of one open workspace handle, with group commit: with nothing in flight an
 * event is sent at once, and what arrives meanwhile is the next batch. A batch is one
 * create-if-absent; the next is not sent before it is settled. After a failure or a fence the log
 * goes on under a fresh id. An idle log holds no thread. Safe for use by any number of threads.
 */
public final class WriterLog {
  private static final int BATCH_BYTES_MAX = 4 << 20;

  private final Store store;
  private final Keys keys;
  private final String workspaceId;
  private final EventIds ids;
  private final Executor executor;
  private final WatermarkSource watermarks;
  private final BatchListener listener;
  private final long pendingBytesMax;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Deque<Pending> pending = new ArrayDeque<>();
  private long pendingBytes;
  private boolean sending;
  private volatile String log;
  private long number = 1;

  /** Whether outputs were written for this number, so that collection may have given it up. */
  private boolean hasOutputs;

  /**
   * What is recorded.
   *
   * @param row as everyone will read it; the key of an output of its own is only as long as it will
   *     be
   * @param line the row, with its line feed
   * @param output what is written beside it
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once; never compared
  public record Item(Row row, byte[] line, Optional<LargeOutput> output) {
    /** An event that carries all it has. */
    public static Item of(EntryLines.Encoded encoded) {
      return new Item(encoded.row(), encoded.line(), Optional.empty());
    }

    /** A call whose output is an object of its own, written before the batch that names it. */
    public static Item of(LargeOutput output, Keys keys) {
      EntryLines.Encoded encoded = output.event(keys);
      return new Item(encoded.row(), encoded.line(), Optional.of(output));
    }

    /** What it takes of memory while it waits, about. */
    int bytes() {
      return line.length + output.map(large -> large.call().output().length()).orElse(0);
    }
  }

  private record Pending(Item item, CompletableFuture<Void> durable) {}

  /** Where a covered batch's operation id is found once its object is gone. */
  @FunctionalInterface
  public interface WatermarkSource {
    /**
     * The newest operation id that segments cover of exactly this batch; empty if they do not, or
     * go further.
     */
    Optional<String> operationOf(String log, long number);
  }

  /** Is told of every batch that became durable. */
  @FunctionalInterface
  public interface BatchListener {
    /** These rows are now at this number of that log, in an object of {@code bytes} bytes. */
    void durable(String log, long number, String operation, List<Row> rows, long bytes);
  }

  /**
   * A log under a fresh id.
   *
   * @param executor runs the sending; one task at a time of each log
   * @param pendingBytesMax how many bytes may wait unacknowledged before {@link #append} blocks
   */
  public WriterLog(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      Executor executor,
      WatermarkSource watermarks,
      BatchListener listener,
      long pendingBytesMax) {
    this.store = store;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.ids = ids;
    this.executor = executor;
    this.watermarks = watermarks;
    this.listener = listener;
    this.pendingBytesMax = pendingBytesMax;
    this.log = ids.nextName();
  }

  /**
   * Takes a row. Blocks while too much waits to be acknowledged.
   *
   * @return completes when the row is durable, or with a {@link DaybookException} when it is not
   *     and never will be
   * @throws StorageUnavailableException if there was no room within the store's deadline; nothing
   *     was taken
   */
  public CompletableFuture<Void> append(Item item) {
    Pending taken = new Pending(item, new CompletableFuture<>());
    lock.lock();
    try {
      awaitRoom(item.bytes());
      pending.add(taken);
      pendingBytes += item.bytes();
      if (!sending) {
        startSending(taken);
      }
    } finally {
      lock.unlock();
    }
    return taken.durable();
  }

  private void startSending(Pending taken) {
    sending = true;
    try {
      executor.execute(this::send);
    } catch (RuntimeException | Error e) {
      // No thread could be had, so nothing was taken.
      sending = false;
      pending.remove(taken);
      pendingBytes -= taken.item().bytes();
      throw e;
    }
  }

  private void awaitRoom(int bytes) {
    long left = TimeUnit.MILLISECONDS.toNanos(store.deadline().toMillis());
    while (pendingBytes > 0 && pendingBytes + bytes > pendingBytesMax) {
      try {
        if (left <= 0) {
          throw new StorageUnavailableException(
              "%d bytes of events wait to be written to %s and nothing moved for %d s; this event was not taken, try again later"
                  .formatted(pendingBytes, store.describe(), store.deadline().toSeconds()));
        }
        long before = pendingBytes;
        left = moved.awaitNanos(left);
        left =
            pendingBytes < before
                ? TimeUnit.MILLISECONDS.toNanos(store.deadline().toMillis())
                : left;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageUnavailableException(
            "Interrupted while waiting for room to record an event; this event was not taken", e);
      }
    }
  }

  /** Waits until everything taken so far is durable or failed; each row's future says which. */
  public void awaitQuiet(Duration limit) {
    lock.lock();
    try {
      long left = limit.toNanos();
      long before = pendingBytes;
      while (sending) {
        if (left <= 0 && pendingBytes >= before) {
          throw new OutcomeUnknownException(
              "%d bytes of events are still being written to %s after %d s; read the workspace before recording them again"
                  .formatted(pendingBytes, store.describe(), limit.toSeconds()));
        }
        if (pendingBytes < before) {
          before = pendingBytes;
          left = limit.toNanos();
        }
        left = moved.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutcomeUnknownException(
          "Interrupted while events were being written to "
              + store.describe()
              + "; they may or may not be durable",
          e);
    } finally {
      lock.unlock();
    }
  }

  private void send() {
    while (true) {
      List<Pending> batch = next();
      if (batch.isEmpty()) {
        return;
      }
      try {
        send(batch);
      } catch (DaybookException e) {
        fail(batch, e);
      } catch (RuntimeException e) {
        fail(batch, brokenOff(batch, e));
      } catch (Error e) {
        fail(batch, brokenOff(batch, e));
        sendOnInAnotherThread();
        throw e;
      }
    }
  }

  private OutcomeUnknownException brokenOff(List<Pending> batch, Throwable e) {
    return new OutcomeUnknownException(
        "Writing "
            + batch.size()
            + " events to "
            + store.describe()
            + " broke off: "
            + e
            + "; read the workspace before recording them again",
        e);
  }

  /** This thread ends; what waits is not to wait for ever. */
  private void sendOnInAnotherThread() {
    List<Pending> left = new ArrayList<>();
    Throwable why = null;
    lock.lock();
    try {
      sending = !pending.isEmpty();
      if (sending) {
        executor.execute(this::send);
      }
    } catch (RuntimeException | Error e) {
      why = e;
      sending = false;
      left.addAll(pending);
      pending.clear();
    } finally {
      moved.signalAll();
      lock.unlock();
    }
    if (why != null) {
      StorageUnavailableException notSent =
          new StorageUnavailableException(
              "No thread could be had to write "
                  + left.size()
                  + " events to "
                  + store.describe()
                  + ": "
                  + why
                  + "; they were not sent, record them again",
              why);
      release(left);
      left.forEach(pending -> pending.durable().completeExceptionally(notSent));
    }
  }

  private void send(List<Pending> batch) {
    List<Pending> complete;
    try {
      complete = withOutputsWritten(batch);
    } catch (DaybookException e) {
      // Nothing was sent under this number, so the next batch takes it, and settles it.
      release(batch);
      batch.forEach(pending -> pending.durable().completeExceptionally(e));
      return;
    }
    settle(complete);
  }

  /** What to send next; empty when there is nothing, and then the sender has ended. */
  private List<Pending> next() {
    lock.lock();
    try {
      List<Pending> batch = new ArrayList<>();
      int bytes = 0;
      while (!pending.isEmpty()
          && (batch.isEmpty() || bytes + pending.peek().item().bytes() <= BATCH_BYTES_MAX)) {
        Pending taken = pending.remove();
        bytes += taken.item().bytes();
        batch.add(taken);
      }
      if (batch.isEmpty()) {
        sending = false;
        moved.signalAll();
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void settle(List<Pending> batch) {
    String operation = ids.nextName();
    ObjectKey key = keys.batch(log, number);
    byte[] bytes =
        Zstd.compressQuickly(
            new Frame(Frame.Kind.BATCH, operation, body(batch)).encode(workspaceId));
    ConditionalWrite.Outcome outcome =
        new ConditionalWrite(store)
            .write(
                "record " + batch.size() + " events in " + key,
                key,
                bytes,
                operation,
                () -> fence(ids, workspaceId),
                found -> decode(key, found, workspaceId));
    switch (outcome) {
      case Ours() -> {
        // The fence of a number that was given up is covered some time, and then its key is free.
        if (hasOutputs && !covered(key, operation).map(operation::equals).orElse(true)) {
          throw givenUp(key);
        }
        succeed(batch, operation, bytes.length);
      }
      case Gone() -> {
        String covered =
            covered(key, operation).orElseThrow(() -> ConditionalWrite.usedTwice(key, operation));
        if (!covered.equals(operation)) {
          throw hasOutputs ? givenUp(key) : ConditionalWrite.usedTwice(key, operation);
        }
        succeed(batch, operation, bytes.length);
      }
      case Theirs(Frame frame) -> {
        if (!frame.isTombstone()) {
          throw ConditionalWrite.usedTwice(key, operation);
        }
        DaybookException why = givenUp(key);
        settleFenced(batch, key, operation, bytes.length, new ConditionalWrite.Failed(why), why);
      }
      case Failed(DaybookException why) -> throw why;
      case Fenced(var standing, var why) ->
          settleFenced(batch, key, operation, bytes.length, standing, why);
    }
  }

  private static byte[] body(List<Pending> batch) {
    byte[] body = new byte[batch.stream().mapToInt(pending -> pending.item().line().length).sum()];
    int at = 0;
    for (Pending pending : batch) {
      byte[] line = pending.item().line();
      System.arraycopy(line, 0, body, at, line.length);
      at += line.length;
    }
    return body;
  }

  /** Somebody settled this number for us: collection, since its outputs were orphans for long. */
  private static StorageUnavailableException givenUp(ObjectKey key) {
    return new StorageUnavailableException(
        key
            + " was given up by another process, since it was not written for so long;"
            + " these events were not written, record them again");
  }

  /** The name of an output says which batch names it, so it is known only now. */
  private List<Pending> withOutputsWritten(List<Pending> batch) {
    List<Callable<Boolean>> writes = new ArrayList<>();
    List<Pending> complete = new ArrayList<>();
    for (Pending pending : batch) {
      if (pending.item().output().isEmpty()) {
        complete.add(pending);
        continue;
      }
      LargeOutput output = pending.item().output().get();
      writes.add(() -> {
        output.write(store, keys, workspaceId, log, number);
        return true;
      });
      EntryLines.Encoded encoded = output.event(keys, log, number);
      complete.add(
          new Pending(
              new Item(encoded.row(), encoded.line(), pending.item().output()), pending.durable()));
    }
    if (!writes.isEmpty()) {
      hasOutputs = true;
      List<Boolean> unused = store.allOf(writes);
    }
    return complete;
  }

  /** What is covered decides first, and is asked for only now. */
  private void settleFenced(
      List<Pending> batch,
      ObjectKey key,
      String operation,
      long bytes,
      ConditionalWrite.Outcome standing,
      DaybookException why) {
    if (!isOurs(key, operation, standing, covered(key, operation))) {
      throw why;
    }
    succeed(batch, operation, bytes);
    startAnew();
  }

  /** What is covered goes before what stands at the key, and is asked for after it was read. */
  private static boolean isOurs(
      ObjectKey key,
      String operation,
      ConditionalWrite.Outcome standing,
      Optional<String> covered) {
    boolean ours = covered.map(operation::equals).orElse(standing instanceof ConditionalWrite.Ours);
    if (!ours && covered.isEmpty() && !(standing instanceof ConditionalWrite.Failed)) {
      throw ConditionalWrite.usedTwice(key, operation);
    }
    return ours;
  }

  private Optional<String> covered(ObjectKey key, String operation) {
    try {
      return watermarks.operationOf(log, number);
    } catch (DaybookException e) {
      throw uncovered(key, operation, e);
    }
  }

  private static OutcomeUnknownException uncovered(
      ObjectKey key, String operation, DaybookException e) {
    return new OutcomeUnknownException(
        "%s may or may not be written: what stood there is gone or fenced, and the manifests cannot be read: %s. Ask workspace.outcome(\"%s\") before repeating it"
            .formatted(key, e.getMessage(), ConditionalWrite.token(key, operation)),
        e,
        ConditionalWrite.token(key, operation));
  }

  /**
   * Settles a batch that its writer gave up without an answer.
   *
   * @return whether it is durable; if not, it never will be
   * @throws OutcomeUnknownException if the store does not answer now either
   */
  public static boolean outcome(
      Store store,
      Keys keys,
      String workspaceId,
      EventIds ids,
      WatermarkSource watermarks,
      ObjectKey key,
      String operation) {
    Keys.BatchRef ref = keys.batchRef(key);
    ConditionalWrite.Fenced fenced =
        new ConditionalWrite(store)
            .ask(
                "The write of " + key,
                key,
                operation,
                () -> fence(ids, workspaceId),
                found -> decode(key, found, workspaceId));
    try {
      return isOurs(
          key, operation, fenced.standing(), watermarks.operationOf(ref.log(), ref.number()));
    } catch (OutcomeUnknownException | CorruptDataException e) {
      throw e;
    } catch (DaybookException e) {
      throw uncovered(key, operation, e);
    }
  }

  /** Whether this log may still send a batch of this number. */
  public boolean maySend(Keys.BatchRef batch) {
    return batch.log().equals(log);
  }

  /** What keeps a key taken. */
  public static byte[] fence(EventIds ids, String workspaceId) {
    return Zstd.compress(Frame.tombstone(ids.nextName()).encode(workspaceId));
  }

  private static Frame decode(ObjectKey key, byte[] bytes, String workspaceId) {
    return Frame.decode(key, Zstd.decompress(key, bytes), Frame.Kind.BATCH, workspaceId);
  }

  private void succeed(List<Pending> batch, String operation, long bytes) {
    listener.durable(
        log,
        number,
        operation,
        batch.stream().map(pending -> pending.item().row()).toList(),
        bytes);
    number++;
    hasOutputs = false;
    release(batch);
    batch.forEach(item -> item.durable().complete(null));
  }

  private void fail(List<Pending> batch, DaybookException why) {
    startAnew();
    release(batch);
    batch.forEach(item -> item.durable().completeExceptionally(why));
  }

  private void startAnew() {
    log = ids.nextName();
    number = 1;
    hasOutputs = false;
  }

  private void release(List<Pending> batch) {
    lock.lock();
    try {
      pendingBytes -= batch.stream().mapToLong(pending -> pending.item().bytes()).sum();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
