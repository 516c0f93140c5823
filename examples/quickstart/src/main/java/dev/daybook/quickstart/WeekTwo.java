package dev.daybook.quickstart;

import dev.daybook.Acceptance;
import dev.daybook.Briefing;
import dev.daybook.Briefing.Section;
import dev.daybook.PriorAttempt;
import dev.daybook.Session;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Handoff;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * The second process: {@code coder-7} has seen nothing of the first. It reads before it acts, is
 * told what was tried, and does something else.
 */
final class WeekTwo {
  private static final int BRIEFING_TOKENS_MAX = 4_000;
  private static final int HITS_MAX = 3;
  private static final String QUESTION = "why can it not be built for the old platform?";

  private WeekTwo() {}

  /** Runs it as a process of its own. */
  public static void main(String[] arguments) {
    System.exit(Week.run(arguments, WeekTwo::work));
  }

  private static void work(Workspace workspace, Screen screen)
      throws IOException, InterruptedException {
    Actor coder = Actor.agent("coder-7").role("coder");
    screen.line("WEEK TWO   %s, process %d, a new JVM", coder.id(), ProcessHandle.current().pid());
    try (Session session = workspace.startSession(coder)) {
      Briefing briefing = session.briefing(BRIEFING_TOKENS_MAX);
      show(briefing, screen);
      new Answers(workspace, screen).ask(Query.of(QUESTION).limit(HITS_MAX));
      for (Handoff offered : briefing.inbox()) {
        if (session.accept(offered) instanceof Acceptance.Accepted(Handoff mine)) {
          show(mine, screen);
          workOn(mine, session, workspace, screen);
        }
      }
    }
    String files = Place.shown(workspace.location());
    screen.line("%nFiles  %s", files);
    screen.line("SQL    select tool, outcome, text from '%ssegment/**/*.parquet'", files);
  }

  private static void workOn(Handoff mine, Session session, Workspace workspace, Screen screen)
      throws IOException, InterruptedException {
    ToolCall planned = ToolCall.of(Shell.TOOL, Javac.command(Javac.RELEASE_TRIED));
    screen.line("  about to run  %s", planned.arguments());
    List<PriorAttempt> tried = workspace.traces().priorAttempts(planned);
    if (tried.isEmpty()) {
      screen.line("    nobody tried this before");
      return;
    }
    PriorAttempt before = tried.getFirst();
    screen.line(
        "    %s already tried this %s: %s  [%s]",
        before.actor().id(),
        Screen.ago(before.time(), Instant.now()),
        before.reason(),
        before.id());
    Shell.Ran compiled = Javac.run(Javac.RELEASE_DECIDED);
    screen.ran(compiled);
    session.record(compiled.call().reading(Javac.PROBE));
    session.complete(mine, compiled.command() + " ended with exit code " + compiled.exit());
  }

  private static void show(Briefing briefing, Screen screen) {
    screen.line(
        "  briefing  %,d of %,d tokens: %s",
        briefing.tokens(),
        briefing.tokensMax(),
        Screen.present(
            List.of(
                Screen.count(briefing.count(Section.HANDOFF), "handoff"),
                Screen.count(briefing.count(Section.REJECTED), "rejected approach"),
                Screen.count(briefing.count(Section.DECISION), "decision"),
                Screen.count(briefing.count(Section.TASK) + briefing.count(Section.READY), "task"),
                Screen.count(briefing.count(Section.FAILURE), "failed call"),
                Screen.count(briefing.count(Section.CALL), "other call"))));
  }

  private static void show(Handoff mine, Screen screen) {
    TestRun tests = mine.tests().getFirst();
    screen.line(
        "  accepted  handoff of %s from %s (tests: %d passed, %d failed)",
        mine.task(), mine.from(), tests.passed(), tests.failed());
  }
}
