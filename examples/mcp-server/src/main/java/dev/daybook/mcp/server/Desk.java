package dev.daybook.mcp.server;

import dev.daybook.PlanRecord;
import dev.daybook.event.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What the work of a tool has at hand.
 *
 * @param memory the workspace and the agent
 * @param cursors where pages go on
 */
record Desk(Memory memory, Cursors cursors) {
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

  /**
   * As many of these as an answer has room for, at least one if there is one.
   *
   * @param limit at most so many
   */
  <T, V extends Record> List<V> fill(List<T> items, int limit, Function<T, V> view) {
    List<V> page = new ArrayList<>();
    int chars = 0;
    for (T item : items) {
      V one = view.apply(item);
      chars += chars(one);
      if (page.size() == limit || (chars > memory.sizes().answerCharsMax() && !page.isEmpty())) {
        break;
      }
      page.add(one);
    }
    return page;
  }

  @SuppressWarnings("unchecked") // a record's class is that of its shape
  private <V extends Record> int chars(V one) {
    return Fence.lines(
            Shape.of((Class<V>) one.getClass()).write(one, memory.sizes().textCharsMax()))
        .length();
  }

  /**
   * The plan and a task of it.
   *
   * @throws BadArgument if there is no such task
   */
  PlanRecord.Task task(PlanRecord plan, String id) {
    return plan.task(id)
        .orElseThrow(() ->
            new BadArgument(
                "Argument 'task' is '%s', but the plan (version %d, %s) has no such task; plan_show lists them, task_add adds one"
                    .formatted(
                        Texts.brief(id, 60),
                        plan.version(),
                        Texts.count(plan.tasks().size(), "task"))));
  }

  /** A place in a list, said by a cursor. */
  int offset(String cursor, String question) {
    return Integer.parseInt(cursors.position(cursor, question, "0"));
  }

  /** The cursor of the place behind this page; empty if there is nothing more. */
  String next(String question, int offset, int taken, int all) {
    return offset + taken < all ? cursors.of(question, String.valueOf(offset + taken)) : "";
  }

  /** What a headline says of a page. */
  static String more(String nextCursor) {
    return nextCursor.isEmpty() ? "" : " More: call again with cursor " + nextCursor + ".";
  }
}
