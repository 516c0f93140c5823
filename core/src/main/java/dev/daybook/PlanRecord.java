package dev.daybook;

import dev.daybook.event.Actor;
import dev.daybook.event.Addressee;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked.Verdict;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.Resolution;
import dev.daybook.event.SessionId;
import dev.daybook.event.TaskStatus;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.plan.Readiness;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The plan at one version: the fold of every plan event up to it, looked at from one moment, since
 * leases and offers run out. Immutable; safe for use by any number of threads. A new version shares
 * with the one before all that did not change. Maps and lists are in the order in which things
 * joined the plan and cannot be changed. Two plans are equal if their events say the same, whatever
 * their moment.
 */
public final class PlanRecord {
  private final PlanState state;
  private final Instant at;

  PlanRecord(PlanState state, Instant at) {
    this.state = Objects.requireNonNull(state, "state");
    this.at = Objects.requireNonNull(at, "at");
  }

  /** The plan before its first event, looked at long ago. */
  public static PlanRecord empty() {
    return new PlanRecord(PlanState.EMPTY, Instant.EPOCH);
  }

  /**
   * Which event put something into the plan, by whom and when.
   *
   * @param id the event
   * @param actor who said it
   * @param time when, by the clock of its writer
   * @param version the plan version that holds it
   */
  public record Origin(EventId id, Actor actor, Instant time, long version) {
    /** Checks the parts. */
    public Origin {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(time, "time");
    }
  }

  /**
   * Something the whole work must keep to.
   *
   * @param text what
   * @param origin by whom and when
   */
  public record Constraint(String text, Origin origin) {}

  /**
   * A task as it stands.
   *
   * @param id its id
   * @param number how many tasks joined the plan before it; the lower, the older
   * @param title in one line
   * @param description the rest; may be empty
   * @param priority lower is sooner
   * @param kind what sort of work
   * @param status as stored; ready, claimed and blocked are derived from the rest
   * @param resolution how it ended; empty or one
   * @param reason the reason of its last change of status; may be empty
   * @param assignee the actor it is meant for; empty for anyone
   * @param labels free pairs, by key
   * @param dependencies what it depends on, in order
   * @param criteria what must hold before it can be closed as succeeded
   * @param blockers the open blockers, by the events that raised them
   * @param questions the open questions it waits for, by the events that asked them
   * @param claim the last claim on it, {@link Claim#NONE} if there never was one
   * @param superseded the sessions that lost a claim on it to another and did not claim it again
   * @param added the event that added it
   * @param changed the last event about it
   */
  public record Task(
      String id,
      int number,
      String title,
      String description,
      int priority,
      String kind,
      TaskStatus status,
      List<Resolution> resolution,
      String reason,
      String assignee,
      Map<String, String> labels,
      List<Dependency> dependencies,
      List<Criterion> criteria,
      List<EventId> blockers,
      List<EventId> questions,
      Claim claim,
      List<SessionId> superseded,
      Origin added,
      Origin changed) {
    /** Copies the collections that can be changed. */
    public Task {
      resolution = List.copyOf(resolution);
      labels = Collections.unmodifiableMap(labels);
      dependencies = List.copyOf(dependencies);
      criteria = List.copyOf(criteria);
      blockers = List.copyOf(blockers);
      questions = List.copyOf(questions);
      superseded = List.copyOf(superseded);
    }

    /** Whether nothing more is to be done. */
    public boolean isClosed() {
      return status.isClosed();
    }
  }

  /**
   * That a task depends on another.
   *
   * @param kind how
   * @param on the other's id, which may be unknown to the plan; see {@link #unresolved()}
   * @param labels free pairs
   * @param origin by whom and when
   */
  public record Dependency(
      DependencyKind kind, String on, Map<String, String> labels, Origin origin) {}

  /**
   * Something that must hold before a task can be closed as succeeded.
   *
   * @param text what
   * @param verdicts the last verdict; empty or one
   * @param evidence the events that show it
   * @param origin by whom and when; its id is the criterion's id
   */
  public record Criterion(
      String text, List<Verdict> verdicts, List<EventId> evidence, Origin origin) {
    /** Copies the lists. */
    public Criterion {
      verdicts = List.copyOf(verdicts);
      evidence = List.copyOf(evidence);
    }

    /** Whether somebody looked and it holds. */
    public boolean isMet() {
      return verdicts.contains(Verdict.MET);
    }
  }

  /**
   * That an actor holds a task until its lease runs out. Its fence is the plan version it was made
   * at; a later claim on the same task has a higher one and makes this one worthless. Give the
   * fence to other systems that must refuse a late holder.
   *
   * @param task the task
   * @param holder the actor's id; empty if there is no claim
   * @param session the session it was claimed in
   * @param leaseUntil when the lease runs out; this alone changes nothing, but another may claim
   * @param fence the plan version of the claim; 0 if there is no claim
   * @param standing whether it was given back
   */
  public record Claim(
      String task,
      String holder,
      SessionId session,
      Instant leaseUntil,
      long fence,
      Claim.Standing standing) {
    /** What became of a claim. */
    public enum Standing {
      /** Its holder has it, as long as the lease does not run out. */
      HELD,
      /** It was given back, or the task was closed. */
      ENDED
    }

    /** There is no claim. */
    public static final Claim NONE =
        new Claim("", "", SessionId.NONE, Instant.EPOCH, 0, Claim.Standing.ENDED);

    /** Whether somebody holds it at this moment. */
    public boolean isLive(Instant now) {
      return standing == Claim.Standing.HELD && now.isBefore(leaseUntil);
    }
  }

  /**
   * Something outside the plan that holds a task up.
   *
   * @param text what
   * @param task which task
   * @param cleared how it was cleared; empty or one
   * @param origin by whom and when it was raised; its id is the blocker's id
   */
  public record Blocker(String text, String task, List<String> cleared, Origin origin) {
    /** Copies the list. */
    public Blocker {
      cleared = List.copyOf(cleared);
    }

    /** Whether it still holds the task up. */
    public boolean isOpen() {
      return cleared.isEmpty();
    }
  }

  /**
   * A question.
   *
   * @param asked what was asked
   * @param answers the answer; empty or one
   * @param origin by whom and when it was asked; its id is the question's id
   */
  public record Question(PlanEvent.QuestionAsked asked, List<String> answers, Origin origin) {
    /** Copies the list. */
    public Question {
      answers = List.copyOf(answers);
    }

    /** Whether nobody has answered. */
    public boolean isOpen() {
      return answers.isEmpty();
    }
  }

  /**
   * A decision.
   *
   * @param made what was decided
   * @param origin by whom and when; its id is the decision's id
   */
  public record Decision(PlanEvent.DecisionMade made, Origin origin) {}

  /**
   * An approach not to be tried again.
   *
   * @param approach what was rejected
   * @param reconsidered why it may be tried again after all; empty or one
   * @param origin by whom and when; its id is the rejection's id
   */
  public record Rejection(
      PlanEvent.ApproachRejected approach, List<String> reconsidered, Origin origin) {
    /** Copies the list. */
    public Rejection {
      reconsidered = List.copyOf(reconsidered);
    }

    /** Whether it still is not to be tried. */
    public boolean isInForce() {
      return reconsidered.isEmpty();
    }
  }

  /**
   * Something taken to be true without proof.
   *
   * @param text what
   * @param task the task it belongs to; may be empty
   * @param invalidated what showed it to be wrong; empty or one
   * @param origin by whom and when; its id is the assumption's id
   */
  public record Assumption(String text, String task, List<String> invalidated, Origin origin) {
    /** Copies the list. */
    public Assumption {
      invalidated = List.copyOf(invalidated);
    }

    /** Whether nothing has shown it to be wrong. */
    public boolean stands() {
      return invalidated.isEmpty();
    }
  }

  /**
   * A person's approval, or the lack of it.
   *
   * @param subject what it is about
   * @param id the task's id or the decision's event id as text
   * @param standing where it is
   * @param remark the reason or remark of its last event; may be empty
   * @param origin the last event: the request, the answer, or what needs approval by policy
   */
  public record Approval(
      Subject subject, String id, Approval.Standing standing, String remark, Origin origin) {
    /** Where an approval is. */
    public enum Standing {
      /** It is waited for. */
      REQUESTED,
      /** A person approved. */
      GIVEN,
      /** A person did not approve. */
      DENIED
    }
  }

  /**
   * A remark.
   *
   * @param note what was said
   * @param origin by whom and when
   */
  public record Note(PlanEvent.NoteAdded note, Origin origin) {}

  /**
   * A handoff and where it is in its life.
   *
   * @param handoff the work
   * @param stage as stored; see {@link #stageAt} for whether an offer has run out
   * @param acceptedBy the actor who took it; empty if nobody did
   * @param remark the reason or result of its last change; may be empty
   * @param contradictions what the traces said otherwise when it was offered
   * @param origin by whom and when it was offered
   */
  public record HandoffState(
      Handoff handoff,
      Stage stage,
      String acceptedBy,
      String remark,
      List<String> contradictions,
      Origin origin) {
    /** Copies the list. */
    public HandoffState {
      contradictions = List.copyOf(contradictions);
    }

    /** Where it is at a moment: an offer whose time has run out is {@link Stage#EXPIRED}. */
    public Stage stageAt(Instant now) {
      return stage == Stage.OFFERED && !now.isBefore(handoff.expiresAt()) ? Stage.EXPIRED : stage;
    }
  }

  /** Where a handoff is in its life. */
  public enum Stage {
    /** Anyone it is for may take it. */
    OFFERED,
    /** One actor has it. */
    ACCEPTED,
    /** The work is finished. */
    COMPLETED,
    /** Its addressee will not take it. */
    DECLINED,
    /** Its offerer took it back. */
    WITHDRAWN,
    /** Nobody took it in time. Never stored: it follows from the time. */
    EXPIRED
  }

  /** Why a task cannot be worked on. */
  public enum Hold {
    /** A task it depends on is not closed. */
    DEPENDENCY,
    /** Its parent is held up. */
    PARENT,
    /** It has children that are not closed; the work is there. */
    CHILDREN,
    /** A blocker is open. */
    BLOCKER,
    /** It waits for an answer. */
    QUESTION,
    /** A person has to approve it, or did not. */
    APPROVAL
  }

  /**
   * One reason why a task is blocked.
   *
   * @param hold what sort of reason
   * @param id the other task, the blocker's or the question's event id; empty for an approval
   * @param text in words
   */
  public record Reason(Hold hold, String id, String text) {}

  /**
   * A task that is agreed but cannot be worked on.
   *
   * @param task the task
   * @param reasons every reason, at least one
   */
  public record Blocked(Task task, List<Reason> reasons) {
    /** Copies the list. */
    public Blocked {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * A dependency on a task the plan does not know.
   *
   * @param task the task that depends
   * @param dependency on what
   */
  public record Unresolved(String task, Dependency dependency) {}

  /** What a change of a plan is about. */
  public enum What {
    /** The goal or the scope. */
    GOAL,
    /** A constraint was stated. */
    CONSTRAINT,
    /** A task joined the plan. */
    TASK_ADDED,
    /** A field of a task is another. */
    TASK_CHANGED,
    /** A decision was made. */
    DECISION,
    /** An approach was rejected, or reconsidered. */
    REJECTION,
    /** An assumption was stated, or shown wrong. */
    ASSUMPTION,
    /** A blocker was raised, or cleared. */
    BLOCKER,
    /** A question was asked, or answered. */
    QUESTION,
    /** An approval was asked for, given or denied. */
    APPROVAL,
    /** A handoff moved on in its life. */
    HANDOFF,
    /** A remark was made. */
    NOTE
  }

  /**
   * One thing that two versions differ in.
   *
   * @param what what sort of thing
   * @param id the task, the handoff, or the event that made it; empty for the goal and constraints
   * @param field which part of it; empty if it is new
   * @param before what it was; empty if it is new
   * @param after what it is
   * @param origin the event that last changed a task or the goal, else the one that made the thing
   * @param drift the events that changed what was agreed without a decision; none if decided
   */
  public record Change(
      What what,
      String id,
      String field,
      String before,
      String after,
      Origin origin,
      List<EventId> drift) {
    /** Copies the list. */
    public Change {
      drift = List.copyOf(drift);
    }

    /** Whether it is a change of what was agreed and nobody decided it; see {@link Diff}. */
    public boolean isDrift() {
      return !drift.isEmpty();
    }
  }

  /**
   * What two versions of a plan differ in, net: of what was changed and changed back between them
   * nothing shows. Drift is a change of what was agreed that no decision covers: another goal or
   * scope, a task added, reworded, reopened or dropped (closed without success, put off, or only
   * proposed again). A decision covers it if it is in force at the later version and either is on
   * that task and was made between the versions, or is on the whole plan and of the same session in
   * the same version. Before the plan has a goal nothing is agreed.
   *
   * @param from the earlier version
   * @param to the later version
   * @param changes the goal, then tasks in their order, then the rest
   */
  public record Diff(long from, long to, List<Change> changes) {
    /** Copies the list. */
    public Diff {
      changes = List.copyOf(changes);
    }

    /** The changes of what was agreed that nobody decided. */
    public List<Change> drift() {
      return changes.stream().filter(Change::isDrift).toList();
    }
  }

  /** How many plan versions it holds; 0 for an empty plan. */
  public long version() {
    return state.version();
  }

  /** The moment it is looked at: for a plan just read, when it was read. */
  public Instant at() {
    return at;
  }

  /** The same plan looked at from another moment. */
  public PlanRecord at(Instant moment) {
    return new PlanRecord(state, moment);
  }

  /** What it is for; empty if none is set. */
  public String goal() {
    return state.goal();
  }

  /** What belongs to it and what does not; may be empty. */
  public String scope() {
    return state.scope();
  }

  /** The event that set the goal; empty if none is set. */
  public Optional<Origin> goalOrigin() {
    return state.goalSet().stream().findFirst();
  }

  /** What the whole work must keep to. */
  public List<Constraint> constraints() {
    return state.constraints();
  }

  /** What needs a person's approval by policy. */
  public Set<Subject> approvalPolicy() {
    return state.policy();
  }

  /** All tasks by id. */
  public Map<String, Task> tasks() {
    return state.tasks();
  }

  /** The task of this id; empty if the plan has none. */
  public Optional<Task> task(String id) {
    return Optional.ofNullable(state.tasks().get(id));
  }

  /** Whether the task exists and is done. */
  public boolean isDone(String id) {
    return task(id).filter(task -> task.status() == TaskStatus.DONE).isPresent();
  }

  /** The tasks that are not closed, oldest first. */
  public List<Task> unclosed() {
    List<Task> unclosed = new ArrayList<>(state.unclosed().size());
    state.unclosedTasks().forEach(unclosed::add);
    return List.copyOf(unclosed);
  }

  /** The children of a task, whatever their status. */
  public List<Task> children(String task) {
    return state.childrenOf(task);
  }

  /**
   * The tasks that can be taken now, by priority, then oldest first: OPEN or IN_PROGRESS, nothing
   * gating open, and not claimed or the lease has run out.
   */
  public List<Task> ready() {
    return new Readiness(state).ready(at);
  }

  /** The tasks that are OPEN or IN_PROGRESS but held up, oldest first, each with every reason. */
  public List<Blocked> blocked() {
    return new Readiness(state).blocked();
  }

  /** Every reason why a task is held up; empty if it is not, or is unknown. */
  public List<Reason> holds(String task) {
    return task(task).map(known -> new Readiness(state).reasons(known)).orElse(List.of());
  }

  /** The claims whose lease has not run out, oldest task first. */
  public List<Claim> claims() {
    return unclosed().stream().map(Task::claim).filter(claim -> claim.isLive(at)).toList();
  }

  /** The claims this actor holds, oldest task first. */
  public List<Claim> claimedBy(String actor) {
    return claims().stream().filter(claim -> claim.holder().equals(actor)).toList();
  }

  /** Dependencies on tasks the plan does not know; looks at every task. */
  public List<Unresolved> unresolved() {
    List<Unresolved> found = new ArrayList<>();
    for (Task task : state.tasks().values()) {
      for (Dependency dependency : task.dependencies()) {
        if (!state.tasks().containsKey(dependency.on())) {
          found.add(new Unresolved(task.id(), dependency));
        }
      }
    }
    return List.copyOf(found);
  }

  /** Every blocker, cleared ones too. */
  public List<Blocker> blockers() {
    return state.blockers().items();
  }

  /** The blockers that are not cleared. */
  public List<Blocker> openBlockers() {
    return blockers().stream().filter(Blocker::isOpen).toList();
  }

  /** Every question, answered ones too. */
  public List<Question> questions() {
    return state.questions().items();
  }

  /** The questions nobody has answered. */
  public List<Question> openQuestions() {
    return questions().stream().filter(Question::isOpen).toList();
  }

  /** All decisions that were made, superseded ones too; see {@link #decisionsInForce()}. */
  public List<Decision> decisions() {
    return state.decisions().items();
  }

  /**
   * The decisions that count: no later one that counts supersedes them, and a person approved them
   * if that is needed.
   */
  public List<Decision> decisionsInForce() {
    return state.decisionsInForce();
  }

  /** The decisions in force that belong to a task or to the whole plan. */
  public List<Decision> decisionsFor(String task) {
    return decisionsInForce().stream()
        .filter(decision -> decision.made().task().isEmpty() || decision.made().task().equals(task))
        .toList();
  }

  /** All approaches that were ever rejected, reconsidered ones too. */
  public List<Rejection> rejections() {
    return state.rejected().items();
  }

  /** The approaches not to be tried again. */
  public List<Rejection> rejected() {
    return rejections().stream().filter(Rejection::isInForce).toList();
  }

  /**
   * The approaches not to be tried again that have to do with a task or a path: those of that task,
   * and those about that file, a file in that folder, or a folder that holds it.
   */
  public List<Rejection> rejectedFor(String taskOrPath) {
    return rejected().stream()
        .filter(rejection ->
            rejection.approach().task().equals(taskOrPath)
                || rejection.approach().paths().stream()
                    .anyMatch(path -> isWithin(path, taskOrPath) || isWithin(taskOrPath, path)))
        .toList();
  }

  private static boolean isWithin(String path, String folder) {
    return !folder.isEmpty()
        && (path.equals(folder) || path.startsWith(folder.endsWith("/") ? folder : folder + "/"));
  }

  /** Everything taken to be true without proof, what was shown wrong too. */
  public List<Assumption> assumptions() {
    return state.assumptions().items();
  }

  /** The approval of a task or decision; empty if none was asked for or is needed. */
  public Optional<Approval> approval(Subject subject, String id) {
    return state.approval(subject, id);
  }

  /** The approvals that are waited for. */
  public List<Approval> pendingApprovals() {
    return state.approvals().values().stream()
        .filter(approval -> approval.standing() == Approval.Standing.REQUESTED)
        .toList();
  }

  /** Remarks. */
  public List<Note> notes() {
    return state.notes();
  }

  /** All handoffs by id. */
  public Map<String, HandoffState> handoffs() {
    return state.handoffs();
  }

  /** The handoff of this id; empty if the plan has none. */
  public Optional<HandoffState> handoff(String id) {
    return Optional.ofNullable(state.handoffs().get(id));
  }

  /**
   * The handoffs that this actor could accept: offered to it, its role or anyone, not by itself,
   * and not expired.
   */
  public List<HandoffState> inbox(Actor actor) {
    return offered()
        .filter(offer -> offer.handoff().to().includes(actor))
        .filter(offer -> !offer.handoff().from().equals(actor.id()))
        .toList();
  }

  /** The handoffs offered to just this agent, role or person, and not expired. */
  public List<HandoffState> inbox(Addressee addressee) {
    return offered().filter(offer -> offer.handoff().to().equals(addressee)).toList();
  }

  private java.util.stream.Stream<HandoffState> offered() {
    return state.offered().stream()
        .map(id -> state.handoffs().get(id))
        .filter(offer -> offer.stageAt(at) == Stage.OFFERED);
  }

  PlanState state() {
    return state;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PlanRecord plan && plan.state.equals(state);
  }

  @Override
  public int hashCode() {
    return state.hashCode();
  }

  /** A line for messages: the version, the goal, and how many of what. */
  @Override
  public String toString() {
    return "plan version %d: %s; %d tasks, %d not closed, %d decisions, %d handoffs"
        .formatted(
            version(),
            goal().isEmpty() ? "no goal" : goal(),
            state.tasks().size(),
            state.unclosed().size(),
            state.decisions().items().size(),
            state.handoffs().size());
  }
}
