package dev.daybook.internal.index;

import static java.util.Objects.requireNonNull;

import dev.daybook.event.EventId;
import dev.daybook.internal.index.Found.More;
import dev.daybook.internal.index.Found.Order;
import dev.daybook.internal.index.Found.Ref;
import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hit.LegScore;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.IOUtils;

/**
 * Recall over an unchanging set of sources: the indexes of some segments, with their vectors, and
 * the tail of one moment. Statistics are shared by all, so where a row lies never changes its
 * score, the turns beside a message apart; see {@link #search}.
 *
 * <p>Every event is in one source only: the caller begins a new tail when segments take its rows
 * in, and compaction drops what was recorded twice. A started call that a call in any source ends
 * is not shown by {@link #search}, {@link #find} and {@link #count}.
 *
 * <p>Safe from any thread. Holds its sources until the last hold on itself is let go: the maker has
 * one, ended by {@link #close()}, and a reader that may meet the end of the maker's takes its own
 * with {@link #retain()}.
 */
public final class Searcher implements AutoCloseable {
  /** How many rows each leg contributes at least. */
  static final int CANDIDATES_MIN = 50;

  /**
   * From so many rows on the legs look at the same time; with fewer a leg takes no longer than
   * waking a thread.
   */
  static final int BESIDE_ROWS_MIN = 20_000;

  /**
   * One segment.
   *
   * @param index of its text and columns
   * @param vectors of its rows under the model that queries are embedded with; {@link
   *     Vectors#none()} if there are none (yet)
   */
  public record Part(PackedIndex index, Vectors vectors) {
    /** Checks the parts. */
    public Part {
      requireNonNull(index, "index");
      requireNonNull(vectors, "vectors");
    }
  }

  private final MultiReader reader;
  private final Sources sources;
  private final int besideRowsMin;

  /** Rows that are newer than the moment this shows; empty if it shows the present. */
  private final Optional<FixedBitSet> beyond;

  /** Rows that are not shown: those beyond, and starts of calls that have ended. */
  private final FixedBitSet hidden;

  private final int hiddenCount;

  /** What a query without a filter looks at; null before the first. */
  private volatile Shown everything;

  private final LexicalLeg lexical;
  private final VectorLeg vector;
  private final AtomicInteger holds = new AtomicInteger(1);

  /** Lets go of what this holds. */
  private final Closeable letGo;

  private Searcher(
      List<Part> parts,
      IndexReader tailReader,
      MultiReader reader,
      Sources sources,
      FixedBitSet ended,
      int besideRowsMin) {
    this.reader = reader;
    this.sources = sources;
    this.besideRowsMin = besideRowsMin;
    this.beyond = Optional.empty();
    this.hidden = ended;
    this.hiddenCount = hidden.cardinality();
    this.lexical = new LexicalLeg(reader, sources);
    this.vector = new VectorLeg(sources);
    this.letGo =
        () -> {
          try {
            IOUtils.close(reader, tailReader);
          } finally {
            parts.forEach(Searcher::letGo);
          }
        };
  }

  /** The past of a searcher that shows the present and is held for this one. */
  private Searcher(Searcher present, Moment moment) throws IOException {
    this.reader = present.reader;
    this.sources = present.sources;
    this.besideRowsMin = present.besideRowsMin;
    this.lexical = present.lexical;
    this.vector = present.vector;
    FixedBitSet newer = lexical.beyond(moment);
    this.beyond = Optional.of(newer);
    this.hidden = sources.endedStarts(present.hidden, newer);
    this.hidden.or(newer);
    this.hiddenCount = hidden.cardinality();
    this.letGo = present::close;
  }

  /**
   * The same sources as of a moment: nothing newer is found by any method, and a started call that
   * ended later is shown as started. Scores may differ from those of that moment, since statistics
   * of words are of all there is now. To be closed as well.
   *
   * @throws IllegalStateException if this searcher is closed
   */
  public Searcher asOf(Moment moment) throws IOException {
    if (!retain()) {
      throw new IllegalStateException("The searcher is closed");
    }
    try {
      return new Searcher(this, moment);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * The last plan version before the first of which an event was recorded after this time; 0 if
   * there is none. So a later time never gives an earlier version, whatever the clocks of writers
   * said.
   */
  public long planVersionAt(Instant time) throws IOException {
    FixedBitSet late = lexical.recordedAfter(time);
    long[] firstLate = {Long.MAX_VALUE};
    lexical.forEachPlanRow((row, version) -> {
      if (late.get(row)) {
        firstLate[0] = Math.min(firstLate[0], version);
      }
    });
    long[] last = {0};
    lexical.forEachPlanRow((row, version) -> {
      if (version < firstLate[0]) {
        last[0] = Math.max(last[0], version);
      }
    });
    return last[0];
  }

  /**
   * The last time at which an event of the plan up to this version was recorded; {@link
   * Instant#MIN} if there is none.
   */
  public Instant planRecordedAt(long planVersion) throws IOException {
    FixedBitSet upTo = new FixedBitSet(Math.max(1, sources.rows()));
    lexical.forEachPlanRow((row, version) -> {
      if (version <= planVersion) {
        upTo.set(row);
      }
    });
    return lexical.lastRecorded(upTo);
  }

  /** The last times of recording, one for each part of the index. */
  public List<Instant> lastRecorded() throws IOException {
    return lexical.lastRecorded();
  }

  private Ref ref(int row) throws IOException {
    int source = sources.sourceOf(row);
    return new Ref(source, row - sources.start(source), sources.id(row));
  }

  /**
   * A searcher over segments and the rows the tail has now.
   *
   * @throws IllegalStateException if a part is closed
   * @throws IllegalArgumentException if the vectors of two sources differ in dimension
   */
  public static Searcher over(List<Part> segments, TailIndex tail) throws IOException {
    return over(segments, tail, BESIDE_ROWS_MIN);
  }

  /** The same where the legs look at the same time from another number of rows on. */
  static Searcher over(List<Part> segments, TailIndex tail, int besideRowsMin) throws IOException {
    List<Part> parts = List.copyOf(segments);
    List<Part> held = new ArrayList<>();
    TailIndex.Snapshot last = null;
    try {
      for (Part part : parts) {
        hold(part);
        held.add(part);
      }
      last = tail.snapshot();
      List<IndexReader> readers = new ArrayList<>();
      List<RowTable> tables = new ArrayList<>();
      List<Vectors> vectors = new ArrayList<>();
      for (Part part : parts) {
        readers.add(part.index().reader());
        tables.add(part.index().table());
        vectors.add(part.vectors());
      }
      readers.add(last.reader());
      tables.add(last.table());
      vectors.add(last.vectors());
      checkDimensions(vectors);
      FixedBitSet ended = tail.endedIn(parts.stream().map(Part::index).toList()).with(last.table());
      return new Searcher(
          parts,
          last.reader(),
          new MultiReader(readers.toArray(IndexReader[]::new), false),
          new Sources(tables, vectors),
          ended,
          besideRowsMin);
    } catch (IOException | RuntimeException e) {
      held.forEach(Searcher::letGo);
      if (last != null) {
        last.reader().close();
      }
      throw e;
    }
  }

  private static void checkDimensions(List<Vectors> vectors) {
    Set<Integer> dimensions = new HashSet<>();
    vectors.stream().filter(v -> v.chunks() > 0).forEach(v -> dimensions.add(v.dimension()));
    if (dimensions.size() > 1) {
      throw new IllegalArgumentException(
          "Vectors of different dimensions cannot be searched together: " + dimensions);
    }
  }

  private static void hold(Part part) {
    if (!part.index().retain()) {
      throw new IllegalStateException(part.index() + " is closed");
    }
    if (!part.vectors().retain()) {
      part.index().release();
      throw new IllegalStateException(part.vectors() + " is closed");
    }
  }

  private static void letGo(Part part) {
    part.index().release();
    part.vectors().release();
  }

  /** Takes a hold, to be ended by {@link #close()}; {@code false} if the searcher is closed. */
  public boolean retain() {
    return holds.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  /** Lets go of one hold; with the last the sources are let go. */
  @Override
  public void close() throws IOException {
    if (holds.decrementAndGet() == 0) {
      letGo.close();
    }
  }

  /** How many rows there are, hidden ones too. */
  public int rows() {
    return sources.rows();
  }

  /** Where an event is, also a started call that is not shown. */
  public Optional<Ref> lookup(EventId id) throws IOException {
    for (int source = sources.count() - 1; source >= 0; source--) {
      int row = sources.table(source).rowOf(id);
      if (row >= 0) {
        return beyond.isPresent() && beyond.get().get(sources.start(source) + row)
            ? Optional.empty()
            : Optional.of(new Ref(source, row, id));
      }
    }
    return Optional.empty();
  }

  /** How many events pass. */
  public long count(Filter filter) throws IOException {
    return filter.isAny() ? sources.rows() - hiddenCount : shown(filter, List.of()).cardinality();
  }

  /** The rows that pass: a set for each segment, then one for the tail. */
  public List<BitSet> passing(Filter filter) throws IOException {
    FixedBitSet shown = shown(filter, List.of());
    List<BitSet> bySource = new ArrayList<>();
    for (int source = 0; source < sources.count(); source++) {
      bySource.add(part(shown, sources.start(source), sources.table(source).rows()));
    }
    return bySource;
  }

  private static BitSet part(FixedBitSet all, int start, int rows) {
    long[] from = all.getBits();
    long[] words = new long[(rows + Long.SIZE - 1) / Long.SIZE];
    int first = start / Long.SIZE;
    int shift = start % Long.SIZE;
    for (int i = 0; i < words.length; i++) {
      words[i] = from[first + i] >>> shift;
      if (shift > 0 && first + i + 1 < from.length) {
        words[i] |= from[first + i + 1] << -shift;
      }
    }
    BitSet part = BitSet.valueOf(words);
    part.clear(rows, words.length * Long.SIZE);
    return part;
  }

  /** The event of a row of a source. */
  public EventId id(int source, int row) throws IOException {
    return sources.table(source).id(row);
  }

  /**
   * The events that pass, in the order of identities.
   *
   * @param after where to begin: behind this event in the given order; {@link EventId#NONE} for the
   *     beginning
   * @param limit the most events given, at least 1
   */
  public Found find(Filter filter, EventId after, int limit, Order order) throws IOException {
    return page(shown(filter, List.of()), after, limit, order);
  }

  /** How many events a selection has. */
  public long count(Selection selection) throws IOException {
    return shown(selection).cardinality();
  }

  /** The events of a selection, as {@link #find(Filter, EventId, int, Order)} lists them. */
  public Found find(Selection selection, EventId after, int limit, Order order) throws IOException {
    return page(shown(selection), after, limit, order);
  }

  /**
   * The events of a selection by what they have in a column; those that have nothing there are in
   * no group.
   *
   * @param column {@link Filter.Field#AGENT} or {@link Filter.Field#REVISION}
   * @param newestMax the most events that are named of a group, at least 1
   * @return the group with the newest event first
   */
  public List<Group> groups(Selection selection, Filter.Field column, int newestMax)
      throws IOException {
    Map<String, Gathered> groups = new HashMap<>();
    lexical.forEachValue(
        shown(selection),
        column,
        (row, value) ->
            groups.computeIfAbsent(value, key -> new Gathered(newestMax)).add(ref(row)));
    List<Group> all = new ArrayList<>();
    groups.forEach((value, gathered) -> all.add(gathered.group(value)));
    all.sort(
        Comparator.<Group, EventId>comparing(group -> group.newest().getFirst().id()).reversed());
    return all;
  }

  /**
   * The first event of those that pass, in the order of identities, that stands behind another and
   * has a wanted value in a column. Each distinct value is asked about once in each part of the
   * index; where none is wanted no row is looked at.
   *
   * @param column {@link Filter.Field#AGENT} or {@link Filter.Field#REVISION}
   */
  public Optional<EventId> firstWith(
      Filter filter, EventId after, Filter.Field column, Predicate<String> wanted)
      throws IOException {
    LexicalLeg.Wanted values = lexical.wanted(column, wanted);
    if (values.isNothing()) {
      return Optional.empty();
    }
    FirstBehind first = new FirstBehind(after);
    values.forEach(shown(filter, List.of()), first::take);
    return first.id;
  }

  /** The least identity behind another, of rows that are given in their order. */
  private final class FirstBehind {
    private final EventId after;
    private int source;
    private Optional<EventId> id = Optional.empty();

    FirstBehind(EventId after) {
      this.after = after;
    }

    void take(int row) throws IOException {
      while (row >= sources.start(source) + sources.table(source).rows()) {
        source++;
      }
      RowTable table = sources.table(source);
      long high = table.high(row - sources.start(source));
      // Most rows are known not to be the one by half of their identity, which need not be made.
      if (Long.compareUnsigned(high, after.high()) < 0
          || (id.isPresent() && Long.compareUnsigned(high, id.get().high()) > 0)) {
        return;
      }
      EventId other = table.id(row - sources.start(source));
      if (other.compareTo(after) > 0 && (id.isEmpty() || other.compareTo(id.get()) < 0)) {
        id = Optional.of(other);
      }
    }
  }

  /** The events of a group so far. */
  private static final class Gathered {
    private final PriorityQueue<Ref> newest = new PriorityQueue<>(Comparator.comparing(Ref::id));
    private final int newestMax;
    private Optional<Ref> oldest = Optional.empty();
    private long events;

    Gathered(int newestMax) {
      this.newestMax = newestMax;
    }

    void add(Ref ref) {
      events++;
      if (oldest.isEmpty() || ref.id().compareTo(oldest.get().id()) < 0) {
        oldest = Optional.of(ref);
      }
      newest.add(ref);
      if (newest.size() > newestMax) {
        newest.poll();
      }
    }

    Group group(String value) {
      List<Ref> last = new ArrayList<>(newest);
      last.sort(Comparator.comparing(Ref::id).reversed());
      return new Group(value, events, oldest.orElseThrow(), last);
    }
  }

  /**
   * Events of a selection, the one with the highest plan version first, of one version the one with
   * the highest id; events that are not of the plan come last.
   *
   * @param after where to begin: behind this event; {@link EventId#NONE} for the beginning. Nothing
   *     is behind an event that is not there
   */
  public List<Ref> latestOfPlan(Selection selection, EventId after, int limit) throws IOException {
    Map<Integer, Long> versions = new HashMap<>();
    Optional<Ref> cursor = after.isPresent() ? lookup(after) : Optional.empty();
    if (after.isPresent() && cursor.isEmpty()) {
      return List.of();
    }
    FixedBitSet shown = shown(selection);
    cursor.ifPresent(ref -> shown.set(rowOf(ref)));
    for (int row = next(shown, 0, sources.rows());
        row < sources.rows();
        row = next(shown, row + 1, sources.rows())) {
      versions.put(row, 0L);
    }
    lexical.forEachPlanRow((row, version) -> versions.replace(row, version));
    List<Ref> refs = new ArrayList<>();
    for (int row : versions.keySet()) {
      refs.add(ref(row));
    }
    Comparator<Ref> latest =
        Comparator.<Ref>comparingLong(ref -> versions.get(rowOf(ref)))
            .thenComparing(Ref::id)
            .reversed();
    return refs.stream()
        .filter(ref -> cursor.isEmpty() || latest.compare(ref, cursor.get()) > 0)
        .sorted(latest)
        .limit(limit)
        .toList();
  }

  private int rowOf(Ref ref) {
    return sources.start(ref.source()) + ref.row();
  }

  private Found page(FixedBitSet shown, EventId after, int limit, Order order) throws IOException {
    Comparator<Ref> wanted =
        order == Order.OLDEST_FIRST
            ? Comparator.comparing(Ref::id)
            : Comparator.comparing(Ref::id).reversed();
    Ref cursor = new Ref(0, 0, after);
    PriorityQueue<Ref> lastFirst = new PriorityQueue<>(wanted.reversed());
    for (int source = 0; source < sources.count(); source++) {
      int start = sources.start(source);
      int end = start + sources.table(source).rows();
      for (int row = next(shown, start, end); row < end; row = next(shown, row + 1, end)) {
        Ref ref = new Ref(source, row - start, sources.table(source).id(row - start));
        boolean isBehind = !after.isPresent() || wanted.compare(ref, cursor) > 0;
        if (isBehind && (lastFirst.size() <= limit || wanted.compare(ref, lastFirst.peek()) < 0)) {
          lastFirst.add(ref);
          if (lastFirst.size() > limit + 1) {
            lastFirst.poll();
          }
        }
      }
    }
    List<Ref> page = new ArrayList<>(lastFirst);
    page.sort(wanted);
    return page.size() > limit
        ? new Found(page.subList(0, limit), More.YES)
        : new Found(page, More.NO);
  }

  private static int next(FixedBitSet bits, int from, int end) {
    return from >= end ? end : bits.nextSetBit(from, end);
  }

  /**
   * The events that answer a query best. Each leg finds at least {@value #CANDIDATES_MIN}; every
   * event either found is scored by both, as {@link Fusion} says. An event that has no vector
   * counts as the last of those the vector leg found, so what is not embedded yet is ranked by its
   * words among the rest. If one leg runs alone, its own score ranks, except that events that hold
   * the token a question is go first. Of equal scores the older event goes first. Turns of a
   * conversation gain by those beside them in the same segment, or the same part of the tail; so a
   * turn's score, unlike all else, may change a little when it is compacted.
   *
   * @param question the query's vector; no component if there is no embedder
   * @throws IllegalArgumentException if the vector has another dimension than the events'
   */
  Ranking search(Query query, float[] question) throws IOException {
    return search(query, question, "there is no embedder");
  }

  /**
   * The same.
   *
   * @param whyNoQuestion what coverage says if there is no embedder
   */
  public Ranking search(Query query, float[] question, String whyNoQuestion) throws IOException {
    List<String> notes = new ArrayList<>();
    Shown passing = shown(query);
    FixedBitSet shown = passing.rows();
    int candidates = Math.max(CANDIDATES_MIN, query.limit());
    EnumMap<Leg, List<Scored>> found = new EnumMap<>(Leg.class);
    Optional<LexicalLeg.Prepared> words = Optional.empty();
    Optional<VectorLeg.Prepared> meaning = Optional.empty();
    if (query.legs().contains(Leg.VECTOR)) {
      if (question.length == 0) {
        notes.add("vector: " + whyNoQuestion);
      } else if (vector.isEmpty()) {
        notes.add("vector: no event has a vector yet");
      } else {
        meaning = Optional.of(vector.prepare(question));
      }
    }
    boolean wantsWords = query.legs().contains(Leg.LEXICAL);
    Optional<BesideLeg> beside = Optional.empty();
    if (meaning.isPresent()) {
      VectorLeg.Prepared leg = meaning.get();
      if (wantsWords && sources.rows() >= besideRowsMin) {
        beside = Optional.of(BesideLeg.start(() -> leg.best(shown, candidates)));
      } else {
        found.put(Leg.VECTOR, leg.best(shown, candidates));
      }
    }
    try {
      if (wantsWords) {
        words = lexical.prepare(query);
        if (words.isPresent()) {
          List<Scored> others = found.getOrDefault(Leg.VECTOR, List.of());
          found.put(Leg.LEXICAL, words.get().best(shown, candidates, others));
        } else {
          notes.addFirst("lexical: the query has no word that is searched");
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      beside.ifPresent(leg -> leg.abandon(e));
      throw e;
    }
    if (beside.isPresent()) {
      found.put(Leg.VECTOR, beside.get().join());
    }
    List<Scored> ranked = Fusion.rank(query, found, words, meaning, shown, sources);
    words.ifPresent(LexicalLeg.Prepared::forget);
    Coverage coverage =
        new Coverage(
            passing.count(),
            passing.withoutVector(),
            found.keySet().isEmpty() ? EnumSet.noneOf(Leg.class) : EnumSet.copyOf(found.keySet()),
            String.join("; ", notes));
    List<Scored> best = List.copyOf(ranked.subList(0, Math.min(query.limit(), ranked.size())));
    List<EventId> ids = new ArrayList<>(best.size());
    for (Scored one : best) {
      ids.add(sources.id(one.row()));
    }
    Optional<LexicalLeg.Prepared> byWords = words;
    Optional<VectorLeg.Prepared> byMeaning = meaning;
    return new Ranking(
        ids,
        coverage,
        texts -> present(query, best, found, byWords, byMeaning, texts),
        () -> cosines(best, byMeaning));
  }

  private SequencedMap<EventId, Double> cosines(
      List<Scored> best, Optional<VectorLeg.Prepared> meaning) throws IOException {
    SequencedMap<EventId, Double> cosines = new LinkedHashMap<>();
    for (Scored one : best) {
      double cosine = meaning.isPresent() ? cosine(meaning.get(), one.row()) : 0;
      cosines.put(sources.id(one.row()), cosine);
    }
    return cosines;
  }

  private static float cosine(VectorLeg.Prepared meaning, int row) throws IOException {
    float cosine = meaning.score(row);
    return Float.isNaN(cosine) ? 0 : cosine;
  }

  private List<Hit> present(
      Query query,
      List<Scored> best,
      Map<Leg, List<Scored>> found,
      Optional<LexicalLeg.Prepared> words,
      Optional<VectorLeg.Prepared> meaning,
      Ranking.Texts texts)
      throws IOException {
    TextAnalysis analysis = new TextAnalysis();
    Set<String> wanted = new HashSet<>();
    analysis.stemsOf(query.text()).forEach(stem -> wanted.add(stem.text()));
    query.phrases().forEach(p -> analysis.stemsOf(p).forEach(stem -> wanted.add(stem.text())));
    List<StoredHit> shown = new ArrayList<>();
    StoredFields stored = reader.storedFields();
    for (Scored one : best) {
      shown.add(
          StoredHit.decode(
              stored.document(one.row(), Set.of(RowDocument.HIT)).getBinaryValue(RowDocument.HIT)));
    }
    Map<EventId, String> whole = wholeTexts(best, shown, words, wanted, analysis, texts);
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < best.size(); i++) {
      Scored one = best.get(i);
      int row = one.row();
      EnumMap<Leg, LegScore> legs = new EnumMap<>(Leg.class);
      if (words.isPresent()) {
        legs.put(
            Leg.LEXICAL, new LegScore(rankIn(found.get(Leg.LEXICAL), row), words.get().score(row)));
      }
      if (meaning.isPresent()) {
        legs.put(
            Leg.VECTOR,
            new LegScore(rankIn(found.get(Leg.VECTOR), row), cosine(meaning.get(), row)));
      }
      EventId id = sources.id(row);
      StoredHit hit = shown.get(i);
      String text = whole.getOrDefault(id, hit.text() + (hit.rest() > 0 ? Snippet.CUT : ""));
      hits.add(
          new Hit(
              id,
              hit.type(),
              hit.stream(),
              hit.time(),
              hit.actor(),
              hit.session(),
              hit.task(),
              hit.outcome(),
              hit.tool(),
              Snippet.of(text, wanted, analysis),
              one.score(),
              legs));
    }
    return hits;
  }

  /** The texts of those rows that have a wanted word behind what is stored for snippets. */
  private Map<EventId, String> wholeTexts(
      List<Scored> best,
      List<StoredHit> shown,
      Optional<LexicalLeg.Prepared> words,
      Set<String> wanted,
      TextAnalysis analysis,
      Ranking.Texts texts)
      throws IOException {
    if (words.isEmpty()) {
      return Map.of();
    }
    List<Ref> beyondHead = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      int row = best.get(i).row();
      if (shown.get(i).rest() > 0) {
        Set<String> missing = new HashSet<>(words.get().stemsIn(row));
        missing.retainAll(wanted);
        analysis.stemsOf(shown.get(i).text()).forEach(stem -> missing.remove(stem.text()));
        if (!missing.isEmpty()) {
          beyondHead.add(ref(row));
        }
      }
    }
    return beyondHead.isEmpty() ? Map.of() : texts.of(beyondHead);
  }

  private static int rankIn(List<Scored> found, int row) {
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).row() == row) {
        return i + 1;
      }
    }
    return 0;
  }

  /**
   * The rows a query looks at.
   *
   * @param rows one bit for each; null for all
   */
  private record Shown(FixedBitSet rows, long count, long withoutVector) {}

  private Shown shown(Query query) throws IOException {
    if (!query.filter().isAny() || !query.phrases().isEmpty()) {
      FixedBitSet passing = shown(query.filter(), query.phrases());
      return new Shown(passing, passing.cardinality(), vector.without(passing));
    }
    Shown known = everything;
    if (known == null) {
      FixedBitSet visible = hiddenCount == 0 ? null : shown(Filter.any(), List.of());
      known = new Shown(visible, sources.rows() - hiddenCount, vector.without(visible));
      everything = known;
    }
    return known;
  }

  /** One bit for each row of a selection that is not hidden. */
  private FixedBitSet shown(Selection selection) throws IOException {
    FixedBitSet shown = new FixedBitSet(Math.max(1, sources.rows()));
    for (Selection.Passing passing : selection.anyOf()) {
      shown.or(lexical.matching(passing.filter(), passing.phrases()));
    }
    for (EventId id : selection.events()) {
      for (Ref ref : lookup(id).stream().toList()) {
        shown.set(sources.start(ref.source()) + ref.row());
      }
    }
    shown.andNot(hidden);
    return shown;
  }

  /** One bit for each row that passes and is not hidden. */
  private FixedBitSet shown(Filter filter, List<String> phrases) throws IOException {
    FixedBitSet shown = lexical.matching(filter, phrases);
    shown.andNot(hidden);
    return shown;
  }
}
