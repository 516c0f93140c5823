package dev.daybook.factory;

import dev.daybook.Daybook;
import dev.daybook.DaybookException;
import dev.daybook.PlanConflictException;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Resolution;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Lets a team work through a plan of hundreds of tasks on one workspace, kills some of its
 * processes in the middle of their work, and shows at the end, from a fresh handle, that nothing
 * was lost and nothing done twice.
 */
@Command(
    name = "mvn -q -Dfactory",
    customSynopsis = "mvn -q -Dfactory [-Dargs=\"OPTIONS\"]",
    description = {
      "",
      "Eight agents in eight JVMs and a person look through every Java source of the",
      "current folder, a task for each, on one workspace, or work through a plan that",
      "another program kept. Some processes are killed and started again. The report",
      "at the end says whether all promises were kept.",
      ""
    },
    sortOptions = false)
public final class SoftwareFactory implements Callable<Integer> {
  private static final int STEP_MILLIS = 250;

  /** So many failures of its own processes end a run. */
  private static final int FAILURES_MAX = 20;

  /** Kept, since the settings of a logger that nobody holds are lost. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  @Mixin private Settings settings;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "24",
      description = "How many times an agent's process is killed (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "30",
      description = "Give up after so long (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Spec private CommandSpec spec;

  private final List<AgentProcess> agents = new ArrayList<>();
  private final List<Double> killAt = new ArrayList<>();
  private final long began = System.nanoTime();
  private int killedHolding;
  private int dayShown;

  /**
   * Runs it; exits with 0, with 1 if a promise was broken or after an error that was shown, with 2
   * on wrong arguments.
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SoftwareFactory()).execute(arguments));
  }

  @Override
  public Integer call() {
    LUCENE.setLevel(Level.SEVERE);
    try {
      settings.check();
      return run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      spec.commandLine().getErr().println("error: interrupted");
    } catch (DaybookException | UncheckedIOException | IOException | IllegalArgumentException e) {
      spec.commandLine().getErr().println("error: " + e.getMessage());
    }
    return 1;
  }

  private int run() throws IOException, InterruptedException {
    startAnew();
    line(
        "Daybook software factory   workspace %s   %s   seed %d%n",
        Settings.WORKSPACE, settings, settings.seed());
    boolean isSettled;
    try (ObjectStore store = settings.open();
        Daybook daybook = settings.on(store);
        Workspace workspace = daybook.openOrCreate(Settings.WORKSPACE)) {
      isSettled = work(workspace);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    try (ObjectStore store = settings.open();
        Daybook daybook = settings.on(store);
        Workspace workspace = daybook.open(Settings.WORKSPACE)) {
      int killed = agents.stream().mapToInt(AgentProcess::killed).sum();
      Report report =
          Report.of(
              workspace,
              Notebook.readAll(settings.notes()),
              new Report.Run(
                  took,
                  settings.team().size(),
                  killed,
                  killedHolding,
                  agents.stream().mapToInt(AgentProcess::failed).sum()));
      report.lines().forEach(spec.commandLine().getOut()::println);
      if (!isSettled) {
        spec.commandLine()
            .getErr()
            .println(
                "error: the plan was not settled in "
                    + minutes
                    + " minutes; see "
                    + settings.notes());
      }
      return isSettled && report.isKept() ? 0 : 1;
    }
  }

  /** Deletes what the last run left. */
  private void startAnew() throws IOException {
    try (ObjectStore store = settings.open()) {
      if (settings.workspaces(store).contains(Settings.WORKSPACE)) {
        Workspace.delete(store, Settings.WORKSPACE);
      }
    }
    for (Path folder : List.of(settings.notes(), settings.summaries())) {
      if (Files.exists(folder)) {
        try (Stream<Path> old = Files.walk(folder)) {
          for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }
  }

  /** Cares for the processes and lets the person act, until the plan is settled. */
  private boolean work(Workspace workspace) throws IOException, InterruptedException {
    SplittableRandom random = Dice.random(settings.seed(), "kills");
    for (int i = 0; i < kills; i++) {
      killAt.add(0.02 + 0.93 * random.nextDouble());
    }
    killAt.sort(Comparator.naturalOrder());
    SessionOptions here = SessionOptions.defaults().purpose("Lead the team");
    try (Notebook notebook = new Notebook(settings.notes(), Team.PERSON.id());
        Session session = workspace.startSession(Team.PERSON, here)) {
      Human human = new Human(workspace, session, notebook, settings);
      settings.aside(begin(workspace, session, notebook));
      for (Team.Member member : settings.team()) {
        agents.add(new AgentProcess(member, settings));
      }
      try {
        return loop(workspace, human, session, random);
      } finally {
        agents.forEach(AgentProcess::end);
      }
    }
  }

  /** Puts the plan into the workspace; returns how many of its tasks are not to be done. */
  private int begin(Workspace workspace, Session session, Notebook notebook) throws IOException {
    PlanSource.Begun begun = settings.source().write(workspace, session, notebook);
    notebook.write(Notebook.Kind.BEGAN, workspace.plan().version());
    line("  %s%n", begun.said());
    return begun.aside();
  }

  private boolean loop(Workspace workspace, Human human, Session session, SplittableRandom random)
      throws IOException, InterruptedException {
    while (System.nanoTime() - began < Duration.ofMinutes(minutes).toNanos()) {
      try {
        show(human.step());
      } catch (PlanConflictException e) {
        // The plan moved too often; the next round sees the newer one.
      }
      for (AgentProcess agent : agents) {
        agent.care(Instant.now());
      }
      if (agents.stream().allMatch(AgentProcess::isDone)) {
        session.end(Resolution.SUCCEEDED, "Two weeks are over");
        return true;
      }
      if (agents.stream().mapToInt(AgentProcess::failed).sum() > FAILURES_MAX) {
        throw new IOException(
            "Too many processes failed by themselves; see " + agents.getFirst().log());
      }
      Thread.sleep(random.nextInt(STEP_MILLIS));
      killIfDue(workspace, random);
    }
    return false;
  }

  private void killIfDue(Workspace workspace, SplittableRandom random) throws InterruptedException {
    PlanRecord plan = workspace.plan();
    List<AgentProcess> running = agents.stream().filter(AgentProcess::isRunning).toList();
    if (killAt.isEmpty() || running.isEmpty() || closed(plan) < killAt.getFirst()) {
      return;
    }
    killAt.removeFirst();
    AgentProcess victim = running.get(random.nextInt(running.size()));
    // Now and then for longer than a lease, so that others take over.
    long millis =
        random.nextInt(4) == 0 ? settings.lease().toMillis() * 3 / 2 : 200 + random.nextInt(1_500);
    victim.kill(Instant.now().plusMillis(millis));
    if (!workspace.plan().claimedBy(victim.name()).isEmpty()) {
      killedHolding++;
    }
  }

  private double closed(PlanRecord plan) {
    int all = Day.all(plan, settings);
    return all == 0 ? 0 : (double) (all - Day.open(plan).size()) / all;
  }

  /** A line a day. */
  private void show(PlanRecord plan) {
    int day = Day.of(plan, settings);
    if (day <= dayShown) {
      return;
    }
    dayShown = day;
    int all = Day.all(plan, settings);
    line(
        "  day %2d   %3d of %d tasks closed, %2d ready, %2d held up, %d handoffs under way, %d"
            + " killed   %d s",
        day,
        all - Day.open(plan).size(),
        all,
        plan.ready().size(),
        plan.blocked().size(),
        plan.handoffs().values().stream()
            .map(state -> state.stageAt(plan.at()))
            .filter(stage -> stage == Stage.OFFERED || stage == Stage.ACCEPTED)
            .count(),
        agents.stream().mapToInt(AgentProcess::killed).sum(),
        Duration.ofNanos(System.nanoTime() - began).toSeconds());
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
  private void line(String format, Object... arguments) {
    spec.commandLine().getOut().println(String.format(Locale.ROOT, format, arguments));
  }
}
