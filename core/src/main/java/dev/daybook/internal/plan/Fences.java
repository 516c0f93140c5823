package dev.daybook.internal.plan;

import dev.daybook.PlanRecord.Claim;
import dev.daybook.event.SessionId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The claims that one handle of a session took, so that two processes that joined one session are
 * told apart. Safe for use by any number of threads.
 */
public final class Fences {
  private final Map<String, Long> taken = new ConcurrentHashMap<>();

  /** Claims whose write ended unknown: the plan versions they are at if they are there. */
  private final Map<String, Long> perhaps = new ConcurrentHashMap<>();

  /** A handle that has taken nothing. */
  public Fences() {}

  /** This handle took a claim; an older one is forgotten. */
  public void took(String task, long fence) {
    taken.merge(task, fence, Math::max);
  }

  /** This handle asked for a claim at that version and was not told whether it has it. */
  void mayHaveTaken(String task, long fence) {
    perhaps.merge(task, fence, Math::max);
  }

  /** This handle lets go of a task of its own will, so nobody takes it away. */
  public void letGo(String task) {
    taken.remove(task);
    perhaps.remove(task);
  }

  /** The fence this handle has on a task; 0 if it took none. */
  long of(Claim claim, SessionId session) {
    Long unknown = perhaps.get(claim.task());
    if (unknown != null && claim.fence() == unknown && claim.session().equals(session)) {
      perhaps.remove(claim.task(), unknown);
      took(claim.task(), unknown);
    }
    return taken.getOrDefault(claim.task(), 0L);
  }

  /** A claim that was given back or ended with its task can no longer be lost. */
  public void forgetEnded(PlanState plan) {
    taken.forEach((task, fence) -> {
      var known = plan.tasks().get(task);
      if (known != null
          && known.claim().fence() == fence
          && known.claim().standing() == Claim.Standing.ENDED) {
        taken.remove(task, fence);
      }
    });
  }
}
