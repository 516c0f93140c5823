package dev.daybook.internal.plan;

import dev.daybook.event.Actor;
import dev.daybook.event.SessionId;
import java.util.Objects;

/**
 * Who changes the plan.
 *
 * @param actor who
 * @param session in which session
 * @param fences the claims that this handle of the session took; one that was superseded is refused
 *     even if another process goes on with the same session
 * @param rules what is checked
 */
public record Author(Actor actor, SessionId session, Fences fences, Rules rules) {
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

  /** Checks the parts. */
  public Author {
    Objects.requireNonNull(actor, "actor");
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(fences, "fences");
    Objects.requireNonNull(rules, "rules");
  }
}
