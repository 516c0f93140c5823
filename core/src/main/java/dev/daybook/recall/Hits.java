package dev.daybook.recall;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The answer to a {@link Query}: hits, the best first, and what they rest on. Immutable; safe from
 * any thread.
 */
public final class Hits implements Iterable<Hit> {
  private final List<Hit> hits;
  private final Coverage coverage;
  private final Function<List<EventId>, List<Entry>> loader;

  private Hits(List<Hit> hits, Coverage coverage, Function<List<EventId>, List<Entry>> loader) {
    this.hits = List.copyOf(hits);
    this.coverage = Objects.requireNonNull(coverage, "coverage");
    this.loader = Objects.requireNonNull(loader, "loader");
  }

  /**
   * An answer made of its parts.
   *
   * @param loader reads the whole events of these ids, in the order of the ids
   */
  public static Hits of(
      List<Hit> hits, Coverage coverage, Function<List<EventId>, List<Entry>> loader) {
    return new Hits(hits, coverage, loader);
  }

  /** The hits, the best first. */
  public List<Hit> list() {
    return hits;
  }

  /** How much of the history was searched, and by which legs. */
  public Coverage coverage() {
    return coverage;
  }

  /** How many hits there are. */
  public int size() {
    return hits.size();
  }

  /** Whether nothing was found. */
  public boolean isEmpty() {
    return hits.isEmpty();
  }

  /** The hits as a stream, the best first. */
  public Stream<Hit> stream() {
    return hits.stream();
  }

  /**
   * Reads the whole events of all hits in one pass, in the order of the hits. Blocks on storage;
   * each call reads again. An event that was redacted since the query may be missing.
   */
  public List<Entry> load() {
    return hits.isEmpty()
        ? List.of()
        : List.copyOf(loader.apply(hits.stream().map(Hit::id).toList()));
  }

  @Override
  public Iterator<Hit> iterator() {
    return hits.iterator();
  }

  @Override
  public String toString() {
    return "Hits[" + hits.size() + " of " + coverage.events() + " events]";
  }
}
