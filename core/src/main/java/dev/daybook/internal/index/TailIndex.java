package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * The index of rows that no segment holds yet, in memory. Rows are appended; when segments take
 * them in, the caller begins a new tail. Safe from any thread.
 */
public final class TailIndex implements AutoCloseable {
  private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
  private final IndexWriter writer;
  private final RowDocument document = new RowDocument();
  private final RowTableBuilder table = new RowTableBuilder();
  private final ConcurrentMap<EventId, Integer> rowById = new ConcurrentHashMap<>();
  private final TailVectors vectors;

  /**
   * An empty tail.
   *
   * @param dimension of the vectors; 0 if there is no embedder
   */
  public TailIndex(int dimension) throws IOException {
    writer = new IndexWriter(directory, RowDocument.writerConfig());
    vectors = new TailVectors(dimension);
  }

  /**
   * Appends rows. Searchers see them from the next one on.
   *
   * @return the number of the first of them
   */
  public synchronized int add(List<Row> rows) throws IOException {
    int first = table.rows();
    for (Row row : rows) {
      writer.addDocument(document.of(row));
      rowById.put(row.id(), table.rows());
      table.add(row);
    }
    return first;
  }

  /**
   * Gives a row its vectors, one for each chunk. Searchers see them from the next one on.
   *
   * @throws IllegalArgumentException if the row is not there, has vectors already, or a vector has
   *     another dimension
   */
  public synchronized void addVectors(int row, List<float[]> chunks) {
    if (row < 0 || row >= table.rows()) {
      throw new IllegalArgumentException(
          "Tail has no row " + row + ", only " + table.rows() + " rows");
    }
    vectors.add(row, chunks);
  }

  /** How many rows there are. */
  public synchronized int rows() {
    return table.rows();
  }

  /** The row of an event; -1 if it is not in the tail. */
  public int rowOf(EventId id) {
    return rowById.getOrDefault(id, -1);
  }

  /** What a searcher sees: the rows and vectors of this moment. */
  synchronized Snapshot snapshot() throws IOException {
    return new Snapshot(DirectoryReader.open(writer), table.snapshot(rowById), vectors.snapshot());
  }

  /** Frees the memory; searchers made before stay usable. */
  @Override
  public synchronized void close() throws IOException {
    writer.close();
  }

  /** The tail at one moment; the reader is closed by whoever asked for it. */
  record Snapshot(DirectoryReader reader, RowTable table, Vectors vectors) {}
}
