package dev.daybook.arrow;

import dev.daybook.internal.segment.Column;
import dev.daybook.internal.segment.ColumnMemory;
import dev.daybook.internal.segment.ColumnWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/** The memory of a batch that is being read. Closing it frees what was not handed on. */
final class Batch implements AutoCloseable {
  private final List<ColumnWriter> writers = new ArrayList<>();

  /** Of each column its own memory, then that of its elements if it has lists. */
  private final List<List<Memory>> memories = new ArrayList<>();

  /**
   * How many bytes each part of each column took in the batch before, as the next is likely to take
   * as many: memory that grows is copied.
   */
  static final class Sizes {
    private final Map<String, Map<ColumnMemory.Part, Integer>> known = new HashMap<>();

    private Map<ColumnMemory.Part, Integer> of(String name) {
      return known.computeIfAbsent(name, unknown -> new EnumMap<>(ColumnMemory.Part.class));
    }
  }

  Batch(List<Column> columns, Sizes sizes, BufferAllocator allocator) {
    try {
      for (Column column : columns) {
        Memory own = new Memory(allocator, sizes.of(column.columnName()));
        if (column.kind() == Column.Kind.TEXTS) {
          Memory elements = new Memory(allocator, sizes.of(column.columnName() + ".element"));
          memories.add(List.of(own, elements));
          writers.add(ColumnWriter.ofLists(column, own, elements));
        } else {
          memories.add(List.of(own));
          writers.add(ColumnWriter.of(column, own));
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** What fills it, in the order of the columns. */
  List<ColumnWriter> writers() {
    return writers;
  }

  /** How many bytes its values take so far. */
  long bytes() {
    long bytes = 0;
    for (ColumnWriter writer : writers) {
      bytes += writer.bytes();
    }
    return bytes;
  }

  /** The batch, to be closed by the caller; it holds the memory from now on. */
  ArrowRecordBatch finish(int rows) {
    List<ArrowFieldNode> nodes = new ArrayList<>();
    List<ArrowBuf> buffers = new ArrayList<>();
    for (int i = 0; i < writers.size(); i++) {
      ColumnWriter writer = writers.get(i);
      add(writer, memories.get(i).getFirst(), nodes, buffers);
      for (ColumnWriter elements : writer.elements().stream().toList()) {
        add(elements, memories.get(i).getLast(), nodes, buffers);
      }
    }
    return new ArrowRecordBatch(rows, nodes, buffers);
  }

  private static void add(
      ColumnWriter writer, Memory memory, List<ArrowFieldNode> nodes, List<ArrowBuf> buffers) {
    nodes.add(new ArrowFieldNode(writer.rows(), writer.nulls()));
    writer.lengths().forEach((part, bytes) -> buffers.add(memory.finished(part, bytes)));
  }

  @Override
  public void close() {
    memories.forEach(some -> some.forEach(Memory::close));
  }

  /** Buffers of Arrow's that grow. */
  private static final class Memory implements ColumnMemory, AutoCloseable {
    private static final int BYTES_MIN = 1 << 10;

    /** What a writer wants to have room for behind the end. */
    private static final int SPARE_BYTES = 64;

    /** One batch of long values is not to make all that follow large. */
    private static final int BYTES_EXPECTED_MAX = 2 * EventBatches.BATCH_BYTES;

    private final BufferAllocator allocator;
    private final Map<Part, Integer> sizes;
    private final Map<Part, ArrowBuf> buffers = new EnumMap<>(Part.class);

    Memory(BufferAllocator allocator, Map<Part, Integer> sizes) {
      this.allocator = allocator;
      this.sizes = sizes;
    }

    @Override
    public ByteBuffer room(Part part, int bytes) {
      ArrowBuf old = buffers.get(part);
      long capacity = old == null ? 0 : old.capacity();
      if (capacity < bytes) {
        int least = Math.max(BYTES_MIN, old == null ? sizes.getOrDefault(part, 0) : 0);
        long wanted = Math.max(Math.max(least, bytes), 2 * capacity);
        ArrowBuf grown = allocated(Math.min(wanted, Integer.MAX_VALUE));
        if (old != null) {
          grown.setBytes(0, old, 0, capacity);
          old.close();
        }
        buffers.put(part, grown);
      }
      ArrowBuf buffer = buffers.get(part);
      return buffer
          .nioBuffer(0, (int) Math.min(buffer.capacity(), Integer.MAX_VALUE))
          .order(ByteOrder.LITTLE_ENDIAN);
    }

    private ArrowBuf allocated(long bytes) {
      try {
        return allocator.buffer(bytes);
      } catch (RuntimeException e) {
        throw new NoRoomException(e);
      }
    }

    /** A part of which so many bytes were written. */
    ArrowBuf finished(Part part, long bytes) {
      ArrowBuf buffer = buffers.get(part);
      sizes.merge(part, (int) Math.min(bytes + SPARE_BYTES, BYTES_EXPECTED_MAX), Math::max);
      return buffer == null ? allocator.getEmpty() : buffer.writerIndex(bytes);
    }

    @Override
    public void close() {
      buffers.values().forEach(ArrowBuf::close);
      buffers.clear();
    }
  }
}
