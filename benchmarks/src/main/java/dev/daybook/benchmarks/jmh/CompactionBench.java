package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.Scratch;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.TraceEvent;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.local.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One compaction by another handle than the one that recorded, on the local disk, each of a fresh
 * copy of the same workspace. Reading what is compacted is part of it; embedding costs almost
 * nothing, since vectors are made by arithmetic.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class CompactionBench {
  private static final int SEGMENTS = 10;
  private static final int NOTES_AT_ONCE = 100;

  /** What there is to do. */
  public enum Work {
    /** All events are in logs: one segment is made of them, its index and vectors. */
    SEAL,
    /** All are in ten segments of one size, which become one. */
    MERGE
  }

  /** What there is to do. */
  @Param public Work work;

  /** How many events there are. */
  @Param("10000")
  public int events;

  private Path scratch;
  private Path made;
  private int copies;
  private Path copy;
  private Path cache;
  private ObjectStore objects;
  private Daybook daybook;
  private Workspace workspace;

  /** Makes the workspace that is copied. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    scratch = Files.createTempDirectory("daybook-benchmark-");
    made = scratch.resolve("made");
    SyntheticHistory history = new SyntheticHistory(events, 1);
    // Not closed, since that would compact.
    Workspace writing = open(made, scratch.resolve("cache")).create(ScaleWorkspace.NAME);
    for (int part = 0; part < SEGMENTS; part++) {
      record(
          writing, history, (long) events * part / SEGMENTS, (long) events * (part + 1) / SEGMENTS);
      if (work == Work.MERGE) {
        ScaleWorkspace.seal(writing);
      }
    }
  }

  private static void record(Workspace workspace, SyntheticHistory history, long from, long end) {
    try (Session session = workspace.startSession(Actor.agent("coder"))) {
      List<Receipt> receipts = new ArrayList<>();
      List<PlanEvent> notes = new ArrayList<>();
      for (long number = from; number < end; number++) {
        switch (history.event(number)) {
          case TraceEvent event -> receipts.add(session.record(event));
          case PlanEvent note -> notes.add(note);
          case dev.daybook.event.Event other ->
              throw new IllegalStateException("Of neither stream: " + other);
        }
      }
      for (int at = 0; at < notes.size(); at += NOTES_AT_ONCE) {
        List<PlanEvent> some = notes.subList(at, Math.min(notes.size(), at + NOTES_AT_ONCE));
        session.updatePlan(plan -> some);
      }
      receipts.forEach(Receipt::await);
    }
  }

  private Daybook open(Path store, Path cache) {
    objects = LocalObjectStore.at(store);
    return ScaleWorkspace.engine(objects, cache, new ClusteredEmbedder(Map.of()));
  }

  /** Makes a copy and opens it, with an empty cache. */
  @Setup(Level.Iteration)
  public void begin() throws IOException {
    copy = scratch.resolve("copy-" + copies);
    cache = scratch.resolve("cache-" + copies++);
    ScaleWorkspace.link(made, copy);
    daybook = open(copy, cache);
    workspace = daybook.open(ScaleWorkspace.NAME);
  }

  /** Removes the copy, and fails if it was not compacted into one. */
  @TearDown(Level.Iteration)
  public void end() throws IOException {
    int indexes = ScaleWorkspace.indexes(objects);
    daybook.close();
    objects.close();
    Scratch.delete(copy);
    Scratch.delete(cache);
    if (indexes != 1) {
      throw new IllegalStateException(
          "Compaction of %,d events left %d indexes, expected 1".formatted(events, indexes));
    }
  }

  /** Removes all. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    Scratch.delete(scratch);
  }

  /** Compacts. */
  @Benchmark
  public void compact() {
    workspace.compact();
  }
}
