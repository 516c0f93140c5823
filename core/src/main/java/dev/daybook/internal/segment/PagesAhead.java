package dev.daybook.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;

/**
 * The pages of one column with a wanted row, in order, of which the next ones are decompressed by
 * another thread while the caller looks at one. A page that no thread has begun when it is its turn
 * is decompressed by the caller, and an executor that begins nothing is asked for a few pages only,
 * so one that is busy costs nothing but the advance. Not safe for several threads; {@link #close()}
 * may be called while pages are under way.
 */
final class PagesAhead implements AutoCloseable {
  /** Of smaller pages handing over takes as long as decompressing. */
  private static final int PAGE_BYTES_MIN = 8 << 10;

  private static final Duration SPIN = Duration.ofNanos(100_000);

  private final Executor executor;
  private final int pagesAhead;

  /** Those whose page nobody looks at. */
  private final Deque<Slot> free = new ArrayDeque<>();

  private final List<Slot> all = new ArrayList<>();
  private final Deque<Ahead> ahead = new ArrayDeque<>();
  private Slot shown;

  private ByteBuffer file;
  private OffsetIndex index;
  private int rows;
  private BitSet wanted;
  private int wantedFrom;

  /** Where looking for the next page to be decompressed goes on. */
  private int nextPage;

  private long bytesRead;

  /** How many pages the executor was asked for and has not begun or passed over. */
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * A page that another thread decompresses, or will.
   *
   * @param handed the task until somebody begins it or nobody wants it any more, so that what waits
   *     in the executor holds no memory
   */
  private record Ahead(
      int page,
      Slot slot,
      FutureTask<PageSource.Page> task,
      AtomicReference<FutureTask<PageSource.Page>> handed) {
    /** Whether another thread has begun; if not, none will. */
    boolean isBegun() {
      return handed.getAndSet(null) == null;
    }
  }

  /** Memory for one page, and what decompresses it. */
  private static final class Slot {
    private final PageSource source = new PageSource();
    private ByteBuffer content = ByteBuffer.allocateDirect(0);
    private boolean closed;

    synchronized PageSource.Page read(ByteBuffer file, long offset) throws IOException {
      if (closed) {
        throw new IOException("The reader was closed");
      }
      PageSource.Page page = source.read(file, offset, content);
      content = page.content();
      return page;
    }

    synchronized void close() {
      closed = true;
      source.close();
    }
  }

  /**
   * No page yet.
   *
   * @param executor whose threads decompress; the caller never waits for one that did not begin
   * @param pagesAhead how many pages beside the one that is looked at; 0 for none, by the caller
   *     alone
   */
  PagesAhead(Executor executor, int pagesAhead) {
    this.executor = executor;
    this.pagesAhead = pagesAhead;
  }

  /**
   * Turns to the pages of a row group.
   *
   * @param newWanted rows of the segment
   * @param newWantedFrom which of them is the first of the row group
   * @param newRows how many rows the row group has
   */
  void open(
      ByteBuffer newFile, OffsetIndex newIndex, int newRows, BitSet newWanted, int newWantedFrom) {
    while (!ahead.isEmpty()) {
      // Only of a segment that was left before its end.
      Ahead left = ahead.removeFirst();
      if (left.isBegun()) {
        awaitEnd(left.task());
      }
      free.add(left.slot());
    }
    file = newFile;
    index = newIndex;
    rows = newRows;
    wanted = newWanted;
    wantedFrom = newWantedFrom;
    nextPage = 0;
  }

  /** A page, good until the next call. */
  PageSource.Page take(int page) throws IOException {
    if (shown != null) {
      free.add(shown);
    }
    Ahead taken = ahead.isEmpty() || ahead.getFirst().page() != page ? null : ahead.removeFirst();
    shown = taken == null ? slot() : taken.slot();
    nextPage = Math.max(nextPage, page + 1);
    askAhead();
    PageSource.Page read =
        taken != null && taken.isBegun()
            ? helping(taken.task())
            : shown.read(file, index.getOffset(page));
    bytesRead += read.bytes();
    return read;
  }

  /** How many bytes the pages take in the file that were taken so far. */
  long bytesRead() {
    return bytesRead;
  }

  /** Has the next pages with a wanted row decompressed, up to one that is too small for that. */
  private void askAhead() {
    while (ahead.size() < pagesAhead && waiting.get() < pagesAhead) {
      int page = nextWanted();
      if (page < 0 || index.getCompressedPageSize(page) < PAGE_BYTES_MIN) {
        return;
      }
      nextPage = page + 1;
      Slot slot = slot();
      ByteBuffer in = file;
      long offset = index.getOffset(page);
      FutureTask<PageSource.Page> task = new FutureTask<>(() -> slot.read(in, offset));
      AtomicReference<FutureTask<PageSource.Page>> handed = new AtomicReference<>(task);
      ahead.add(new Ahead(page, slot, task, handed));
      AtomicInteger asked = waiting;
      asked.incrementAndGet();
      executor.execute(() -> {
        asked.decrementAndGet();
        FutureTask<PageSource.Page> begun = handed.getAndSet(null);
        if (begun != null) {
          begun.run();
        }
      });
    }
  }

  /** The next page with a wanted row that nobody was asked for; -1 if there is none. */
  private int nextWanted() {
    for (int page = nextPage; page < index.getPageCount(); page++) {
      int first = wantedFrom + Math.toIntExact(index.getFirstRowIndex(page));
      int last = wantedFrom + Math.toIntExact(index.getLastRowIndex(page, rows));
      int row = wanted.nextSetBit(first);
      if (row >= 0 && row <= last) {
        return page;
      }
    }
    return -1;
  }

  private Slot slot() {
    if (free.isEmpty()) {
      Slot added = new Slot();
      all.add(added);
      return added;
    }
    return free.removeFirst();
  }

  /** What another thread has begun; until that is there, later pages are decompressed here. */
  private PageSource.Page helping(FutureTask<PageSource.Page> task) throws IOException {
    for (Ahead later : ahead) {
      if (task.isDone()) {
        break;
      }
      if (!later.isBegun()) {
        later.task().run();
      }
    }
    // To sleep and be woken takes longer than most of a page.
    long end = System.nanoTime() + SPIN.toNanos();
    while (!task.isDone() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return result(task);
  }

  private static PageSource.Page result(FutureTask<PageSource.Page> task) throws IOException {
    awaitEnd(task);
    if (task.state() == Future.State.SUCCESS) {
      return task.resultNow();
    }
    switch (task.exceptionNow()) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IOException("A page was not decompressed", e);
    }
  }

  /** Decompressing a page takes no longer than an interrupted caller can wait. */
  private static void awaitEnd(FutureTask<?> task) {
    boolean isInterrupted = false;
    while (!task.isDone()) {
      try {
        Object unused = task.get();
      } catch (InterruptedException e) {
        isInterrupted = true;
      } catch (ExecutionException e) {
        // Told by whoever asks for the result.
        break;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    ahead.forEach(left -> left.handed().set(null));
    ahead.clear();
    all.forEach(Slot::close);
  }
}
