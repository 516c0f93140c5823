package dev.daybook.internal.plan;

import dev.daybook.event.EventId;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Things in the order in which they joined the plan, each found by the event that put it there.
 * Immutable; a change costs the logarithm of its size.
 *
 * @param items in order
 * @param places where each is
 */
public record Register<T>(PVector<T> items, HashPMap<EventId, Integer> places) {
  /** Nothing yet. */
  static <T> Register<T> empty() {
    return new Register<>(TreePVector.empty(), HashTreePMap.empty());
  }

  /** With one more; the same if the event is there. */
  Register<T> plus(EventId id, T item) {
    return places.containsKey(id)
        ? this
        : new Register<>(items.plus(item), places.plus(id, items.size()));
  }

  /** The one that event put here; empty if none. */
  Optional<T> of(EventId id) {
    return Optional.ofNullable(places.get(id)).map(place -> items.get(place.intValue()));
  }

  /** With that one changed; the same if there is none. */
  Register<T> change(EventId id, UnaryOperator<T> how) {
    Integer place = places.get(id);
    if (place == null) {
      return this;
    }
    T item = items.get(place.intValue());
    return new Register<>(items.with(place.intValue(), how.apply(item)), places);
  }
}
