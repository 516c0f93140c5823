package dev.daybook.simulation;

/** What a simulated process does: production code, with nothing between it and the store. */
@FunctionalInterface
interface Program {
  /** Runs to the end. An exception is a violation. */
  void run(Host host);
}
