package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.benchmarks.Place;
import dev.daybook.benchmarks.SyntheticPlan;
import dev.daybook.event.Actor;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.util.List;
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
 * What can be worked on, of a plan without a closed task. {@code workspace.plan()}, which asks the
 * store (one in memory here) whether there is a newer version, is part of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ReadyBench {
  private static final int AT_ONCE = 1_000;

  /** Of how many events the plan is. */
  @Param("10000")
  public int events;

  private Place place;
  private Daybook daybook;
  private Workspace workspace;

  /** Makes the plan. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    place = Place.onDisk();
    daybook =
        place.engine(new MemoryObjectStore()).compactAt(Integer.MAX_VALUE, Long.MAX_VALUE).open();
    workspace = daybook.create("plan");
    Session session = workspace.startSession(Actor.agent("planner"));
    SyntheticPlan.add(session, SyntheticPlan.ofEvents(events), AT_ONCE);
  }

  /** Removes it. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    daybook.close();
    place.close();
  }

  /** Asks for all that is ready, most urgent first. */
  @Benchmark
  public List<PlanRecord.Task> ready() {
    return workspace.plan().ready();
  }

  /** Asks for all that is not, with the reasons. */
  @Benchmark
  public List<PlanRecord.Blocked> blocked() {
    return workspace.plan().blocked();
  }
}
