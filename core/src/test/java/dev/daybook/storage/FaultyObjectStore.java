package dev.daybook.storage;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A store behind a bad network: calls fail before or after they took effect, or take effect later,
 * and reads come back damaged. Faults come by chance ({@link #withChance}) or on order ({@link
 * #failNext}); the seed decides all chances, so one thread and one seed repeat a run.
 *
 * <p>One call at a time reaches the store within: faults are about order and answers, not about
 * races. Safe for use by any number of threads.
 */
public final class FaultyObjectStore implements ObjectStore {
  /** What can go wrong with a call. */
  public enum Fault {
    /** A write never arrives; the caller sees a time-out. */
    REQUEST_LOST(true, false),
    /** A write takes effect; the caller sees a time-out. */
    RESPONSE_LOST(true, false),
    /** The caller sees a time-out; the write takes effect before some later call, or never. */
    LATE_EFFECT(true, false),
    /** A write has no effect and the store says "conflict, retry", as S3 does with 409. */
    CONFLICT(true, false),
    /** Any call has no effect and the store says that it is overloaded, as S3 does with 503. */
    UNAVAILABLE(true, true),
    /** A read, by get or by range, comes back shorter. */
    TRUNCATED_READ(false, true),
    /** A read, by get or by range, comes back with one bit turned over. */
    FLIPPED_BIT(false, true);

    private final boolean hitsWrites;
    private final boolean hitsReads;

    Fault(boolean hitsWrites, boolean hitsReads) {
      this.hitsWrites = hitsWrites;
      this.hitsReads = hitsReads;
    }
  }

  private static final Set<Fault> WRITE_FAULTS = faults(fault -> fault.hitsWrites);
  private static final Set<Fault> READ_FAULTS = faults(fault -> fault.hitsReads);
  private static final Set<Fault> LIST_FAULTS = EnumSet.of(Fault.UNAVAILABLE);

  /** How likely a pending late write takes effect before a call. */
  private static final double LATE_CHANCE = 0.2;

  private final ObjectStore store;
  private final Random random;
  private final Map<Fault, Double> chances = new EnumMap<>(Fault.class);
  private final Deque<Fault> ordered = new ArrayDeque<>();
  private final List<Call<?>> late = new ArrayList<>();
  private int faultCount;

  /** No faults until some are asked for. */
  public FaultyObjectStore(ObjectStore store, long seed) {
    this.store = store;
    this.random = new Random(seed);
  }

  /** Gives each call that this fault can hit this chance of it, from 0 to 1. */
  public synchronized FaultyObjectStore withChance(Fault fault, double chance) {
    chances.put(fault, chance);
    return this;
  }

  /** The next call that this fault can hit has it; several orders are served in turn. */
  public synchronized FaultyObjectStore failNext(Fault fault) {
    ordered.add(fault);
    return this;
  }

  /** No more faults; what is late stays pending. */
  public synchronized void heal() {
    chances.clear();
    ordered.clear();
  }

  /** Lets all late writes take effect, in random order. */
  public synchronized void applyLate() throws IOException {
    while (!late.isEmpty()) {
      applyOneLate();
    }
  }

  /** How many writes may still take effect. */
  public synchronized int lateCount() {
    return late.size();
  }

  /** How many faults have hit a call. */
  public synchronized int faultCount() {
    return faultCount;
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private static Set<Fault> faults(Predicate<Fault> which) {
    var faults = EnumSet.allOf(Fault.class);
    faults.removeIf(which.negate());
    return faults;
  }

  private void applyOneLate() throws IOException {
    late.remove(random.nextInt(late.size())).run();
  }

  /** Lets time pass, then chooses the fault of this call, if any. */
  private Optional<Fault> begin(Set<Fault> possible) throws IOException {
    while (!late.isEmpty() && random.nextDouble() < LATE_CHANCE) {
      applyOneLate();
    }
    Optional<Fault> fault = Optional.empty();
    if (!ordered.isEmpty() && possible.contains(ordered.peek())) {
      fault = Optional.of(ordered.remove());
    } else {
      for (var chance : chances.entrySet()) {
        if (fault.isEmpty()
            && possible.contains(chance.getKey())
            && random.nextDouble() < chance.getValue()) {
          fault = Optional.of(chance.getKey());
        }
      }
    }
    if (fault.isPresent()) {
      faultCount++;
    }
    return fault;
  }

  private <T> T write(String call, Call<T> write) throws IOException {
    var fault = begin(WRITE_FAULTS);
    if (fault.isEmpty()) {
      return write.run();
    }
    switch (fault.get()) {
      case RESPONSE_LOST -> write.run();
      case LATE_EFFECT -> late.add(write);
      case REQUEST_LOST, CONFLICT, UNAVAILABLE -> {}
      case TRUNCATED_READ, FLIPPED_BIT -> throw new AssertionError("No fault of a write: " + fault);
    }
    throw failure(call, fault.get());
  }

  private Optional<Stored> read(String call, Call<Optional<Stored>> read) throws IOException {
    var fault = begin(READ_FAULTS);
    if (fault.isPresent() && fault.get() == Fault.UNAVAILABLE) {
      throw failure(call, Fault.UNAVAILABLE);
    }
    return read.run().map(stored -> fault.map(kind -> damaged(stored, kind)).orElse(stored));
  }

  private Stored damaged(Stored stored, Fault fault) {
    var bytes = stored.bytes();
    if (bytes.length == 0) {
      return stored;
    }
    if (fault == Fault.TRUNCATED_READ) {
      bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
    } else {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return new Stored(bytes, stored.storedAt(), stored.answeredAt());
  }

  private static IOException failure(String call, Fault fault) {
    return new IOException(
        switch (fault) {
          case CONFLICT -> "409 ConditionalRequestConflict for " + call;
          case UNAVAILABLE -> "503 SlowDown for " + call;
          default -> "No answer to " + call + " within 30 s";
        });
  }

  @Override
  public synchronized Created createIfAbsent(ObjectKey key, byte[] bytes) throws IOException {
    var kept = bytes.clone();
    return write("PUT-IF-ABSENT " + key, () -> store.createIfAbsent(key, kept));
  }

  @Override
  public synchronized Optional<Stored> get(ObjectKey key) throws IOException {
    return read("GET " + key, () -> store.get(key));
  }

  @Override
  public synchronized Optional<Stored> getRange(ObjectKey key, long offset, int length)
      throws IOException {
    return read("GET " + key, () -> store.getRange(key, offset, length));
  }

  @Override
  public synchronized Page list(String prefix, String startAfter, int keysMax) throws IOException {
    if (begin(LIST_FAULTS).isPresent()) {
      throw failure("LIST " + prefix, Fault.UNAVAILABLE);
    }
    return store.list(prefix, startAfter, keysMax);
  }

  @Override
  public synchronized void overwrite(ObjectKey key, byte[] bytes) throws IOException {
    var kept = bytes.clone();
    var unused =
        write(
            "PUT " + key,
            () -> {
              store.overwrite(key, kept);
              return true;
            });
  }

  @Override
  public synchronized void delete(ObjectKey key) throws IOException {
    var unused =
        write(
            "DELETE " + key,
            () -> {
              store.delete(key);
              return true;
            });
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public void close() {
    store.close();
  }
}
