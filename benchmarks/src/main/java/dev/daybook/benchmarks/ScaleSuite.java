package dev.daybook.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.TraceEvent;
import dev.daybook.internal.entry.SearchText;
import dev.daybook.internal.index.LuceneTerms;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.lucene.util.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What recall costs over a long history, beside Lucene used by itself. */
@Command(
    name = "scale",
    description = "Measures recall over a synthetic history beside Lucene used by itself.",
    mixinStandardHelpOptions = true)
final class ScaleSuite implements Callable<Integer> {
  private static final long SEED = 1;
  private static final int SEALED = 500;
  private static final int TAIL = 200;
  private static final int VISIBLE = 200;
  private static final int VECTOR_VISIBLE = 50;
  private static final int LOADS = 200;
  private static final int ANALYZED = 20_000;
  private static final int FAILURES_TOLD = 10;

  private static final String DAYBOOK = "Daybook";

  /** The bars are for histories of this length and more. */
  private static final long JUDGED_EVENTS = 100_000;

  private static final double TEXT_BYTES_MAX = 375;
  private static final double TEXT_AND_VECTORS_BYTES_MAX = 810;
  private static final double ALL_BYTES_MAX = 1_020;
  private static final double ANALYZER_MICROS_MAX = 40;
  private static final double HEAP_MEGABYTES_MAX = 256;
  private static final double VISIBLE_MILLIS_MAX = 5;
  private static final double LOAD_MILLIS_MAX = 5;
  private static final double ONE_INDEX_P50_MAX = 1.15;
  private static final double ONE_INDEX_P99_MAX = 1.5;
  private static final double SEVERAL_P50_MAX = 1.25;

  /** How long something may take to be found before the suite gives up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What raw Lucene keeps its vectors as. */
  enum RawHnsw {
    /** Both are measured, and the faster is the bar. */
    BOTH,
    /** A graph of floats. */
    FLOAT32,
    /** A graph of bytes. */
    INT8,
    /** Lucene is left out. */
    NONE
  }

  /** What can be measured alone. */
  enum Part {
    /** Bytes an event on storage. */
    SIZE,
    /** Making terms of texts. */
    ANALYZER,
    /** Opening, with an empty cache and with local copies there. */
    OPEN,
    /** Loading what was found. */
    LOAD,
    /** Recall beside Lucene. */
    RECALL,
    /** Recall under filters. */
    FILTERS,
    /** Events by a token that no other has. */
    TOKENS,
    /** How soon an event is found. */
    VISIBLE
  }

  @Option(names = "--events", description = "how long the history is")
  private long events = 100_000;

  @Option(names = "--segments", description = "how many compacted indexes it is in")
  private int segments = 1;

  @Option(
      names = "--store",
      description = "a folder to build indexes in, or to take them from if they are there")
  private Optional<Path> store = Optional.empty();

  @Option(
      names = "--queries",
      description =
          "how many questions are asked of each leg; fewer than 500 make the other parts shorter"
              + " too")
  private int queries = 10_000;

  @Option(names = "--raw-hnsw", description = "${COMPLETION-CANDIDATES}: graphs of raw Lucene")
  private RawHnsw rawHnsw = RawHnsw.BOTH;

  @Option(names = "--only", arity = "1..*", description = "measure only ${COMPLETION-CANDIDATES}")
  private Set<Part> only = EnumSet.allOf(Part.class);

  @Spec private CommandSpec spec;

  private final Figures figures = new Figures();
  private long next;

  @Override
  public Integer call() throws Exception {
    Console.machine();
    Console.line(
        "library   Lucene %s, incubating vectors %s, at most %,d MB of heap",
        Version.LATEST,
        ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() ? "on" : "off",
        Runtime.getRuntime().maxMemory() >> 20);
    if (events < 1 || segments < 1 || segments > events || queries < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(),
          "--events, --segments and --queries are %,d, %,d and %,d; expected at least 1, and no more segments than events"
              .formatted(events, segments, queries));
    }
    if (store.isPresent()) {
      run(Files.createDirectories(store.get()));
    } else {
      try (ScratchFolder folder = ScratchFolder.of("daybook-benchmark-")) {
        run(folder.path());
      }
    }
    figures.print();
    return 0;
  }

  private void run(Path folder) throws Exception {
    SyntheticHistory history = new SyntheticHistory(events, SEED);
    next = events;
    List<RawLucene> lucene = new ArrayList<>();
    try {
      for (RawLucene.Vectors kind : kinds()) {
        lucene.add(RawLucene.of(folder, history, kind, segments));
      }
      ScaleWorkspace kept = ScaleWorkspace.of(folder, history, segments);
      ScaleRecall recall = new ScaleRecall(history, queries, figures);
      Path copy = kept.copy();
      try {
        measure(folder, history, kept, copy, recall, lucene);
      } finally {
        Scratch.delete(copy);
      }
    } finally {
      for (RawLucene raw : lucene) {
        raw.close();
      }
    }
  }

  private List<RawLucene.Vectors> kinds() {
    if (!only.contains(Part.RECALL)) {
      return List.of();
    }
    return switch (rawHnsw) {
      case BOTH -> List.of(RawLucene.Vectors.values());
      case FLOAT32 -> List.of(RawLucene.Vectors.FLOAT32);
      case INT8 -> List.of(RawLucene.Vectors.INT8);
      case NONE -> List.of();
    };
  }

  private void measure(
      Path folder,
      SyntheticHistory history,
      ScaleWorkspace kept,
      Path copy,
      ScaleRecall recall,
      List<RawLucene> lucene)
      throws Exception {
    List<EventId> ids = kept.ids();
    List<String> some =
        List.of(history.question(1).text(), history.question(2).text(), history.question(3).text());
    try (ObjectStore objects = LocalObjectStore.at(copy)) {
      tellHistory(objects, history);
      if (only.contains(Part.SIZE)) {
        sizes(objects, copy);
      }
      if (only.contains(Part.ANALYZER)) {
        analyzer(history);
      }
      if (only.contains(Part.OPEN)) {
        opening(copy, some);
      }
      try (Daybook daybook =
              ScaleWorkspace.engine(
                  objects, kept.cache(), new ClusteredEmbedder(recall.vectors()));
          Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
        if (only.contains(Part.LOAD)) {
          loading(workspace, history);
        }
        if (only.contains(Part.RECALL)) {
          compare(workspace, recall, lucene);
          recall.judge(workspace, lucene, ids, folder);
        }
        if (only.contains(Part.FILTERS)) {
          recall.filtered(workspace, Query.LIMIT_DEFAULT, filters());
        }
        if (only.contains(Part.TOKENS) || only.contains(Part.VISIBLE)) {
          grown(workspace, objects, history, kept, ids);
        }
      }
    }
  }

  /** What is measured over the history, an index that was sealed just now, and a tail. */
  private void grown(
      Workspace workspace,
      ObjectStore objects,
      SyntheticHistory history,
      ScaleWorkspace kept,
      List<EventId> ids)
      throws IOException {
    long first = events + atMost(SEALED);
    next = first + atMost(TAIL);
    Map<Long, EventId> sealed = kept.record(workspace, events, first);
    ScaleWorkspace.seal(workspace);
    int indexes = ScaleWorkspace.indexes(objects);
    Map<Long, EventId> tail = kept.record(workspace, first, next);
    if (only.contains(Part.TOKENS)) {
      tokens(workspace, history, ids, sealed, tail, indexes);
    }
    if (only.contains(Part.VISIBLE)) {
      visible(workspace, history);
    }
  }

  /** As often as usual, less if few questions are asked. */
  private int atMost(int usual) {
    return Math.min(usual, queries);
  }

  private Figure ours(String workload, String measure, double value, String unit) {
    return Figure.of(workload, events, DAYBOOK, measure, value, unit);
  }

  private void add(Figure figure) throws IOException {
    figures.add(figure.judgedFrom(JUDGED_EVENTS));
  }

  private void tellHistory(ObjectStore objects, SyntheticHistory history) throws IOException {
    long texts = 0;
    long sampled = Math.min(events, ANALYZED);
    for (long number = 0; number < sampled; number++) {
      texts += SearchText.of(history.event(number)).getBytes(UTF_8).length;
    }
    Console.line(
        "history   %,d events, %.0f bytes of text each, in %d compacted indexes of the %d asked"
            + " for",
        events, texts / (double) sampled, ScaleWorkspace.indexes(objects), segments);
  }

  private void sizes(ObjectStore objects, Path copy) throws IOException {
    Map<String, Long> kinds = new TreeMap<>();
    for (ScaleWorkspace.Named file : ScaleWorkspace.named(objects)) {
      if (file.kind().equals("index")) {
        Path plain = copy.resolve("index.lucene");
        Files.write(plain, objects.get(ObjectKey.of(file.key())).orElseThrow().bytes());
        LuceneTerms.parts(plain)
            .forEach((name, bytes) ->
                kinds.merge(isSnippet(name) ? "snippets" : "text", bytes, Long::sum));
        Files.delete(plain);
      } else {
        kinds.merge(file.kind(), file.bytes(), Long::sum);
      }
    }
    double text = each(kinds, "text");
    double vectors = each(kinds, "vector");
    double snippets = each(kinds, "snippets");
    add(
        stored("text", text)
            .atMost(TEXT_BYTES_MAX)
            .noting("text is words with positions, whole tokens, columns for filters, identities"));
    add(stored("vectors", vectors));
    add(stored("text + vectors", text + vectors).atMost(TEXT_AND_VECTORS_BYTES_MAX));
    add(stored("snippets", snippets));
    add(stored("all three", text + vectors + snippets).atMost(ALL_BYTES_MAX));
    add(stored("segment", each(kinds, "segment")));
  }

  private Figure stored(String what, double bytes) {
    return ours("on storage", what, bytes, "bytes/event");
  }

  /** Stored fields hold what a hit shows and nothing else. */
  private static boolean isSnippet(String file) {
    return file.matches(".*\\.fd[tmx]");
  }

  private double each(Map<String, Long> kinds, String kind) {
    return kinds.getOrDefault(kind, 0L) / (double) events;
  }

  private void analyzer(SyntheticHistory history) throws IOException {
    List<String> texts = new ArrayList<>();
    for (long number = 0; number < Math.min(events, ANALYZED); number++) {
      texts.add(SearchText.of(history.event(number)));
    }
    LuceneTerms terms = new LuceneTerms();
    Latencies rounds = new Latencies();
    long count = 0;
    for (int round = 0; round < 9; round++) {
      long start = System.nanoTime();
      count = 0;
      for (String text : texts) {
        count += terms.count(text);
      }
      if (round >= 4) {
        rounds.add((System.nanoTime() - start) / texts.size());
      }
    }
    add(
        ours("analysis", "time", rounds.millis(50) * 1_000, "us/event")
            .atMost(ANALYZER_MICROS_MAX)
            .noting("%d terms an event, on one thread".formatted(count / texts.size())));
  }

  private void opening(Path copy, List<String> questions) throws IOException {
    Path empty = Files.createTempDirectory(copy, "cache-");
    try {
      for (String cache : List.of("empty cache", "local copies there")) {
        opening("open, " + cache, copy, empty, questions);
      }
    } finally {
      Scratch.delete(empty);
    }
  }

  private void opening(String workload, Path copy, Path cache, List<String> questions)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(copy.toString(), cache.toString()));
    arguments.addAll(questions);
    List<String> said;
    try (ChildJvm jvm = new ChildJvm(ScaleOpenProcess.class, arguments.toArray(String[]::new))) {
      said = List.of(jvm.hear().split(" ", -1));
    } catch (IOException e) {
      Console.progress("%s", e.getMessage());
      add(
          ours(workload, "heap in use", Double.NaN, "MB")
              .atMost(HEAP_MEGABYTES_MAX)
              .noting("the process ended early"));
      return;
    }
    add(
        ours(workload, "opened", Double.parseDouble(said.get(0)), "s")
            .noting("a JVM of its own with -Xmx256m and C1 alone; heap after three answers"));
    add(ours(workload, "first answer", Double.parseDouble(said.get(1)), "s"));
    add(ours(workload, "requests", Double.parseDouble(said.get(2)), ""));
    add(ours(workload, "received", megabytes(said.get(3)), "MB"));
    add(ours(workload, "heap in use", megabytes(said.get(4)), "MB").atMost(HEAP_MEGABYTES_MAX));
  }

  private static double megabytes(String bytes) {
    return Long.parseLong(bytes) / (double) (1 << 20);
  }

  private void loading(Workspace workspace, SyntheticHistory history) throws IOException {
    Latencies latencies = new Latencies();
    int loads = atMost(LOADS);
    for (int round = 0; round < 2 * loads; round++) {
      Hits hits = workspace.recall(Query.of(history.question(round).text()).limit(10));
      long start = System.nanoTime();
      int loaded = hits.load().size();
      if (round >= loads && loaded == 10) {
        latencies.add(System.nanoTime() - start);
      }
    }
    timed("load of 10 hits", latencies, LOAD_MILLIS_MAX);
  }

  private void timed(String workload, Latencies latencies, double p50Max) throws IOException {
    add(ScaleRecall.held(ours(workload, "p50", latencies.millis(50), "ms"), p50Max));
    add(ours(workload, "p99", latencies.millis(99), "ms"));
  }

  private void compare(Workspace workspace, ScaleRecall recall, List<RawLucene> lucene)
      throws IOException {
    double p50 = segments == 1 ? ONE_INDEX_P50_MAX : SEVERAL_P50_MAX;
    double p99 = segments == 1 ? ONE_INDEX_P99_MAX : Double.POSITIVE_INFINITY;
    for (int limit : List.of(Query.LIMIT_DEFAULT, 100)) {
      recall.compare(workspace, lucene, limit, new ScaleRecall.Bars(p50, p99, JUDGED_EVENTS));
    }
  }

  private Map<String, Filter> filters() {
    Map<String, Filter> filters = new LinkedHashMap<>();
    filters.put("one tool of 8", Filter.any().tool(SyntheticHistory.TOOLS.getFirst()));
    filters.put("one agent", Filter.any().agent("agent-0"));
    filters.put("one task", Filter.any().task("TASK-0"));
    filters.put(
        "1 % of the time",
        Filter.any()
            .from(ScaleWorkspace.time(events / 2))
            .to(ScaleWorkspace.time(events / 2 + Math.max(1, events / 100))));
    return filters;
  }

  private void tokens(
      Workspace workspace,
      SyntheticHistory history,
      List<EventId> ids,
      Map<Long, EventId> sealed,
      Map<Long, EventId> tail,
      int indexes)
      throws IOException {
    Map<Long, EventId> compacted = new TreeMap<>();
    for (long number = 0; number < events; number++) {
      if (history.hasToken(number)) {
        compacted.put(number, ids.get((int) number));
      }
    }
    Console.progress("asking for tokens alone: %d indexes, then the tail", indexes);
    firsts(workspace, history, "compacted", compacted);
    firsts(workspace, history, "sealed", sealed);
    firsts(workspace, history, "in the tail", tail);
  }

  private void firsts(
      Workspace workspace, SyntheticHistory history, String where, Map<Long, EventId> wanted)
      throws IOException {
    int asked = 0;
    int first = 0;
    for (Map.Entry<Long, EventId> one : wanted.entrySet()) {
      if (history.hasToken(one.getKey())) {
        String token = SyntheticHistory.token(one.getKey());
        List<EventId> found = workspace.recall(Query.of(token)).ids();
        asked++;
        if (!found.isEmpty() && found.getFirst().equals(one.getValue())) {
          first++;
        } else if (asked - first <= FAILURES_TOLD) {
          Console.progress(
              "%s of event %d (%s): its event is hit %d of %d",
              token, one.getKey(), where, found.indexOf(one.getValue()) + 1, found.size());
        }
      }
    }
    all(
        "an event by its token",
        "first, " + where,
        first,
        asked,
        "%s, the token alone: %d of %d".formatted(where, first, asked));
  }

  /** A share that is to be all, of however short a history. */
  private void all(String workload, String measure, int some, int of, String note)
      throws IOException {
    figures.add(
        ours(workload, measure, of == 0 ? 1 : some / (double) of, "").atLeast(1).noting(note));
  }

  private void visible(Workspace workspace, SyntheticHistory history) throws IOException {
    try (Session session = workspace.startSession(Actor.agent("agent-0"))) {
      timed(
          "found by words, freshness zero",
          found(workspace, history, session, Duration.ZERO),
          VISIBLE_MILLIS_MAX);
      timed(
          "found by words, freshness 5 s",
          found(workspace, history, session, Query.FRESHNESS_DEFAULT),
          VISIBLE_MILLIS_MAX);
      byVector(workspace, history, session);
    }
  }

  private void byVector(Workspace workspace, SyntheticHistory history, Session session)
      throws IOException {
    Latencies latencies = new Latencies();
    int told = 0;
    int late = 0;
    Query any = Query.of("anything").legs(Leg.VECTOR).limit(1).freshness(Duration.ZERO);
    for (int i = 0; i < atMost(VECTOR_VISIBLE); i++) {
      TraceEvent event = fresh(history);
      // What has no text, such as the start of a session, never has a vector.
      long without = workspace.recall(any).coverage().withoutVector();
      EventId id = session.record(event).await().id();
      long start = System.nanoTime();
      Query query =
          Query.of(SearchText.of(event)).legs(Leg.VECTOR).limit(1).freshness(Duration.ZERO);
      Hits hits = workspace.recall(query);
      boolean isTold = true;
      boolean isLate = false;
      while (!hits.ids().contains(id) && since(start).compareTo(PATIENCE) < 0) {
        isLate = true;
        isTold &= hits.coverage().withoutVector() > without;
        hits = workspace.recall(query);
      }
      latencies.add(System.nanoTime() - start);
      late += isLate ? 1 : 0;
      told += isLate && isTold ? 1 : 0;
    }
    timed("found by its vector", latencies, Double.POSITIVE_INFINITY);
    all(
        "found by its vector",
        "told until then",
        told,
        late,
        "coverage counted %d of %d that were not found at once".formatted(told, late));
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private TraceEvent fresh(SyntheticHistory history) {
    while (true) {
      if (history.event(next++) instanceof TraceEvent event) {
        return event;
      }
    }
  }

  private Latencies found(
      Workspace workspace, SyntheticHistory history, Session session, Duration freshness) {
    Latencies latencies = new Latencies();
    for (int i = 0; i < atMost(VISIBLE); i++) {
      TraceEvent event = fresh(history);
      Query query =
          Query.of(SyntheticHistory.token(next - 1))
              .legs(Leg.LEXICAL)
              .limit(1)
              .freshness(freshness);
      Receipt receipt = session.record(event).await();
      long start = System.nanoTime();
      while (!workspace.recall(query).ids().contains(receipt.id())) {
        if (since(start).compareTo(PATIENCE) > 0) {
          break;
        }
      }
      latencies.add(System.nanoTime() - start);
    }
    return latencies;
  }
}
