package dev.daybook.internal.index;

import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;

/**
 * Adds rows to an index in two threads: the caller's takes texts apart, which is a good third of
 * the work, and one of its own adds the terms, in the order of the rows. For one caller; ends
 * nothing when it is interrupted, since whoever hands on the rows looks at that.
 */
final class IndexFeed implements AutoCloseable {
  private static final int BATCH_ROWS = 64;
  private static final int BATCHES = 6;

  /**
   * A batch with terms of so many bytes is sent, so that few rows of long texts are on their way.
   */
  static final int BATCH_BYTES = 256 * 1_024;

  /** After so long without an empty batch it is asked whether any will come. */
  private static final int ENDED_MILLIS = 100;

  private final IndexWriter writer;
  private final RowDocument document = new RowDocument();
  private final BlockingQueue<Batch> full = new ArrayBlockingQueue<>(BATCHES);
  private final BlockingQueue<Batch> empty = new ArrayBlockingQueue<>(BATCHES);
  private final Thread indexing;
  private Batch batch;
  private boolean isLastSent;
  private volatile Throwable failure;

  /** Feeds a writer, which is to be closed after this. */
  IndexFeed(IndexWriter writer) {
    this.writer = writer;
    this.batch = new Batch();
    for (int i = 1; i < BATCHES; i++) {
      put(empty, new Batch());
    }
    this.indexing = Thread.ofPlatform().daemon().name("daybook-index").start(this::index);
  }

  /** Documents on their way. */
  private static final class Batch {
    private final List<RowDocument.Ready> ready = new ArrayList<>(BATCH_ROWS);
    private final List<Document> documents = new ArrayList<>(BATCH_ROWS);
    private int bytes;
    private boolean isLast;

    void add(Row row, RowDocument document) {
      int at = documents.size();
      if (at == ready.size()) {
        ready.add(new RowDocument.Ready());
      }
      RowDocument.Ready terms = ready.get(at);
      documents.add(document.of(row, terms));
      bytes += terms.size();
    }

    boolean isFull() {
      return documents.size() == BATCH_ROWS || bytes >= BATCH_BYTES;
    }

    void clear() {
      for (int i = 0; i < documents.size(); i++) {
        ready.get(i).trim();
      }
      documents.clear();
      bytes = 0;
    }
  }

  /**
   * Adds a row.
   *
   * @throws IOException if an earlier one could not be added
   */
  void add(Row row) throws IOException {
    batch.add(row, document);
    if (batch.isFull()) {
      requireNoFailure();
      put(full, batch);
      batch = takeEmpty();
    }
  }

  /**
   * Waits until all rows are added.
   *
   * @throws IOException if one could not be
   */
  void finish() throws IOException {
    sendLast();
    requireNoFailure();
  }

  private void sendLast() {
    if (!isLastSent) {
      isLastSent = true;
      if (indexing.isAlive()) {
        batch.isLast = true;
        put(full, batch);
      }
      awaitEnd();
    }
  }

  private void awaitEnd() {
    boolean isInterrupted = false;
    while (indexing.isAlive()) {
      try {
        indexing.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the other thread; rows that are still on their way may be added or not. */
  @Override
  public void close() {
    batch.documents.clear();
    sendLast();
  }

  private void index() {
    try {
      boolean isLast = false;
      while (!isLast) {
        Batch some = take(full);
        isLast = some.isLast;
        for (Document ready : some.documents) {
          writer.addDocument(ready);
        }
        some.clear();
        put(empty, some);
      }
    } catch (Throwable e) {
      // Whatever it is, the caller is told by its next call, and waits for nobody.
      failure = e;
    }
  }

  private void requireNoFailure() throws IOException {
    switch (failure) {
      case null -> {}
      case IOException io -> throw io;
      case RuntimeException runtime -> throw runtime;
      case Error error -> throw error;
      default -> throw new IOException(failure);
    }
  }

  /** An empty batch; none comes any more once the other thread has ended. */
  private Batch takeEmpty() throws IOException {
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          Batch some = empty.poll(ENDED_MILLIS, TimeUnit.MILLISECONDS);
          if (some != null) {
            return some;
          }
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
        if (!indexing.isAlive()) {
          requireNoFailure();
          throw new IOException("The thread that adds rows to an index has ended");
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void put(BlockingQueue<Batch> queue, Batch some) {
    if (!queue.offer(some)) {
      throw new IllegalStateException("There are more batches than room for them");
    }
  }

  /** Both queues have room for all batches, so only taking waits. */
  private static Batch take(BlockingQueue<Batch> queue) {
    boolean isInterrupted = false;
    while (true) {
      try {
        Batch some = queue.take();
        if (isInterrupted) {
          Thread.currentThread().interrupt();
        }
        return some;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
  }
}
