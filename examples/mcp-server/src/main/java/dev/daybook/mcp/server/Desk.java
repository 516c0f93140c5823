package dev.daybook.mcp.server;

import dev.daybook.PlanRecord;
import dev.daybook.event.EventId;
import java.time.Instant;
import java.util.List;

/**
 * What the work of a tool has at hand.
 *
 * @param memory the workspace and the agent
 * @param cursors where pages go on
 */
record Desk(Memory memory, Cursors cursors) {
  /** What the argument for a page is. */
  static final String CURSOR = "next_cursor of the page before; keep the other arguments";

  Desk(Memory memory) {
    this(memory, new Cursors(memory.workspace().id()));
  }

  /** A text of an event, cut as answers need it, saying where the rest is. */
  String cut(String text, EventId event) {
    return cut(text, event, memory.sizes().textCharsMax());
  }

  String cut(String text, EventId event, int charsMax) {
    return Texts.cut(text, charsMax, "ask timeline with event " + event);
  }

  /** The room of a whole answer. */
  Room room() {
    return new Room(memory.sizes(), memory.sizes().answerCharsMax());
  }

  /** Half of it. */
  Room halfRoom() {
    return new Room(memory.sizes(), memory.sizes().answerCharsMax() / 2);
  }

  /**
   * Where a page of a list of the plan begins. All pages are of one version at one moment, so that
   * nothing is on two of them or on none.
   *
   * @param plan the plan they are of
   * @param offset how many were on the pages before
   */
  record Place(PlanRecord plan, int offset) {
    boolean isFirst() {
      return offset == 0;
    }

    /** What is left of a list. */
    <T> List<T> rest(List<T> all) {
      return all.subList(Math.min(offset, all.size()), all.size());
    }
  }

  Place place(String cursor, String question) {
    String position = cursors.position(cursor, question, "");
    if (position.isEmpty()) {
      return new Place(memory.plan(), 0);
    }
    String[] parts = position.split(" ", -1);
    PlanRecord then = memory.workspace().plan(Long.parseLong(parts[0]));
    return new Place(then.at(Instant.parse(parts[1])), Integer.parseInt(parts[2]));
  }

  /** The cursor of the place behind this page; empty if there is nothing more. */
  String next(String question, Place place, int taken, int all) {
    int offset = place.offset() + taken;
    return offset < all
        ? cursors.of(
            question, "%d %s %d".formatted(place.plan().version(), place.plan().at(), offset))
        : "";
  }

  /**
   * The plan after a change that this call has made, whatever becomes of reading it.
   *
   * @throws ToolError if it cannot be read, saying that the change is made
   */
  PlanRecord planAfter(String done) {
    try {
      return memory.plan();
    } catch (RuntimeException e) {
      throw new ToolError(
          "%s, but the plan could not be read after it: %s. Do not call the tool again for it; look with plan_show a little later"
              .formatted(done, Wording.sentence(String.valueOf(e.getMessage()))));
    }
  }

  /**
   * The plan and a task of it.
   *
   * @throws ToolError if there is no such task
   */
  PlanRecord.Task task(PlanRecord plan, String id) {
    return plan.task(id)
        .orElseThrow(() ->
            new ToolError(
                "Argument 'task' is '%s', but the plan (version %d, %s) has no such task; plan_show lists them, task_add adds one"
                    .formatted(
                        Texts.brief(id, 60),
                        plan.version(),
                        Texts.count(plan.tasks().size(), "task"))));
  }

  /** What a headline says of a page. */
  static String more(String nextCursor) {
    return nextCursor.isEmpty() ? "" : " More: call again with cursor " + nextCursor + ".";
  }
}
