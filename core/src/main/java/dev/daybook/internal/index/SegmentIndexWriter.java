package dev.daybook.internal.index;

import dev.daybook.internal.entry.Json;
import dev.daybook.internal.entry.Row;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Version;

/**
 * Builds the index of a segment: a packed file in which Lucene's document n is row n of the
 * segment, and the {@linkplain RowTable row table}. Two builds of the same rows give equal answers,
 * not equal bytes.
 */
public final class SegmentIndexWriter {
  /** What an index depends on beside its rows; one of other rules is another file. */
  public static final String RULES =
      "analysis " + TextAnalysis.ANALYSIS_VERSION + ", Lucene " + Version.LATEST;

  /** Identities: upper and lower half of every row. */
  static final String IDS = "rows.ids";

  /** Row numbers in the order of identities; nothing if rows are in that order already. */
  static final String ORDER = "rows.order";

  /** Which started calls have ended. */
  static final String CALLS = "rows.calls";

  private static final int ROWS_OF_ONE_THREAD = 500;

  /** What stands at the head of the file. */
  record Metadata(int analysis, String lucene, int rows) {}

  private SegmentIndexWriter() {}

  /**
   * Builds the index in memory: for segments as they are sealed.
   *
   * @param rows in the order of the segment
   */
  public static byte[] build(Iterable<Row> rows) throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      write(rows, directory, out);
      return out.toByteArray();
    }
  }

  /**
   * Builds the index as a file, with a working folder beside it that is gone afterwards: for the
   * large segments of compaction.
   *
   * @param rows in the order of the segment
   * @param file to be created or replaced
   */
  public static void build(Iterable<Row> rows, Path file) throws IOException {
    Path work = Files.createTempDirectory(file.toAbsolutePath().getParent(), "index");
    try (Directory directory = new Unforced(FSDirectory.open(work));
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      write(rows, directory, out);
      for (String name : directory.listAll()) {
        directory.deleteFile(name);
      }
    } finally {
      deleteTree(work);
    }
  }

  /** Forces nothing to disk: what is left of a working folder after a crash is of no use. */
  private static final class Unforced extends FilterDirectory {
    Unforced(Directory directory) {
      super(directory);
    }

    @Override
    public void sync(Collection<String> names) {}

    @Override
    public void syncMetaData() {}
  }

  private static void deleteTree(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static void write(Iterable<Row> rows, Directory directory, OutputStream out)
      throws IOException {
    RowTableBuilder table = new RowTableBuilder();
    try (IndexWriter writer = new IndexWriter(directory, RowDocument.segmentConfig())) {
      add(rows, writer, table);
      writer.forceMerge(1);
      writer.commit();
    }
    PackedFile.Writer packed =
        new PackedFile.Writer(
            out,
            Json.write(
                new Metadata(
                    TextAnalysis.ANALYSIS_VERSION, Version.LATEST.toString(), table.rows())));
    for (String name : directory.listAll()) {
      if (!name.equals(IndexWriter.WRITE_LOCK_NAME)) {
        try (IndexInput in = directory.openInput(name, IOContext.READONCE)) {
          packed.add(name, in);
        }
      }
    }
    packed.add(IDS, ids(table));
    packed.add(ORDER, order(table));
    packed.add(CALLS, calls(table));
    packed.finish();
  }

  /** As long as rows are few, a second thread would only cost. */
  static void add(Iterable<Row> rows, IndexWriter writer, RowTableBuilder table)
      throws IOException {
    RowDocument document = new RowDocument();
    Iterator<Row> all = rows.iterator();
    while (all.hasNext() && table.rows() < ROWS_OF_ONE_THREAD) {
      Row row = all.next();
      writer.addDocument(document.of(row));
      table.add(row);
    }
    if (all.hasNext()) {
      try (IndexFeed feed = new IndexFeed(writer)) {
        while (all.hasNext()) {
          Row row = all.next();
          feed.add(row);
          table.add(row);
        }
        feed.finish();
      }
    }
  }

  private static byte[] ids(RowTableBuilder table) {
    byte[] bytes = new byte[table.rows() * 16];
    ByteBuffer ids = littleEndian(bytes);
    for (int row = 0; row < table.rows(); row++) {
      ids.putLong(table.high(row)).putLong(table.low(row));
    }
    return bytes;
  }

  private static byte[] order(RowTableBuilder table) {
    if (IntStream.range(1, table.rows()).allMatch(row -> compare(table, row - 1, row) < 0)) {
      return new byte[0];
    }
    byte[] bytes = new byte[table.rows() * 4];
    ByteBuffer order = littleEndian(bytes);
    IntStream.range(0, table.rows())
        .boxed()
        .sorted((a, b) -> compare(table, a, b))
        .forEach(order::putInt);
    return bytes;
  }

  private static int compare(RowTableBuilder table, int a, int b) {
    int byHigh = Long.compareUnsigned(table.high(a), table.high(b));
    return byHigh != 0 ? byHigh : Long.compareUnsigned(table.low(a), table.low(b));
  }

  private static byte[] calls(RowTableBuilder table) throws IOException {
    ByteBuffersDataOutput out = new ByteBuffersDataOutput();
    int[] ended = table.endedStarts();
    int[] ends = table.ends();
    out.writeVInt(ended.length);
    for (int i = 0; i < ended.length; i++) {
      out.writeVInt(ended[i]);
      out.writeVInt(ends[i]);
    }
    out.writeVInt(table.openStarts().size());
    for (int row : table.openStarts().values()) {
      out.writeVInt(row);
    }
    List<RowTable.Foreign> foreign = table.foreignEnds();
    out.writeVInt(foreign.size());
    for (RowTable.Foreign end : foreign) {
      out.writeLong(end.cause().high());
      out.writeLong(end.cause().low());
      out.writeVInt(end.row());
    }
    return out.toArrayCopy();
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
