package dev.daybook.event;

import java.util.Objects;

/**
 * Whom a handoff is for.
 *
 * @param kind what the name names
 * @param name the agent, role or person; empty only for anyone
 */
public record Addressee(Kind kind, String name) {
  /** What an addressee is. */
  public enum Kind {
    /** The agent of that id. */
    AGENT,
    /** Any actor in that role. */
    ROLE,
    /** The person of that id. */
    HUMAN,
    /** Whoever comes first. */
    ANYONE
  }

  /** Whoever comes first. */
  public static final Addressee ANYONE = new Addressee(Kind.ANYONE, "");

  /** Checks the parts. */
  public Addressee {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    if (kind == Kind.ANYONE) {
      if (!name.isEmpty()) {
        throw new IllegalArgumentException(
            "Addressee.name is '" + name + "' though it is for anyone; leave it empty");
      }
    } else {
      Check.id(name, "Addressee", "name");
    }
  }

  /** Whether this means that actor. */
  public boolean includes(Actor actor) {
    return switch (kind) {
      case AGENT -> actor.kind() == Actor.Kind.AGENT && actor.id().equals(name);
      case HUMAN -> actor.kind() == Actor.Kind.HUMAN && actor.id().equals(name);
      case ROLE -> actor.role().equals(name);
      case ANYONE -> true;
    };
  }

  @Override
  public String toString() {
    return kind == Kind.ANYONE
        ? "anyone"
        : kind.name().toLowerCase(java.util.Locale.ROOT) + " " + name;
  }
}
