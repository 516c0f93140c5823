package dev.daybook.internal.segment;

import dev.daybook.event.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
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
 * found by reading the whole and comparing its hash. Safe for use by any number of threads.
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

  /** What the page index says of one row group. */
  private record Pages(
      Map<ColumnPath, OffsetIndex> columns, Function<SessionBounds, IntPredicate> sessions) {}

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
    } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw SegmentReader.unreadable(ending, e);
    }
  }

  private List<Entry> read(String session) throws IOException {
    SessionBounds bounds = new SessionBounds(session);
    List<Integer> groups = new ArrayList<>();
    for (int group = 0; group < footer.getBlocks().size(); group++) {
      if (bounds.mayBeIn(footer.getBlocks().get(group))) {
        groups.add(group);
      }
    }
    if (groups.isEmpty()) {
      return List.of();
    }
    readPageIndex(groups);
    SegmentInput.OfParts here = ending.copy();
    SegmentReader reader = new SegmentReader(here, workspaceId, footer, pageIndex());
    List<Wanted> possible = possible(reader, groups, bounds);
    List<Range> sessions = new ArrayList<>();
    for (Wanted one : possible) {
      sessions.addAll(ranges(one, List.of(Column.SESSION)));
    }
    fetch(here, sessions);
    List<Range> events = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    for (Wanted one : possible) {
      long[] rows =
          reader.ofSession(one.group(), one.rows(), session).stream()
              .mapToLong(Long::longValue)
              .toArray();
      if (rows.length > 0) {
        events.addAll(ranges(new Wanted(one.group(), rows), reader.entryColumns(one.group())));
        long first = reader.firstRow(one.group());
        LongStream.of(rows).forEach(row -> numbers.add(first + row));
      }
    }
    fetch(here, events);
    return reader.entries(numbers.stream().mapToInt(Math::toIntExact).toArray());
  }

  private List<Map<ColumnPath, OffsetIndex>> pageIndex() {
    List<Map<ColumnPath, OffsetIndex>> index = new ArrayList<>();
    for (int group = 0; group < footer.getBlocks().size(); group++) {
      Pages known = pages.get(group);
      index.add(known == null ? Map.of() : known.columns());
    }
    return index;
  }

  /** The rows of the pages whose bounds do not exclude the session. */
  private List<Wanted> possible(SegmentReader reader, List<Integer> groups, SessionBounds bounds) {
    List<Wanted> possible = new ArrayList<>();
    for (int group : groups) {
      long groupRows = (long) reader.firstRow(group + 1) - reader.firstRow(group);
      OffsetIndex index = pages.get(group).columns().get(SegmentSchema.path(Column.SESSION));
      IntPredicate mayBe = pages.get(group).sessions().apply(bounds);
      LongStream.Builder rows = LongStream.builder();
      for (int page = 0; page < index.getPageCount(); page++) {
        if (mayBe.test(page)) {
          LongStream.rangeClosed(
                  index.getFirstRowIndex(page), index.getLastRowIndex(page, groupRows))
              .forEach(rows);
        }
      }
      long[] all = rows.build().toArray();
      if (all.length > 0) {
        possible.add(new Wanted(group, all));
      }
    }
    return possible;
  }

  /** Where the pages of some rows are, and the dictionaries they need. */
  private List<Range> ranges(Wanted wanted, List<Column> columns) {
    BlockMetaData group = footer.getBlocks().get(wanted.group());
    List<Range> ranges = new ArrayList<>();
    for (Column column : columns) {
      ColumnChunkMetaData chunk = SessionBounds.chunk(group, column);
      OffsetIndex index = pages.get(wanted.group()).columns().get(SegmentSchema.path(column));
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

  /** Reads the page index of row groups that nobody asked for before. */
  private void readPageIndex(Collection<Integer> groups) throws IOException {
    List<Integer> missing = groups.stream().filter(group -> !pages.containsKey(group)).toList();
    List<Range> ranges = new ArrayList<>();
    for (int group : missing) {
      BlockMetaData block = footer.getBlocks().get(group);
      add(ranges, SessionBounds.chunk(block, Column.SESSION).getColumnIndexReference());
      block.getColumns().forEach(chunk -> add(ranges, chunk.getOffsetIndexReference()));
    }
    SegmentInput.OfParts here = ending.copy();
    fetch(here, ranges);
    try (FileReader file = new FileReader(here, footer, List.of())) {
      for (int group : missing) {
        BlockMetaData block = footer.getBlocks().get(group);
        Map<ColumnPath, OffsetIndex> columns = new HashMap<>();
        for (ColumnChunkMetaData chunk : block.getColumns()) {
          OffsetIndex index = file.readOffsetIndex(chunk);
          if (index == null) {
            throw new IOException(
                "%s is damaged: column %s has no offset index"
                    .formatted(ending.name(), chunk.getPath()));
          }
          columns.put(chunk.getPath(), index);
        }
        ColumnIndex sessions = file.readColumnIndex(SessionBounds.chunk(block, Column.SESSION));
        pages.put(group, new Pages(columns, bounds -> bounds.mayBeIn(sessions)));
      }
    } catch (IOException | RuntimeException e) {
      throw SegmentReader.unreadable(ending, e);
    }
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
