package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What recording costs in requests, compaction and closing included, and in dollars on S3. */
@Command(
    name = "cost",
    description = "Counts the requests of recording with default compaction, and their price.",
    mixinStandardHelpOptions = true)
final class CostSuite implements Callable<Integer> {
  private static final List<Integer> AT_ONCE = List.of(1, 10, 100);
  private static final double MILLION = 1e6;

  @Option(names = "--events", description = "recorded in each case")
  private int events = 20_000;

  @Option(names = "--put", description = "US dollars for 1,000 PUTs or LISTs")
  private double putPrice = 0.005;

  @Option(names = "--get", description = "US dollars for 1,000 GETs")
  private double getPrice = 0.0004;

  @Override
  public Integer call() throws Exception {
    Console.machine();
    Console.line(
        "prices    $%.4f for 1,000 PUTs or LISTs, $%.4f for 1,000 GETs", putPrice, getPrice);
    Console.line(
        "%7s %7s %8s %6s %6s %8s %18s",
        "at once", "events", "creates", "gets", "lists", "deletes", "$ a million events");
    for (int atOnce : AT_ONCE) {
      measure(atOnce);
    }
    return 0;
  }

  private void measure(int atOnce) throws Exception {
    Path cache = Files.createTempDirectory("daybook-cost-");
    Daybook.Requests sent;
    try (Daybook daybook =
        Daybook.on(new MemoryObjectStore())
            .embedder(Embedder.none())
            .cache(cache, 1L << 30)
            .open()) {
      Workspace workspace = daybook.create("cost");
      Daybook.Requests before = daybook.requests();
      try (Session session = workspace.startSession(Actor.agent("coder-7"))) {
        record(session, atOnce);
      }
      workspace.close();
      sent = daybook.requests();
      long creates = sent.creates() - before.creates() + sent.overwrites() - before.overwrites();
      long gets = sent.gets() - before.gets();
      long lists = sent.lists() - before.lists();
      double dollars = ((creates + lists) * putPrice + gets * getPrice) / 1_000;
      Console.line(
          "%7d %7d %8d %6d %6d %8d %18.2f",
          atOnce,
          events,
          creates,
          gets,
          lists,
          sent.deletes() - before.deletes(),
          dollars * MILLION / events);
    } finally {
      Scratch.delete(cache);
    }
  }

  private void record(Session session, int atOnce) {
    List<Receipt> receipts = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      receipts.add(
          session.record(
              ToolCall.of("bash", "mvn -pl module-" + i % 40 + " verify")
                  .output("step " + i + " of the build went well")
                  .exit(0)));
      if (receipts.size() == atOnce) {
        receipts.forEach(Receipt::await);
        receipts.clear();
      }
    }
    receipts.forEach(Receipt::await);
  }
}
