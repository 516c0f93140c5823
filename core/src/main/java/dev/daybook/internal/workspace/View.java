package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.DaybookException;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.index.Found;
import dev.daybook.internal.index.Found.Order;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.index.Group;
import dev.daybook.internal.index.Moment;
import dev.daybook.internal.index.Place;
import dev.daybook.internal.index.Ranking;
import dev.daybook.internal.index.Searcher;
import dev.daybook.internal.index.Selection;
import dev.daybook.internal.index.TailIndex;
import dev.daybook.internal.index.Vectors;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.segment.Column;
import dev.daybook.internal.segment.ColumnScan.ReadAhead;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.internal.workspace.Library.OpenSegment;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What one read of a workspace saw, ready to be asked. Unchanging; safe for use by any number of
 * threads. The files it needs stay mapped until nobody holds it any more.
 */
public final class View {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int PAGE = 1_000;
  private static final int NAMING_PAGE = 64;

  /** How many events are looked at for a path in their text. */
  private static final int NAMING_MAX = 512;

  /** How often files may be replaced while events are read. */
  static final int ROUNDS_MAX = 5;

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

  /** The past of a view of the present. */
  private View(View present, PlanState plan, Searcher past) {
    this.library = present.library;
    this.embedder = present.embedder;
    this.plan = plan;
    this.segments = present.segments;
    this.tailRows = present.tailRows;
    this.searcher = past;
    CLEANER.register(this, () -> close(past));
  }

  /** The same as of a moment: nothing newer is seen. */
  View asOf(Moment moment, PlanState planThen) {
    return new View(this, planThen, reading(() -> searcher.asOf(moment)));
  }

  /**
   * The last plan version before the first that was recorded after this time; 0 if there is none.
   */
  long planVersionAt(Instant time) {
    return reading(() -> searcher.planVersionAt(time));
  }

  /**
   * The last time at which an event of the plan up to a version was recorded; {@link Instant#MIN}
   * if there is none.
   */
  Instant planRecordedAt(long version) {
    return reading(() -> searcher.planRecordedAt(version));
  }

  /** The last times of recording, one for each part of what is seen. */
  List<Instant> lastRecorded() {
    return reading(searcher::lastRecorded);
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
    return reading(() -> searcher.count(masked(filter)));
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
    return loadRefs(
        reading(() -> searcher.find(masked(filter), after, limit, Order.NEWEST_FIRST)).refs());
  }

  /** What is recorded is masked, so what is asked for is masked in the same way. */
  Masker masker() {
    return library.masker();
  }

  private Filter masked(Filter filter) {
    return filter.withTexts(masker()::text);
  }

  /** Columns of what a filter lets pass; to be closed by the caller. */
  public EventScan scan(Filter filter, List<Column> columns, ReadAhead readAhead) {
    return new EventScan(this, reading(() -> searcher.passing(masked(filter))), columns, readAhead);
  }

  /** The segments that are seen, in the order of their rows in {@link #scan}. */
  List<OpenSegment> segments() {
    return segments;
  }

  /** The rows that no segment covers. */
  List<Row> tailRows() {
    return tailRows;
  }

  Library library() {
    return library;
  }

  /** Where the events of some rows of a source are, in this view. */
  List<Ref> refsIn(View other, int source, BitSet rows) {
    List<EventId> ids =
        other.reading(() -> {
          List<EventId> some = new ArrayList<>();
          for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            some.add(other.searcher.id(source, row));
          }
          return some;
        });
    return lookup(ids);
  }

  /** Events of a selection, newest first, after a cursor. */
  public List<Entry> find(Selection selection, EventId after, int limit) {
    return loadRefs(
        reading(() -> searcher.find(selection, after, limit, Order.NEWEST_FIRST)).refs());
  }

  /** Events of a selection, those of the newest plan version first, after a cursor. */
  public List<Entry> latestOfPlan(Selection selection, EventId after, int limit) {
    return loadRefs(reading(() -> searcher.latestOfPlan(selection, after, limit)));
  }

  /** Events of a selection by what they have in a column, the newest group first. */
  public List<Group> groups(Selection selection, Filter.Field column, int newestMax) {
    return reading(() -> searcher.groups(selection, column, newestMax));
  }

  /**
   * The newest events that name a place, in a field or in their text, among the newest {@value
   * #NAMING_MAX} that could.
   *
   * @param kind which events
   */
  public List<Entry> naming(Place place, Filter kind, int limit) {
    List<Selection.Passing> possible = new ArrayList<>();
    possible.add(Selection.Passing.of(kind.path(place.globs())));
    place.words().ifPresent(words -> possible.add(new Selection.Passing(kind, List.of(words))));
    Selection selection = new Selection(possible, List.of());
    List<Entry> naming = new ArrayList<>();
    EventId after = EventId.NONE;
    for (int looked = 0; looked < NAMING_MAX; looked += NAMING_PAGE) {
      EventId from = after;
      Found page = reading(() -> searcher.find(selection, from, NAMING_PAGE, Order.NEWEST_FIRST));
      Map<EventId, Row> rows = rowsOf(page.refs());
      List<Ref> named =
          page.refs().stream()
              .filter(ref -> rows.containsKey(ref.id()) && names(rows.get(ref.id()), place))
              .limit(limit - naming.size())
              .toList();
      naming.addAll(entries(named, rows));
      if (naming.size() == limit || page.hasMore() == Found.More.NO) {
        return naming;
      }
      after = page.refs().getLast().id();
    }
    return naming;
  }

  private static boolean names(Row row, Place place) {
    String worktree = row.envelope().vcs().worktree();
    return row.promoted().paths().stream()
            .anyMatch(path -> place.has(path) || place.has(Place.plain(path, worktree)))
        || place.isNamedIn(row.text(), worktree);
  }

  /** The newest of what a filter lets pass. */
  public List<Entry> newest(Filter filter, int limit) {
    return find(filter, EventId.NONE, limit);
  }

  /** Identities of the newest of what a filter lets pass; no event is read for them. */
  List<EventId> newestIds(Filter filter, int limit) {
    return reading(() -> searcher.find(masked(filter), EventId.NONE, limit, Order.NEWEST_FIRST))
        .ids();
  }

  /** Identities of the oldest of what a filter lets pass, after a cursor. */
  List<EventId> oldestIds(Filter filter, EventId after, int limit) {
    return reading(() -> searcher.find(masked(filter), after, limit, Order.OLDEST_FIRST)).ids();
  }

  /**
   * The first event of those a filter lets pass, in the order of identities, that stands behind
   * another and has a wanted value in a column.
   */
  Optional<EventId> firstWith(
      Filter filter, EventId after, Filter.Field column, Predicate<String> wanted) {
    return reading(() -> searcher.firstWith(masked(filter), after, column, wanted));
  }

  /** Everything of a session, oldest first. */
  public List<Entry> timeline(SessionId session) {
    List<Ref> refs = new ArrayList<>();
    Filter filter = masked(Filter.any().session(session));
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
    Ranking ranking = ranking(query);
    return Hits.ofIds(ranking.ids(), ranking.coverage(), () -> hits(ranking), this::load);
  }

  /**
   * The events a query finds, the best first, each with its cosine with the question; 0 if there is
   * none. Nothing of what hits show is read.
   */
  SequencedMap<EventId, Double> cosines(Query query) {
    Ranking ranking = ranking(query);
    return reading(ranking::cosines);
  }

  private Ranking ranking(Query asked) {
    Query query = asked.withTexts(masker()::text);
    boolean embeds = embedder.isPresent() && query.legs().contains(Leg.VECTOR);
    float[] question = embeds ? embedder.embedQuery(query.question()) : new float[0];
    return reading(
        () -> searcher.search(library.leaning(query), question, library.whyNoEmbedder()));
  }

  private List<Hit> hits(Ranking ranking) {
    return reading(() -> ranking.hits(this::texts));
  }

  /** The searched texts of events; none if they cannot be had, which loading them will say. */
  private Map<EventId, String> texts(List<Ref> refs) {
    try {
      Map<EventId, String> texts = new TreeMap<>();
      rowsOf(refs).forEach((id, row) -> texts.put(id, row.text()));
      return texts;
    } catch (DaybookException e) {
      return Map.of();
    }
  }

  /** The events of these ids, in this order; those that do not exist are left out. */
  public List<Entry> load(List<EventId> ids) {
    return loadRefs(lookup(ids));
  }

  /** Those of these events that exist. */
  Map<EventId, Entry> byId(List<EventId> ids) {
    Map<EventId, Entry> entries = new TreeMap<>();
    load(ids).forEach(entry -> entries.put(entry.id(), entry));
    return entries;
  }

  private List<Entry> loadRefs(List<Ref> refs) {
    Map<EventId, Entry> entries = entriesOf(refs);
    // What was redacted since may be missing in a newer view, which the rest was read from.
    return refs.stream().map(ref -> entries.get(ref.id())).filter(Objects::nonNull).toList();
  }

  private static List<Entry> entries(List<Ref> refs, Map<EventId, Row> rows) {
    List<Entry> entries = new ArrayList<>();
    for (Ref ref : refs) {
      entries.add(rows.get(ref.id()).entry());
    }
    return entries;
  }

  private static CorruptDataException unreadable(IOException e) {
    return new CorruptDataException(
        "Events of a segment cannot be read: "
            + e.getMessage()
            + "; restore the segment from a backup",
        e);
  }

  private Map<EventId, Row> rowsOf(List<Ref> refs) {
    return read(refs, SegmentReader::rows, row -> row, Row::id);
  }

  private Map<EventId, Entry> entriesOf(List<Ref> refs) {
    return read(refs, SegmentReader::entries, Row::entry, Entry::id);
  }

  @FunctionalInterface
  private interface Selecting<T> {
    List<T> of(SegmentReader segment, int[] rows) throws IOException;
  }

  /**
   * Reads events from segments and the tail. If a segment was replaced and is gone, the rest is
   * read from a view of now: what an event holds never changes.
   */
  private <T> Map<EventId, T> read(
      List<Ref> refs, Selecting<T> ofSegment, Function<Row, T> ofTail, Function<T, EventId> id) {
    Map<EventId, T> found = new TreeMap<>();
    View from = this;
    List<Ref> left = refs;
    for (int round = 1; ; round++) {
      try {
        from.read(left, ofSegment, ofTail).forEach(one -> found.put(id.apply(one), one));
        return found;
      } catch (FileGoneException e) {
        if (round == ROUNDS_MAX) {
          throw e;
        }
        from = library.readAnew();
        left = from.lookup(left.stream().map(Ref::id).toList());
      }
    }
  }

  private List<Ref> lookup(List<EventId> ids) {
    List<Ref> refs = new ArrayList<>();
    for (EventId id : ids) {
      reading(() -> searcher.lookup(id)).ifPresent(refs::add);
    }
    return refs;
  }

  private <T> List<T> read(List<Ref> refs, Selecting<T> ofSegment, Function<Row, T> ofTail) {
    Map<Integer, List<Ref>> bySource = new TreeMap<>();
    refs.forEach(
        ref -> bySource.computeIfAbsent(ref.source(), source -> new ArrayList<>()).add(ref));
    library.fetchRows(
        bySource.keySet().stream()
            .filter(source -> source < segments.size())
            .map(source -> segments.get(source).ref())
            .toList());
    List<T> found = new ArrayList<>();
    bySource.forEach((source, some) -> {
      int[] numbers = some.stream().mapToInt(Ref::row).sorted().distinct().toArray();
      if (source < segments.size()) {
        try {
          found.addAll(ofSegment.of(segments.get(source).reader(), numbers));
        } catch (IOException e) {
          throw unreadable(e);
        }
      } else {
        for (int number : numbers) {
          found.add(ofTail.apply(tailRows.get(number)));
        }
      }
    });
    return found;
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  /** Reads while this is in use, so that nothing is unmapped below the reader. */
  private <T> T reading(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read local copies of an index; check the cache folder", e);
    } finally {
      Reference.reachabilityFence(this);
    }
  }
}
