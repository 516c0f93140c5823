package dev.daybook.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Daybook;
import dev.daybook.DaybookException;
import dev.daybook.EntryPage;
import dev.daybook.PlanRecord;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that record, plan and compact in one directory and are killed at any moment. What they
 * said was acknowledged is there once, after every round. {@code -Dsim.seed=N} repeats the moments,
 * as far as an operating system repeats anything; {@code -Dsim.rounds=N} kills more often.
 */
class KillTest {
  private static final int ROUNDS = Integer.getInteger("sim.rounds", 20);
  private static final int LINES_MAX = 30;
  private static final int PLANS_MAX = 4;
  private static final long BUSY_NANOS_MAX = 20_000_000;

  @TempDir private Path folder;
  private final Map<EventId, String> acknowledged = new HashMap<>();
  private final Map<String, Long> planned = new HashMap<>();
  private final Map<Long, PlanRecord> plans = new HashMap<>();

  private static Daybook daybook(LocalObjectStore store, Path cache) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache, 1 << 30)
        .compactAt(40, 8 << 20)
        .open();
  }

  @Test
  void aKilledProcessLosesNothingItAcknowledged() throws Exception {
    long seed = Long.getLong("sim.seed", 1);
    Random random = new Random(seed);
    try (LocalObjectStore store = LocalObjectStore.at(folder.resolve("store"));
        Daybook daybook = daybook(store, folder.resolve("cache"))) {
      daybook.create("w").close();
    }
    for (int round = 1; round <= ROUNDS; round++) {
      String what = "Round " + round + " of seed " + seed;
      List<ChildJvm> children = new ArrayList<>();
      try {
        int count = round % 4 == 0 ? 2 : 1;
        for (int i = 0; i < count; i++) {
          children.add(child("writer-" + round + "-" + i, round % 3 == 0 ? "compact" : "write"));
        }
        for (ChildJvm child : children) {
          int lines = 1 + random.nextInt(LINES_MAX);
          for (int line = 0; line < lines; line++) {
            remember(child.hear());
          }
        }
        for (ChildJvm child : children) {
          busy(random.nextLong(BUSY_NANOS_MAX));
          child.kill();
          child.hearAll().forEach(this::remember);
        }
      } finally {
        children.forEach(ChildJvm::close);
      }
      check(what, round % 5 == 0);
    }
    assertThat(acknowledged).hasSizeGreaterThan(ROUNDS);
    assertThat(planned).hasSizeGreaterThan(ROUNDS);
  }

  private ChildJvm child(String name, String mode) throws IOException {
    return new ChildJvm(
        Writer.class,
        folder.resolve("store").toString(),
        folder.resolve("cache").toString(),
        name,
        mode);
  }

  private static void busy(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  /** Takes a line of a child's output; a line that was cut off by the kill says nothing. */
  private void remember(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 4 && words[3].equals(".")) {
      switch (words[0]) {
        case "event" -> acknowledged.put(EventId.parse(words[1]), words[2]);
        case "plan" -> planned.put(words[1], Long.valueOf(words[2]));
        default -> throw new AssertionError("A child said: " + line);
      }
    }
  }

  /** A process that was not there before finds everything, once, and can go on. */
  private void check(String what, boolean compacts) {
    try (LocalObjectStore store = LocalObjectStore.at(folder.resolve("store"));
        Daybook daybook = daybook(store, folder.resolve("cache"));
        Workspace workspace = daybook.open("w")) {
      checkTraces(what, workspace);
      checkPlan(what, workspace);
      if (compacts) {
        workspace.compact();
        checkTraces(what + ", compacted", workspace);
        checkPlan(what + ", compacted", workspace);
      }
    }
  }

  private void checkTraces(String what, Workspace workspace) {
    Map<EventId, String> found = new HashMap<>();
    Filter observations = Filter.any().type("Observation");
    EventId cursor = EventId.NONE;
    do {
      EntryPage page = workspace.traces().find(observations, cursor, 1_000);
      for (Entry entry : page) {
        String text = ((Observation) entry.event()).text();
        assertThat(found.put(entry.id(), text)).as(what + ": twice " + text).isNull();
      }
      cursor = page.next();
    } while (cursor.isPresent());
    assertThat(found).as(what).containsAllEntriesOf(acknowledged);
    assertThat(new HashSet<>(found.values())).as(what).hasSameSizeAs(found.keySet());
  }

  private void checkPlan(String what, Workspace workspace) {
    PlanRecord plan = workspace.plan();
    planned.forEach((task, version) -> {
      assertThat(plan.task(task)).as(what + ": " + task).isPresent();
      assertThat(version).isLessThanOrEqualTo(plan.version());
    });
    Set<Long> versions = new HashSet<>(planned.values());
    assertThat(versions).as(what + ": one winner a version").hasSameSizeAs(planned.keySet());
    plans.forEach((version, before) ->
        assertThat(workspace.plan(version)).as(what + ": plan " + version).isEqualTo(before));
    if (plans.size() == PLANS_MAX) {
      plans.clear();
    }
    plans.put(plan.version(), plan);
    assertThat(plan.tasks()).as(what).hasSize((int) plan.version());
  }

  /**
   * Records and plans until it is killed, or compacts all the time as well, and prints what was
   * acknowledged.
   */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      String name = arguments[2];
      try (LocalObjectStore store = LocalObjectStore.at(Path.of(arguments[0]));
          Daybook daybook = daybook(store, Path.of(arguments[1]));
          Workspace workspace = daybook.open("w");
          Session session = workspace.startSession(Actor.agent(name))) {
        if (arguments[3].equals("compact")) {
          Thread.ofPlatform().daemon().start(() -> compactEndlessly(workspace));
        }
        for (int number = 1; ; number++) {
          String text = name + "/" + number;
          if (number % 4 == 0) {
            long version =
                session.updatePlan(plan -> List.of(TaskAdded.of(text, "a task"))).version();
            System.out.println("plan " + text + " " + version + " .");
          } else {
            Receipt receipt = session.record(Observation.of(text)).await();
            System.out.println("event " + receipt.id() + " " + text + " .");
          }
        }
      }
    }

    private static void compactEndlessly(Workspace workspace) {
      try {
        while (true) {
          workspace.compact();
        }
      } catch (DaybookException e) {
        System.err.println("Compaction broke off: " + e);
      }
    }
  }
}
