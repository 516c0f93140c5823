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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

  @Option(names = "--events", description = "how long the history is")
  private long events = 100_000;

  @Option(names = "--segments", description = "how many compacted indexes it is in")
  private int segments = 1;

  @Option(
      names = "--store",
      description = "a folder to build indexes in, or to take them from if they are there")
  private Optional<Path> store = Optional.empty();

  @Option(names = "--queries", description = "how many questions are asked of each leg")
  private int queries = 10_000;

  @Option(names = "--raw-hnsw", description = "${COMPLETION-CANDIDATES}: graphs of raw Lucene")
  private RawHnsw rawHnsw = RawHnsw.BOTH;

  @Spec private CommandSpec spec;

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
      return 0;
    }
    try (ScratchFolder folder = ScratchFolder.of("daybook-benchmark-")) {
      run(folder.path());
    }
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
      ScaleRecall recall = new ScaleRecall(history, queries);
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
      sizes(objects, copy, history);
      analyzer(history);
      Console.line("%-34s %12s  %s", "measure", "value", "bar");
      opening(copy, some);
      try (Daybook daybook =
              ScaleWorkspace.engine(
                  objects, kept.cache(), new ClusteredEmbedder(recall.vectors()));
          Workspace workspace = daybook.open(ScaleWorkspace.NAME)) {
        loading(workspace, history);
        compare(workspace, recall, lucene);
        recall.judge(workspace, lucene, ids, folder);
        recall.filtered(workspace, Query.LIMIT_DEFAULT, filters());
        Map<Long, EventId> sealed = kept.record(workspace, events, events + SEALED);
        ScaleWorkspace.seal(workspace);
        int indexes = ScaleWorkspace.indexes(objects);
        Map<Long, EventId> tail = kept.record(workspace, events + SEALED, events + SEALED + TAIL);
        next = events + SEALED + TAIL;
        tokens(workspace, history, ids, sealed, tail, indexes);
        visible(workspace, history);
      }
    }
  }

  private void sizes(ObjectStore objects, Path copy, SyntheticHistory history) throws IOException {
    long texts = 0;
    long sampled = Math.min(events, ANALYZED);
    for (long number = 0; number < sampled; number++) {
      texts += SearchText.of(history.event(number)).getBytes(UTF_8).length;
    }
    Console.line(
        "history   %,d events, %.0f bytes of text each, in %d compacted indexes of the %d asked"
            + " for",
        events, texts / (double) sampled, ScaleWorkspace.indexes(objects), segments);
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
    Console.line("%-34s %12s  %s", "bytes an event", "bytes", "bar");
    sized("words, columns, identities", text, TEXT_BYTES_MAX);
    sized("vectors", vectors, Double.POSITIVE_INFINITY);
    sized("these two", text + vectors, TEXT_AND_VECTORS_BYTES_MAX);
    sized("snippets", snippets, Double.POSITIVE_INFINITY);
    sized("these three", text + vectors + snippets, ALL_BYTES_MAX);
    sized("segment (Parquet)", each(kinds, "segment"), Double.POSITIVE_INFINITY);
  }

  /** Stored fields hold what a hit shows and nothing else. */
  private static boolean isSnippet(String file) {
    return file.matches(".*\\.fd[tmx]");
  }

  private double each(Map<String, Long> kinds, String kind) {
    return kinds.getOrDefault(kind, 0L) / (double) events;
  }

  private static void sized(String what, double bytes, double most) {
    Console.line("%-34s %12.1f  %s", what, bytes, bar(bytes, most));
  }

  private static String bar(double value, double most) {
    return most == Double.POSITIVE_INFINITY
        ? "none"
        : String.format(Locale.ROOT, "%,.0f: %s", most, Console.verdict(value <= most));
  }

  private void analyzer(SyntheticHistory history) {
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
    double micros = rounds.millis(50) * 1_000;
    Console.line(
        "%-34s %12.1f  %s",
        "analyzer, µs an event of %d terms".formatted(count / texts.size()),
        micros,
        bar(micros, ANALYZER_MICROS_MAX));
  }

  private static void opening(Path copy, List<String> questions) throws IOException {
    Path empty = Files.createTempDirectory(copy, "cache-");
    try {
      for (int round = 0; round < 2; round++) {
        List<String> arguments = new ArrayList<>(List.of(copy.toString(), empty.toString()));
        arguments.addAll(questions);
        try (ChildJvm jvm =
            new ChildJvm(ScaleOpenProcess.class, arguments.toArray(String[]::new))) {
          List<String> said = List.of(jvm.hear().split(" ", -1));
          String how = round == 0 ? "empty cache" : "local copies there";
          double heap = Long.parseLong(said.get(4)) / (double) (1 << 20);
          Console.line("%-34s %12s  none", "open, " + how + ", s", said.get(0));
          Console.line("%-34s %12s  none", "open and first answer, s", said.get(1));
          Console.line(
              "%-34s %12s  none",
              "requests and MB for these", said.get(2) + " " + (Long.parseLong(said.get(3)) >> 20));
          Console.line(
              "%-34s %12.0f  %s",
              "heap in use, MB, under -Xmx256m", heap, bar(heap, HEAP_MEGABYTES_MAX));
        } catch (IOException e) {
          Console.progress("%s", e.getMessage());
          Console.line("%-34s %12s  %s", "open under -Xmx256m", "failed", Console.verdict(false));
        }
      }
    } finally {
      Scratch.delete(empty);
    }
  }

  private static void loading(Workspace workspace, SyntheticHistory history) {
    Latencies latencies = new Latencies();
    for (int round = 0; round < 2 * LOADS; round++) {
      Hits hits = workspace.recall(Query.of(history.question(round).text()).limit(10));
      long start = System.nanoTime();
      int loaded = hits.load().size();
      if (round >= LOADS && loaded == 10) {
        latencies.add(System.nanoTime() - start);
      }
    }
    timed("load of 10 hits", latencies, LOAD_MILLIS_MAX);
  }

  private static void timed(String what, Latencies latencies, double p50Max) {
    Console.line(
        "%-34s %12.3f  %s",
        what + ", p50 ms", latencies.millis(50), bar(latencies.millis(50), p50Max));
    Console.line("%-34s %12.3f  none", what + ", p99 ms", latencies.millis(99));
  }

  private void compare(Workspace workspace, ScaleRecall recall, List<RawLucene> lucene)
      throws IOException {
    double p50 = segments == 1 ? ONE_INDEX_P50_MAX : SEVERAL_P50_MAX;
    double p99 = segments == 1 ? ONE_INDEX_P99_MAX : Double.POSITIVE_INFINITY;
    Console.line(
        "questions %,d of each kind after warm-up, load average %.1f", queries, Console.load());
    for (int limit : List.of(Query.LIMIT_DEFAULT, 100)) {
      recall.compare(workspace, lucene, limit, p50, p99);
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
      int indexes) {
    Map<Long, EventId> compacted = new TreeMap<>();
    for (long number = 0; number < events; number++) {
      if (history.hasToken(number)) {
        compacted.put(number, ids.get((int) number));
      }
    }
    Console.line("tokens    asked for alone, both legs; %d indexes, then the tail", indexes);
    firsts(workspace, history, "compacted", compacted);
    firsts(workspace, history, "sealed", sealed);
    firsts(workspace, history, "in the tail", tail);
  }

  private static void firsts(
      Workspace workspace, SyntheticHistory history, String where, Map<Long, EventId> wanted) {
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
    Console.line(
        "%-34s %12s  all: %s",
        "first by its token, " + where, first + " of " + asked, Console.verdict(first == asked));
  }

  private void visible(Workspace workspace, SyntheticHistory history) {
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

  private void byVector(Workspace workspace, SyntheticHistory history, Session session) {
    Latencies latencies = new Latencies();
    int told = 0;
    int late = 0;
    Query any = Query.of("anything").legs(Leg.VECTOR).limit(1).freshness(Duration.ZERO);
    for (int i = 0; i < VECTOR_VISIBLE; i++) {
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
    Console.line(
        "%-34s %12s  all: %s",
        "coverage says so until then", told + " of " + late, Console.verdict(told == late));
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
    for (int i = 0; i < VISIBLE; i++) {
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
