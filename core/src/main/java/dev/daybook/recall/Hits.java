package dev.daybook.recall;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The answer to a {@link Query}: which events, the best first, and what that rests on. Ids are
 * there at once; what a {@link Hit} shows of each is read from the index when it is first asked
 * for, and kept. Unchanging; safe from any thread.
 */
public final class Hits implements Iterable<Hit> {
  private final List<EventId> ids;
  private final Coverage coverage;
  private final Supplier<List<Hit>> reader;
  private final Function<List<EventId>, List<Entry>> loader;
  private final ReentrantLock reading = new ReentrantLock();

  /** Null until somebody looks. */
  private volatile List<Hit> hits;

  private Hits(
      List<EventId> ids,
      Coverage coverage,
      Supplier<List<Hit>> reader,
      Function<List<EventId>, List<Entry>> loader) {
    this.ids = List.copyOf(ids);
    this.coverage = Objects.requireNonNull(coverage, "coverage");
    this.reader = Objects.requireNonNull(reader, "reader");
    this.loader = Objects.requireNonNull(loader, "loader");
  }

  /**
   * An answer made of its parts.
   *
   * @param loader reads the whole events of these ids, in the order of the ids
   */
  public static Hits of(
      List<Hit> hits, Coverage coverage, Function<List<EventId>, List<Entry>> loader) {
    List<Hit> all = List.copyOf(hits);
    return new Hits(all.stream().map(Hit::id).toList(), coverage, () -> all, loader);
  }

  /**
   * An answer whose hits are made when they are looked at.
   *
   * @param reader makes the hits of these ids, in the order of the ids; called once, and again only
   *     if it threw
   * @param loader reads the whole events of these ids, in the order of the ids
   */
  public static Hits ofIds(
      List<EventId> ids,
      Coverage coverage,
      Supplier<List<Hit>> reader,
      Function<List<EventId>, List<Entry>> loader) {
    return new Hits(ids, coverage, reader, loader);
  }

  /** The events found, the best first; nothing is read for it. */
  public List<EventId> ids() {
    return ids;
  }

  /**
   * The hits, the best first. The first call reads from local copies of the index, and may block on
   * storage: for what is not copied, and for texts whose matching words lie far behind their
   * beginning. Others that call meanwhile wait for it.
   */
  public List<Hit> list() {
    List<Hit> made = hits;
    if (made != null) {
      return made;
    }
    reading.lock();
    try {
      if (hits == null) {
        hits = List.copyOf(reader.get());
      }
      return hits;
    } finally {
      reading.unlock();
    }
  }

  /** How much of the history was searched, and by which legs. */
  public Coverage coverage() {
    return coverage;
  }

  /** How many hits there are. */
  public int size() {
    return ids.size();
  }

  /** Whether nothing was found. */
  public boolean isEmpty() {
    return ids.isEmpty();
  }

  /** The hits as a stream, the best first. */
  public Stream<Hit> stream() {
    return list().stream();
  }

  /**
   * Reads the whole events of all hits in one pass, in the order of the hits. Blocks on storage;
   * each call reads again. An event that was redacted since the query may be missing.
   */
  public List<Entry> load() {
    return ids.isEmpty() ? List.of() : List.copyOf(loader.apply(ids));
  }

  @Override
  public Iterator<Hit> iterator() {
    return list().iterator();
  }

  @Override
  public String toString() {
    return "Hits[" + ids.size() + " of " + coverage.events() + " events]";
  }
}
