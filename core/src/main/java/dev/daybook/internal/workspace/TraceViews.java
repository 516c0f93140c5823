package dev.daybook.internal.workspace;

import dev.daybook.TraceStore;
import java.util.function.Function;

/**
 * How a package beside the root one gets at the view behind a {@link TraceStore}, which no public
 * method may name. Safe for use by any number of threads.
 */
public final class TraceViews {
  /** Set when the class of every store that can be asked for was initialised. */
  private static volatile Function<TraceStore, View> opener;

  private TraceViews() {}

  /** Says how; called once, by that class. */
  public static void openBy(Function<TraceStore, View> how) {
    opener = how;
  }

  /** What a find would see now. */
  public static View of(TraceStore traces) {
    return opener.apply(traces);
  }
}
