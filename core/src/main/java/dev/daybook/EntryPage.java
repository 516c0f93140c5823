package dev.daybook;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * One page of a list that grows with history.
 *
 * @param entries in the order of the list
 * @param next give this as cursor for the next page; {@link EventId#NONE} if this is the last
 */
public record EntryPage(List<Entry> entries, EventId next) implements Iterable<Entry> {
  /** Copies the list. */
  public EntryPage {
    entries = List.copyOf(entries);
    Objects.requireNonNull(next, "next");
  }

  /** Whether another page follows. */
  public boolean hasNext() {
    return next.isPresent();
  }

  @Override
  public Iterator<Entry> iterator() {
    return entries.iterator();
  }
}
