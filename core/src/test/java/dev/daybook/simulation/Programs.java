package dev.daybook.simulation;

import dev.daybook.simulation.Host.Verdict;
import java.util.function.Consumer;

/**
 * What processes do. An event is named after what it is: {@code P…} in the plan, {@code o…} a call
 * with a large output, {@code s…} given by a source id, else a trace.
 */
final class Programs {
  private Programs() {}

  /** Whether an event of that name belongs to the plan. */
  static boolean isPlanEvent(String event) {
    return event.startsWith("P");
  }

  /** Whether an event of that name has its output in an object of its own. */
  static boolean isLarge(String event) {
    return event.startsWith("o");
  }

  /** Whether an event of that name is given by a source id, so that several may write it. */
  static boolean isSourced(String event) {
    return event.startsWith("s");
  }

  /** Writes plan events, each as a change of its own. */
  static Program planWriter(String... events) {
    return host -> {
      Parts parts = new Parts(host);
      for (String event : events) {
        parts.plan(event);
      }
    };
  }

  /** Writes traces in batches of one, one after the other settled. */
  static Program traceWriter(String... events) {
    return host -> {
      Parts parts = new Parts(host);
      for (String event : events) {
        parts.writer.record(event);
      }
    };
  }

  /** Writes a trace, and what it did into the plan if the trace is durable. */
  static Program traceThenPlan(String trace, String event) {
    return host -> {
      Parts parts = new Parts(host);
      if (parts.writer.record(trace) == Verdict.ACKNOWLEDGED) {
        parts.plan(event);
      }
    };
  }

  /** Opens the workspace from what the newest manifest says, and does one thing after another. */
  @SafeVarargs
  static Program opened(Consumer<Parts>... steps) {
    return host ->
        Parts.open(host)
            .ifPresent(parts -> {
              for (Consumer<Parts> step : steps) {
                step.accept(parts);
              }
            });
  }

  /** Does one thing after the other in one open workspace. */
  @SafeVarargs
  static Program inTurn(Consumer<Parts>... steps) {
    return host -> {
      Parts parts = new Parts(host);
      for (Consumer<Parts> step : steps) {
        step.accept(parts);
      }
    };
  }
}
