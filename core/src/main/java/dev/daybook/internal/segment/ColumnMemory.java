package dev.daybook.internal.segment;

import java.nio.ByteBuffer;

/**
 * Memory for the values of one column, in the layout of Apache Arrow. Whoever implements it owns
 * the memory; it is written by a {@link ColumnWriter}.
 */
public interface ColumnMemory {
  /** A part of the memory of a column. */
  enum Part {
    /** A bit a row, the lowest bit of a byte first: 1 if the row has a value. */
    VALIDITY,
    /** An int32 a row and one more: where in the data, or in the elements, the row begins. */
    OFFSETS,
    /** The values one after the other. */
    DATA
  }

  /** There is no room for what is to be written, which says nothing about what was read. */
  @SuppressWarnings("serial") // thrown, never sent
  final class NoRoomException extends RuntimeException {
    private final transient RuntimeException refusal;

    /** The owner of the memory refuses to give more, in these words. */
    public NoRoomException(RuntimeException refusal) {
      super(refusal);
      this.refusal = refusal;
    }

    /** What the owner of the memory says. */
    public RuntimeException refusal() {
      return refusal;
    }
  }

  /**
   * A part with room for at least so many bytes, what it held before kept. Buffers given before for
   * the same part must not be used any more.
   *
   * @return little-endian, outside the heap
   * @throws NoRoomException if there is no room for so many bytes
   */
  ByteBuffer room(Part part, int bytes);
}
