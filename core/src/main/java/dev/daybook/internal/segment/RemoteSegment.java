package dev.daybook.internal.segment;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.internal.segment.SessionBounds.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.hadoop.metadata.IndexReference;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A segment that stays where it is, of which only the ranges are read in which a session is. Rows
 * stand by session, so those of one are neighbours, and in each column a few pages hold them.
 *
 * <p>Keeps the footer and what was read of the page index. The content of the pages is checked
 * against checksums, their headers and the footer only for sense: what a failure says is better
 * found by reading the whole and comparing its hash. Bounds of row groups and pages only say where
 * to look: one page more is read on either side, and unless the sessions in it are others, nothing
 * is told. Safe for use by any number of threads.
 */
public final class RemoteSegment {
  /** The end of the file that is read first: the footer of a segment of some 100,000 rows. */
  private static final int TAIL_BYTES = 64 << 10;

  /** The length of the footer and the magic. */
  private static final int ENDING_BYTES = 8;

  private static final int FOOTER_LENGTH_BYTES = 4;

  /**
   * Between two ranges that are needed lies what is not. It is read with them, smallest gaps first,
   * until that is so much of what is needed: fewer requests for a bounded number of bytes.
   */
  private static final double GAPS_MAX = 0.5;

  private final SegmentInput.OfParts ending;
  private final String workspaceId;
  private final Source source;
  private final ParquetMetadata footer;
  private final Map<Integer, Pages> pages = new ConcurrentHashMap<>();

  /** Where the sessions of a row group are; of groups beside one that was asked for. */
  private final Map<Integer, OffsetIndex> besides = new ConcurrentHashMap<>();

  /** Where ranges are read from. */
  @FunctionalInterface
  public interface Source {
    /** The bytes of these ranges, each in full, in their order; asked for at once. */
    List<byte[]> read(List<Range> ranges) throws IOException;
  }

  /**
   * Part of the file.
   *
   * @param offset of its first byte
   * @param bytes how many, at least 1
   */
  public record Range(long offset, int bytes) {
    /** Checks that it can be part of a file. */
    public Range {
      if (offset < 0 || bytes <= 0) {
        throw new IllegalArgumentException(
            "No file has a range of " + bytes + " bytes from " + offset);
      }
    }

    private long end() {
      return offset + bytes;
    }

    /** The part from one byte to before another. */
    static Range between(long from, long to) {
      return new Range(from, Math.toIntExact(to - from));
    }
  }

  /**
   * What the page index says of one row group.
   *
   * @param places where the pages of each column are
   * @param bounds of the pages of sessions
   */
  private record Pages(
      Map<ColumnPath, OffsetIndex> places, BiFunction<SessionBounds, Integer, Place> bounds) {}

  /** A page of the column of sessions. */
  private record Page(int group, int number) {}

  private RemoteSegment(
      SegmentInput.OfParts ending, String workspaceId, Source source, ParquetMetadata footer) {
    this.ending = ending;
    this.workspaceId = workspaceId;
    this.source = source;
    this.footer = footer;
  }

  /**
   * Reads the footer, with one request or, if it is long, two.
   *
   * @param name what messages call the segment
   * @param bytes its length
   * @param workspaceId the workspace it must belong to
   * @throws IOException if it is no segment or belongs to another workspace
   */
  public static RemoteSegment open(String name, long bytes, String workspaceId, Source source)
      throws IOException {
    SegmentInput.OfParts ending = new SegmentInput.OfParts(name, bytes);
    long from = Math.max(0, bytes - TAIL_BYTES);
    byte[] tail = source.read(List.of(Range.between(from, bytes))).getFirst();
    ending.add(from, tail);
    long start = bytes - ENDING_BYTES - footerBytes(name, tail);
    if (start < 0) {
      throw new IOException(name + " is damaged: its footer is longer than itself");
    }
    if (start < from) {
      byte[] front = source.read(List.of(Range.between(start, from))).getFirst();
      byte[] whole = new byte[front.length + tail.length];
      System.arraycopy(front, 0, whole, 0, front.length);
      System.arraycopy(tail, 0, whole, front.length, tail.length);
      ending.add(start, whole);
    }
    ZstdCodecs codecs = new ZstdCodecs();
    try (SeekableInputStream in = ending.newStream()) {
      return new RemoteSegment(
          ending, workspaceId, source, SegmentReader.footer(ending, in, workspaceId, codecs));
    } catch (IOException | RuntimeException e) {
      throw SegmentReader.unreadable(ending, e);
    } finally {
      codecs.release();
    }
  }

  private static long footerBytes(String name, byte[] tail) throws IOException {
    if (tail.length < ENDING_BYTES) {
      throw new IOException(name + " is damaged: it has only " + tail.length + " bytes");
    }
    long length = 0;
    for (int i = FOOTER_LENGTH_BYTES - 1; i >= 0; i--) {
      length = (length << Byte.SIZE) | (tail[tail.length - ENDING_BYTES + i] & 0xff);
    }
    return length;
  }

  /** Which rows of a row group are wanted. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Wanted(int group, long[] rows) {}

  /**
   * The events of a session, in order.
   *
   * @throws IOException if the segment cannot be read
   */
  public List<Entry> session(String session) throws IOException {
    try {
      return read(session);
    } catch (ArithmeticException
        | IllegalArgumentException
        | IllegalStateException
        | NegativeArraySizeException
        | IndexOutOfBoundsException e) {
      throw SegmentReader.unreadable(ending, e);
    }
  }

  private List<Entry> read(String session) throws IOException {
    SessionBounds bounds = new SessionBounds(session);
    List<BlockMetaData> groups = footer.getBlocks();
    Run maybe = run(groups.size(), group -> bounds.place(groups.get(group)));
    Run around = maybe.andBeside(groups.size());
    readPageIndex(maybe, around);
    List<Page> pages = around(maybe, around, bounds);
    SegmentInput.OfParts here = ending.copy();
    SegmentReader reader = new SegmentReader(here, workspaceId, footer, pageIndex());
    List<Wanted> looked = rows(pages);
    List<Range> sessions = new ArrayList<>();
    for (Wanted one : looked) {
      sessions.addAll(ranges(one, List.of(Column.SESSION)));
    }
    fetch(here, sessions);
    List<Range> events = new ArrayList<>();
    IntStream.Builder numbers = IntStream.builder();
    Neighbours neighbours = new Neighbours(session);
    for (Wanted one : looked) {
      long from = one.rows()[0];
      List<String> there =
          reader.sessions(one.group(), from, one.rows()[one.rows().length - 1] + 1);
      there.forEach(neighbours::add);
      long[] rows =
          IntStream.range(0, there.size())
              .filter(i -> there.get(i).equals(session))
              .mapToLong(i -> from + i)
              .toArray();
      if (rows.length > 0) {
        if (!maybe.has(one.group())) {
          throw misplaced();
        }
        events.addAll(ranges(new Wanted(one.group(), rows), reader.entryColumns(one.group())));
        long first = reader.firstRow(one.group());
        LongStream.of(rows).forEach(row -> numbers.add(Math.toIntExact(first + row)));
      }
    }
    requireAll(neighbours, pages);
    fetch(here, events);
    List<Entry> entries = reader.entries(numbers.build().toArray());
    requireOf(session, entries);
    return entries;
  }

  /**
   * Neighbours of which all before are before something and all behind are behind it: those that
   * may be it stand from one number to before another.
   */
  private record Run(int from, int to) {
    /** With the one before and the one behind, of so many. */
    Run andBeside(int count) {
      return new Run(Math.max(0, from - 1), Math.min(count, to + 1));
    }

    boolean has(int number) {
      return from <= number && number < to;
    }
  }

  private Run run(int count, IntFunction<Place> places) throws IOException {
    int from = 0;
    while (from < count && places.apply(from) == Place.BEFORE) {
      from++;
    }
    int to = from;
    while (to < count && places.apply(to) == Place.MAY_BE) {
      to++;
    }
    for (int rest = to; rest < count; rest++) {
      if (places.apply(rest) != Place.BEHIND) {
        throw new IOException(
            ending.name() + " does not say where a session is: its bounds are in no order");
      }
    }
    return new Run(from, to);
  }

  /** The pages that may hold the session, and the one before and the one behind those. */
  private List<Page> around(Run maybe, Run around, SessionBounds bounds) throws IOException {
    List<Page> all = new ArrayList<>();
    for (int group = around.from(); group < around.to(); group++) {
      int count = sessionPages(group).getPageCount();
      if (maybe.has(group)) {
        for (int page = 0; page < count; page++) {
          all.add(new Page(group, page));
        }
      } else {
        all.add(new Page(group, group < maybe.from() ? count - 1 : 0));
      }
    }
    Run run =
        run(
            all.size(),
            at -> {
              Page page = all.get(at);
              if (maybe.has(page.group())) {
                return pages.get(page.group()).bounds().apply(bounds, page.number());
              }
              return page.group() < maybe.from() ? Place.BEFORE : Place.BEHIND;
            });
    Run wanted = run.andBeside(all.size());
    return all.subList(wanted.from(), wanted.to());
  }

  private OffsetIndex sessionPages(int group) {
    Pages known = pages.get(group);
    return known == null
        ? besides.get(group)
        : known.places().get(SegmentSchema.path(Column.SESSION));
  }

  private List<Map<ColumnPath, OffsetIndex>> pageIndex() {
    List<Map<ColumnPath, OffsetIndex>> index = new ArrayList<>();
    for (int group = 0; group < footer.getBlocks().size(); group++) {
      Pages known = pages.get(group);
      OffsetIndex beside = besides.get(group);
      if (known != null) {
        index.add(known.places());
      } else {
        index.add(beside == null ? Map.of() : Map.of(SegmentSchema.path(Column.SESSION), beside));
      }
    }
    return index;
  }

  /** The rows of neighbouring pages, by row group. */
  private List<Wanted> rows(List<Page> pages) throws IOException {
    SortedMap<Integer, LongStream> byGroup = new TreeMap<>();
    for (Page page : pages) {
      OffsetIndex index = sessionPages(page.group());
      long groupRows = footer.getBlocks().get(page.group()).getRowCount();
      long first = index.getFirstRowIndex(page.number());
      long last = index.getLastRowIndex(page.number(), groupRows);
      // Before memory is taken for them.
      if (first < 0 || last < first || last >= sessions(page.group()).getValueCount()) {
        throw misplaced();
      }
      byGroup.merge(page.group(), LongStream.rangeClosed(first, last), LongStream::concat);
    }
    List<Wanted> wanted = new ArrayList<>();
    byGroup.forEach((group, rows) -> wanted.add(new Wanted(group, rows.toArray())));
    return wanted;
  }

  /** The sessions of rows that were looked at, of which a part are of one. */
  private static final class Neighbours {
    private final String session;
    private String first;
    private String last;
    private boolean isInOrder = true;

    Neighbours(String session) {
      this.session = session;
    }

    void add(String next) {
      if (first == null) {
        first = next;
      } else {
        // As they were sorted when they were written: as Java compares strings.
        isInOrder &= last.compareTo(next) <= 0;
      }
      last = next;
    }

    boolean beginBefore() {
      return first != null && first.compareTo(session) < 0;
    }

    boolean endBehind() {
      return last != null && last.compareTo(session) > 0;
    }
  }

  /**
   * Makes sure by the rows themselves that none of the session is elsewhere: no checksum covers the
   * bounds that said where to look, but those of pages cover the sessions in them.
   */
  private void requireAll(Neighbours neighbours, List<Page> looked) throws IOException {
    List<BlockMetaData> groups = footer.getBlocks();
    boolean fromStart =
        groups.isEmpty()
            || (!looked.isEmpty()
                && looked.getFirst().equals(new Page(0, 0))
                && sessionPages(0).getFirstRowIndex(0) == 0);
    boolean toEnd =
        groups.isEmpty()
            || (!looked.isEmpty()
                && looked
                    .getLast()
                    .equals(
                        new Page(
                            groups.size() - 1,
                            sessionPages(looked.getLast().group()).getPageCount() - 1)));
    if (!neighbours.isInOrder
        || !(fromStart || neighbours.beginBefore())
        || !(toEnd || neighbours.endBehind())) {
      throw misplaced();
    }
  }

  private IOException misplaced() {
    return new IOException(
        ending.name()
            + " does not have its rows where their bounds say, or not in the order of sessions");
  }

  private void requireOf(String session, List<Entry> entries) throws IOException {
    EventId before = EventId.NONE;
    for (Entry entry : entries) {
      if (!entry.envelope().session().value().equals(session)
          || entry.id().compareTo(before) <= 0) {
        throw new IOException(
            "%s has event %s where one of session '%s' after %s should be"
                .formatted(ending.name(), entry.id(), session, before));
      }
      before = entry.id();
    }
  }

  /** Where the pages of some rows are, and the dictionaries they need. */
  private List<Range> ranges(Wanted wanted, List<Column> columns) {
    BlockMetaData group = footer.getBlocks().get(wanted.group());
    List<Range> ranges = new ArrayList<>();
    for (Column column : columns) {
      ColumnChunkMetaData chunk = SessionBounds.chunk(group, column);
      OffsetIndex index =
          column == Column.SESSION
              ? sessionPages(wanted.group())
              : pages.get(wanted.group()).places().get(SegmentSchema.path(column));
      if (chunk.getStartingPos() < index.getOffset(0)) {
        ranges.add(Range.between(chunk.getStartingPos(), index.getOffset(0)));
      }
      int next = 0;
      for (int page = 0; page < index.getPageCount() && next < wanted.rows().length; page++) {
        long end = index.getLastRowIndex(page, group.getRowCount()) + 1;
        if (wanted.rows()[next] < end) {
          ranges.add(new Range(index.getOffset(page), index.getCompressedPageSize(page)));
        }
        while (next < wanted.rows().length && wanted.rows()[next] < end) {
          next++;
        }
      }
    }
    return ranges;
  }

  /**
   * Reads the page index of row groups that nobody asked for before, and of those beside them where
   * their sessions are.
   */
  private void readPageIndex(Run groups, Run around) throws IOException {
    List<Integer> missing = new ArrayList<>();
    List<Integer> beside = new ArrayList<>();
    for (int group = around.from(); group < around.to(); group++) {
      if (groups.has(group)) {
        if (!pages.containsKey(group)) {
          missing.add(group);
        }
      } else if (!pages.containsKey(group) && !besides.containsKey(group)) {
        beside.add(group);
      }
    }
    List<Range> ranges = new ArrayList<>();
    for (int group : missing) {
      BlockMetaData block = footer.getBlocks().get(group);
      add(ranges, SessionBounds.chunk(block, Column.SESSION).getColumnIndexReference());
      block.getColumns().forEach(chunk -> add(ranges, chunk.getOffsetIndexReference()));
    }
    for (int group : beside) {
      add(ranges, sessions(group).getOffsetIndexReference());
    }
    SegmentInput.OfParts here = ending.copy();
    fetch(here, ranges);
    try (FileReader file = new FileReader(here, footer, List.of())) {
      for (int group : missing) {
        Map<ColumnPath, OffsetIndex> columns = new HashMap<>();
        for (ColumnChunkMetaData chunk : footer.getBlocks().get(group).getColumns()) {
          columns.put(chunk.getPath(), offsetIndex(file, chunk));
        }
        ColumnIndex bounds = file.readColumnIndex(sessions(group));
        pages.put(group, new Pages(columns, (wanted, page) -> wanted.place(bounds, page)));
      }
      for (int group : beside) {
        besides.put(group, offsetIndex(file, sessions(group)));
      }
    } catch (IOException | RuntimeException e) {
      throw SegmentReader.unreadable(ending, e);
    }
  }

  private ColumnChunkMetaData sessions(int group) {
    return SessionBounds.chunk(footer.getBlocks().get(group), Column.SESSION);
  }

  private OffsetIndex offsetIndex(FileReader file, ColumnChunkMetaData chunk) throws IOException {
    OffsetIndex index = file.readOffsetIndex(chunk);
    if (index == null || index.getPageCount() == 0) {
      throw new IOException(
          "%s is damaged: column %s has no offset index".formatted(ending.name(), chunk.getPath()));
    }
    return index;
  }

  private static void add(List<Range> ranges, IndexReference reference) {
    if (reference != null) {
      ranges.add(new Range(reference.getOffset(), reference.getLength()));
    }
  }

  /** Reads ranges that are not here yet, joined where little lies between them. */
  private void fetch(SegmentInput.OfParts here, List<Range> ranges) throws IOException {
    List<Range> missing =
        ranges.stream().filter(range -> !here.has(range.offset(), range.bytes())).toList();
    for (Range range : missing) {
      if (range.end() > here.getLength()) {
        throw new IOException(
            "%s is damaged: it has %d bytes and points to %s"
                .formatted(here.name(), here.getLength(), range));
      }
    }
    if (!missing.isEmpty()) {
      List<Range> joined = joined(missing);
      List<byte[]> parts = source.read(joined);
      for (int i = 0; i < joined.size(); i++) {
        here.add(joined.get(i).offset(), parts.get(i));
      }
    }
  }

  /** The fewest ranges that hold these and not much else. */
  static List<Range> joined(List<Range> ranges) {
    List<Range> touching = new ArrayList<>();
    List<Range> ordered = new ArrayList<>(ranges);
    ordered.sort(Comparator.comparingLong(Range::offset));
    for (Range range : ordered) {
      if (!touching.isEmpty() && range.offset() <= touching.getLast().end()) {
        Range before = touching.removeLast();
        touching.add(Range.between(before.offset(), Math.max(before.end(), range.end())));
      } else {
        touching.add(range);
      }
    }
    long left = (long) (touching.stream().mapToLong(Range::bytes).sum() * GAPS_MAX);
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < touching.size(); i++) {
      gaps.add(touching.get(i).offset() - touching.get(i - 1).end());
    }
    Collections.sort(gaps);
    long tooLarge = Long.MAX_VALUE;
    for (long gap : gaps) {
      left -= gap;
      if (left < 0) {
        tooLarge = gap;
        break;
      }
    }
    List<Range> joined = new ArrayList<>();
    for (Range range : touching) {
      if (!joined.isEmpty() && range.offset() - joined.getLast().end() < tooLarge) {
        joined.add(Range.between(joined.removeLast().offset(), range.end()));
      } else {
        joined.add(range);
      }
    }
    return joined;
  }

  @Override
  public String toString() {
    return ending.name() + " with " + footer.getBlocks().size() + " row groups";
  }
}
