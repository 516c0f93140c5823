package dev.daybook.mcp.server;

import java.util.List;
import java.util.stream.Stream;

/**
 * A tool: what a model reads of it, and the work.
 *
 * @param name what it is called by
 * @param title for people
 * @param description when to use it, for a model
 * @param effect what a call does to the workspace
 * @param input what it takes
 * @param output what it answers
 * @param work the work itself
 * @param <I> what it takes
 * @param <O> what it answers
 */
record Tool<I extends Record, O extends Record>(
    String name,
    String title,
    String description,
    Effect effect,
    Class<I> input,
    Class<O> output,
    Work<I, O> work) {
  /** What a call does; nothing that was recorded is ever deleted. */
  enum Effect {
    /** It only reads. */
    READS,
    /** It adds; twice adds twice, or changes again. */
    ADDS,
    /** It changes how things stand; the same again changes nothing more. */
    SETTLES,
    /** It ends something of others for good. */
    ENDS
  }

  /**
   * The work of a tool. May be called from any number of threads at once.
   *
   * @param <I> what it takes
   * @param <O> what it answers
   */
  @FunctionalInterface
  interface Work<I, O> {
    /** Does it. */
    Answer<O> answer(Desk desk, I input);
  }

  /**
   * What came of a call.
   *
   * @param headline one sentence of the server's own, with nothing in it that others wrote
   * @param output the answer
   * @param <O> its type
   */
  record Answer<O>(String headline, O output) {}

  /** Every tool, in the order in which clients see them. */
  static List<Tool<?, ?>> all() {
    return Stream.of(ReadTools.all(), PlanReadTools.all(), PlanTools.all(), HandoffTools.all())
        .flatMap(List::stream)
        .<Tool<?, ?>>map(tool -> tool)
        .toList();
  }
}
