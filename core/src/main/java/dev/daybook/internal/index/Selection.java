package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import dev.daybook.recall.Filter;
import java.util.List;

/**
 * Events that are listed together: what one of several filters lets pass, and single events.
 *
 * @param anyOf what passes one of these
 * @param events these as well; those that do not exist are left out
 */
public record Selection(List<Passing> anyOf, List<EventId> events) {
  /**
   * What passes a filter and holds a phrase.
   *
   * @param filter the filter
   * @param phrases all of which must be there
   */
  public record Passing(Filter filter, List<String> phrases) {
    /** Copies the list. */
    public Passing {
      phrases = List.copyOf(phrases);
    }

    /** What passes a filter. */
    public static Passing of(Filter filter) {
      return new Passing(filter, List.of());
    }
  }

  /** Copies the lists. */
  public Selection {
    anyOf = List.copyOf(anyOf);
    events = List.copyOf(events);
  }

  /** What passes one of these filters. */
  public static Selection of(Filter... filters) {
    return new Selection(List.of(filters).stream().map(Passing::of).toList(), List.of());
  }
}
