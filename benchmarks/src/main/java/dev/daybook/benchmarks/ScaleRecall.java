package dev.daybook.benchmarks;

import dev.daybook.Workspace;
import dev.daybook.event.EventId;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.internal.index.LuceneTerms.Neighbours;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.VectorUtil;

/** Asks Daybook and Lucene the same questions, by turns. */
final class ScaleRecall {
  private static final String DAYBOOK = "Daybook";

  /** How many hits of each leg Lucene joins. */
  private static final int RAW_HITS = 100;

  /** The limit that bars are for: what a query asks for if it says nothing. */
  private static final int USUAL_LIMIT = Query.LIMIT_DEFAULT;

  /** With fewer questions there is no verdict. */
  private static final int QUESTIONS_MIN = 10_000;

  /** Marks what is asked for neighbouring words as well, as Daybook is. */
  private static final String PAIRS = ", pairs";

  private static final int WARM_UP_MIN = 500;
  private static final int JUDGED = 100;
  private static final int NEAREST = 10;
  private static final int THREADS = 2;

  /** A question, all that can be made of it beforehand made. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Asked(
      String text,
      float[] vector,
      org.apache.lucene.search.Query wanted,
      org.apache.lucene.search.Query withNeighbours) {}

  /** What takes turns. */
  private interface Asking {
    void ask(int question) throws IOException;
  }

  private record Contestant(String name, Asking asking, Latencies latencies) {
    Contestant(String name, Asking asking) {
      this(name, asking, new Latencies());
    }
  }

  private final SyntheticHistory history;
  private final List<Asked> questions;
  private final Figures figures;

  /**
   * Makes so many questions to a history.
   *
   * @param figures get what is measured
   */
  ScaleRecall(SyntheticHistory history, int count, Figures figures) {
    this.history = history;
    this.figures = figures;
    List<Asked> all = new ArrayList<>();
    for (long number = 0; all.size() < Math.max(JUDGED, count); number++) {
      SyntheticHistory.Question question = history.question(number);
      Optional<org.apache.lucene.search.Query> wanted =
          LuceneTerms.query(Query.of(question.text()), Neighbours.IGNORED);
      // Some are made of stop words alone.
      if (wanted.isPresent()) {
        all.add(
            new Asked(
                question.text(),
                ClusteredEmbedder.near(question.about(), number),
                wanted.get(),
                LuceneTerms.query(Query.of(question.text()), Neighbours.COUNTED).orElseThrow()));
      }
    }
    this.questions = List.copyOf(all);
  }

  /** The vectors of the questions, for the embedder. */
  Map<String, float[]> vectors() {
    Map<String, float[]> vectors = new HashMap<>();
    questions.forEach(question -> vectors.put(question.text(), question.vector()));
    return vectors;
  }

  /**
   * How many times as long as the faster Lucene Daybook may take; infinite where it may take as
   * long as it likes.
   *
   * @param judgedEvents of how long a history
   */
  record Bars(double p50, double p99, long judgedEvents) {}

  /** Each leg and both, beside Lucene. */
  void compare(Workspace workspace, List<RawLucene> lucene, int limit, Bars bars)
      throws IOException {
    for (Set<Leg> legs :
        List.of(Set.of(Leg.LEXICAL), Set.of(Leg.VECTOR), Set.of(Leg.LEXICAL, Leg.VECTOR))) {
      List<Query> queries = queries(legs, limit);
      List<Contestant> contestants = new ArrayList<>();
      contestants.add(
          new Contestant(DAYBOOK, number -> workspace.recall(queries.get(number)).ids()));
      for (RawLucene raw : lucene) {
        List<org.apache.lucene.search.Query> near =
            questions.stream().map(asked -> raw.near(asked.vector(), RAW_HITS)).toList();
        if (legs.size() > 1) {
          contestants.add(
              new Contestant(
                  raw.name() + PAIRS,
                  number ->
                      raw.byBoth(
                          questions.get(number).withNeighbours(), near.get(number), RAW_HITS)));
          contestants.add(
              new Contestant(
                  raw.name(),
                  number ->
                      raw.byBoth(questions.get(number).wanted(), near.get(number), RAW_HITS)));
        } else if (legs.contains(Leg.VECTOR)) {
          contestants.add(
              new Contestant(raw.name(), number -> raw.byVectors(near.get(number), RAW_HITS)));
        } else if (contestants.size() == 1) {
          contestants.add(
              new Contestant(
                  "Lucene", number -> raw.byWords(questions.get(number).wanted(), RAW_HITS)));
          contestants.add(
              new Contestant(
                  "Lucene" + PAIRS,
                  number -> raw.byWords(questions.get(number).withNeighbours(), RAW_HITS)));
        }
      }
      takeTurns(contestants, legs.toString());
      tell(contestants, legs, limit, bars);
    }
  }

  private List<Query> queries(Set<Leg> legs, int limit) {
    return questions.stream()
        .map(asked -> Query.of(asked.text()).legs(legs.toArray(Leg[]::new)).limit(limit))
        .toList();
  }

  private void takeTurns(List<Contestant> contestants, String what) throws IOException {
    Latencies warmUp = new Latencies();
    int warm = Math.min(questions.size(), Math.max(WARM_UP_MIN, questions.size() / 5));
    for (int number = 0; number < warm; number++) {
      for (Contestant contestant : contestants) {
        warmUp.add(timed(contestant, number));
      }
    }
    for (int number = 0; number < questions.size(); number++) {
      for (int turn = 0; turn < contestants.size(); turn++) {
        Contestant contestant = contestants.get((number + turn) % contestants.size());
        contestant.latencies().add(timed(contestant, number));
      }
      if (number % 2_000 == 0) {
        Console.progress("%s: asked %,d of %,d", what, number, questions.size());
      }
    }
  }

  private static long timed(Contestant contestant, int number) throws IOException {
    long start = System.nanoTime();
    contestant.asking().ask(number);
    return System.nanoTime() - start;
  }

  private void tell(List<Contestant> contestants, Set<Leg> legs, int limit, Bars bars)
      throws IOException {
    String kind =
        legs.size() > 1
            ? "fused recall"
            : legs.contains(Leg.VECTOR) ? "recall by vectors" : "recall by words";
    String workload = kind + ", limit " + limit;
    Contestant ours = contestants.getFirst();
    Contestant fastest =
        contestants.stream()
            .filter(contestant -> contestant.name().endsWith(PAIRS))
            .min(Comparator.comparingDouble(c -> c.latencies().millis(50)))
            .orElse(ours);
    for (Contestant each : contestants) {
      tell(
          workload,
          each.name(),
          each.latencies(),
          each.equals(ours) ? String.format(Locale.ROOT, "%,d questions", questions.size()) : "");
    }
    for (Contestant raw : contestants.subList(1, contestants.size())) {
      boolean isBarred = legs.size() > 1 && limit == USUAL_LIMIT && raw.equals(fastest);
      beside(workload, 50, ours, raw, isBarred ? bars.p50() : Double.POSITIVE_INFINITY, bars);
      beside(workload, 99, ours, raw, isBarred ? bars.p99() : Double.POSITIVE_INFINITY, bars);
    }
  }

  private void tell(String workload, String contender, Latencies latencies, String note)
      throws IOException {
    for (int percent : List.of(50, 99)) {
      figures.add(
          Figure.of(
                  workload,
                  history.events(),
                  contender,
                  "p" + percent,
                  latencies.millis(percent),
                  "ms")
              .noting(percent == 50 ? note : ""));
    }
  }

  private void beside(
      String workload, int percent, Contestant ours, Contestant raw, double most, Bars bars)
      throws IOException {
    double millis = ours.latencies().millis(percent);
    Figure figure =
        Figure.of(
                workload,
                history.events(),
                ours.name(),
                "p%d, times its".formatted(percent),
                millis,
                "ms")
            .beside(raw.name(), millis / raw.latencies().millis(percent));
    boolean areEnough = questions.size() >= QUESTIONS_MIN;
    if (most != Double.POSITIVE_INFINITY && !areEnough) {
      figure =
          figure.noting(
              String.format(Locale.ROOT, "not judged below %,d questions", QUESTIONS_MIN));
    }
    figures.add((areEnough ? held(figure, most) : figure).judgedFrom(bars.judgedEvents()));
  }

  /** The figure held to a bar, unless that is infinite. */
  static Figure held(Figure figure, double most) {
    return most == Double.POSITIVE_INFINITY ? figure : figure.atMost(most);
  }

  /** What filters cost; Lucene is not asked. */
  void filtered(Workspace workspace, int limit, Map<String, Filter> filters) throws IOException {
    int count = Math.max(1, questions.size() / 10);
    for (Map.Entry<String, Filter> one : filters.entrySet()) {
      Latencies latencies = new Latencies();
      long searched = 0;
      for (int number = 0; number < 2 * count; number++) {
        Query query =
            Query.of(questions.get(number % count).text()).filter(one.getValue()).limit(limit);
        long start = System.nanoTime();
        var hits = workspace.recall(query);
        int unused = hits.ids().size();
        if (number >= count) {
          latencies.add(System.nanoTime() - start);
        }
        searched = hits.coverage().events();
      }
      tell(
          "fused recall, " + one.getKey(),
          DAYBOOK,
          latencies,
          String.format(Locale.ROOT, "over %,d events, limit %d", searched, limit));
    }
  }

  /** How many of the ten nearest each finds. */
  void judge(Workspace workspace, List<RawLucene> lucene, List<EventId> ids, Path folder)
      throws Exception {
    List<Set<Long>> nearest = nearest(folder);
    Map<String, Integer> found = new HashMap<>();
    List<Query> queries = queries(Set.of(Leg.VECTOR), NEAREST);
    for (int number = 0; number < JUDGED; number++) {
      Set<EventId> wanted = new HashSet<>();
      nearest.get(number).forEach(event -> wanted.add(ids.get(Math.toIntExact(event))));
      int hits =
          (int)
              workspace.recall(queries.get(number)).ids().stream().filter(wanted::contains).count();
      found.merge(DAYBOOK, hits, Integer::sum);
      for (RawLucene raw : lucene) {
        TopDocs top = raw.byVectors(raw.near(questions.get(number).vector(), RAW_HITS), NEAREST);
        for (int i = 0; i < Math.min(NEAREST, top.scoreDocs.length); i++) {
          boolean isNear = nearest.get(number).contains((long) top.scoreDocs[i].doc);
          found.merge(raw.name(), isNear ? 1 : 0, Integer::sum);
        }
      }
    }
    List<String> names = new ArrayList<>(List.of(DAYBOOK));
    lucene.forEach(raw -> names.add(raw.name()));
    for (String name : names) {
      figures.add(
          Figure.of(
                  "what is found by vectors",
                  history.events(),
                  name,
                  "recall@" + NEAREST,
                  found.get(name) / (double) (JUDGED * NEAREST),
                  "")
              .noting("of an exact scan of floats, %d questions".formatted(JUDGED)));
    }
  }

  /** The nearest events of the first questions, by a scan of all; kept for the next run. */
  private List<Set<Long>> nearest(Path folder) throws Exception {
    Path file =
        folder.resolve(
            "nearest-%d-%d-history-%d"
                .formatted(LuceneTerms.VERSION, history.events(), SyntheticHistory.VERSION));
    if (!Files.exists(file)) {
      Console.progress("scanning %,d vectors for the truth", history.events());
      ByteBuffer found = ByteBuffer.allocate(JUDGED * NEAREST * 8);
      for (PriorityQueue<Near> queue : scanned()) {
        queue.forEach(near -> found.putLong(near.event()));
      }
      Files.write(file, found.array());
    }
    ByteBuffer stored = ByteBuffer.wrap(Files.readAllBytes(file));
    List<Set<Long>> nearest = new ArrayList<>();
    for (int number = 0; number < JUDGED; number++) {
      Set<Long> events = new HashSet<>();
      for (int i = 0; i < NEAREST; i++) {
        events.add(stored.getLong());
      }
      nearest.add(events);
    }
    return nearest;
  }

  private record Near(float cosine, long event) {}

  private List<PriorityQueue<Near>> scanned() throws Exception {
    List<PriorityQueue<Near>> all = new ArrayList<>();
    for (int number = 0; number < JUDGED; number++) {
      all.add(new PriorityQueue<>(Comparator.comparingDouble(Near::cosine)));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> parts = new ArrayList<>();
      for (int part = 0; part < THREADS; part++) {
        int me = part;
        parts.add(pool.submit(() -> scan(me, all)));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    }
    return all;
  }

  private void scan(int part, List<PriorityQueue<Near>> all) {
    float[] worst = new float[JUDGED];
    for (long event = history.firstOf(part, THREADS);
        event < history.firstOf(part + 1, THREADS);
        event++) {
      float[] vector = ClusteredEmbedder.of(SearchText.of(history.event(event)));
      for (int number = 0; number < JUDGED; number++) {
        float cosine = VectorUtil.dotProduct(vector, questions.get(number).vector());
        if (cosine > worst[number]) {
          PriorityQueue<Near> queue = all.get(number);
          synchronized (queue) {
            queue.add(new Near(cosine, event));
            if (queue.size() > NEAREST) {
              queue.poll();
              worst[number] = queue.peek().cosine();
            }
          }
        }
      }
    }
  }
}
