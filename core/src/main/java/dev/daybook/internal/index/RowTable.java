package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

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

  /** Started calls that a call in this source ends: readers see the latter only. */
  int[] endedStarts();

  /** Started calls that nothing in this source ends, with their rows. */
  Map<EventId, Integer> openStarts();

  /** Causes of calls in this source that are no started call of it. */
  Set<EventId> foreignCauses();

  /** The identity of a row. */
  default EventId id(int row) throws IOException {
    return new EventId(high(row), low(row));
  }
}
