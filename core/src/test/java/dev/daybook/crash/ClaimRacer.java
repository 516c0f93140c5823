package dev.daybook.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Claim;
import dev.daybook.PlanRuleException;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * One of the processes that race for the tasks of a plan: claims the next one, works on it for a
 * while, has an effect outside of the plan that takes the fence into account, and closes it. Every
 * so often it sleeps past its lease. It ends when all tasks are closed.
 */
public final class ClaimRacer {
  static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration WORK_MAX = Duration.ofMillis(40);
  private static final Duration OVERSLEPT = LEASE.plusMillis(400);
  private static final int SLEEPS_ONE_IN = 40;
  private static final Duration LOOK = Duration.ofMillis(100);

  /** How long a process stays where it is to be killed. */
  private static final Duration FOREVER = Duration.ofMinutes(10);

  private final Path folder;
  private final Random random;
  private final int lingersAt;
  private int begun;
  private final PrintStream out = new PrintStream(System.out, true, UTF_8);

  private ClaimRacer(Path folder, long seed, int lingersAt) {
    this.folder = folder;
    this.random = new Random(seed);
    this.lingersAt = lingersAt;
  }

  /**
   * Runs a process to its end.
   *
   * @param arguments where the store is, which is the caller's; then a folder for all else, the
   *     actor's id, a seed, and which of its tasks it stays in the middle of, 0 for none; it begins
   *     when its input has a line
   */
  public static void run(ObjectStore store, String[] arguments) throws IOException {
    ClaimRacer racer =
        new ClaimRacer(
            Path.of(arguments[1]), Long.parseLong(arguments[3]), Integer.parseInt(arguments[4]));
    try (Daybook daybook = CrashWriter.daybook(store, racer.folder).open();
        Workspace workspace = daybook.open(CrashWriter.WORKSPACE);
        Session session = workspace.startSession(Actor.agent(arguments[2]))) {
      racer.out.println("ready");
      if (System.in.read() >= 0) {
        racer.race(workspace, session);
      }
    }
  }

  private void race(Workspace workspace, Session session) throws IOException {
    while (!workspace.plan().unclosed().isEmpty()) {
      Optional<Claim> claim = claim(workspace.plan(), session);
      if (claim.isPresent()) {
        begun++;
        out.println("at " + claim.get().task());
        work(session, claim.get());
      } else {
        pause(LOOK);
      }
    }
    out.println("end");
  }

  /** What it held before a crash comes first. */
  private Optional<Claim> claim(PlanRecord plan, Session session) {
    for (Claim own : plan.claimedBy(session.actor().id())) {
      out.println("again " + own.task());
      try {
        return Optional.of(session.claim(own.task(), LEASE));
      } catch (PlanRuleException e) {
        // Its lease ran out while we looked.
        out.println("late " + own.task());
      }
    }
    return session.claimNext(LEASE);
  }

  private void work(Session session, Claim claim) throws IOException {
    try {
      pause(Duration.ofNanos(random.nextLong(WORK_MAX.toNanos())));
      if (random.nextInt(SLEEPS_ONE_IN) == 0) {
        pause(OVERSLEPT);
      } else if (random.nextInt(4) == 0) {
        session.renew(claim, LEASE);
      }
      boolean lingers = begun == lingersAt;
      if (lingers && random.nextBoolean()) {
        pause(FOREVER);
      }
      if (!Effect.of(folder, claim.task()).have(claim)) {
        out.println("no-effect " + claim.task());
      }
      if (lingers) {
        pause(FOREVER);
      }
      session.updatePlan(plan -> List.of(TaskClosed.done(claim.task())));
      out.println("closed " + claim.task());
    } catch (PlanRuleException e) {
      out.println("refused " + claim.task() + " " + e.getMessage());
    }
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /**
   * Something outside of the plan that heeds fences: it remembers the highest it has seen and takes
   * nothing with a lower one.
   */
  record Effect(Path file) {
    static Effect of(Path folder, String task) {
      return new Effect(folder.resolve("effect-" + task));
    }

    /** Whether it was taken. */
    boolean have(Claim claim) throws IOException {
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        ByteBuffer seen = ByteBuffer.allocate(Long.BYTES);
        boolean first = channel.read(seen, 0) < Long.BYTES;
        if (!lock.isValid() || (!first && seen.getLong(0) > claim.fence())) {
          return false;
        }
        channel.write(seen.clear().putLong(0, claim.fence()), 0);
        return true;
      }
    }

    /** The highest fence it has taken. */
    long fence() throws IOException {
      return ByteBuffer.wrap(Files.readAllBytes(file)).getLong();
    }
  }
}
