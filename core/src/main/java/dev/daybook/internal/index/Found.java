package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import java.util.List;
import java.util.Objects;

/**
 * A page of events by filter, in the order of identities.
 *
 * @param refs where they are
 * @param hasMore whether more follow behind the last
 */
public record Found(List<Ref> refs, More hasMore) {
  /** Whether there is another page. */
  public enum More {
    /** There is: ask again after the last of this page. */
    YES,
    /** This page is the last. */
    NO
  }

  /** Which way a listing goes. */
  public enum Order {
    /** The oldest first. */
    OLDEST_FIRST,
    /** The newest first. */
    NEWEST_FIRST
  }

  /** Copies the list. */
  public Found {
    refs = List.copyOf(refs);
    Objects.requireNonNull(hasMore, "hasMore");
  }

  /** Which events they are. */
  public List<EventId> ids() {
    return refs.stream().map(Ref::id).toList();
  }

  /**
   * Where an event is.
   *
   * @param source the segment, counted as given to the searcher; the number of segments for the
   *     tail
   * @param row within it
   * @param id its identity
   */
  public record Ref(int source, int row, EventId id) {}
}
