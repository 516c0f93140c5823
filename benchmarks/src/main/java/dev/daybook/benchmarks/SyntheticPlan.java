package dev.daybook.benchmarks;

import dev.daybook.Session;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A plan that nobody made: open tasks, most of which wait for others. Safe from any thread. */
public final class SyntheticPlan {
  private static final int OF_AN_EPIC = 25;

  private SyntheticPlan() {}

  /**
   * The events of such a plan: epics with tasks below them, most of which wait for one or two
   * others that are older. About 2.5 events a task; the first so many of them are a plan as well.
   */
  public static List<PlanEvent> ofTasks(int tasks) {
    Random random = new Random(1);
    List<PlanEvent> events = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      events.add(
          TaskAdded.of("T-" + i, "Task number " + i + " of the plan that is measured")
              .describedAs("What it is about, in a sentence or two. ".repeat(5))
              .priority(random.nextInt(5))
              .label("area", "a" + i % 20));
      int epic = i - i % OF_AN_EPIC;
      if (i != epic) {
        events.add(DependencyAdded.childOf("T-" + i, "T-" + epic));
        int on = Math.max(epic + 1, i - 1 - random.nextInt(8));
        if (on < i && random.nextInt(10) < 6) {
          events.add(DependencyAdded.blocks("T-" + i, "T-" + on));
        }
      }
      // Epics wait for earlier ones now and then.
      if (i == epic && i >= 250 && random.nextInt(10) < 3) {
        events.add(DependencyAdded.blocks("T-" + i, "T-" + (epic - 250)));
      }
    }
    return events;
  }

  /** The first events of such a plan, however many tasks that are. */
  public static List<PlanEvent> ofEvents(int events) {
    return ofTasks(events).subList(0, events);
  }

  /** Adds events to a plan, so many in each version. */
  public static void add(Session session, List<PlanEvent> events, int atOnce) {
    for (int from = 0; from < events.size(); from += atOnce) {
      List<PlanEvent> some = events.subList(from, Math.min(events.size(), from + atOnce));
      session.updatePlan(plan -> some);
    }
  }
}
