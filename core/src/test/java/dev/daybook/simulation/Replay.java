package dev.daybook.simulation;

import java.util.List;
import java.util.Optional;

/**
 * A store that has the answers of a process's life so far, and stops the process at the first
 * request that has none. For one thread.
 */
final class Replay extends ValueStore {
  private final List<Answer> answers;
  private final Knowledge knowledge;
  private int next;
  private Optional<Stop> stop = Optional.empty();

  /** Ends a process at a request; no code may take it for a failure. */
  @SuppressWarnings("serial") // never written
  static final class Stop extends Error {
    private final Request request;

    Stop(Request request) {
      super("stopped at " + request, null, false, false);
      this.request = request;
    }
  }

  /**
   * How far a process gets.
   *
   * @param knowledge what it was told
   * @param next its next request; empty if it has ended
   */
  record Point(Knowledge knowledge, Optional<Request> next) {}

  private Replay(List<Answer> answers, Knowledge knowledge) {
    this.answers = answers;
    this.knowledge = knowledge;
  }

  /** Runs a process with these answers. */
  static Point run(Scenario.Actor actor, Facts facts, List<Answer> answers) {
    Knowledge knowledge = new Knowledge(facts);
    Replay replay = new Replay(answers, knowledge);
    try {
      actor.program().run(new Host(actor.setting(), replay, knowledge));
    } catch (Stop stop) {
      // Where it stands.
    } catch (RuntimeException | Error e) {
      if (replay.stop.isEmpty()) {
        knowledge.broke(describe(e));
      }
    }
    if (replay.stop.isEmpty() && replay.next < answers.size()) {
      throw new IllegalStateException(actor.name() + " does not repeat itself");
    }
    return new Point(knowledge, replay.stop.map(stop -> stop.request));
  }

  private static String describe(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "Not expected: " + e + (trace.length == 0 ? "" : " at " + trace[0]);
  }

  @Override
  Answer send(Request request) {
    if (stop.isPresent()) {
      throw stop.get();
    }
    if (next == answers.size()) {
      knowledge.end();
      stop = Optional.of(new Stop(request));
      throw stop.get();
    }
    knowledge.answered();
    knowledge.sent(request);
    return answers.get(next++);
  }
}
