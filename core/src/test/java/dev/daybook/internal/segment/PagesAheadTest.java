package dev.daybook.internal.segment;

import static dev.daybook.internal.segment.Rows.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages that another thread decompresses are those that the caller would have. */
class PagesAheadTest {
  private static final int AHEAD = 3;
  private static final List<Row> ROWS =
      Rows.some(4_000, new Random(3)).stream().sorted(SegmentWriter.ORDER).toList();
  private static final byte[] SEGMENT = Rows.write(ROWS, 4_000_000);

  private final SegmentReader segment;
  private final OffsetIndex index;
  private final int rows;

  /** What was asked for and nobody has begun. */
  private final Deque<Runnable> asked = new ArrayDeque<>();

  private final List<PagesAhead> opened = new ArrayList<>();

  PagesAheadTest() throws IOException {
    segment = SegmentReader.open(SEGMENT, WORKSPACE);
    index = segment.pages(0, SegmentSchema.path(Column.TEXT));
    rows = segment.firstRow(1);
    assertThat(index.getPageCount()).isGreaterThan(2 * AHEAD);
  }

  @AfterEach
  void close() {
    opened.forEach(PagesAhead::close);
  }

  private PagesAhead open(Executor executor, int pagesAhead, BitSet wanted) {
    PagesAhead pages = new PagesAhead(executor, pagesAhead);
    opened.add(pages);
    pages.open(segment.direct(), index, rows, wanted, 0);
    return pages;
  }

  private BitSet all() {
    BitSet all = new BitSet();
    all.set(0, rows);
    return all;
  }

  private byte[] bytes(PagesAhead pages, int page) throws IOException {
    PageSource.Page taken = pages.take(page);
    byte[] bytes = new byte[taken.header().getUncompressed_page_size()];
    taken.content().get(0, bytes);
    return bytes;
  }

  private List<byte[]> everyPage(PagesAhead pages) throws IOException {
    List<byte[]> every = new ArrayList<>();
    for (int page = 0; page < index.getPageCount(); page++) {
      every.add(bytes(pages, page));
    }
    return every;
  }

  @Test
  void givesTheSamePagesWhoeverDecompressesThem() throws IOException {
    PagesAhead alone = open(Runnable::run, 0, all());
    List<byte[]> expected = everyPage(alone);
    PagesAhead unhelped = open(asked::add, AHEAD, all());
    assertThat(everyPage(unhelped)).containsExactlyElementsOf(expected);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      PagesAhead helped = open(thread, AHEAD, all());
      assertThat(everyPage(helped)).containsExactlyElementsOf(expected);
      assertThat(helped.bytesRead()).isEqualTo(alone.bytesRead()).isPositive();
    }
  }

  @Test
  void asksForSoManyPagesAndForTheNextWhenOneIsBegun() throws IOException {
    PagesAhead pages = open(asked::add, AHEAD, all());
    byte[] unused = bytes(pages, 0);
    assertThat(asked).hasSize(AHEAD);
    asked.removeFirst().run();
    unused = bytes(pages, 1);
    assertThat(asked).hasSize(AHEAD);
  }

  @Test
  void leavesLittleWithAnExecutorThatBeginsNothing() throws IOException {
    PagesAhead pages = open(asked::add, AHEAD, all());
    List<byte[]> expected = everyPage(open(Runnable::run, 0, all()));
    for (int round = 0; round < 10; round++) {
      assertThat(everyPage(pages)).containsExactlyElementsOf(expected);
      pages.open(segment.direct(), index, rows, all(), 0);
    }
    assertThat(asked).hasSize(AHEAD);
  }

  @Test
  void canBeClosedWhileAnotherThreadDecompresses() throws IOException {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 300; round++) {
        try (PagesAhead pages = open(threads, AHEAD, all())) {
          byte[] unused = bytes(pages, round % index.getPageCount());
        }
      }
    }
  }

  @Test
  void asksForNoPageWithoutAWantedRow() throws IOException {
    BitSet wanted = new BitSet();
    wanted.set(0);
    int later = 2 * AHEAD;
    wanted.set(Math.toIntExact(index.getFirstRowIndex(later)));
    PagesAhead pages = open(asked::add, AHEAD, wanted);
    byte[] unused = bytes(pages, 0);
    assertThat(asked).hasSize(1);
    byte[] expected = bytes(open(Runnable::run, 0, all()), later);
    assertThat(bytes(pages, later)).isEqualTo(expected);
  }

  @Test
  void tellsTheCallerWhatAnotherThreadFound() throws IOException {
    byte[] damaged = SEGMENT.clone();
    damaged[Math.toIntExact(index.getOffset(1)) + index.getCompressedPageSize(1) - 1] ^= 1;
    PagesAhead pages = new PagesAhead(Runnable::run, AHEAD);
    opened.add(pages);
    pages.open(SegmentReader.open(damaged, WORKSPACE).direct(), index, rows, all(), 0);
    byte[] unused = bytes(pages, 0);
    assertThatThrownBy(() -> pages.take(1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has CRC");
  }

  @Test
  void whatBeginsAfterItWasClosedTouchesNothing() throws IOException {
    PagesAhead pages = open(asked::add, AHEAD, all());
    byte[] unused = bytes(pages, 0);
    pages.close();
    asked.forEach(Runnable::run);
    assertThatThrownBy(() -> pages.take(1)).hasMessageContaining("closed");
  }

  @Test
  void keepsTheInterruptOfAWaitingCaller() throws IOException {
    List<byte[]> expected = everyPage(open(Runnable::run, 0, all()));
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      PagesAhead pages = open(thread, AHEAD, all());
      Thread.currentThread().interrupt();
      assertThat(everyPage(pages)).containsExactlyElementsOf(expected);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void turnsToOtherRowsHalfWay() throws IOException {
    PagesAhead pages = open(asked::add, AHEAD, all());
    List<byte[]> expected = everyPage(open(Runnable::run, 0, all()));
    byte[] unused = bytes(pages, 0);
    pages.open(segment.direct(), index, rows, all(), 0);
    asked.forEach(Runnable::run);
    assertThat(everyPage(pages)).containsExactlyElementsOf(expected);
  }
}
