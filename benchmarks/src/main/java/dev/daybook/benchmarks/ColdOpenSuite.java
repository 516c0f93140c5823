package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a process that knows nothing asks of the store until it knows a long history. */
@Command(
    name = "cold-open",
    description = "Counts requests and serial round trips of a first open with an empty cache.",
    mixinStandardHelpOptions = true)
final class ColdOpenSuite implements Callable<Integer> {
  private static final String NAME = "long";
  private static final int TASKS = 200;
  private static final int THREADS = 4;
  private static final int WINDOW = 64;
  private static final int ROUND_TRIPS_MAX = 4;
  private static final int RECALL_ROUND_TRIPS_MAX = 7;
  private static final int LOAD_ROUND_TRIPS_MAX = 2;
  private static final int REQUESTS_MAX = 300;

  /** So that requests sent at once overlap, as they do where an answer takes a while. */
  private static final Duration HELD_UP = Duration.ofMillis(20);

  @Option(names = "--events", description = "how long the history is")
  private int events = 1_000_000;

  @Option(names = "--s3", description = "on a double of S3 with 30 ms (p50) and 90 ms (p99)")
  private boolean s3;

  @Option(
      names = "--store",
      description = "a folder to build the history in, or to take it from if it is there")
  private Optional<Path> store = Optional.empty();

  @Option(names = "--requests", description = "print every request, in the order of the answers")
  private boolean isTold;

  private final Figures figures = new Figures();

  /** Kept until all is measured, since to write one takes time. */
  private final List<Figure> measured = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Console.machine();
    try (ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-");
        ObjectStore local = LocalObjectStore.at(store.orElse(scratch.resolve("store")))) {
      build(local, scratch.resolve("cache-of-the-builder"));
      if (s3) {
        // In this process: the one of its own has too little memory for a long history.
        try (S3Double server = S3Double.builder().latency(Place.OF_S3, 1).start();
            ObjectStore bucket = server.storeBuilder().build()) {
          Place.copy(local, bucket);
          Console.line("store     %s", Place.S3_DESCRIBED);
          measure(bucket, Duration.ZERO, scratch.path());
        }
      } else {
        Console.line("store     local disk, each request held up by %d ms", HELD_UP.toMillis());
        measure(local, HELD_UP, scratch.path());
      }
    }
    return 0;
  }

  private void build(ObjectStore local, Path cache) throws Exception {
    try (Daybook daybook =
        Daybook.on(local).embedder(Embedder.none()).cache(cache, 8L << 30).open()) {
      if (daybook.workspaces().contains(NAME)) {
        return;
      }
      try (Workspace workspace = daybook.create(NAME)) {
        plan(workspace);
        record(daybook);
        Console.progress("compacting");
        workspace.compact();
      }
    }
  }

  private static void plan(Workspace workspace) {
    try (Session session = workspace.startSession(Actor.system("benchmark"))) {
      session.updatePlan(plan -> List.of(GoalSet.of("Measure a cold open")));
      for (int i = 0; i < TASKS; i++) {
        PlanEvent task = TaskAdded.of("TASK-" + i, "Task number " + i);
        session.updatePlan(plan -> List.of(task));
      }
    }
  }

  private void record(Daybook daybook) throws Exception {
    Recording recording = Recording.inOneLog(daybook, NAME, THREADS, WINDOW);
    long start = System.nanoTime();
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int me = thread;
        running.add(pool.submit(() -> record(recording, me)));
      }
      for (Future<?> thread : running) {
        thread.get();
      }
    }
    Console.progress("recorded %,d events in %.0f s", events, (System.nanoTime() - start) / 1e9);
  }

  private void record(Recording recording, int thread) {
    int share = events / THREADS;
    for (int i = 1; i <= share; i++) {
      recording.prepare(thread);
      recording.step(thread);
      if (thread == 0 && i % 25_000 == 0) {
        Console.progress("recorded %,d of %,d events", i * THREADS, events);
      }
    }
    recording.settle(thread);
  }

  private void measure(ObjectStore store, Duration heldUp, Path scratch) throws IOException {
    RequestLog log = new RequestLog(store, heldUp);
    Console.line(
        "%-22s %8s %6s %6s %6s %12s %13s %8s  %s",
        "so far",
        "requests",
        "gets",
        "lists",
        "others",
        "serial trips",
        "beside index",
        "seconds",
        "bar");
    long start = System.nanoTime();
    try (Daybook daybook =
            Daybook.on(log)
                .embedder(Embedder.none())
                .cache(scratch.resolve("empty-cache"), 8L << 30)
                .open();
        Workspace workspace = daybook.open(NAME)) {
      line("open", log, start, "none");
      measured.add(figure("open", "requests", log.requests().size(), ""));
      int tasks = workspace.plan().tasks().size();
      int trips = RequestLog.serialRoundTrips(log.requests());
      line(
          "first plan read",
          log,
          start,
          ROUND_TRIPS_MAX + " serial trips: " + Console.verdict(trips <= ROUND_TRIPS_MAX));
      measured.add(figure("first plan read", "serial trips", trips, "").atMost(ROUND_TRIPS_MAX));
      Query query = Query.of("tests of the parser after the fix").freshness(Duration.ZERO);
      Hits found = workspace.recall(query);
      int hits = found.size();
      int requests = log.requests().size();
      int beside = RequestLog.serialRoundTrips(besideIndexes(log.requests()));
      line(
          "first strong recall",
          log,
          start,
          "%d serial trips beside index: %s, %d requests: %s"
              .formatted(
                  RECALL_ROUND_TRIPS_MAX,
                  Console.verdict(beside <= RECALL_ROUND_TRIPS_MAX),
                  REQUESTS_MAX,
                  Console.verdict(requests <= REQUESTS_MAX)));
      measured.add(
          figure("first strong recall", "serial trips beside index", beside, "")
              .atMost(RECALL_ROUND_TRIPS_MAX));
      measured.add(figure("first strong recall", "requests", requests, "").atMost(REQUESTS_MAX));
      int loaded = found.load().size();
      int toLoad =
          RequestLog.serialRoundTrips(log.requests().subList(requests, log.requests().size()));
      line(
          "load of " + loaded + " hits",
          log,
          start,
          LOAD_ROUND_TRIPS_MAX
              + " serial trips more: "
              + Console.verdict(toLoad <= LOAD_ROUND_TRIPS_MAX));
      measured.add(
          figure("load of " + loaded + " hits", "serial trips more", toLoad, "")
              .atMost(LOAD_ROUND_TRIPS_MAX));
      hits += workspace.recall(query).size();
      line("second strong recall", log, start, "none");
      Console.line(
          "history   %,d events, %d tasks; %d hits, %,d bytes read",
          workspace.traces().count(Filter.any().type("ToolCall")),
          tasks,
          hits,
          daybook.requests().bytesReceived());
    }
    for (Figure figure : measured) {
      figures.add(figure);
    }
    if (isTold) {
      log.requests()
          .forEach(request ->
              Console.progress(
                  "%8.1f to %8.1f ms %-9s %s",
                  (request.start() - start) / 1e6,
                  (request.end() - start) / 1e6,
                  request.kind(),
                  request.target()));
    }
  }

  /** Without the downloads of indexes and vectors, which depend on how large a history is. */
  private static List<RequestLog.Noted> besideIndexes(List<RequestLog.Noted> requests) {
    return requests.stream()
        .filter(request ->
            !request.target().contains("/index/") && !request.target().contains("/vector/"))
        .toList();
  }

  private void line(String phase, RequestLog log, long start, String bar) {
    List<RequestLog.Noted> requests = log.requests();
    long gets = requests.stream().filter(r -> r.kind() == RequestLog.Kind.GET).count();
    long lists = requests.stream().filter(r -> r.kind() == RequestLog.Kind.LIST).count();
    double seconds = (System.nanoTime() - start) / 1e9;
    measured.add(figure(phase, "time", seconds, "s"));
    Console.line(
        "%-22s %8d %6d %6d %6d %12d %13d %8.2f  %s",
        phase,
        requests.size(),
        gets,
        lists,
        requests.size() - gets - lists,
        RequestLog.serialRoundTrips(requests),
        RequestLog.serialRoundTrips(besideIndexes(requests)),
        seconds,
        bar);
  }

  private Figure figure(String phase, String measure, double value, String unit) {
    String workload = "cold open, until " + phase;
    return Figure.of(workload, events, "Daybook, empty cache", measure, value, unit);
  }
}
