package dev.daybook.simulation;

import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Store;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.storage.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a simulated process is given: its way to the store, a clock of its own, random bits, and
 * somebody to tell what it was told. Everything in it is a function of the seed and of the answers
 * of the store.
 */
final class Host {
  /** A clock moves on by so much whenever it is looked at. */
  private static final Duration LOOK = Duration.ofMillis(50);

  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");

  private final Setting setting;
  private final ObjectStore raw;
  private final Witness witness;
  private final Random random;
  private final AtomicLong looks = new AtomicLong();

  /**
   * How a process is set up.
   *
   * @param seed of its random bits
   * @param skew how wrong its clock is
   * @param attempts how many unanswered requests it makes before it gives up, and then before it
   *     gives up the fence
   * @param damage whether objects can be read damaged, so that an error that says so is no surprise
   * @param bounds of the workspace
   */
  record Setting(long seed, Duration skew, int attempts, boolean damage, Bounds bounds) {}

  /**
   * What is large in life and small here, the same for all processes.
   *
   * @param manifestsAhead how many manifests ahead a file name reaches
   * @param watermarksMax how many watermarks a manifest holds
   * @param mergeSegments how many segments become one
   */
  record Bounds(long manifestsAhead, int watermarksMax, int mergeSegments) {}

  /** Hears what a process does and learns. */
  interface Witness {
    /** The write of an event begins with the next request. */
    void begins(String event);

    /** The process now knows how its event fared. */
    void learned(String event, Verdict verdict);

    /** A strong read begins with the next request. */
    void beginsRead();

    /** The read that began last saw these events; it was to see all of the whole scope. */
    void saw(Collection<String> events, Scope scope);

    /** This is what the plan was at its version. */
    void sawPlan(PlanState plan);

    /** Something happened that must not. */
    void broke(String what);
  }

  /** How a write ended for its caller. */
  enum Verdict {
    ACKNOWLEDGED,
    FAILED,
    UNKNOWN
  }

  /** What a read reads. */
  enum Scope {
    PLAN,
    EVERYTHING
  }

  Host(Setting setting, ObjectStore raw, Witness witness) {
    this.setting = setting;
    this.raw = raw;
    this.witness = witness;
    this.random = new Random(setting.seed());
  }

  Witness witness() {
    return witness;
  }

  boolean damage() {
    return setting.damage();
  }

  Bounds bounds() {
    return setting.bounds();
  }

  InstantSource clock() {
    return this::look;
  }

  private Instant look() {
    return START.plus(setting.skew()).plus(LOOK.multipliedBy(looks.incrementAndGet()));
  }

  Random random() {
    return random;
  }

  EventIds ids() {
    return new EventIds(clock(), random);
  }

  /** The store of production code, without waiting, with one request after the other. */
  Store store() {
    return new Store(raw, clock(), random, LOOK.multipliedBy(setting.attempts()), millis -> {}, 1);
  }
}
