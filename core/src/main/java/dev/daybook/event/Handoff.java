package dev.daybook.event;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Work passed on, as fields instead of prose: the task, its status, what is done and open, the
 * files touched, the tests run, the evidence. Built with {@link #of}; offered with {@code
 * session.offer}, which fills in the id and who it is from. Texts that are not given are empty;
 * lists are immutable.
 *
 * @param id names the handoff; empty until it is offered
 * @param kind what is asked of the receiver
 * @param from the id of the actor who offers it; empty until it is offered
 * @param to whom it is for
 * @param waiting whether the offerer waits for the result
 * @param task the task it passes on, which must exist
 * @param status the task's status as the offerer leaves it
 * @param summary where things stand, in a sentence or two
 * @param done what is finished
 * @param remaining what is left
 * @param nextAction what to do first
 * @param questions what is open
 * @param decisions the decisions to keep to, which must exist
 * @param rejected the rejected approaches not to try again, which must exist
 * @param blockers the blockers in the way, which must exist
 * @param files what was changed
 * @param tests what was tested
 * @param vcs the state of version control as the offerer leaves it
 * @param dangerZones what to be careful with
 * @param artifacts where results are, such as a path or an address
 * @param budget what may be spent on it
 * @param evidence the events that show all this, which must exist
 * @param expiresAt after this the offer no longer stands; {@link Instant#MAX} for never
 * @param planVersion the plan version it was written against; 0 until it is offered
 */
public record Handoff(
    String id,
    Kind kind,
    String from,
    Addressee to,
    Wait waiting,
    String task,
    TaskStatus status,
    String summary,
    List<String> done,
    List<String> remaining,
    String nextAction,
    List<String> questions,
    List<EventId> decisions,
    List<EventId> rejected,
    List<EventId> blockers,
    List<FileTouched> files,
    List<TestRun> tests,
    Vcs vcs,
    List<String> dangerZones,
    List<String> artifacts,
    Budget budget,
    List<EventId> evidence,
    Instant expiresAt,
    long planVersion) {
  /** What is asked of the receiver. */
  public enum Kind {
    /** Go on with the task. */
    CONTINUE,
    /** Look it over. */
    REVIEW,
    /** Test it. */
    TEST,
    /** Bring it in. */
    MERGE,
    /** Decide or unblock. */
    ESCALATE,
    /** Do a part and report back. */
    DELEGATE
  }

  /** Whether the offerer waits. */
  public enum Wait {
    /** The offerer goes on with something else. */
    NO,
    /** The offerer goes on when the handoff is completed. */
    FOR_RESULT
  }

  /**
   * What may be spent; zero means that nothing is said.
   *
   * @param tokens of a language model
   * @param cost in millionths of the currency the team counts in
   * @param time of work
   */
  public record Budget(long tokens, long cost, Duration time) {
    /** Nothing is said. */
    public static final Budget NONE = new Budget(0, 0, Duration.ZERO);

    /** Checks the parts. */
    public Budget {
      Check.notNegative(tokens, "Budget", "tokens");
      Check.notNegative(cost, "Budget", "cost");
      if (time.isNegative()) {
        throw new IllegalArgumentException("Budget.time is " + time + ", expected zero or more");
      }
    }

    /** So many tokens. */
    public static Budget ofTokens(long tokens) {
      return new Budget(tokens, 0, Duration.ZERO);
    }
  }

  /** Copies the lists and checks the parts. */
  public Handoff {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    // Events of an older library do not have all of these.
    waiting = waiting == null ? Wait.NO : waiting;
    decisions = decisions == null ? List.of() : List.copyOf(decisions);
    rejected = rejected == null ? List.of() : List.copyOf(rejected);
    blockers = blockers == null ? List.of() : List.copyOf(blockers);
    vcs = vcs == null ? Vcs.NONE : vcs;
    artifacts = artifacts == null ? List.of() : Check.texts(artifacts, "Handoff", "artifacts");
    budget = budget == null ? Budget.NONE : budget;
    Check.id(task, "Handoff", "task");
    Objects.requireNonNull(status, "status");
    Check.notBlank(summary, "Handoff", "summary");
    done = Check.texts(done, "Handoff", "done");
    remaining = Check.texts(remaining, "Handoff", "remaining");
    Objects.requireNonNull(nextAction, "nextAction");
    questions = Check.texts(questions, "Handoff", "questions");
    files = List.copyOf(files);
    tests = List.copyOf(tests);
    dangerZones = Check.texts(dangerZones, "Handoff", "dangerZones");
    evidence = List.copyOf(evidence);
    Objects.requireNonNull(expiresAt, "expiresAt");
    Check.notNegative(planVersion, "Handoff", "planVersion");
  }

  /** Begins a handoff of this task. */
  public static Builder of(String task) {
    return new Builder(Check.id(task, "Handoff", "task"));
  }

  /**
   * The same handoff as it was offered: with an id, an offerer, the plan version it was written
   * against, and this state of version control if it has none of its own.
   *
   * @throws IllegalArgumentException if a test run counts failed tests and names none
   */
  public Handoff offered(String newId, String offerer, long version, Vcs state) {
    checkTests();
    return new Handoff(
        newId,
        kind,
        offerer,
        to,
        waiting,
        task,
        status,
        summary,
        done,
        remaining,
        nextAction,
        questions,
        decisions,
        rejected,
        blockers,
        files,
        tests,
        vcs.equals(Vcs.NONE) ? state : vcs,
        dangerZones,
        artifacts,
        budget,
        evidence,
        expiresAt,
        version);
  }

  /**
   * Asked of who writes one, not of who reads one: what somebody else left out is no reason to lose
   * the rest.
   */
  private void checkTests() {
    for (TestRun run : tests) {
      if (run.failed() > 0 && run.failing().isEmpty()) {
        throw new IllegalArgumentException(
            "TestRun of '"
                + run.command()
                + "' counts "
                + run.failed()
                + " failed tests but names none; name at least one");
      }
    }
  }

  /**
   * Gathers the parts of a handoff; for one thread. A summary must be given, the rest has defaults.
   */
  public static final class Builder {
    private final String task;
    private Kind kind = Kind.CONTINUE;
    private Addressee to = Addressee.ANYONE;
    private Wait waiting = Wait.NO;
    private TaskStatus status = TaskStatus.IN_PROGRESS;
    private String summary = "";
    private final List<String> done = new ArrayList<>();
    private final List<String> remaining = new ArrayList<>();
    private String nextAction = "";
    private final List<String> questions = new ArrayList<>();
    private final List<EventId> decisions = new ArrayList<>();
    private final List<EventId> rejected = new ArrayList<>();
    private final List<EventId> blockers = new ArrayList<>();
    private final List<FileTouched> files = new ArrayList<>();
    private final List<TestRun> tests = new ArrayList<>();
    private Vcs vcs = Vcs.NONE;
    private final List<String> dangerZones = new ArrayList<>();
    private final List<String> artifacts = new ArrayList<>();
    private Budget budget = Budget.NONE;
    private final List<EventId> evidence = new ArrayList<>();
    private Instant expiresAt = Instant.MAX;

    private Builder(String task) {
      this.task = task;
    }

    /** What is asked; {@link Kind#CONTINUE} if nothing is said. */
    public Builder kind(Kind newKind) {
      kind = newKind;
      return this;
    }

    /** For the agent of this id. */
    public Builder toAgent(String agent) {
      to = new Addressee(Addressee.Kind.AGENT, agent);
      return this;
    }

    /** For any actor in this role. */
    public Builder toRole(String role) {
      to = new Addressee(Addressee.Kind.ROLE, role);
      return this;
    }

    /** For the person of this id. */
    public Builder toHuman(String human) {
      to = new Addressee(Addressee.Kind.HUMAN, human);
      return this;
    }

    /** The offerer waits for the result. */
    public Builder waitForResult() {
      waiting = Wait.FOR_RESULT;
      return this;
    }

    /** The status of the task; {@link TaskStatus#IN_PROGRESS} if nothing is said. */
    public Builder status(TaskStatus newStatus) {
      status = newStatus;
      return this;
    }

    /** Where things stand. */
    public Builder summary(String newSummary) {
      summary = newSummary;
      return this;
    }

    /** Something that is finished. */
    public Builder done(String... items) {
      done.addAll(List.of(items));
      return this;
    }

    /** Something that is left. */
    public Builder remaining(String... items) {
      remaining.addAll(List.of(items));
      return this;
    }

    /** What to do first. */
    public Builder nextAction(String action) {
      nextAction = action;
      return this;
    }

    /** A question that is open. */
    public Builder question(String question) {
      questions.add(question);
      return this;
    }

    /** Decisions to keep to. */
    public Builder decisions(EventId... events) {
      decisions.addAll(List.of(events));
      return this;
    }

    /** Rejected approaches not to try again. */
    public Builder rejected(EventId... events) {
      rejected.addAll(List.of(events));
      return this;
    }

    /** Blockers in the way. */
    public Builder blockers(EventId... events) {
      blockers.addAll(List.of(events));
      return this;
    }

    /** Files that were changed. */
    public Builder touched(String... paths) {
      for (String path : paths) {
        files.add(new FileTouched(path, FileTouched.Change.MODIFIED, ""));
      }
      return this;
    }

    /** A file that was changed, in full. */
    public Builder touched(FileTouched file) {
      files.add(file);
      return this;
    }

    /** Tests that were run. */
    public Builder tests(TestRun run) {
      tests.add(run);
      return this;
    }

    /** What to be careful with. */
    public Builder dangerZone(String zone) {
      dangerZones.add(zone);
      return this;
    }

    /** Where results are, such as a path or an address. */
    public Builder artifacts(String... places) {
      artifacts.addAll(List.of(places));
      return this;
    }

    /** What may be spent. */
    public Builder budget(Budget newBudget) {
      budget = newBudget;
      return this;
    }

    /** The state of version control; that of the session if nothing is said. */
    public Builder vcs(Vcs state) {
      vcs = state;
      return this;
    }

    /** Events that show all this. */
    public Builder evidence(EventId... events) {
      evidence.addAll(List.of(events));
      return this;
    }

    /** When the offer ends; never if nothing is said. */
    public Builder expiresAt(Instant instant) {
      expiresAt = instant;
      return this;
    }

    /**
     * The handoff.
     *
     * @throws IllegalArgumentException if a part is missing or impossible, naming it
     */
    public Handoff build() {
      Handoff built =
          new Handoff(
              "",
              kind,
              "",
              to,
              waiting,
              task,
              status,
              summary,
              done,
              remaining,
              nextAction,
              questions,
              decisions,
              rejected,
              blockers,
              files,
              tests,
              vcs,
              dangerZones,
              artifacts,
              budget,
              evidence,
              expiresAt,
              0);
      built.checkTests();
      return built;
    }
  }
}
