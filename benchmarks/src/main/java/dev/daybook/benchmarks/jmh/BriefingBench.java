package dev.daybook.benchmarks.jmh;

import dev.daybook.Briefing;
import dev.daybook.Session;
import dev.daybook.benchmarks.SyntheticPlan;
import dev.daybook.event.Actor;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.ConstraintStated;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.TaskAdded;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What to know before acting on a task that a part of the history is about, within a plan of 1,000
 * open tasks, 200 decisions and 100 rejected approaches, all compacted.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class BriefingBench {
  private static final int TOKENS = 4_000;
  private static final int TASKS = 1_000;
  private static final int DECISIONS = 200;
  private static final int REJECTED = 100;
  private static final int AT_ONCE = 500;

  /** The sessions of the history that are on tasks are by these. */
  private static final String TASK = "TASK-0";

  private Session session;

  /** Adds a plan to the history. */
  @Setup(Level.Trial)
  public void make(SealedHistory history) {
    List<PlanEvent> events = new ArrayList<>();
    events.add(new GoalSet("Serve every request within a second", ""));
    events.add(new ConstraintStated("No change of the wire format"));
    events.addAll(SyntheticPlan.ofTasks(TASKS));
    events.add(TaskAdded.of(TASK, "Make the parser stream").describedAs("It holds whole files."));
    events.add(DependencyAdded.childOf(TASK, "T-0"));
    events.add(new AcceptanceCriterionAdded(TASK, "A file of 10 GB is parsed within 64 MB"));
    events.add(new AcceptanceCriterionAdded(TASK, "No test of the parser is changed"));
    events.add(new BlockerRaised(TASK, "The samples are not there yet"));
    events.add(QuestionAsked.of("May errors come late?").holding(TASK));
    for (int i = 0; i < DECISIONS; i++) {
      DecisionMade decision =
          DecisionMade.of("Keep part " + i + " as it is").because("it is fast enough by " + i);
      events.add(i % 20 == 0 ? decision.on(TASK) : decision.on("T-" + i));
    }
    for (int i = 0; i < REJECTED; i++) {
      ApproachRejected rejected =
          ApproachRejected.of("Cache the result of step " + i)
              .because("it was stale in case " + i)
              .about("src/main/step" + i + ".java");
      events.add(i % 20 == 0 ? rejected.on(TASK) : rejected);
    }
    Session planner = history.workspace().startSession(Actor.agent("planner"));
    SyntheticPlan.add(planner, events, AT_ONCE);
    planner.offer(
        Handoff.of(TASK).toRole("coder").summary("read and understood, nothing changed").build());
    planner.close();
    history.workspace().compact();
    session = history.workspace().startSession(Actor.agent("coder-1").role("coder")).on(TASK);
  }

  /** A briefing of at most {@value #TOKENS} tokens. */
  @Benchmark
  public Briefing briefing() {
    return session.briefing(TOKENS);
  }
}
