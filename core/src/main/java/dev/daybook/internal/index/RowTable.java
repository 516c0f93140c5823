package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The rows of one source by number: their identities, and which tool calls that were started have
 * ended. Safe from any thread.
 */
interface RowTable {
  /** How many rows there are. */
  int rows();

  /** Upper half of the identity of a row. */
  long high(int row) throws IOException;

  /** Lower half of the identity of a row. */
  long low(int row) throws IOException;

  /** The row of an event; -1 if it is not here. */
  int rowOf(EventId id) throws IOException;

  /**
   * Started calls that a call in this source ends, by row: readers see the latter only. One that is
   * ended twice may stand here twice.
   */
  int[] endedStarts();

  /** The calls that end those of {@link #endedStarts}, by row, in the same order. */
  int[] ends();

  /** Started calls that nothing in this source ends, with their rows. */
  Map<EventId, Integer> openStarts();

  /** Calls in this source whose cause is no started call of it that was open. */
  List<Foreign> foreignEnds();

  /**
   * A call that may end a start in another source.
   *
   * @param cause the start, if it is one
   * @param row of the call
   */
  record Foreign(EventId cause, int row) {}

  /** The identity of a row. */
  default EventId id(int row) throws IOException {
    return new EventId(high(row), low(row));
  }
}
