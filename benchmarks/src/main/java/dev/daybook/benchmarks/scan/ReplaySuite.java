package dev.daybook.benchmarks.scan;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import dev.daybook.benchmarks.Medians;
import dev.daybook.benchmarks.Place;
import dev.daybook.benchmarks.RequestLog;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.ScratchFolder;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Event;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent;
import dev.daybook.event.TraceEvent.SessionEnded;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.internal.entry.Masker;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.EntryLines;
import dev.daybook.internal.log.Zstd;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a process with an empty cache reads to replay one session among many. */
@Command(
    name = "replay",
    description = "Counts requests and bytes of replaying one session among many, cold.",
    mixinStandardHelpOptions = true)
public final class ReplaySuite implements Callable<Integer> {
  private static final String NAME = "replayed";
  private static final String DAYBOOK = "Daybook, ranges of segments";
  private static final String WHOLE = "Daybook, index and whole segments";
  private static final double BYTES_MAX = 3;

  /** What the bar is for. */
  private static final int JUDGED_SESSIONS = 64;

  private static final int JUDGED_EVENTS = 1_000;

  /** What is read for the events, and not to open the workspace. */
  private static final List<String> FILES = List.of("/segment/", "/index/", "/vector/");

  /** So that requests sent at once overlap, as they do where an answer takes a while. */
  private static final Duration HELD_UP = Duration.ofMillis(20);

  @Option(names = "--sessions", description = "how many record at the same time")
  private int sessions = 64;

  @Option(names = "--events", description = "how many each of them records")
  private int events = 1_000;

  @Option(names = "--replays", description = "how many of the sessions are replayed")
  private int replays = 8;

  @Option(
      names = "--segments",
      split = ",",
      description = "in how many segments the history is, each a case of its own")
  private List<Integer> segments = List.of(1, 4);

  @Option(names = "--s3", description = "on a double of S3 with 30 ms (p50) and 90 ms (p99)")
  private boolean s3;

  @Option(names = "--requests", description = "print every request of the first replay")
  private boolean isTold;

  private final Figures figures = new Figures();

  ReplaySuite() {}

  /** What was recorded of one session. */
  private record Recorded(SessionId id, List<Entry> entries, long jsonBytes, long zstdBytes) {}

  /**
   * What a replay took.
   *
   * @param segmentReads the requests for segments, indexes and all else in them
   * @param segmentBytes their bytes
   * @param allReads the requests of opening and replaying together
   * @param allBytes their bytes
   * @param trips how many of all had to be waited for one after the other
   * @param millis from opening until the events were there
   */
  private record Replayed(
      double segmentReads,
      double segmentBytes,
      double allReads,
      double allBytes,
      double trips,
      double millis) {}

  @Override
  public Integer call() throws Exception {
    Console.machine();
    Console.line(
        "store     %s",
        s3
            ? Place.S3_DESCRIBED
            : "local disk, each request held up by " + HELD_UP.toMillis() + " ms");
    try (ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-")) {
      for (int parts : segments) {
        run(parts, scratch.resolve("in-" + parts));
      }
    }
    figures.print();
    return 0;
  }

  private void run(int parts, Path folder) throws Exception {
    // Closing the workspace would merge its segments, so that is done last.
    try (ObjectStore local = LocalObjectStore.at(folder.resolve("store"));
        Daybook daybook = engine(local, folder.resolve("cache-of-the-builder"));
        Workspace workspace = daybook.create(NAME)) {
      List<Recorded> recorded = build(workspace, parts);
      if (s3) {
        try (S3Double server = S3Double.builder().latency(Place.OF_S3, 1).start();
            ObjectStore bucket = server.storeBuilder().build()) {
          Place.copy(local, bucket);
          measure(bucket, Duration.ZERO, parts, recorded, folder);
        }
      } else {
        measure(local, HELD_UP, parts, recorded, folder);
      }
    }
  }

  private List<Recorded> build(Workspace workspace, int parts) {
    SyntheticHistory history = new SyntheticHistory((long) sessions * events, 7);
    List<Session> open = new ArrayList<>();
    List<Recorded> recorded = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      open.add(workspace.startSession(Actor.agent("agent-" + i)));
    }
    for (int part = 0; part < parts; part++) {
      int from = (int) (history.firstOf(part, parts) / sessions);
      int end = (int) (history.firstOf(part + 1, parts) / sessions);
      record(history, open, from, end);
      if (part == parts - 1) {
        // Whatever closing them recorded would be a segment more.
        open.forEach(Session::close);
      }
      ScaleWorkspace.seal(workspace);
      Console.progress("recorded and compacted %,d of %,d of each session", end, events);
    }
    long unused = workspace.traces().count(Filter.any());
    for (int i = 0; i < sessions; i++) {
      List<Entry> shown = workspace.traces().timeline(open.get(i).id());
      List<Event> recordedEvents =
          shown.stream()
              .map(Entry::event)
              .filter(event -> !(event instanceof SessionStarted || event instanceof SessionEnded))
              .toList();
      if (!recordedEvents.equals(eventsOf(history, i))) {
        throw new IllegalStateException(
            "Session " + open.get(i).id() + " is not shown as it was recorded");
      }
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      shown.forEach(entry ->
          lines.writeBytes(
              EntryLines.line(Row.of(Masker.NONE.event(entry.envelope(), entry.event())))));
      byte[] json = lines.toByteArray();
      recorded.add(new Recorded(open.get(i).id(), shown, json.length, Zstd.compress(json).length));
    }
    return recorded;
  }

  private List<Event> eventsOf(SyntheticHistory history, int session) {
    List<Event> all = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      all.add(event(history, i, session));
    }
    return all;
  }

  /** Notes on the plan are left out, since they would end the batch they are in. */
  private TraceEvent event(SyntheticHistory history, int number, int session) {
    long wanted = (long) number * sessions + session;
    return history.event(wanted) instanceof TraceEvent event
        ? event
        : (TraceEvent) history.event(wanted + 1);
  }

  /** Each session in turn records its next event. */
  private void record(SyntheticHistory history, List<Session> open, int from, int end) {
    for (int number = from; number < end; number++) {
      List<Receipt> receipts = new ArrayList<>();
      for (int session = 0; session < sessions; session++) {
        receipts.add(open.get(session).record(event(history, number, session)));
      }
      receipts.forEach(Receipt::await);
    }
  }

  private void measure(
      ObjectStore store, Duration heldUp, int parts, List<Recorded> recorded, Path folder)
      throws IOException {
    List<Long> files = new ArrayList<>();
    store
        .list(NAME + "/000001/segment/", "", ObjectStore.PAGE_KEYS_MAX)
        .objects()
        .forEach(object -> files.add(object.size()));
    if (files.size() != parts) {
      throw new IllegalStateException(
          "The history is in " + files.size() + " segments, not in " + parts);
    }
    double fileBytes = files.stream().mapToLong(Long::longValue).sum();
    double json = recorded.stream().mapToLong(Recorded::jsonBytes).sum();
    List<Replayed> ranges = new ArrayList<>();
    List<Replayed> whole = new ArrayList<>();
    List<Double> stored = new ArrayList<>();
    List<Recorded> chosen = new ArrayList<>();
    for (int i = 0; i < Math.min(replays, sessions); i++) {
      Recorded one = recorded.get(i * sessions / Math.min(replays, sessions));
      chosen.add(one);
      stored.add(fileBytes * one.jsonBytes() / json);
      boolean isFirst = i == 0;
      ranges.add(replay(store, heldUp, one, folder.resolve("cold-" + i), isFirst && isTold));
      whole.add(replayOfWhole(store, heldUp, one, folder.resolve("whole-" + i)));
    }
    String workload = "replay of one session of %d, %d segment(s)".formatted(sessions, parts);
    String bytesNote =
        """
        counted are ranges of segments, indexes and vectors, not what opens the workspace; ratio to \
        the events' own bytes, which are the share of their lines of JSON in the segment files: \
        %s KB; as lines of JSON %s KB, those compressed with zstd %s KB\
        """
            .formatted(
                Figure.plain(Medians.of(stored, value -> value) / 1e3),
                Figure.plain(Medians.of(chosen, one -> (double) one.jsonBytes()) / 1e3),
                Figure.plain(Medians.of(chosen, one -> (double) one.zstdBytes()) / 1e3));
    add(workload, DAYBOOK, ranges, stored, bytesNote, true);
    add(
        workload,
        WHOLE,
        whole,
        stored,
        "what a handle reads that has asked for something else before: it has the indexes",
        false);
    List<Double> ofJson = new ArrayList<>();
    List<Double> ofZstd = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      ofJson.add(ranges.get(i).segmentBytes() / chosen.get(i).jsonBytes());
      ofZstd.add(ranges.get(i).segmentBytes() / chosen.get(i).zstdBytes());
    }
    figures.add(
        figure(workload, DAYBOOK, "bytes", Medians.of(ranges, Replayed::segmentBytes) / 1e3, "KB")
            .beside("lines of JSON", Medians.of(ofJson, value -> value)));
    figures.add(
        figure(workload, DAYBOOK, "bytes", Medians.of(ranges, Replayed::segmentBytes) / 1e3, "KB")
            .beside("lines of JSON, zstd", Medians.of(ofZstd, value -> value)));
  }

  private void add(
      String workload,
      String contender,
      List<Replayed> replayed,
      List<Double> stored,
      String note,
      boolean isHeld)
      throws IOException {
    List<Double> ratios = new ArrayList<>();
    List<Double> allRatios = new ArrayList<>();
    for (int i = 0; i < stored.size(); i++) {
      allRatios.add(replayed.get(i).allBytes() / stored.get(i));
      ratios.add(replayed.get(i).segmentBytes() / stored.get(i));
    }
    Figure bytes =
        figure(
                workload,
                contender,
                "bytes",
                Medians.of(replayed, Replayed::segmentBytes) / 1e3,
                "KB")
            .beside("its events as stored", Medians.of(ratios, value -> value))
            .noting(note);
    figures.add(isHeld ? held(bytes) : bytes);
    figures.add(
        figure(workload, contender, "requests", Medians.of(replayed, Replayed::segmentReads), ""));
    figures.add(
        figure(workload, contender, "requests, all", Medians.of(replayed, Replayed::allReads), ""));
    Figure allBytes =
        figure(
                workload,
                contender,
                "bytes, all",
                Medians.of(replayed, Replayed::allBytes) / 1e3,
                "KB")
            .beside("its events as stored", Medians.of(allRatios, value -> value))
            .noting(
                """
                all that the process read: the workspace, its manifest, plan and logs to open it, \
                and what it read to replay\
                """);
    figures.add(isHeld ? held(allBytes) : allBytes);
    figures.add(
        figure(
            workload, contender, "serial trips, all", Medians.of(replayed, Replayed::trips), ""));
    figures.add(
        figure(workload, contender, "time, all", Medians.of(replayed, Replayed::millis), "ms"));
  }

  private Figure held(Figure bytes) {
    if (sessions != JUDGED_SESSIONS) {
      return bytes.noting(bytes.note() + "; judged among " + JUDGED_SESSIONS + " sessions only");
    }
    return bytes.atMost(BYTES_MAX).judgedFrom((long) JUDGED_SESSIONS * JUDGED_EVENTS);
  }

  private Figure figure(
      String workload, String contender, String measure, double value, String unit) {
    return Figure.of(workload, (long) sessions * events, contender, measure, value, unit);
  }

  private Replayed replay(
      ObjectStore store, Duration heldUp, Recorded session, Path cache, boolean isToldOf) {
    return replay(store, heldUp, session, cache, isToldOf, workspace -> {});
  }

  private Replayed replayOfWhole(ObjectStore store, Duration heldUp, Recorded session, Path cache) {
    return replay(
        store,
        heldUp,
        session,
        cache,
        false,
        workspace -> {
          long unused = workspace.traces().count(Filter.any());
        });
  }

  private Replayed replay(
      ObjectStore store,
      Duration heldUp,
      Recorded session,
      Path cache,
      boolean isToldOf,
      Consumer<Workspace> before) {
    RequestLog log = new RequestLog(store, heldUp);
    long start = System.nanoTime();
    try (Daybook daybook = Daybook.on(log).embedder(Embedder.none()).cache(cache, 8L << 30).open();
        Workspace workspace = daybook.open(NAME)) {
      before.accept(workspace);
      List<Entry> replayed = workspace.traces().timeline(session.id());
      double millis = (System.nanoTime() - start) / 1e6;
      List<RequestLog.Noted> reads = log.requests().stream().filter(ReplaySuite::isRead).toList();
      if (!replayed.equals(session.entries())) {
        throw new IllegalStateException(
            "Session " + session.id() + " is not replayed as it was shown when it was recorded");
      }
      if (isToldOf) {
        reads.forEach(read ->
            Console.progress(
                "%8.1f to %8.1f ms %,10d bytes %s",
                (read.start() - start) / 1e6,
                (read.end() - start) / 1e6,
                read.bytesRead(),
                read.target()));
      }
      List<RequestLog.Noted> ofFiles =
          reads.stream()
              .filter(read -> FILES.stream().anyMatch(kind -> read.target().contains(kind)))
              .toList();
      return new Replayed(
          ofFiles.size(), bytes(ofFiles), reads.size(), bytes(reads), serial(reads), millis);
    }
  }

  private static boolean isRead(RequestLog.Noted request) {
    return request.kind() == RequestLog.Kind.GET || request.kind() == RequestLog.Kind.LIST;
  }

  private static double bytes(List<RequestLog.Noted> reads) {
    return reads.stream().mapToLong(RequestLog.Noted::bytesRead).sum();
  }

  private static double serial(List<RequestLog.Noted> reads) {
    return RequestLog.serialRoundTrips(reads);
  }

  private static Daybook engine(ObjectStore store, Path cache) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 8L << 30)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .keepReplaced(Duration.ZERO)
        .open();
  }
}
