package dev.daybook.factory;

import dev.daybook.Acceptance;
import dev.daybook.Daybook;
import dev.daybook.DaybookException;
import dev.daybook.PlanConflictException;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.PlanRuleException;
import dev.daybook.Session;
import dev.daybook.SessionOptions;
import dev.daybook.Workspace;
import dev.daybook.event.Addressee;
import dev.daybook.event.Handoff;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.factory.Notebook.Kind;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One agent in a process of its own: reads its briefing, takes what is in its inbox or else the
 * next task, works, and writes down what it was promised. It may be killed at any moment; the next
 * process of the same name goes on from what the workspace says.
 */
final class Agent {
  /** How long an idle agent waits before it looks again. */
  private static final int IDLE_MILLIS = 300;

  /** The share of offers that are declined. */
  private static final double DECLINED = 0.08;

  /** Kept, since the settings of a logger that nobody holds are lost. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  @Mixin private Settings settings;

  @Option(names = "--name", required = true)
  private String name = "";

  private Workspace workspace;
  private Notebook notebook;
  private BriefingUse use;
  private Team.Member self;
  private Session session;
  private int day;

  /** Runs it as a process of its own; exits with 0 when the whole plan is settled. */
  public static void main(String[] arguments) {
    LUCENE.setLevel(Level.SEVERE);
    endWithParent();
    Agent agent = new Agent();
    new CommandLine(agent).parseArgs(arguments);
    try {
      agent.run();
      System.exit(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      System.exit(1);
    } catch (IOException | UncheckedIOException | DaybookException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  /** Whoever started this process holds the other end of its input, and lets go when it ends. */
  private static void endWithParent() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing is ever said.
                }
              } catch (IOException e) {
                // The same as the end.
              }
              Runtime.getRuntime().halt(3);
            },
            "parent");
    watcher.setDaemon(true);
    watcher.start();
  }

  private void run() throws IOException, InterruptedException {
    self =
        settings.team().stream()
            .filter(member -> member.name().equals(name))
            .findFirst()
            .orElseThrow();
    try (ObjectStore store = settings.open();
        Daybook daybook = settings.on(store);
        Workspace opened = daybook.openOrCreate(Settings.WORKSPACE);
        Notebook own = new Notebook(settings.notes(), name)) {
      workspace = opened;
      notebook = own;
      use = new BriefingUse(own);
      while (step()) {
        // Each step is one round of work.
      }
      use.end();
      if (session != null) {
        session.end(Resolution.SUCCEEDED, "The plan is settled");
      }
    }
  }

  /** One round; {@code false} when nothing is left to do. */
  private boolean step() throws IOException, InterruptedException {
    PlanRecord plan = workspace.plan();
    if (isSettled(plan)) {
      return false;
    }
    joinDay(plan);
    try {
      if (!finishAccepted(plan) && !goOn(plan) && !takeNext(plan)) {
        Thread.sleep(IDLE_MILLIS);
      }
    } catch (PlanRuleException e) {
      // Somebody else was faster, which the plan rightly says.
      session.record(Observation.of("Refused: " + e.getMessage()));
      Thread.sleep(IDLE_MILLIS);
    } catch (PlanConflictException e) {
      Thread.sleep(IDLE_MILLIS);
    }
    return true;
  }

  static boolean isSettled(PlanRecord plan) {
    return Day.open(plan).isEmpty()
        && plan.handoffs().values().stream()
            .map(state -> state.stageAt(plan.at()))
            .noneMatch(stage -> stage == Stage.OFFERED || stage == Stage.ACCEPTED);
  }

  /** A session a day; a process that takes a killed one's place joins the session it left. */
  private void joinDay(PlanRecord plan) {
    int today = Math.max(day, Day.of(plan, settings));
    if (session != null && today == day) {
      return;
    }
    if (session != null) {
      use.end();
      session.end(Resolution.SUCCEEDED, "Day " + day + " is over");
    }
    day = today;
    session = start("");
  }

  private Session start(String suffix) {
    SessionOptions options =
        SessionOptions.defaults()
            .id(SessionId.of(name + "/day-" + day + suffix))
            .purpose("Day " + day + " of " + settings.days() + ", as " + self.role());
    return workspace.startSession(self.actor(), options);
  }

  /** Goes on with what an earlier process of this name had accepted. */
  private boolean finishAccepted(PlanRecord plan) throws IOException, InterruptedException {
    for (HandoffState state : plan.handoffs().values()) {
      if (state.stage() == Stage.ACCEPTED && state.acceptedBy().equals(name)) {
        Handoff handoff = state.handoff();
        PlanRecord.Task task = plan.task(handoff.task()).orElseThrow();
        if (task.isClosed()) {
          report(handoff, task.changed().actor().id() + " has finished it");
          return true;
        }
        if (handoff.kind() != Handoff.Kind.CONTINUE) {
          work(task.id()).review(handoff, plan);
          return true;
        }
        if (plan.holds(task.id()).isEmpty() && isFree(task, plan)) {
          PlanRecord.Claim claim = session.claim(task.id(), settings.lease());
          work(task.id()).on(claim);
          return true;
        }
      }
    }
    return false;
  }

  /**
   * A session that lost the task of the handoff to another may say nothing more about it, so a
   * fresh one says so.
   */
  private void report(Handoff handoff, String result) {
    try {
      notebook.keep(session.complete(handoff, result));
    } catch (PlanRuleException e) {
      try (Session fresh = start("/" + handoff.id())) {
        notebook.keep(fresh.complete(handoff, result));
        fresh.end(Resolution.SUCCEEDED, "Reported what became of a handoff");
      }
    }
  }

  private boolean isFree(PlanRecord.Task task, PlanRecord plan) {
    return !task.claim().isLive(plan.at()) || task.claim().holder().equals(name);
  }

  /** Goes on with what an earlier process of this name had claimed. */
  private boolean goOn(PlanRecord plan) throws IOException, InterruptedException {
    for (PlanRecord.Claim claim : plan.claimedBy(name)) {
      boolean isOffered =
          plan.handoffs().values().stream()
              .anyMatch(state ->
                  state.handoff().task().equals(claim.task())
                      && state.stageAt(plan.at()) == Stage.OFFERED);
      if (!isOffered && plan.holds(claim.task()).isEmpty()) {
        PlanRecord.Claim again = session.claim(claim.task(), settings.lease());
        work(claim.task()).on(again);
        return true;
      }
    }
    return false;
  }

  private boolean takeNext(PlanRecord plan) throws IOException, InterruptedException {
    for (HandoffState offered : plan.inbox(self.actor())) {
      if (take(offered.handoff())) {
        return true;
      }
    }
    if (plan.ready().isEmpty()) {
      return false;
    }
    Optional<PlanRecord.Claim> claim = session.claimNext(settings.lease());
    if (claim.isEmpty()) {
      return false;
    }
    work(claim.orElseThrow().task()).on(claim.orElseThrow());
    return true;
  }

  private boolean take(Handoff offered) throws IOException, InterruptedException {
    if (offered.kind() == Handoff.Kind.CONTINUE
        && Dice.of(settings.seed(), offered.task(), "declined") < DECLINED) {
      return decline(offered, "I know nothing of this folder");
    }
    Acceptance answer;
    try {
      answer = session.accept(offered, settings.lease());
    } catch (PlanRuleException e) {
      // Its lease ran out before anybody accepted, and another has taken the task.
      return decline(offered, e.getMessage());
    }
    if (!(answer instanceof Acceptance.Accepted(Handoff mine))) {
      boolean isStillOffered =
          workspace
              .plan()
              .handoff(offered.id())
              .filter(state -> state.stage() == Stage.OFFERED)
              .isPresent();
      return isStillOffered && decline(offered, "another has its task");
    }
    notebook.write(Kind.ACCEPTED, mine.id());
    PlanRecord plan = workspace.plan();
    if (plan.task(mine.task()).filter(PlanRecord.Task::isClosed).isPresent()) {
      report(mine, "It was closed already");
    } else if (mine.kind() == Handoff.Kind.CONTINUE) {
      work(mine.task()).on(plan.task(mine.task()).orElseThrow().claim());
    } else {
      work(mine.task()).review(mine, plan);
    }
    return true;
  }

  private boolean decline(Handoff offered, String reason) {
    if (offered.to().kind() == Addressee.Kind.ANYONE) {
      return false;
    }
    notebook.keep(session.decline(offered, reason));
    return true;
  }

  /** Reads the briefing on a task this agent has, and can then work on it. */
  private Work work(String task) throws IOException {
    PlanRecord plan = workspace.plan();
    if (plan.task(task).filter(one -> one.superseded().contains(session.id())).isPresent()) {
      // This session lost the task before and may say nothing about it, whatever it has accepted.
      session.end(Resolution.SUCCEEDED, "Goes on in another session");
      session = start("/" + plan.version());
    }
    use.begin(session.on(task).briefing(settings.tokensMax()), workspace.plan(), task);
    Path classes = Files.createDirectories(settings.notes().resolve("classes"));
    List<String> others = Team.otherRoles(settings.team(), name);
    return new Work(
        workspace,
        session,
        notebook,
        use,
        new Tools(settings.tree(), classes),
        settings,
        others,
        day);
  }
}
