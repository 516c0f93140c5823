package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;

/**
 * The index of one segment, mapped into memory. Safe from any thread. {@link #close()} lets go of
 * the opener's hold; the file is unmapped when no {@link Searcher} holds it either.
 */
public final class PackedIndex implements AutoCloseable {
  private final PackedFile file;
  private final DirectoryReader reader;
  private final RowTable table;
  private final AtomicInteger holds = new AtomicInteger(1);

  private PackedIndex(PackedFile file, DirectoryReader reader, RowTable table) {
    this.file = file;
    this.reader = reader;
    this.table = table;
  }

  /**
   * Opens an index and checks every byte of it.
   *
   * @throws IOException if the file cannot be read, is cut or damaged, or was made by other rules
   *     of text analysis or a Lucene this one does not read; the message says which, and the caller
   *     rebuilds it
   */
  public static PackedIndex open(Path path) throws IOException {
    PackedFile file = PackedFile.open(path);
    DirectoryReader reader = null;
    try {
      var metadata = Json.read(file.metadata(), SegmentIndexWriter.Metadata.class);
      if (metadata.analysis() != TextAnalysis.ANALYSIS_VERSION) {
        throw new IOException(
            "Index "
                + path
                + " has text analysis "
                + metadata.analysis()
                + ", this library searches with "
                + TextAnalysis.ANALYSIS_VERSION
                + "; rebuild it from its segments");
      }
      reader = DirectoryReader.open(new PackedDirectory(file));
      if (reader.maxDoc() != metadata.rows() || reader.leaves().size() > 1) {
        throw new IOException(
            "Index "
                + path
                + " has "
                + reader.maxDoc()
                + " documents in "
                + reader.leaves().size()
                + " parts, expected "
                + metadata.rows()
                + " in one; rebuild it from its segments");
      }
      return new PackedIndex(file, reader, MappedTable.of(file, metadata.rows()));
    } catch (IOException | RuntimeException e) {
      if (reader != null) {
        reader.close();
      }
      file.close();
      if (e instanceof RuntimeException) {
        throw new IOException(
            "Index " + path + " cannot be understood; rebuild it from its segments", e);
      }
      throw e;
    }
  }

  /** The row of an event; -1 if it is not in the segment. */
  public int rowOf(EventId id) throws IOException {
    return table.rowOf(id);
  }

  /** How many rows there are. */
  public int rows() {
    return table.rows();
  }

  DirectoryReader reader() {
    return reader;
  }

  RowTable table() {
    return table;
  }

  /** Takes a hold; {@code false} if the index is closed already. */
  boolean retain() {
    return holds.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  void release() {
    if (holds.decrementAndGet() == 0) {
      try (file) {
        reader.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot unmap index " + file, e);
      }
    }
  }

  /** Lets go of the opener's hold. Not to be called twice. */
  @Override
  public void close() {
    release();
  }

  @Override
  public String toString() {
    return "PackedIndex[" + file + ", " + rows() + " rows]";
  }

  /**
   * A table that stays in the mapped file but for the few started calls; without an order if rows
   * are in that of identities.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record MappedTable(
      int rows,
      RandomAccessInput ids,
      Optional<RandomAccessInput> order,
      int[] endedStarts,
      int[] ends,
      Map<EventId, Integer> openStarts,
      List<Foreign> foreignEnds)
      implements RowTable {
    static RowTable of(PackedFile file, int rows) throws IOException {
      RandomAccessInput ids = whole(file.part(SegmentIndexWriter.IDS));
      RandomAccessInput order = whole(file.part(SegmentIndexWriter.ORDER));
      boolean isOrdered = order.length() == 0;
      if (ids.length() != rows * 16L || !(isOrdered || order.length() == rows * 4L)) {
        throw new IOException(
            "Index " + file + " has a row table of another size; rebuild it from its segments");
      }
      IndexInput in = file.part(SegmentIndexWriter.CALLS);
      int[] ended = new int[in.readVInt()];
      int[] ends = new int[ended.length];
      for (int i = 0; i < ended.length; i++) {
        ended[i] = in.readVInt();
        ends[i] = in.readVInt();
      }
      Map<EventId, Integer> open = new HashMap<>();
      for (int left = in.readVInt(); left > 0; left--) {
        int row = in.readVInt();
        open.put(new EventId(ids.readLong(row * 16L), ids.readLong(row * 16L + 8)), row);
      }
      List<Foreign> foreign = new ArrayList<>();
      for (int left = in.readVInt(); left > 0; left--) {
        foreign.add(new Foreign(new EventId(in.readLong(), in.readLong()), in.readVInt()));
      }
      return new MappedTable(
          rows,
          ids,
          isOrdered ? Optional.empty() : Optional.of(order),
          ended,
          ends,
          Map.copyOf(open),
          List.copyOf(foreign));
    }

    private static RandomAccessInput whole(IndexInput in) throws IOException {
      return in.randomAccessSlice(0, in.length());
    }

    @Override
    public long high(int row) throws IOException {
      return ids.readLong(row * 16L);
    }

    @Override
    public long low(int row) throws IOException {
      return ids.readLong(row * 16L + 8);
    }

    @Override
    public int rowOf(EventId id) throws IOException {
      int from = 0;
      int to = rows - 1;
      while (from <= to) {
        int middle = (from + to) >>> 1;
        int row = order.isEmpty() ? middle : order.get().readInt(middle * 4L);
        int compared = Long.compareUnsigned(high(row), id.high());
        if (compared == 0) {
          compared = Long.compareUnsigned(low(row), id.low());
        }
        if (compared == 0) {
          return row;
        }
        if (compared < 0) {
          from = middle + 1;
        } else {
          to = middle - 1;
        }
      }
      return -1;
    }
  }
}
