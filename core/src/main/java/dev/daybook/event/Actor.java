package dev.daybook.event;

import java.util.Objects;

/**
 * Who said something. Optional parts are empty, never null.
 *
 * @param kind what sort of actor
 * @param id names the actor within the workspace
 * @param name for display; empty if the id does
 * @param role what the actor does, such as {@code coder}; a handoff may be addressed to it
 * @param model the language model behind an agent
 * @param client the program the actor works through; never changes how its events rank
 */
public record Actor(Kind kind, String id, String name, String role, String model, String client) {
  /** The sorts of actor. */
  public enum Kind {
    /** A program that acts by itself. */
    AGENT,
    /** A person. */
    HUMAN,
    /** The library or a job of the host. */
    SYSTEM
  }

  /** Checks the parts. */
  public Actor {
    Objects.requireNonNull(kind, "kind");
    Check.id(id, "Actor", "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(client, "client");
  }

  /** An agent of this id. */
  public static Actor agent(String id) {
    return new Actor(Kind.AGENT, id, "", "", "", "");
  }

  /** A person of this id. */
  public static Actor human(String id) {
    return new Actor(Kind.HUMAN, id, "", "", "", "");
  }

  /** A job of the host. */
  public static Actor system(String id) {
    return new Actor(Kind.SYSTEM, id, "", "", "", "");
  }

  /** The same actor with a display name. */
  public Actor name(String newName) {
    return new Actor(kind, id, newName, role, model, client);
  }

  /** The same actor in this role. */
  public Actor role(String newRole) {
    return new Actor(kind, id, name, newRole, model, client);
  }

  /** The same actor with this language model. */
  public Actor model(String newModel) {
    return new Actor(kind, id, name, role, newModel, client);
  }

  /** The same actor working through this program. */
  public Actor client(String newClient) {
    return new Actor(kind, id, name, role, model, newClient);
  }
}
