package dev.daybook.benchmarks.jmh;

import dev.daybook.Daybook;
import dev.daybook.PlanChange;
import dev.daybook.Session;
import dev.daybook.benchmarks.Place;
import dev.daybook.benchmarks.SyntheticPlan;
import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.TaskEdited;
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
 * One change of a plan by one process, from {@code updatePlan} to durable: a task in another's
 * words, so that the plan does not grow. Every iteration has a plan of its own, and nothing
 * compacts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class UpdatePlanBench {
  private static final int AT_ONCE = 1_000;

  /** A task is at least an event, and at most so many. */
  private static final int EVENTS_OF_A_TASK_MAX = 3;

  /** Where to. */
  @Param public Where place;

  /** Of how many events the plan is. */
  @Param("10000")
  public int events;

  private Place open;
  private Session session;
  private int iteration;

  /** Makes the place. */
  @Setup(Level.Trial)
  public void make() throws IOException {
    open = place.place();
  }

  /**
   * Makes the plan; the engine before it is dropped, since closing would compact. It has nothing
   * left to do, and compacts at no number of batches.
   */
  @Setup(Level.Iteration)
  public void begin() {
    Daybook daybook = open.engine(open.store()).compactAt(Integer.MAX_VALUE, Long.MAX_VALUE).open();
    session = daybook.create("plan-" + iteration++).startSession(Actor.agent("planner"));
    SyntheticPlan.add(session, SyntheticPlan.ofEvents(events), AT_ONCE);
  }

  /** Removes the place. */
  @TearDown(Level.Trial)
  public void remove() throws IOException {
    open.close();
  }

  /** Describes one task anew. */
  @Benchmark
  public PlanChange editTask(Turn turn) {
    int number = turn.next(Integer.MAX_VALUE);
    String task = "T-" + number % Math.max(1, events / EVENTS_OF_A_TASK_MAX);
    return session.updatePlan(
        plan -> List.of(TaskEdited.of(task).describedAs("In other words, by change " + number)));
  }
}
