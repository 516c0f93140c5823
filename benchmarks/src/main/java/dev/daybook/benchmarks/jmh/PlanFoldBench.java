package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Place;
import dev.daybook.benchmarks.SyntheticPlan;
import dev.daybook.event.Actor;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
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
 * The plan in a new handle, from a store in memory: what is left is reading the objects, folding
 * their events, and finding what is ready.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PlanFoldBench {
  private static final String NAME = "plan";
  private static final int AT_ONCE = 10;

  /** What the plan is read from. */
  public enum Source {
    /** Every version, of ten events each. */
    VERSIONS,
    /** The checkpoint that compaction left; what was recorded before it is not read. */
    CHECKPOINT
  }

  /** What it is read from. */
  @Param public Source source;

  /** Of how many events the plan is. */
  @Param("10000")
  public int events;

  private final ObjectStore objects = new MemoryObjectStore();
  private Place place;
  private Daybook daybook;

  /** Makes the plan. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    place = Place.onDisk();
    // Not closed, since that would compact.
    Daybook writing = open();
    Workspace workspace = writing.create(NAME);
    Session session = workspace.startSession(Actor.agent("planner"));
    SyntheticPlan.add(session, SyntheticPlan.ofEvents(events), AT_ONCE);
    if (source == Source.CHECKPOINT) {
      workspace.compact();
    }
    daybook = open();
  }

  private Daybook open() {
    return place.engine(objects).compactAt(Integer.MAX_VALUE, Long.MAX_VALUE).open();
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    daybook.close();
    place.close();
  }

  /** Opens the workspace and asks what is ready. */
  @Benchmark
  public int openAndAsk() {
    try (Workspace workspace = daybook.open(NAME)) {
      PlanRecord plan = workspace.plan();
      return plan.ready().size();
    }
  }
}
