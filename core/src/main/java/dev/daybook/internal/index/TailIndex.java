package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
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
  /** Nothing of Lucene is loaded before a row is there or somebody searches. */
  private Optional<Writing> writing = Optional.empty();

  private final RowTableBuilder table = new RowTableBuilder();
  private final ConcurrentMap<EventId, Integer> rowById = new ConcurrentHashMap<>();
  private final TailVectors vectors;

  /** Of the segments last searched with this tail. */
  private Optional<EndedStarts> ended = Optional.empty();

  /**
   * An empty tail.
   *
   * @param dimension of the vectors; 0 if there is no embedder
   */
  public TailIndex(int dimension) {
    vectors = new TailVectors(dimension);
  }

  private record Writing(IndexWriter writer, RowDocument document) {
    static Writing begin() throws IOException {
      return new Writing(
          new IndexWriter(new ByteBuffersDirectory(), RowDocument.tailConfig()), new RowDocument());
    }
  }

  private Writing writing() throws IOException {
    if (writing.isEmpty()) {
      writing = Optional.of(Writing.begin());
    }
    return writing.get();
  }

  /**
   * Appends rows. Searchers see them from the next one on.
   *
   * @return the number of the first of them
   */
  public synchronized int add(List<Row> rows) throws IOException {
    int first = table.rows();
    Writing to = writing();
    for (Row row : rows) {
      to.writer().addDocument(to.document().of(row));
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

  /** Which started calls of the segments before this tail have ended. */
  synchronized EndedStarts endedIn(List<PackedIndex> segments) {
    if (ended.isEmpty() || !ended.get().isOf(segments)) {
      ended = Optional.of(new EndedStarts(segments));
    }
    return ended.get();
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
    return new Snapshot(
        DirectoryReader.open(writing().writer()), table.snapshot(rowById), vectors.snapshot());
  }

  /** Frees the memory; searchers made before stay usable. */
  @Override
  public synchronized void close() throws IOException {
    if (writing.isPresent()) {
      writing.get().writer().close();
    }
  }

  /** The tail at one moment; the reader is closed by whoever asked for it. */
  record Snapshot(DirectoryReader reader, RowTable table, Vectors vectors) {}
}
