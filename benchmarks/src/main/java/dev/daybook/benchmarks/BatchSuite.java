package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.storage.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What an acknowledged batch costs in requests, by the number of writers. */
@Command(
    name = "batches",
    description = "Counts the PUTs of acknowledged batches at 1, 8 and 64 writers.",
    mixinStandardHelpOptions = true)
final class BatchSuite implements Callable<Integer> {
  private static final List<Integer> WRITERS = List.of(1, 8, 64);

  @Option(names = "--s3", description = "on a double of S3 with injected latency")
  private boolean s3;

  @Option(names = "--events", description = "recorded by each writer, each waited for")
  private int events = 50;

  @Override
  public Integer call() throws Exception {
    Console.machine();
    try (Place place = Place.of(s3);
        ObjectStore store = place.store()) {
      Console.line("store     %s", place.describe());
      Console.line(
          "%7s %7s %8s %6s %14s %14s %15s  %s",
          "writers",
          "events",
          "batches",
          "PUTs",
          "other requests",
          "PUTs per batch",
          "events per batch",
          "bar");
      for (int writers : WRITERS) {
        measure(place, store, writers);
      }
    }
    return 0;
  }

  private void measure(Place place, ObjectStore store, int writers) throws Exception {
    String workspace = "batches-" + writers;
    RequestLog log = new RequestLog(store, Duration.ZERO);
    // Not closed, nor compacted: the log objects are what is counted.
    Daybook daybook = place.engine(log).compactAt(Integer.MAX_VALUE, Long.MAX_VALUE).open();
    Recording recording = Recording.inOneLog(daybook, workspace, writers, 1);
    int before = log.requests().size();
    long batchesBefore = batches(store, workspace);
    try (ExecutorService pool = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int me = writer;
        running.add(
            pool.submit(() -> {
              for (int i = 0; i < events; i++) {
                recording.prepare(me);
                recording.step(me);
              }
            }));
      }
      for (Future<?> writer : running) {
        writer.get();
      }
    }
    List<RequestLog.Noted> sent = log.requests().subList(before, log.requests().size());
    long puts = sent.stream().filter(request -> request.kind().isPut()).count();
    long batches = batches(store, workspace) - batchesBefore;
    int recorded = writers * events;
    Console.line(
        "%7d %7d %8d %6d %14d %14.2f %15.1f  %s",
        writers,
        recorded,
        batches,
        puts,
        sent.size() - puts,
        (double) puts / batches,
        (double) recorded / batches,
        "1 PUT per batch: " + Console.verdict(puts == batches));
  }

  private static long batches(ObjectStore store, String workspace) throws Exception {
    long count = 0;
    String after = "";
    for (boolean more = true; more; ) {
      ObjectStore.Page page =
          store.list(workspace + "/000001/log/", after, ObjectStore.PAGE_KEYS_MAX);
      count += page.objects().size();
      more = page.more() && !page.objects().isEmpty();
      after = more ? page.objects().getLast().key().path() : after;
    }
    return count;
  }
}
