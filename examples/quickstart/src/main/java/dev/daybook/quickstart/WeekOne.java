package dev.daybook.quickstart;

import dev.daybook.PlanRecord;
import dev.daybook.Receipt;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.GoalSet;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The first process: {@code planner-1} looks around in the checkout it stands in, tries something
 * that fails, writes down what follows from that, and hands over.
 */
final class WeekOne {
  private static final Path HERE = Path.of("").toAbsolutePath();
  private static final String TASK = "JAVA-5";
  private static final List<String> LIST = List.of("ls");
  private static final List<String> LOG = List.of("git", "log", "--oneline", "-5");
  private static final List<String> SEARCH =
      List.of("grep", "-rn", "--include=pom.xml", "maven.compiler.release", ".");

  private WeekOne() {}

  /** Runs it as a process of its own. */
  public static void main(String[] arguments) {
    System.exit(Week.run(arguments, WeekOne::work));
  }

  private static void work(Workspace workspace, Screen screen)
      throws IOException, InterruptedException {
    Actor planner = Actor.agent("planner-1").role("planner");
    screen.line("WEEK ONE   %s, process %d", planner.id(), ProcessHandle.current().pid());
    SessionOptions here = SessionOptions.defaults().workingFolder(HERE);
    try (Session session = workspace.startSession(planner, here)) {
      look(session, LIST, screen);
      if (isInGit(HERE)) {
        look(session, LOG, screen);
      }
      look(session, SEARCH, screen);
      session.record(
          ToolCall.of("write", Javac.PROBE).output(Javac.writeProbe()).touching(Javac.PROBE));

      Shell.Ran compiled = Javac.run(Javac.RELEASE_TRIED);
      screen.ran(compiled);
      Receipt tried = session.record(compiled.call().reading(Javac.PROBE));

      session.updatePlan(plan -> findings(compiled.error(), tried.id()));
      session.offer(
          Handoff.of(TASK)
              .toRole("coder")
              .status(TaskStatus.IN_PROGRESS)
              .summary("The compiler refuses --release 5: " + compiled.error())
              .nextAction("Compile with --release 21")
              .touched(Javac.PROBE)
              .tests(TestRun.of(compiled.command(), 0, Javac.PROBE))
              .evidence(tried.id())
              .build());
    }
    show(workspace.plan(), screen);
  }

  private static boolean isInGit(Path folder) {
    return Stream.iterate(folder, Objects::nonNull, Path::getParent)
        .anyMatch(at -> Files.exists(at.resolve(".git")));
  }

  private static void look(Session session, List<String> words, Screen screen)
      throws IOException, InterruptedException {
    Optional<Shell.Ran> ran = Shell.run(HERE, words.getFirst(), words);
    ran.ifPresentOrElse(
        result -> {
          session.record(result.call());
          screen.ran(result);
        },
        () -> screen.line("  %-8s%s", "skipped", words.getFirst() + " is not on this machine"));
  }

  private static List<PlanEvent> findings(String error, EventId evidence) {
    return List.of(
        GoalSet.of("Know which releases of Java the checkout compiles for"),
        TaskAdded.of(TASK, "Compile it for Java 5"),
        TaskAdded.of("JAVA-DOC", "Say in the README which Java is needed"),
        DecisionMade.of("Compile with --release 21").because("--release 5: " + error).on(TASK),
        ApproachRejected.of("Compile with --release 5")
            .because(error)
            .on(TASK)
            .about(Javac.PROBE)
            .shownBy(evidence));
  }

  private static void show(PlanRecord plan, Screen screen) {
    String parts =
        Screen.present(
            List.of(
                Screen.count(plan.tasks().size(), "task"),
                Screen.count(plan.decisionsInForce().size(), "decision"),
                Screen.count(plan.rejected().size(), "rejected approach")));
    screen.line("  plan v%d  %s; handoff offered to role coder%n", plan.version(), parts);
  }
}
