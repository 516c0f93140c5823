package dev.daybook.simulation;

import static dev.daybook.simulation.Programs.inTurn;
import static dev.daybook.simulation.Programs.opened;
import static dev.daybook.simulation.Programs.planWriter;
import static dev.daybook.simulation.Programs.traceThenPlan;
import static dev.daybook.simulation.Programs.traceWriter;
import static dev.daybook.simulation.Scenario.Fault.ANSWER_LOST;
import static dev.daybook.simulation.Scenario.Fault.DENIED;
import static dev.daybook.simulation.Scenario.Fault.FLIPPED;
import static dev.daybook.simulation.Scenario.Fault.LATE;
import static dev.daybook.simulation.Scenario.Fault.LOST;
import static dev.daybook.simulation.Scenario.Fault.NOT_WRITTEN;
import static dev.daybook.simulation.Scenario.Fault.TORN;
import static dev.daybook.simulation.Scenario.Fault.TRUNCATED;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** The scenarios that are explored. */
final class Scenarios {
  private static final Duration MONTH = Duration.ofDays(30);
  private static final Duration HOUR = Duration.ofHours(1);

  private Scenarios() {}

  /**
   * How each scenario is made with so many faults more than usual; without any, each is small
   * enough to be seen to its end.
   */
  private static final List<IntFunction<Scenario>> ALL =
      List.of(
          Scenarios::planWriters,
          Scenarios::stubbornPlanWriters,
          Scenarios::tracesAndReader,
          Scenarios::handoff,
          Scenarios::planAndCompaction,
          Scenarios::tracesAndCompaction,
          Scenarios::lateBatch,
          Scenarios::retriedBatch,
          Scenarios::twoAskers,
          Scenarios::warmReader,
          Scenarios::merges,
          Scenarios::expiry,
          Scenarios::pins,
          Scenarios::pinnedManifest,
          Scenarios::opening,
          Scenarios::oldFile,
          Scenarios::watermarkFiles,
          Scenarios::coveredHandoff,
          Scenarios::largeOutput,
          Scenarios::sameSource,
          Scenarios::damagedReads,
          Scenarios::threeCompactors);

  static List<Scenario> all(int moreFaults) {
    return ALL.stream().map(scenario -> scenario.apply(moreFaults)).toList();
  }

  static Scenario named(String name) {
    return all(0).stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No scenario '" + name + "'"));
  }

  private static Scenario planWriters(int more) {
    return new Scenario("plan writers")
        .faults(2 + more, LOST, ANSWER_LOST, LATE)
        .with("alice", planWriter("P1", "P2"), "P1", "P2")
        .with("bob", MONTH, planWriter("P3", "P4"), "P3", "P4");
  }

  private static Scenario stubbornPlanWriters(int more) {
    return new Scenario("plan writers that try twice")
        .faults(2 + more, ANSWER_LOST, LATE, NOT_WRITTEN, DENIED)
        .attempts(2)
        .with("alice", planWriter("P1"), "P1")
        .with("bob", planWriter("P2"), "P2")
        .with("carol", HOUR.negated(), planWriter("P3"), "P3");
  }

  private static Scenario tracesAndReader(int more) {
    return new Scenario("traces and reader")
        .faults(2 + more, LOST, ANSWER_LOST, LATE, TORN)
        .with("writer", traceWriter("t1", "t2"), "t1", "t2")
        .with("reader", inTurn(Parts::read, Parts::read));
  }

  private static Scenario handoff(int more) {
    return new Scenario("traces before plan events")
        .faults(1 + more, ANSWER_LOST, LATE, TORN)
        .with("alice", traceThenPlan("t1", "P1"), "t1", "P1")
        .with("bob", MONTH.negated(), traceThenPlan("t2", "P2"), "t2", "P2")
        .with("reader", inTurn(Parts::read));
  }

  /** Two plan writers, a lost answer, a compactor, a collector. */
  private static Scenario planAndCompaction(int more) {
    return new Scenario("A: plan writers, compactor, collector")
        .faults(1 + more, LOST, ANSWER_LOST, LATE)
        .with("alice", planWriter("P1"), "P1")
        .with("bob", HOUR, planWriter("P2"), "P2")
        .with("compactor", inTurn(Parts::takeIn))
        .with("collector", inTurn(Parts::collect));
  }

  /** A trace writer that any lost answer drives to its fence, two compactors, collector, reader. */
  private static Scenario tracesAndCompaction(int more) {
    return new Scenario("B: traces, two compactors, collector, reader")
        .faults(1 + more, LOST, ANSWER_LOST, LATE)
        .with("writer", traceWriter("t1"), "t1")
        .with("compact1", inTurn(Parts::takeIn))
        .with("compact2", MONTH, inTurn(Parts::takeIn))
        .with("collector", inTurn(Parts::collect))
        .with("reader", inTurn(Parts::read));
  }

  private static Scenario lateBatch(int more) {
    return new Scenario("late batch, lost fence, compactor")
        .faults(3 + more, ANSWER_LOST, LATE, NOT_WRITTEN, DENIED)
        .attempts(2)
        .with("writer", traceWriter("t1"), "t1")
        .with("compactor", inTurn(Parts::takeIn));
  }

  private static Scenario retriedBatch(int more) {
    return new Scenario("retried batches, compactor, collector")
        .faults(2 + more, LOST, ANSWER_LOST)
        .attempts(2)
        .with("writer", traceWriter("t1", "t2"), "t1", "t2")
        .with("compactor", inTurn(Parts::takeIn))
        .with("collector", inTurn(Parts::collect));
  }

  private static Scenario twoAskers(int more) {
    return new Scenario("two askers of an unknown outcome, compactor")
        .faults(3 + more, LOST, ANSWER_LOST, LATE, NOT_WRITTEN, DENIED)
        .with(
            "writer",
            inTurn(parts -> parts.writer.record("t1"), Parts::tellUnsettled, Parts::askAll),
            "t1")
        .with("asker", inTurn(Parts::askTold))
        .with("compactor", inTurn(Parts::takeIn));
  }

  private static Scenario warmReader(int more) {
    return new Scenario("warm reader, compactor twice")
        .faults(1 + more, TORN)
        .with("writer", traceWriter("t1", "t2"), "t1", "t2")
        .with("compactor", inTurn(Parts::takeIn, Parts::takeIn))
        .with("reader", inTurn(Parts::read, Parts::read));
  }

  private static Scenario merges(int more) {
    return new Scenario("merge, take in, collector, reader")
        .faults(more, ANSWER_LOST, LATE)
        .first(
            "before", inTurn(record("t1"), Parts::takeIn, record("t2"), Parts::takeIn), "t1", "t2")
        .with("writer", traceWriter("t3"), "t3")
        .with("merger", inTurn(Parts::merge))
        .with("compactor", inTurn(Parts::takeIn))
        .with("collector", inTurn(Parts::collect))
        .with("reader", inTurn(Parts::read));
  }

  private static Scenario expiry(int more) {
    return new Scenario("merge, two collectors, cold reader")
        .faults(1 + more, LATE)
        .first(
            "before", inTurn(record("t1"), Parts::takeIn, record("t2"), Parts::takeIn), "t1", "t2")
        .with("merger", inTurn(Parts::merge, Parts::collect))
        .with("collector", inTurn(Parts::collect))
        .with("reader", inTurn(Parts::read));
  }

  private static Scenario pins(int more) {
    return new Scenario("pin, merge, collectors")
        .faults(1 + more, ANSWER_LOST, LATE)
        .first(
            "before", inTurn(record("t1"), Parts::takeIn, record("t2"), Parts::takeIn), "t1", "t2")
        .with("pinner", inTurn(parts -> parts.pin("p"), Parts::collect))
        .with("merger", inTurn(Parts::merge, Parts::collect));
  }

  private static Scenario pinnedManifest(int more) {
    return new Scenario("manifests before and after a pinned one expire")
        .faults(more, ANSWER_LOST, LATE)
        .first(
            "before",
            inTurn(record("t1"), Parts::takeIn, record("t2"), Parts::takeIn, Parts::merge),
            "t1",
            "t2")
        .with("pinner", inTurn(parts -> parts.pin("p"), Parts::collect))
        .with("other", inTurn(parts -> parts.pin("q"), parts -> parts.unpin("q"), Parts::collect));
  }

  private static Scenario opening(int more) {
    return new Scenario("opening while others compact and collect")
        .faults(more, LOST, LATE, TORN)
        .first("before", inTurn(record("t1"), parts -> parts.plan("P1"), Parts::takeIn), "t1", "P1")
        .with("writer", traceThenPlan("t2", "P2"), "t2", "P2")
        .with("compactor", inTurn(Parts::takeIn, Parts::merge, Parts::collect))
        .with("opener", opened(Parts::read));
  }

  /** A compactor sleeps while manifests pass by the number in the name of its file. */
  private static Scenario oldFile(int more) {
    return new Scenario("manifests pass a sleeping compactor")
        .faults(more, LATE)
        .bounds(new Host.Bounds(2, 1_000, 2))
        .first("before", inTurn(record("t1")), "t1")
        .with("compactor", inTurn(Parts::takeIn))
        .with("pinner", inTurn(parts -> parts.pin("p"), parts -> parts.unpin("p"), Parts::collect));
  }

  private static Scenario watermarkFiles(int more) {
    return new Scenario("watermarks in files")
        .faults(1 + more, ANSWER_LOST, LATE)
        .bounds(new Host.Bounds(2, 1, 10))
        .first("before", inTurn(record("t1"), Parts::takeIn), "t1")
        .with("writer", MONTH.negated(), traceWriter("t2"), "t2")
        .with("compactor", inTurn(Parts::takeIn, Parts::collect))
        .with("reader", inTurn(Parts::read));
  }

  private static Scenario coveredHandoff(int more) {
    return new Scenario("traces before a plan event, compactor, reader")
        .faults(1 + more, ANSWER_LOST, TORN)
        .with("alice", traceThenPlan("t1", "P1"), "t1", "P1")
        .with("compactor", inTurn(Parts::takeIn))
        .with("reader", inTurn(Parts::read));
  }

  private static Scenario largeOutput(int more) {
    return new Scenario("a large output while others compact and collect")
        .faults(1 + more, LOST, ANSWER_LOST, LATE)
        .first("before", inTurn(record("t1"), Parts::takeIn), "t1")
        .with("writer", traceWriter("o1", "t2"), "o1", "t2")
        .with("compactor", inTurn(Parts::takeIn))
        .with("collector", inTurn(Parts::collect));
  }

  /** Without lost answers: what fails for one of them may be there by the other. */
  private static Scenario sameSource(int more) {
    return new Scenario("two writers of the same source, two compactors")
        .faults(1 + more, TORN)
        .bounds(new Host.Bounds(3, 1_000, 2))
        .with("alice", traceWriter("s1"), "s1")
        .with("bob", HOUR, traceWriter("s1"), "s1")
        .with("compact1", inTurn(Parts::takeIn))
        .with("compact2", inTurn(Parts::takeIn))
        .with("reader", inTurn(Parts::read));
  }

  private static Scenario damagedReads(int more) {
    return new Scenario("damaged reads")
        .faults(2 + more, ANSWER_LOST, TRUNCATED, FLIPPED)
        .attempts(2)
        .with("writer", traceWriter("t1"), "t1")
        .with("planner", planWriter("P1"), "P1")
        .with("compactor", inTurn(Parts::takeIn));
  }

  private static Scenario threeCompactors(int more) {
    return new Scenario("three compactors")
        .faults(more, ANSWER_LOST, LATE)
        .bounds(new Host.Bounds(3, 1_000, 2))
        .first("before", inTurn(record("t1")), "t1")
        .with("compact1", inTurn(Parts::takeIn))
        .with("compact2", inTurn(Parts::takeIn))
        .with("compact3", inTurn(Parts::takeIn));
  }

  private static Consumer<Parts> record(String event) {
    return parts -> parts.writer.record(event);
  }
}
