package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.Found;
import dev.daybook.internal.index.Found.Order;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.index.Ranking;
import dev.daybook.internal.index.Searcher;
import dev.daybook.internal.index.TailIndex;
import dev.daybook.internal.index.Vectors;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.workspace.Library.OpenSegment;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one read of a workspace saw, ready to be asked. Unchanging; safe for use by any number of
 * threads. The files it needs stay mapped until nobody holds it any more.
 */
public final class View {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int PAGE = 1_000;

  private final Library library;
  private final Embedder embedder;
  private final PlanState plan;
  private final List<OpenSegment> segments;
  private final List<Row> tailRows;
  private final Searcher searcher;

  View(
      Library library,
      Embedder embedder,
      PlanState plan,
      List<OpenSegment> segments,
      TailIndex tail,
      List<Row> tailRows)
      throws IOException {
    this.library = library;
    this.embedder = embedder;
    this.plan = plan;
    this.segments = List.copyOf(segments);
    this.tailRows = tailRows;
    List<Searcher.Part> parts = new ArrayList<>();
    for (OpenSegment segment : segments) {
      Vectors vectors = segment.vectors().isEmpty() ? Vectors.none() : segment.vectors().getFirst();
      parts.add(new Searcher.Part(segment.index(), vectors));
    }
    Searcher over = Searcher.over(parts, tail);
    this.searcher = over;
    CLEANER.register(this, () -> close(over));
  }

  private static void close(Searcher searcher) {
    try {
      searcher.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot unmap local copies of an index", e);
    }
  }

  /** The plan at the time of the read. */
  public PlanState plan() {
    return plan;
  }

  /** How many events a filter lets pass. */
  public long count(Filter filter) {
    return reading(() -> searcher.count(filter));
  }

  /** Whether there is an event of this id. */
  public boolean contains(EventId id) {
    return reading(() -> searcher.lookup(id)).isPresent();
  }

  /** The event of this id; empty if there is none. */
  public Optional<Entry> entry(EventId id) {
    return load(List.of(id)).stream().findFirst();
  }

  /** What a filter lets pass, newest first, after a cursor. */
  public List<Entry> find(Filter filter, EventId after, int limit) {
    return loadRefs(reading(() -> searcher.find(filter, after, limit, Order.NEWEST_FIRST)).refs());
  }

  /** The newest of what a filter lets pass. */
  public List<Entry> newest(Filter filter, int limit) {
    return find(filter, EventId.NONE, limit);
  }

  /** Everything of a session, oldest first. */
  public List<Entry> timeline(SessionId session) {
    List<Ref> refs = new ArrayList<>();
    Filter filter = Filter.any().session(session);
    EventId after = EventId.NONE;
    while (true) {
      EventId from = after;
      Found page = reading(() -> searcher.find(filter, from, PAGE, Order.OLDEST_FIRST));
      refs.addAll(page.refs());
      if (page.hasMore() == Found.More.NO) {
        return loadRefs(refs);
      }
      after = page.refs().getLast().id();
    }
  }

  /** Answers a query. */
  public Hits recall(Query query) {
    boolean embeds = embedder.isPresent() && query.legs().contains(Leg.VECTOR);
    float[] question = embeds ? embedder.embedQuery(query.question()) : new float[0];
    Ranking ranking = reading(() -> searcher.search(query, question));
    return Hits.of(ranking.hits(), ranking.coverage(), this::load);
  }

  /** The events of these ids, in this order; those that do not exist are left out. */
  public List<Entry> load(List<EventId> ids) {
    List<Ref> refs = new ArrayList<>();
    for (EventId id : ids) {
      reading(() -> searcher.lookup(id)).ifPresent(refs::add);
    }
    return loadRefs(refs);
  }

  private List<Entry> loadRefs(List<Ref> refs) {
    Map<Integer, List<Ref>> bySource = new TreeMap<>();
    refs.forEach(
        ref -> bySource.computeIfAbsent(ref.source(), source -> new ArrayList<>()).add(ref));
    Map<EventId, Entry> entries = new TreeMap<>();
    try {
      for (Map.Entry<Integer, List<Ref>> source : bySource.entrySet()) {
        for (Row row : rows(source.getKey(), source.getValue())) {
          entries.put(row.id(), row.entry());
        }
      }
    } catch (IOException e) {
      throw new CorruptDataException(
          "Events of a segment cannot be read: "
              + e.getMessage()
              + "; restore the segment from a backup",
          e);
    }
    return refs.stream().map(Ref::id).map(entries::get).toList();
  }

  private List<Row> rows(int source, List<Ref> refs) throws IOException {
    int[] numbers = refs.stream().mapToInt(Ref::row).sorted().distinct().toArray();
    if (source < segments.size()) {
      OpenSegment segment = segments.get(source);
      try {
        return segment.reader().rows(numbers);
      } catch (NoSuchFileException e) {
        // Somebody made room in the cache; the segment itself is where it was.
        return library.reopened(segment.ref()).rows(numbers);
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int number : numbers) {
      rows.add(tailRows.get(number));
    }
    return rows;
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T reading(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read local copies of an index; check the cache folder", e);
    }
  }
}
