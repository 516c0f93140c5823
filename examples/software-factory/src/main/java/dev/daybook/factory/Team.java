package dev.daybook.factory;

import dev.daybook.event.Actor;
import java.util.List;

/** Who works on the plan. */
final class Team {
  /** The person. */
  static final Actor PERSON = Actor.human("maria").role("lead");

  /**
   * An agent.
   *
   * @param name its id as an actor, whichever process it is at the moment
   * @param role what it does
   */
  record Member(String name, String role) {
    Actor actor() {
      return Actor.agent(name).role(role);
    }
  }

  private Team() {}

  /** The roles other members than this one have, each once. */
  static List<String> otherRoles(List<Member> team, String name) {
    return team.stream()
        .filter(member -> !member.name().equals(name))
        .map(Member::role)
        .distinct()
        .toList();
  }
}
