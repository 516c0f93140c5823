package dev.daybook.benchmarks.jmh;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Whose turn it is, so that no call of a thread asks what the one before it did. */
@State(Scope.Thread)
public class Turn {
  private int count;

  /** The next number below a bound. */
  int next(int bound) {
    int turn = count++;
    if (count == Integer.MAX_VALUE) {
      count = 0;
    }
    return turn % bound;
  }
}
