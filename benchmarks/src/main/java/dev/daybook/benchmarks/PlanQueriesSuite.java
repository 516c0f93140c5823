package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRuleException;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.recall.Embedder;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What it costs to ask a large plan, and to change it. */
@Command(
    name = "plan-queries",
    description = "Measures queries and changes of a plan of many open tasks, after a warm-up.",
    mixinStandardHelpOptions = true)
final class PlanQueriesSuite implements Callable<Integer> {
  private static final int CHAIN = 5_000;
  private static final int AT_ONCE = 1_000;
  private static final String RAW = "raw create of 1,000 bytes there";

  @Option(names = "--tasks", description = "how many tasks, none of them closed")
  private int tasks = 10_000;

  @Option(names = "--rounds", description = "measured calls of each, after as many to warm up")
  private int rounds = 300;

  private final Figures figures = new Figures();

  @Override
  public Integer call() throws IOException {
    Console.machine();
    Console.line("plan      %,d tasks, none closed; %d calls each after as many", tasks, rounds);
    Console.line("%-34s %9s %9s %9s  %s", "measure", "p50 ms", "p99 ms", "max ms", "bar");
    try (ScratchFolder scratch = ScratchFolder.of("daybook-benchmark-")) {
      try (ObjectStore store = new MemoryObjectStore()) {
        queries(store, scratch.resolve("memory"));
      }
      try (ObjectStore store = LocalObjectStore.at(scratch.resolve("store"))) {
        disk(store, scratch.resolve("local"));
      }
    }
    return 0;
  }

  private static Daybook daybook(ObjectStore store, Path cache) {
    // So that no compaction is measured.
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1L << 30)
        .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
        .open();
  }

  private void queries(ObjectStore store, Path cache) throws IOException {
    try (Daybook daybook = daybook(store, cache);
        Workspace workspace = daybook.create("queries");
        Session session = workspace.startSession(Actor.agent("coder"))) {
      List<PlanEvent> events = SyntheticPlan.ofTasks(tasks);
      long start = System.nanoTime();
      SyntheticPlan.add(session, events, AT_ONCE);
      double seconds = (System.nanoTime() - start) / 1e9;
      PlanRecord plan = workspace.plan();
      int ready = plan.ready().size();
      int blocked = plan.blocked().size();
      line("ready(), " + ready + " of them", 3, measure(() -> workspace.plan().ready()));
      line("blocked(), " + blocked + " of them", 0, measure(() -> workspace.plan().blocked()));
      int[] next = {0};
      line(
          "one update, memory",
          2,
          measure(() ->
              session.updatePlan(now ->
                  List.of(TaskEdited.of("T-" + next[0]++ % tasks).describedAs("new " + next[0])))));
      line("claimNext(), memory", 0, measure(session::claimNext));
      Console.line(
          "%-34s %,.0f events/s: decided, checked, encoded, written to memory, %,d a version",
          "first load", events.size() / seconds, AT_ONCE);
    }
    try (Daybook daybook = daybook(store, cache);
        Workspace workspace = daybook.create("chain");
        Session session = workspace.startSession(Actor.agent("coder"))) {
      List<PlanEvent> chain = new ArrayList<>();
      for (int i = 0; i < CHAIN; i++) {
        chain.add(TaskAdded.of("C-" + i, "Link " + i));
      }
      for (int i = 1; i < CHAIN; i++) {
        chain.add(DependencyAdded.blocks("C-" + i, "C-" + (i - 1)));
      }
      SyntheticPlan.add(session, chain, AT_ONCE);
      line(
          "cycle refused, chain of " + CHAIN,
          5,
          measure(() -> refused(session, DependencyAdded.blocks("C-0", "C-" + (CHAIN - 1)))));
    }
  }

  private static boolean refused(Session session, PlanEvent closing) {
    try {
      session.updatePlan(plan -> List.of(closing));
    } catch (PlanRuleException e) {
      return true;
    }
    throw new IllegalStateException("A cycle was not refused");
  }

  /** The same update where it is forced to disk, beside a bare create of as many bytes. */
  private void disk(ObjectStore store, Path cache) throws IOException {
    try (Daybook daybook = daybook(store, cache);
        Workspace workspace = daybook.create("disk");
        Session session = workspace.startSession(Actor.agent("coder"))) {
      SyntheticPlan.add(session, SyntheticPlan.ofTasks(tasks), AT_ONCE);
      int[] next = {0};
      line(
          "one update, local disk",
          0,
          measure(() ->
              session.updatePlan(now ->
                  List.of(TaskEdited.of("T-" + next[0]++ % tasks).describedAs("new " + next[0])))));
      byte[] bytes = new byte[1_000];
      line(
          RAW,
          0,
          measure(() ->
              store.createIfAbsent(
                  ObjectKey.of("raw/plan/%020d.json".formatted(next[0]++)), bytes)));
    }
  }

  private double[] measure(Callable<?> what) {
    double[] millis = new double[rounds];
    try {
      for (int i = -rounds; i < rounds; i++) {
        long start = System.nanoTime();
        Object unused = what.call();
        if (i >= 0) {
          millis[i] = (System.nanoTime() - start) / 1e6;
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException("A call that is measured failed", e);
    }
    Arrays.sort(millis);
    return millis;
  }

  private void line(String what, double bar, double[] millis) throws IOException {
    double p50 = millis[millis.length / 2];
    double p99 = millis[millis.length * 99 / 100];
    Figure middle = figure(what, "p50", p50);
    figures.add(bar == 0 ? middle : middle.atMost(bar));
    figures.add(figure(what, "p99", p99));
    Console.line(
        "%-34s %9.3f %9.3f %9.3f  %s",
        what,
        p50,
        p99,
        millis[millis.length - 1],
        bar == 0 ? "none" : "%.0f ms: %s".formatted(bar, Console.verdict(p50 <= bar)));
  }

  private Figure figure(String what, String measure, double millis) {
    String contender = what.equals(RAW) ? "local disk" : "Daybook";
    return Figure.of("plan of open tasks, " + what, tasks, contender, measure, millis, "ms");
  }
}
