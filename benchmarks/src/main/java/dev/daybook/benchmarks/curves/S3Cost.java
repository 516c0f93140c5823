package dev.daybook.benchmarks.curves;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.Console;
import dev.daybook.benchmarks.Place;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Actor;
import dev.daybook.event.TraceEvent;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.s3.testing.S3Double;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a history costs on S3: recorded on a double of it, whose answers take as long as those of
 * S3, with default settings, so that compaction and closing are in the count; then asked by a
 * process that has it all in its cache.
 *
 * @param putPrice US dollars for 1,000 PUTs or LISTs
 * @param getPrice US dollars for 1,000 GETs
 * @param recalls how many are asked
 */
record S3Cost(double putPrice, double getPrice, int recalls) {
  /** What a session has under way before it waits. */
  static final int AT_ONCE = 100;

  /** More of them cost as much each. */
  static final int RECALLS_MAX = 50;

  private static final double MILLION = 1e6;

  /** How many requests something took, and their price. */
  private record Cost(double requests, double dollars) {}

  /** Records so many events and asks them. */
  List<Child.Measured> measure(long events, Path cache) throws Exception {
    List<Child.Measured> all = new ArrayList<>();
    try (S3Double server = S3Double.builder().latency(Place.OF_S3, 1).start();
        ObjectStore bucket = server.storeBuilder().build();
        Daybook daybook =
            Daybook.on(bucket)
                .embedder(new ClusteredEmbedder(Map.of()))
                .cache(cache, 8L << 30)
                .open()) {
      SyntheticHistory history = Child.history(events);
      Workspace writing = daybook.create("curve");
      Daybook.Requests before = daybook.requests();
      record(writing, history);
      writing.close();
      add(all, "events", cost(before, daybook.requests(), events));
      try (Workspace workspace = daybook.open("curve")) {
        int unused = workspace.recall(Query.of(history.question(0).text())).size();
        before = daybook.requests();
        ask(workspace, history);
        add(all, "strong recalls", cost(before, daybook.requests(), recalls));
      }
    }
    return all;
  }

  private void add(List<Child.Measured> all, String what, Cost cost) {
    all.add(new Child.Measured("requests a million " + what, cost.requests(), ""));
    all.add(new Child.Measured("dollars a million " + what, cost.dollars(), "US$"));
  }

  private Cost cost(Daybook.Requests before, Daybook.Requests after, long times) {
    long puts =
        after.creates()
            - before.creates()
            + after.overwrites()
            - before.overwrites()
            + after.lists()
            - before.lists();
    long gets = after.gets() - before.gets();
    return new Cost(
        (puts + gets) * MILLION / times,
        (puts * putPrice + gets * getPrice) / 1_000 * MILLION / times);
  }

  private static void record(Workspace workspace, SyntheticHistory history) {
    try (Session session = workspace.startSession(Actor.agent("agent-0"))) {
      List<Receipt> receipts = new ArrayList<>();
      long done = 0;
      for (long number = 0; done < history.events(); number++) {
        if (history.event(number) instanceof TraceEvent event) {
          receipts.add(session.record(event));
          done++;
        }
        if (receipts.size() == AT_ONCE || done == history.events()) {
          receipts.forEach(Receipt::await);
          receipts.clear();
        }
        if (number % 10_000 == 9_999) {
          Console.progress("double of S3: recorded %,d of %,d events", done, history.events());
        }
      }
    }
  }

  private void ask(Workspace workspace, SyntheticHistory history) {
    for (long number = 1; number <= recalls; number++) {
      Query query = Query.of(history.question(number).text()).freshness(Duration.ZERO);
      int unused = workspace.recall(query).ids().size();
    }
  }
}
