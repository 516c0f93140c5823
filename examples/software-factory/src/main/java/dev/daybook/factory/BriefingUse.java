package dev.daybook.factory;

import dev.daybook.Briefing;
import dev.daybook.PlanRecord;
import dev.daybook.event.EventId;
import dev.daybook.factory.Notebook.Kind;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * How much of each briefing an agent used. A line is used if, before its next briefing, the agent
 * acted on the very event the line cites: accepted that handoff, worked on that task (or on one
 * that it belongs to or waits for it), kept away from that rejected approach, followed that
 * decision, left out a command because of that call, or opened that event as evidence. The goal
 * never counts as used, since nothing shows that it was. For one thread.
 */
final class BriefingUse {
  private final Notebook notebook;
  private final Set<EventId> acted = new HashSet<>();
  private String id = "";
  private Briefing briefing = new Briefing(java.util.List.of(), java.util.List.of(), 0, 50, 0);

  BriefingUse(Notebook notebook) {
    this.notebook = notebook;
  }

  /** A new briefing was read; says what became of the one before. */
  void begin(Briefing next) {
    end();
    id = UUID.randomUUID().toString();
    briefing = next;
    notebook.write(Kind.BRIEFING, id, next.tokens(), next.lines().size());
  }

  /** The agent acted on an event. */
  void on(EventId event) {
    if (event.isPresent()) {
      acted.add(event);
    }
  }

  /** The agent acted on a task. */
  void on(PlanRecord.Task task) {
    on(task.added().id());
    on(task.changed().id());
  }

  /** Writes down what became of the briefing. */
  void end() {
    if (id.isEmpty()) {
      return;
    }
    Map<String, int[]> sections = new TreeMap<>();
    for (Briefing.Line line : briefing.lines()) {
      int[] counts = sections.computeIfAbsent(line.section().name(), section -> new int[2]);
      counts[0]++;
      counts[1] += acted.contains(line.event()) ? 1 : 0;
    }
    sections.forEach(
        (section, counts) -> notebook.write(Kind.SECTION, id, section, counts[0], counts[1]));
    Set<EventId> named =
        briefing.lines().stream().map(Briefing.Line::event).collect(Collectors.toSet());
    notebook.write(Kind.ACTED, id, acted.size(), acted.stream().filter(named::contains).count());
    acted.clear();
    id = "";
  }
}
