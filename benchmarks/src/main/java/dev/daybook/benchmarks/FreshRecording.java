package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import java.util.function.Supplier;

/**
 * A new workspace for each turn, so that the events of the turns before are not kept in memory, and
 * nothing of them is still being compacted while others have their turn.
 */
final class FreshRecording implements Contender {
  private final Supplier<Daybook> engine;
  private final String prefix;
  private final int threads;
  private final int unacknowledged;
  private final boolean isClosedEachTurn;
  private int turn;
  private Daybook daybook;
  private Recording recording;

  /** With no compaction but at the end, and that left out: the engine is dropped, not closed. */
  static FreshRecording alone(Place place, String prefix, int threads, int unacknowledged) {
    return new FreshRecording(
        () -> place.engine(place.store()).compactAt(Integer.MAX_VALUE, Long.MAX_VALUE).open(),
        prefix,
        threads,
        unacknowledged,
        false);
  }

  /** With compaction in the background as it is by default; closed after each turn. */
  static FreshRecording withCompaction(
      Place place, String prefix, int threads, int unacknowledged) {
    return new FreshRecording(
        () -> place.engine(place.store()).open(), prefix, threads, unacknowledged, true);
  }

  private FreshRecording(
      Supplier<Daybook> engine,
      String prefix,
      int threads,
      int unacknowledged,
      boolean isClosedEachTurn) {
    this.engine = engine;
    this.prefix = prefix;
    this.threads = threads;
    this.unacknowledged = unacknowledged;
    this.isClosedEachTurn = isClosedEachTurn;
  }

  @Override
  public void begin() {
    daybook = engine.get();
    recording = Recording.inOneLog(daybook, prefix + ++turn, threads, unacknowledged);
  }

  @Override
  public void prepare(int thread) {
    recording.prepare(thread);
  }

  @Override
  public void step(int thread) {
    recording.step(thread);
  }

  @Override
  public void settle(int thread) {
    recording.settle(thread);
  }

  @Override
  public void end() {
    if (isClosedEachTurn) {
      daybook.close();
    }
  }
}
