package dev.daybook.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What is explored: processes, what may go wrong and how often. A crash needs no fault of its own:
 * every state is checked as if nobody ever took another step.
 */
final class Scenario {
  /** What the network may do to a request; each costs one of the faults of a scenario. */
  enum Fault {
    /** Nothing happens and the caller hears nothing; a 503 and a lost request are this. */
    LOST,
    /** It happens and the caller hears nothing; a 500 after the effect is this. */
    ANSWER_LOST,
    /** The caller hears nothing, and it happens at any later moment, or never. */
    LATE,
    /** Nothing is created, and the caller is told so; trying again may help. */
    NOT_WRITTEN,
    /** Nothing is created, and the caller is told that it may not. */
    DENIED,
    /** A listing sees each key at one of two moments. */
    TORN,
    /** A read brings half the bytes. */
    TRUNCATED,
    /** A read brings one wrong bit. */
    FLIPPED
  }

  /**
   * A process.
   *
   * @param name in histories
   * @param events that it writes
   * @param first whether it has run to its end, without faults, before anything else
   */
  record Actor(
      String name, Host.Setting setting, List<String> events, boolean first, Program program) {
    Actor {
      events = List.copyOf(events);
    }
  }

  private final String name;
  private final List<Actor> actors = new ArrayList<>();
  private final Set<Fault> faults = EnumSet.noneOf(Fault.class);
  private int faultsMax;
  private int attempts = 1;
  private Host.Bounds bounds = new Host.Bounds(2, 1_000, 2);
  private int statesMax = Integer.MAX_VALUE;

  Scenario(String name) {
    this.name = name;
  }

  /** Adds a process that writes these events. */
  Scenario with(String process, Program program, String... events) {
    return with(process, Duration.ZERO, program, events);
  }

  /** Adds a process whose clock is wrong. */
  Scenario with(String process, Duration skew, Program program, String... events) {
    return add(process, skew, false, program, events);
  }

  /** Adds a process that has run to its end before the others begin. */
  Scenario first(String process, Program program, String... events) {
    return add(process, Duration.ZERO, true, program, events);
  }

  private Scenario add(
      String process, Duration skew, boolean first, Program program, String... events) {
    boolean damage = faults.contains(Fault.TRUNCATED) || faults.contains(Fault.FLIPPED);
    actors.add(
        new Actor(
            process,
            new Host.Setting(actors.size() + 1, skew, attempts, damage, bounds),
            List.of(events),
            first,
            program));
    return this;
  }

  /** At most so many faults, of these kinds; before the processes. */
  Scenario faults(int max, Fault... kinds) {
    faultsMax = max;
    faults.addAll(List.of(kinds));
    return this;
  }

  /** How often processes added later send a request that is not answered. */
  Scenario attempts(int newAttempts) {
    attempts = newAttempts;
    return this;
  }

  /** The bounds of the workspace; before the processes. */
  Scenario bounds(Host.Bounds newBounds) {
    bounds = newBounds;
    return this;
  }

  /** Stops after so many states. */
  Scenario statesMax(int max) {
    statesMax = max;
    return this;
  }

  String name() {
    return name;
  }

  List<Actor> actors() {
    return actors;
  }

  Set<Fault> faults() {
    return faults;
  }

  int faultsMax() {
    return faultsMax;
  }

  int statesMax() {
    return statesMax;
  }
}
