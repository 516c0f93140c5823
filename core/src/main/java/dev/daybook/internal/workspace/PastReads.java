package dev.daybook.internal.workspace;

import dev.daybook.internal.index.Moment;
import dev.daybook.internal.plan.PlanState;
import java.time.Duration;
import java.time.Instant;

/**
 * Reads of a workspace as of one moment. Every read looks at the files in force now and leaves out
 * what is newer, so it does not matter how long this is kept. Safe for use by any number of
 * threads.
 */
public final class PastReads {
  private final OpenWorkspace workspace;
  private final Moment moment;
  private final PlanState plan;
  private volatile Seen last;

  /** A view of the present and the same as of the moment. */
  private record Seen(View present, View past) {}

  PastReads(OpenWorkspace workspace, Moment moment, PlanState plan, View present) {
    this.workspace = workspace;
    this.moment = moment;
    this.plan = plan;
    this.last = new Seen(present, present.asOf(moment, plan));
  }

  /** The last plan version that is seen. */
  public long planVersion() {
    return moment.planVersion();
  }

  /** The last time of recording that is seen. */
  public Instant recorded() {
    return moment.recorded();
  }

  /** The plan at that moment. */
  public PlanState plan() {
    return plan;
  }

  /** What is known of that moment now, at most so far behind other processes. */
  public View view(Duration age) {
    View present = workspace.view(age);
    Seen seen = last;
    if (seen.present() != present) {
      seen = new Seen(present, present.asOf(moment, plan));
      last = seen;
    }
    return seen.past();
  }
}
