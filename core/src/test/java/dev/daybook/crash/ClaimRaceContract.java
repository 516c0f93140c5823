package dev.daybook.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClaimed;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.TaskStatus;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that race for the tasks of one plan while a third of them are killed in the middle of
 * one. Every task is closed once, by the holder of its latest claim, and what was done under an
 * older claim had no effect after what was done under a later one. {@code -Dsim.racers=N} and
 * {@code -Dsim.tasks=N} say how many; {@code -Dsim.seed=N} repeats the choices.
 */
public abstract class ClaimRaceContract {
  private static final long SEED = Long.getLong("sim.seed", 1);
  private static final int RACERS = Integer.getInteger("sim.racers", 4);
  private static final int TASKS = Integer.getInteger("sim.tasks", 16);
  private static final long KILLED_WITHIN_NANOS = 60_000_000;

  @TempDir private Path folder;
  private final Random random = new Random(SEED);

  /** The class whose main method opens the store named by its first argument and runs a racer. */
  protected abstract Class<?> program();

  /** Names a store that has nothing in it, for this process and for others. */
  protected abstract String freshPlace(Path folder) throws Exception;

  /** Opens the store of this name. */
  protected abstract ObjectStore open(String place);

  @Test
  void eachTaskIsDoneOnceThoughAThirdIsKilled() throws Exception {
    long start = System.nanoTime();
    String place = freshPlace(folder);
    try (ObjectStore store = open(place);
        Daybook daybook = CrashWriter.daybook(store, folder).open();
        Workspace workspace = daybook.create(CrashWriter.WORKSPACE);
        Session planner = workspace.startSession(Actor.agent("planner"))) {
      planner.updatePlan(plan ->
          IntStream.range(0, TASKS).mapToObj(i -> TaskAdded.of("T" + i, "task " + i)).toList());
    }
    int kills = (RACERS + 2) / 3;
    List<String> said = race(place, kills);
    double seconds = (System.nanoTime() - start) / 1e9;
    try (ObjectStore store = open(place);
        Daybook daybook = CrashWriter.daybook(store, folder).open();
        Workspace workspace = daybook.open(CrashWriter.WORKSPACE)) {
      int again = judge(workspace);
      System.out.printf(
          "%d processes over %d tasks on %s, %d killed: %d claims of what another process held"
              + " before, %d changes refused to late holders, %d effects refused, %.1f s%n",
          RACERS,
          TASKS,
          getClass().getSimpleName(),
          kills,
          again,
          count(said, "refused "),
          count(said, "no-effect "),
          seconds);
      assertThat(again)
          .as("claims of what the killed held")
          .isGreaterThanOrEqualTo((kills + 1) / 2);
      assertThat(said)
          .filteredOn(line -> line.startsWith("refused "))
          .allMatch(line -> line.contains("superseded by") || line.contains("reopen it"));
    }
  }

  private static long count(List<String> lines, String what) {
    return lines.stream().filter(line -> line.startsWith(what)).count();
  }

  /** A process, and what it is started with. */
  private record Racer(ChildJvm jvm, int number, int dies, long pause) {}

  /** What all of them said, each followed to its end. Every second one killed stays in its task. */
  private List<String> race(String place, int kills) throws Exception {
    List<Racer> racers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < RACERS; i++) {
        int dies = i < kills ? 1 + random.nextInt(Math.max(1, TASKS / RACERS / 8)) : 0;
        long pause = random.nextLong(KILLED_WITHIN_NANOS);
        racers.add(new Racer(start(place, i, i, i % 2 == 0 ? dies : 0), i, dies, pause));
      }
      for (Racer racer : racers) {
        assertThat(racer.jvm().hear()).isEqualTo("ready");
      }
      List<Future<List<String>>> stories = new ArrayList<>();
      for (Racer racer : racers) {
        racer.jvm().tell("go");
        stories.add(threads.submit(() -> follow(place, racer)));
      }
      List<String> said = new ArrayList<>();
      for (Future<List<String>> story : stories) {
        said.addAll(story.get());
      }
      return said;
    } finally {
      racers.forEach(racer -> racer.jvm().close());
    }
  }

  private List<String> follow(String place, Racer racer) throws Exception {
    if (racer.dies() == 0) {
      return toItsEnd(racer.jvm());
    }
    List<String> said = killed(racer);
    if (racer.number() % 4 == 0) {
      // The host starts some of them again: the same actor in another session.
      try (ChildJvm heir = start(place, racer.number(), racer.number() + RACERS, 0)) {
        heir.tell("go");
        said.addAll(toItsEnd(heir));
      }
    }
    return said;
  }

  private ChildJvm start(String place, int actor, int seed, int lingersAt) throws IOException {
    return new ChildJvm(
        program(),
        place,
        folder.toString(),
        "racer-" + actor,
        String.valueOf(31 * SEED + seed),
        String.valueOf(lingersAt));
  }

  private static List<String> toItsEnd(ChildJvm racer) throws Exception {
    List<String> said = racer.hearAll();
    assertThat(racer.exitCode()).isZero();
    assertThat(said.getLast()).isEqualTo("end");
    return said;
  }

  /** Kills it in the middle of that task. */
  private static List<String> killed(Racer racer) throws Exception {
    List<String> said = new ArrayList<>();
    for (int begun = 0; begun < racer.dies(); ) {
      said.add(racer.jvm().hear());
      begun += said.getLast().startsWith("at ") ? 1 : 0;
    }
    LockSupport.parkNanos(racer.pause());
    racer.jvm().kill();
    said.addAll(racer.jvm().hearAll());
    return said;
  }

  /** How often a task was claimed that another process had claimed and neither closed nor freed. */
  private int judge(Workspace workspace) throws IOException {
    Map<String, Entry> latest = new HashMap<>();
    Map<String, Entry> closed = new HashMap<>();
    int again = 0;
    for (Entry entry : planEntries(workspace)) {
      switch (entry.event()) {
        case TaskClaimed claimed -> {
          assertThat(closed).as("%s claims", entry).doesNotContainKey(claimed.task());
          Entry before = latest.put(claimed.task(), entry);
          again += before == null || before.session().equals(entry.session()) ? 0 : 1;
        }
        case TaskClosed task -> {
          assertThat(closed.put(task.task(), entry)).as("%s closes again", entry).isNull();
          assertThat(entry.session())
              .as("%s closes as the latest holder", entry)
              .isEqualTo(latest.get(task.task()).session());
        }
        default -> {}
      }
    }
    assertThat(closed).hasSize(TASKS);
    PlanRecord plan = workspace.plan();
    assertThat(plan.unclosed()).isEmpty();
    for (PlanRecord.Task task : plan.tasks().values()) {
      assertThat(task.status()).isEqualTo(TaskStatus.DONE);
      Claim claim = task.claim();
      assertThat(claim.fence())
          .isEqualTo(latest.get(task.id()).envelope().planVersion())
          .isEqualTo(ClaimRacer.Effect.of(folder, task.id()).fence());
      assertThat(claim.standing()).isEqualTo(Claim.Standing.ENDED);
    }
    return again;
  }

  private static List<Entry> planEntries(Workspace workspace) {
    Filter plan = Filter.any().stream(Envelope.Stream.PLAN);
    List<Entry> found = new ArrayList<>();
    EventId cursor = EventId.NONE;
    do {
      var page = workspace.traces().find(plan, cursor, 1_000);
      found.addAll(page.entries());
      cursor = page.next();
    } while (cursor.isPresent());
    found.sort(
        Comparator.<Entry>comparingLong(entry -> entry.envelope().planVersion())
            .thenComparing(Entry::id));
    return found;
  }
}
