package dev.daybook.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Daybook;
import dev.daybook.EntryPage;
import dev.daybook.PlanRecord;
import dev.daybook.Workspace;
import dev.daybook.crash.CrashWriter.Mode;
import dev.daybook.crash.Operation.Kind;
import dev.daybook.crash.Operation.Outcome;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.recall.Filter;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that write to one workspace and are killed at any moment, while others go on. After
 * every kill, and at the end, the {@link Judge} compares what all of them were told with what is
 * there. {@code -Dsim.rounds=N} kills more often; {@code -Dsim.seed=N} repeats the choices, as far
 * as an operating system repeats anything. {@code -Dsim.jvms=N} gives so many of the fifty
 * short-lived writers a process of their own.
 */
public abstract class CrashContract {
  private static final long SEED = Long.getLong("sim.seed", 1);
  private static final int ROUNDS = Integer.getInteger("sim.rounds", 10);
  private static final int JVMS = Integer.getInteger("sim.jvms", 4);
  private static final int WRITERS = 50;

  private static final int PROCESSES = 3;
  private static final int TICKETS_MIN = 20;
  private static final int TICKETS_MAX = 150;
  private static final long BUSY_NANOS_MAX = 5_000_000;
  private static final long START_NANOS_MAX = 1_000_000_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path base;
  private final Random random = new Random(SEED);
  private int processes;

  /** The class whose main method opens the store named by its first argument and runs a writer. */
  protected abstract Class<?> program();

  /** Names a store that has nothing in it, for this process and for others. */
  protected abstract String freshPlace(Path folder) throws Exception;

  /** Opens the store of this name. */
  protected abstract ObjectStore open(String place);

  /**
   * How many kills a workspace takes before a new one begins, in a fresh place: each look reads its
   * whole history.
   */
  protected int roundsInOneWorkspace() {
    return 25;
  }

  /** A process and whether it has said that its workspace is open. */
  private static final class Member {
    final ChildJvm jvm;
    boolean ready;

    Member(ChildJvm jvm) {
      this.jvm = jvm;
    }

    void awaitReady() throws IOException {
      if (!ready) {
        assertThat(jvm.hear()).isEqualTo("ready");
        ready = true;
      }
    }
  }

  @Test
  void killedProcessesLoseNothingTheyWereTold() throws Exception {
    Map<Outcome, Integer> outcomes = new HashMap<>();
    for (int round = 1; round <= ROUNDS; round += roundsInOneWorkspace()) {
      int last = Math.min(ROUNDS, round + roundsInOneWorkspace() - 1);
      try (Scene scene = new Scene(base.resolve("from-round-" + round))) {
        scene.kill(round, last);
        scene.operations().values().forEach(o -> outcomes.merge(o.outcome(), 1, Integer::sum));
      }
    }
    System.out.println(
        ROUNDS + " processes killed over " + getClass().getSimpleName() + ": " + outcomes);
    assertThat(outcomes.get(Outcome.DONE)).as("%s", outcomes).isGreaterThan(10 * ROUNDS);
    assertThat(outcomes.get(Outcome.UNANSWERED)).as("%s", outcomes).isPositive();
  }

  @Test
  void fiftyShortLivedWritersLeaveWhatTheyWrote() throws Exception {
    try (Scene scene = new Scene(base.resolve("short"))) {
      scene.writeShortly(Math.min(JVMS, WRITERS));
      Map<String, Operation> operations = scene.operations();
      assertThat(operations.values())
          .filteredOn(operation -> operation.kind() == Kind.SESSION)
          .hasSize(WRITERS);
      assertThat(operations.values())
          .allMatch(operation -> operation.isDone() || operation.outcome() == Outcome.LOST);
      assertThat(operations.values())
          .filteredOn(operation -> operation.kind() == Kind.CLAIM && operation.isDone())
          .as("winners of the one claim")
          .hasSize(1);
    }
  }

  /** One workspace, those that write to it, and what they were told. */
  private final class Scene implements AutoCloseable {
    private final Path folder;
    private final String place;
    private final SharedClock clock;
    private final History.Writer checker;
    private final List<Member> members = new ArrayList<>();
    private int checks;

    Scene(Path folder) throws Exception {
      this.folder = Files.createDirectories(folder);
      place = freshPlace(folder);
      clock = new SharedClock(folder.resolve("clock"));
      checker = new History.Writer(folder, "checker", clock);
      try (ObjectStore store = open(place);
          Daybook daybook = CrashWriter.daybook(store, folder).open()) {
        daybook.create(CrashWriter.WORKSPACE).close();
      }
    }

    Map<String, Operation> operations() throws IOException {
      return History.read(folder);
    }

    private Member start(Mode mode, int number) throws IOException {
      String name = "p" + ++processes;
      Member member =
          new Member(
              new ChildJvm(
                  program(), place, folder.toString(), name, mode.name(), String.valueOf(number)));
      members.add(member);
      return member;
    }

    private void startWriter() throws IOException {
      Mode mode = List.of(Mode.WRITE, Mode.COMPACT, Mode.ROUGH).get(processes % 3);
      start(mode, random.nextInt());
    }

    void kill(int first, int last) throws Exception {
      for (int round = first; round <= last; round++) {
        while (members.size() < PROCESSES) {
          startWriter();
        }
        int allowed = TICKETS_MIN + random.nextInt(TICKETS_MAX);
        if (round % 5 == 0) {
          // The newest one, wherever it is in starting and opening.
          Member victim = members.removeLast();
          clock.allow(allowed);
          busy(random.nextLong(START_NANOS_MAX));
          victim.jvm.kill();
        } else {
          Member victim = members.remove(random.nextInt(members.size()));
          victim.awaitReady();
          long until = clock.now() + random.nextInt(allowed);
          clock.allow(allowed);
          await(until);
          busy(random.nextLong(BUSY_NANOS_MAX));
          victim.jvm.kill();
        }
        check("Round " + round + " of seed " + SEED, round % 5 == 0);
      }
      clock.end();
      end();
      check("After round " + last + " of seed " + SEED, true);
    }

    void writeShortly(int jvms) throws Exception {
      int inTurn = jvms / 2;
      int shared = WRITERS - jvms;
      if (shared > 0) {
        // Those at once cost more: all compact as they close, and all but one in vain.
        start(Mode.SHORT_AT_ONCE, shared / 4);
        start(Mode.SHORT_IN_TURN, shared - shared / 4);
      }
      for (int i = 0; i < inTurn; i++) {
        assertThat(start(Mode.SHORT, 1).jvm.exitCode()).isZero();
      }
      for (int i = inTurn; i < jvms; i++) {
        start(Mode.SHORT, 1);
      }
      end();
      check(WRITERS + " short-lived writers", true);
    }

    /** Waits until all processes have ended by themselves. */
    private void end() throws InterruptedException {
      for (Member member : members) {
        assertThat(member.jvm.exitCode()).isZero();
      }
      members.clear();
    }

    private void await(long ticket) throws IOException {
      long start = System.nanoTime();
      while (clock.now() < ticket) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new AssertionError(
              "Nothing happened for " + PATIENCE + "; so far: " + operations().size());
        }
        LockSupport.parkNanos(100_000);
      }
    }

    private static void busy(long nanos) {
      long end = System.nanoTime() + nanos;
      for (long left = nanos; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }

    /** A process that was not there before finds what it should, and can go on. */
    private void check(String what, boolean compacts) throws IOException {
      Map<String, Operation> before = operations();
      try (ObjectStore store = open(place);
          Daybook daybook = CrashWriter.daybook(store, folder).open();
          Workspace workspace = daybook.open(CrashWriter.WORKSPACE)) {
        check(what, before, workspace);
        if (compacts) {
          Map<String, Operation> beforeCompaction = operations();
          workspace.compact();
          check(what + ", compacted", beforeCompaction, workspace);
        }
        checkPlanKeys(what, store);
      }
    }

    /**
     * No number is free, so none can be taken twice; a failed change may have left an empty one.
     */
    private static void checkPlanKeys(String what, ObjectStore store) throws IOException {
      String prefix = CrashWriter.WORKSPACE + "/000001/plan/";
      List<String> expected = new ArrayList<>();
      List<String> found = new ArrayList<>();
      ObjectStore.Page page;
      do {
        page = store.list(prefix, found.isEmpty() ? "" : found.getLast(), 1_000);
        for (ObjectStore.Listed object : page.objects()) {
          found.add(object.key().path());
          expected.add(prefix + "%020d.json".formatted(found.size()));
        }
      } while (page.more());
      assertThat(found).as(what).isEqualTo(expected);
    }

    private void check(String what, Map<String, Operation> before, Workspace workspace)
        throws IOException {
      CrashWriter.readPlan(checker, workspace, "checker/" + ++checks);
      List<Judge.Planned> planned = new ArrayList<>();
      List<Judge.Traced> traced = new ArrayList<>();
      for (Entry entry : everything(workspace)) {
        switch (entry.event()) {
          case TaskAdded task ->
              planned.add(
                  new Judge.Planned(
                      entry.envelope().planVersion(), task.task(), task.title(), task.priority()));
          case Observation seen -> traced.add(new Judge.Traced(entry.id().toString(), seen.text()));
          case SessionStarted started ->
              traced.add(new Judge.Traced(entry.id().toString(), started.purpose()));
          default -> throw new AssertionError(what + ": nobody wrote " + entry);
        }
      }
      planned.sort(Comparator.comparingLong(Judge.Planned::version));
      Map<String, Operation> operations = new HashMap<>();
      operations().forEach((key, after) -> operations.put(key, asOf(before.get(key), after)));
      assertThat(Judge.traces(traced, operations)).as("%s: traces", what).isEmpty();
      assertThat(Judge.plan(planned, operations.values())).as("%s: plan", what).isEmpty();
      PlanRecord plan = workspace.plan(planned.isEmpty() ? 0 : planned.getLast().version());
      assertThat(plan.tasks().keySet())
          .as(what)
          .containsExactlyElementsOf(planned.stream().map(Judge.Planned::task).toList());
    }

    /** What ended only after the look began need not be in it; what failed never may. */
    private static Operation asOf(Operation before, Operation after) {
      boolean endedBefore = before != null && before.ended() != Operation.NEVER;
      return endedBefore || after.outcome() == Outcome.FAILED
          ? after
          : Operation.begun(after.key(), after.kind(), after.subject(), after.begun());
    }

    /** All events there are, in the order of their ids, and none twice. */
    private static List<Entry> everything(Workspace workspace) {
      List<Entry> found = new ArrayList<>();
      EventId cursor = EventId.NONE;
      do {
        EntryPage page = workspace.traces().find(Filter.any(), cursor, 1_000);
        found.addAll(page.entries());
        cursor = page.next();
      } while (cursor.isPresent());
      return found.reversed();
    }

    @Override
    public void close() throws IOException {
      members.forEach(member -> member.jvm.close());
      checker.close();
    }
  }
}
