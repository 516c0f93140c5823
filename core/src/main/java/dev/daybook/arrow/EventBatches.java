package dev.daybook.arrow;

import static java.util.Objects.requireNonNull;

import dev.daybook.TraceStore;
import dev.daybook.internal.segment.Column;
import dev.daybook.internal.segment.ColumnScan.ReadAhead;
import dev.daybook.internal.workspace.TraceViews;
import dev.daybook.recall.Filter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * What {@link TraceStore#find} gives, as Apache Arrow record batches, for engines that take columns
 * instead of events.
 *
 * <pre>{@code
 * try (ArrowReader failed =
 *     EventBatches.of(workspace.traces())
 *         .columns("time", "tool", "text")
 *         .open(Filter.any().failures())) {
 *   VectorSchemaRoot batch = failed.getVectorSchemaRoot();
 *   while (failed.loadNextBatch()) {
 *     VarCharVector texts = (VarCharVector) batch.getVector("text");
 *     for (int row = 0; row < batch.getRowCount(); row++) {
 *       System.out.println(texts.getObject(row));
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p><b>Which events:</b> those that {@code find} with the same filter lists: of both streams, with
 * those that no segment holds yet, a started call and its end as one, of {@link
 * dev.daybook.Workspace.Past} none that is newer than its moment. The set is fixed when the reader
 * is opened, at most five seconds behind other processes and never behind this handle; what is
 * recorded later is not in it, and compaction and collection do not change it.
 *
 * <p><b>In which order:</b> none that is promised. Events of a session tend to stand together, in
 * the order of their ids.
 *
 * <p><b>Columns</b> have the names and the content that {@code FORMAT.md} gives the columns of a
 * segment. Texts are Utf8, {@code paths} a list of Utf8, times timestamps of microseconds in UTC,
 * other numbers signed integers of 32 or 64 bits. What does not apply is null.
 *
 * <p><b>Cost:</b> only the columns asked for are read, and of them only pages that hold an event
 * that passes. A batch has at most {@value #BATCH_ROWS_MAX} events, and fewer once their texts take
 * {@value #BATCH_BYTES} bytes, which only its last event may exceed; beside it a reader holds a
 * page of each column and up to four more of each of texts, so its memory does not depend on the
 * history. A segment of which there is no local copy is fetched whole when its turn comes.
 *
 * <p>Arrow is an optional dependency: the host brings {@code org.apache.arrow:arrow-vector} and an
 * allocator such as {@code org.apache.arrow:arrow-memory-unsafe}, version 17 or newer, and starts
 * the JVM with {@code --add-opens=java.base/java.nio=ALL-UNNAMED}. Immutable; safe for use by any
 * number of threads.
 */
public final class EventBatches {
  /** The most events of a batch. */
  public static final int BATCH_ROWS_MAX = 8_192;

  /** Once its texts take so many bytes, a batch is not added to. */
  public static final int BATCH_BYTES = 4 << 20;

  private static final Map<String, Column> KNOWN = known();

  private final TraceStore traces;
  private final List<Column> columns;
  private final ReadAhead readAhead;

  private EventBatches(TraceStore traces, List<Column> columns, ReadAhead readAhead) {
    this.traces = traces;
    this.columns = columns;
    this.readAhead = readAhead;
  }

  private static Map<String, Column> known() {
    Map<String, Column> known = new LinkedHashMap<>();
    Column.ALL.forEach(column -> known.put(column.columnName(), column));
    return known;
  }

  /** The events of these traces, with all columns. */
  public static EventBatches of(TraceStore traces) {
    return new EventBatches(requireNonNull(traces, "traces"), Column.ALL, ReadAhead.ON);
  }

  /**
   * The same with these columns only, in this order; a later call replaces the columns.
   *
   * @throws IllegalArgumentException if there is no such column, one is named twice, or none is
   *     named; the message lists all
   */
  public EventBatches columns(String... names) {
    Set<Column> chosen = new LinkedHashSet<>();
    for (String name : names) {
      Column column = KNOWN.get(requireNonNull(name, "name"));
      if (column == null) {
        throw new IllegalArgumentException(
            "Events have no column '" + name + "'; they have " + KNOWN.keySet());
      }
      if (!chosen.add(column)) {
        throw new IllegalArgumentException("Column '" + name + "' is named twice; name it once");
      }
    }
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "No column is named; leave the call out for all, or name some of " + KNOWN.keySet());
    }
    return new EventBatches(traces, List.copyOf(chosen), readAhead);
  }

  /**
   * The same, read by the caller's thread alone. By default the common pool of the JVM decompresses
   * the next pages of texts meanwhile, where there is a second processor: then a batch is there
   * sooner, for as much processor time.
   */
  public EventBatches withoutReadAhead() {
    return new EventBatches(traces, columns, ReadAhead.OFF);
  }

  /**
   * Opens a reader of what a filter lets pass, with an allocator of its own, which is closed with
   * it: batches that are to be kept longer need {@link #open(Filter, BufferAllocator)}.
   *
   * @return to be closed by the caller, before the workspace; see there
   * @throws IllegalStateException if Arrow is not on the class path, the JVM was started without
   *     the flag that it needs, or the workspace is closed
   */
  public ArrowReader open(Filter filter) {
    requireNonNull(filter, "filter");
    ArrowSupport.require();
    return BatchReader.open(TraceViews.of(traces), filter, columns, readAhead);
  }

  /**
   * Opens a reader of what a filter lets pass. The reader is for one thread at a time. It can be
   * closed at any time; that frees its batch, so with the allocator of a host nothing is left.
   * Vectors whose content was transferred out of the reader stay as they are. Each batch takes
   * fresh memory, so the reader can be handed on as a stream, by {@code ArrowStreamWriter} or the C
   * data interface.
   *
   * <p>Its {@code loadNextBatch} throws {@link dev.daybook.StorageUnavailableException} if a
   * segment cannot be fetched, or if the thread is interrupted, whose flag stays set; {@link
   * dev.daybook.StorageAccessException} if the store refuses it, and {@link
   * dev.daybook.CorruptDataException} if it is missing: then nothing is lost, the next call tries
   * again, and events that were read before are a batch of their own. {@code CorruptDataException}
   * also says that a page is damaged; after that, and after what the allocator throws once events
   * are read, the reader gives no more batches. {@code bytesRead} counts the bytes of segment
   * pages, compressed.
   *
   * @param allocator of all memory of the batches; stays the caller's and must outlive the reader.
   *     A batch takes a few times {@link #BATCH_BYTES}, more if an event is larger; where its limit
   *     is lower, {@code loadNextBatch} throws Arrow's {@code OutOfMemoryException}
   * @return to be closed by the caller, before the workspace
   * @throws IllegalStateException if Arrow is not on the class path, the JVM was started without
   *     the flag that it needs, or the workspace is closed
   */
  public ArrowReader open(Filter filter, BufferAllocator allocator) {
    requireNonNull(filter, "filter");
    ArrowSupport.require();
    requireNonNull(allocator, "allocator");
    return BatchReader.open(TraceViews.of(traces), filter, columns, readAhead, allocator);
  }
}
