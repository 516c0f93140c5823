package dev.daybook.factory;

import dev.daybook.Briefing;
import dev.daybook.PlanRecord;
import dev.daybook.event.EventId;
import dev.daybook.factory.Notebook.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * How much of each briefing an agent used. A line is used if, before its next briefing, the agent
 * acted on the very event the line cites: accepted that handoff, worked on that task (or on one
 * that it belongs to or waits for it), kept away from that rejected approach, followed that
 * decision, checked that criterion, kept to that constraint, left out a command because of that
 * call, or opened that event as evidence. The goal never counts as used, since nothing shows that
 * it was. For one thread.
 */
final class BriefingUse {
  private final Notebook notebook;
  private final Set<String> acted = new HashSet<>();
  private String id = "";

  /** What each line is about, by section; a thing may stand in several lines. */
  private final List<Map.Entry<Briefing.Section, String>> lines = new ArrayList<>();

  BriefingUse(Notebook notebook) {
    this.notebook = notebook;
  }

  /**
   * A new briefing was read; says what became of the one before.
   *
   * @param plan as it was then, to know which task a line is about
   * @param task the task the briefing is about
   */
  void begin(Briefing briefing, PlanRecord plan, String task) {
    end();
    id = UUID.randomUUID().toString();
    Map<EventId, String> tasks = new HashMap<>();
    List<PlanRecord.Task> near = new ArrayList<>(plan.unclosed());
    near.addAll(plan.children(task));
    plan.task(task)
        .ifPresent(one -> {
          near.add(one);
          one.dependencies().forEach(other -> plan.task(other.on()).ifPresent(near::add));
        });
    plan.task(task).stream()
        .flatMap(one -> one.dependencies().stream())
        .forEach(one -> tasks.put(one.origin().id(), "task " + one.on()));
    for (PlanRecord.Task one : near) {
      tasks.put(one.added().id(), thing(one));
      tasks.put(one.changed().id(), thing(one));
    }
    for (Briefing.Line line : briefing.lines()) {
      String event = line.event().toString();
      String about =
          switch (line.section()) {
            case TASK, READY -> tasks.getOrDefault(line.event(), event);
            default -> event;
          };
      lines.add(Map.entry(line.section(), about));
    }
    notebook.write(Kind.BRIEFING, id, briefing.tokens(), lines.size());
  }

  /** The agent acted on an event. */
  void on(EventId event) {
    if (event.isPresent()) {
      acted.add(event.toString());
    }
  }

  /** The agent acted on a task. */
  void on(PlanRecord.Task task) {
    acted.add(thing(task));
  }

  private static String thing(PlanRecord.Task task) {
    return "task " + task.id();
  }

  /** Writes down what became of the briefing. */
  void end() {
    if (id.isEmpty()) {
      return;
    }
    Map<String, int[]> sections = new TreeMap<>();
    Set<String> named = new HashSet<>();
    for (Map.Entry<Briefing.Section, String> line : lines) {
      int[] counts = sections.computeIfAbsent(line.getKey().name(), section -> new int[2]);
      counts[0]++;
      counts[1] += acted.contains(line.getValue()) ? 1 : 0;
      named.add(line.getValue());
    }
    sections.forEach(
        (section, counts) -> notebook.write(Kind.SECTION, id, section, counts[0], counts[1]));
    notebook.write(Kind.ACTED, id, acted.size(), acted.stream().filter(named::contains).count());
    acted.clear();
    lines.clear();
    id = "";
  }
}
