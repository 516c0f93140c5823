package dev.daybook.internal.plan;

import dev.daybook.event.Actor;
import dev.daybook.event.SessionId;
import java.util.Map;
import java.util.Objects;

/**
 * Who changes the plan.
 *
 * @param actor who
 * @param session in which session
 * @param fences the fence of the claim that this handle of the session took on a task, by task; one
 *     that was superseded is refused even if another process goes on with the same session
 * @param rules what is checked
 */
public record Author(Actor actor, SessionId session, Map<String, Long> fences, Rules rules) {
  /** What is checked of a change. */
  public enum Rules {
    /** Everything; no handoff can be offered, since its evidence was not looked for. */
    ALL,
    /** Everything; the evidence of an offer was found. */
    OFFER,
    /**
     * Only what the fold needs: a plan that another program kept may have references that do not
     * resolve, cycles, and closed parents with open children.
     */
    IMPORT
  }

  /** Copies the map and checks the parts. */
  public Author {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(session, "session");
    fences = Map.copyOf(fences);
    Objects.requireNonNull(rules, "rules");
  }
}
