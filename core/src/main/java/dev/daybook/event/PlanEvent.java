package dev.daybook.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** An event of the plan stream; the plan is their fold. Optional texts are empty, never null. */
public sealed interface PlanEvent extends Event
    permits PlanEvent.GoalSet,
        PlanEvent.ConstraintStated,
        PlanEvent.ApprovalPolicySet,
        PlanEvent.TaskAdded,
        PlanEvent.TaskEdited,
        PlanEvent.TaskStatusChanged,
        PlanEvent.TaskClosed,
        PlanEvent.TaskReopened,
        PlanEvent.DependencyAdded,
        PlanEvent.DependencyRemoved,
        PlanEvent.AcceptanceCriterionAdded,
        PlanEvent.AcceptanceCriterionChecked,
        PlanEvent.TaskClaimed,
        PlanEvent.LeaseRenewed,
        PlanEvent.TaskReleased,
        PlanEvent.BlockerRaised,
        PlanEvent.BlockerCleared,
        PlanEvent.QuestionAsked,
        PlanEvent.QuestionAnswered,
        PlanEvent.DecisionMade,
        PlanEvent.ApproachRejected,
        PlanEvent.ApproachReconsidered,
        PlanEvent.AssumptionStated,
        PlanEvent.AssumptionInvalidated,
        PlanEvent.ApprovalRequested,
        PlanEvent.ApprovalGiven,
        PlanEvent.ApprovalDenied,
        PlanEvent.NoteAdded,
        HandoffEvent,
        UnknownEvent {

  /** The task this event names; empty if it names none. */
  default String task() {
    return "";
  }

  /**
   * The earlier event this one answers, clears or replaces, which its envelope names as the cause;
   * {@link EventId#NONE} if none.
   */
  default EventId cause() {
    return EventId.NONE;
  }

  /** How one task depends on another. */
  enum DependencyKind {
    /** The task is not ready while the other is not closed. */
    BLOCKS,
    /**
     * The other is the task's parent: the task is not ready while its parent is held up, and the
     * parent closes after its children.
     */
    PARENT_CHILD,
    /** They have to do with each other. */
    RELATED,
    /** The task was found while working on the other. */
    DISCOVERED_FROM,
    /** The task is the same as the other. */
    DUPLICATES,
    /** The task takes the other's place. */
    SUPERSEDES,
    /** The other made the task necessary. */
    CAUSED_BY,
    /** The task checks the other. */
    VALIDATES;

    /** Whether it decides when a task is ready; cycles among such kinds are refused. */
    public boolean isGating() {
      return this == BLOCKS || this == PARENT_CHILD;
    }
  }

  /** What an approval is about. */
  enum Subject {
    /** A task, by its id. */
    TASK,
    /** A decision, by the id of its event. */
    DECISION
  }

  /**
   * What the whole plan is for; replaces an earlier goal.
   *
   * @param goal in one sentence
   * @param scope what belongs to it and what does not; may be empty
   */
  record GoalSet(String goal, String scope) implements PlanEvent {
    /** Checks the parts. */
    public GoalSet {
      Check.notBlank(goal, "GoalSet", "goal");
      Objects.requireNonNull(scope, "scope");
    }

    /** A goal without a stated scope. */
    public static GoalSet of(String goal) {
      return new GoalSet(goal, "");
    }
  }

  /**
   * Something the whole work must keep to.
   *
   * @param constraint in one sentence
   */
  record ConstraintStated(String constraint) implements PlanEvent {
    /** Checks the part. */
    public ConstraintStated {
      Check.notBlank(constraint, "ConstraintStated", "constraint");
    }
  }

  /**
   * What needs a person's approval from now on: such tasks or decisions of agents and systems do
   * not count until a person approves them. Replaces an earlier policy; set by a person only.
   *
   * @param needed what needs approval; nothing if empty
   */
  record ApprovalPolicySet(Set<Subject> needed) implements PlanEvent {
    /** Copies the set. */
    public ApprovalPolicySet {
      Objects.requireNonNull(needed, "needed");
      needed = needed.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(needed));
    }

    /** These need approval. */
    public static ApprovalPolicySet of(Subject... needed) {
      return new ApprovalPolicySet(Set.of(needed));
    }
  }

  /**
   * A task joins the plan, in status OPEN.
   *
   * @param task its id, new to the plan
   * @param title in one line
   * @param description the rest; may be empty
   * @param priority lower is sooner; {@value #PRIORITY_DEFAULT} if nothing is said
   * @param kind what sort of work, such as {@code task} or {@code bug}
   * @param assignee the actor it is meant for, whom alone {@code claimNext} gives it to; empty for
   *     anyone
   * @param labels free pairs; a plain tag is a key with an empty value
   */
  record TaskAdded(
      String task,
      String title,
      String description,
      int priority,
      String kind,
      String assignee,
      Map<String, String> labels)
      implements PlanEvent {
    /** The priority of a task of which none is said. */
    public static final int PRIORITY_DEFAULT = 2;

    /** The kind of a task of which none is said. */
    public static final String KIND_DEFAULT = "task";

    /** Copies the labels and checks the parts. */
    public TaskAdded {
      Check.id(task, "TaskAdded", "task");
      Check.notBlank(title, "TaskAdded", "title");
      Objects.requireNonNull(description, "description");
      Check.notNegative(priority, "TaskAdded", "priority");
      // Events of an older library do not have these.
      kind = kind == null ? KIND_DEFAULT : Check.id(kind, "TaskAdded", "kind");
      assignee = assignee == null ? "" : assignee;
      labels = Check.labels(labels == null ? Map.of() : labels, "TaskAdded");
    }

    /** A task with a title alone. */
    public static TaskAdded of(String task, String title) {
      return new TaskAdded(task, title, "", PRIORITY_DEFAULT, KIND_DEFAULT, "", Map.of());
    }

    /** The same task with a description. */
    public TaskAdded describedAs(String newDescription) {
      return new TaskAdded(task, title, newDescription, priority, kind, assignee, labels);
    }

    /** The same task at another priority; lower is sooner. */
    public TaskAdded priority(int newPriority) {
      return new TaskAdded(task, title, description, newPriority, kind, assignee, labels);
    }

    /** The same task as another sort of work. */
    public TaskAdded kind(String newKind) {
      return new TaskAdded(task, title, description, priority, newKind, assignee, labels);
    }

    /** The same task, meant for this actor. */
    public TaskAdded assignedTo(String actor) {
      return new TaskAdded(task, title, description, priority, kind, actor, labels);
    }

    /** The same task with one more label. */
    public TaskAdded label(String key, String value) {
      return new TaskAdded(
          task, title, description, priority, kind, assignee, Check.plus(labels, key, value));
    }
  }

  /**
   * What a task is changes; what is not named stays. Built from {@link #of} by methods that each
   * return a changed copy.
   *
   * @param task which task
   * @param fields the fields that are replaced; the others' values here mean nothing
   * @param title the new title
   * @param description the new description; may be empty
   * @param priority the new priority
   * @param kind the new kind
   * @param assignee the new assignee; empty for anyone
   * @param labels labels that are added or replaced
   * @param unlabeled the keys of labels that are taken off
   */
  record TaskEdited(
      String task,
      Set<Field> fields,
      String title,
      String description,
      int priority,
      String kind,
      String assignee,
      Map<String, String> labels,
      List<String> unlabeled)
      implements PlanEvent {
    /** A field that can be replaced. */
    public enum Field {
      /** The title. */
      TITLE,
      /** The description. */
      DESCRIPTION,
      /** The priority. */
      PRIORITY,
      /** The kind. */
      KIND,
      /** The assignee. */
      ASSIGNEE
    }

    /** Copies the collections and checks the parts. */
    public TaskEdited {
      Check.id(task, "TaskEdited", "task");
      fields = fields.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(fields));
      Objects.requireNonNull(title, "title");
      if (fields.contains(Field.TITLE)) {
        Check.notBlank(title, "TaskEdited", "title");
      }
      Objects.requireNonNull(description, "description");
      Check.notNegative(priority, "TaskEdited", "priority");
      Objects.requireNonNull(kind, "kind");
      if (fields.contains(Field.KIND)) {
        Check.id(kind, "TaskEdited", "kind");
      }
      Objects.requireNonNull(assignee, "assignee");
      labels = Check.labels(labels, "TaskEdited");
      unlabeled = Check.texts(unlabeled, "TaskEdited", "unlabeled");
      for (String key : unlabeled) {
        if (labels.containsKey(key)) {
          throw new IllegalArgumentException(
              "TaskEdited of '" + task + "' both sets and takes off label '" + key + "'");
        }
      }
    }

    /** An edit that changes nothing yet. */
    public static TaskEdited of(String task) {
      return new TaskEdited(task, Set.of(), "", "", 0, "", "", Map.of(), List.of());
    }

    /** The same edit with a new title. */
    public TaskEdited title(String newTitle) {
      return new TaskEdited(
          task,
          and(Field.TITLE),
          newTitle,
          description,
          priority,
          kind,
          assignee,
          labels,
          unlabeled);
    }

    /** The same edit with a new description. */
    public TaskEdited describedAs(String newDescription) {
      return new TaskEdited(
          task,
          and(Field.DESCRIPTION),
          title,
          newDescription,
          priority,
          kind,
          assignee,
          labels,
          unlabeled);
    }

    /** The same edit with a new priority; lower is sooner. */
    public TaskEdited priority(int newPriority) {
      return new TaskEdited(
          task,
          and(Field.PRIORITY),
          title,
          description,
          newPriority,
          kind,
          assignee,
          labels,
          unlabeled);
    }

    /** The same edit with a new kind. */
    public TaskEdited kind(String newKind) {
      return new TaskEdited(
          task,
          and(Field.KIND),
          title,
          description,
          priority,
          newKind,
          assignee,
          labels,
          unlabeled);
    }

    /** The same edit with a new assignee; empty for anyone. */
    public TaskEdited assignedTo(String actor) {
      return new TaskEdited(
          task, and(Field.ASSIGNEE), title, description, priority, kind, actor, labels, unlabeled);
    }

    /** The same edit, setting one more label. */
    public TaskEdited label(String key, String value) {
      return new TaskEdited(
          task,
          fields,
          title,
          description,
          priority,
          kind,
          assignee,
          Check.plus(labels, key, value),
          unlabeled);
    }

    /** The same edit, taking off one more label. */
    public TaskEdited unlabel(String key) {
      return new TaskEdited(
          task,
          fields,
          title,
          description,
          priority,
          kind,
          assignee,
          labels,
          Check.plus(unlabeled, key));
    }

    private Set<Field> and(Field field) {
      Set<Field> more = EnumSet.of(field);
      more.addAll(fields);
      return more;
    }
  }

  /**
   * A task that is not closed moves to another status that is not closed.
   *
   * @param task which task
   * @param to its new status
   * @param reason why; may be empty
   */
  record TaskStatusChanged(String task, TaskStatus to, String reason) implements PlanEvent {
    /** Checks the parts. */
    public TaskStatusChanged {
      Check.id(task, "TaskStatusChanged", "task");
      Objects.requireNonNull(to, "to");
      Objects.requireNonNull(reason, "reason");
      if (to.isClosed()) {
        throw new IllegalArgumentException(
            "TaskStatusChanged.to is "
                + to
                + " for '"
                + task
                + "'; closing takes TaskClosed with a resolution");
      }
    }

    /** A change without a reason. */
    public static TaskStatusChanged of(String task, TaskStatus to) {
      return new TaskStatusChanged(task, to, "");
    }
  }

  /**
   * A task ends.
   *
   * @param task which task
   * @param resolution how it ended
   * @param reason why; may be empty
   */
  record TaskClosed(String task, Resolution resolution, String reason) implements PlanEvent {
    /** Checks the parts. */
    public TaskClosed {
      Check.id(task, "TaskClosed", "task");
      Objects.requireNonNull(resolution, "resolution");
      Objects.requireNonNull(reason, "reason");
    }

    /** A task that succeeded. */
    public static TaskClosed done(String task) {
      return new TaskClosed(task, Resolution.SUCCEEDED, "");
    }
  }

  /**
   * A closed task is open again.
   *
   * @param task which task
   * @param reason why; may be empty
   */
  record TaskReopened(String task, String reason) implements PlanEvent {
    /** Checks the parts. */
    public TaskReopened {
      Check.id(task, "TaskReopened", "task");
      Objects.requireNonNull(reason, "reason");
    }

    /** Without a reason. */
    public static TaskReopened of(String task) {
      return new TaskReopened(task, "");
    }
  }

  /**
   * A task depends on another. Read it as a sentence: {@code task} waits for, is a child of, was
   * discovered from … {@code on}.
   *
   * @param task the task that depends
   * @param kind how
   * @param on the task it depends on
   * @param labels free pairs
   */
  record DependencyAdded(String task, DependencyKind kind, String on, Map<String, String> labels)
      implements PlanEvent {
    /** Copies the labels and checks the parts. */
    public DependencyAdded {
      Check.id(task, "DependencyAdded", "task");
      Objects.requireNonNull(kind, "kind");
      Check.id(on, "DependencyAdded", "on");
      labels = Check.labels(labels, "DependencyAdded");
      if (task.equals(on)) {
        throw new IllegalArgumentException(
            "DependencyAdded.on is '" + on + "', the task itself; name another task");
      }
    }

    /** The task is not ready while the other is not closed. */
    public static DependencyAdded blocks(String task, String on) {
      return new DependencyAdded(task, DependencyKind.BLOCKS, on, Map.of());
    }

    /** The task is a part of the other. */
    public static DependencyAdded childOf(String task, String parent) {
      return new DependencyAdded(task, DependencyKind.PARENT_CHILD, parent, Map.of());
    }

    /** A dependency of any kind. */
    public static DependencyAdded of(String task, DependencyKind kind, String on) {
      return new DependencyAdded(task, kind, on, Map.of());
    }
  }

  /**
   * A task no longer depends on another.
   *
   * @param task the task that depended
   * @param kind how
   * @param on the task it depended on
   */
  record DependencyRemoved(String task, DependencyKind kind, String on) implements PlanEvent {
    /** Checks the parts. */
    public DependencyRemoved {
      Check.id(task, "DependencyRemoved", "task");
      Objects.requireNonNull(kind, "kind");
      Check.id(on, "DependencyRemoved", "on");
    }
  }

  /**
   * Something that must hold before the task can be closed as succeeded.
   *
   * @param task which task
   * @param criterion in one sentence
   */
  record AcceptanceCriterionAdded(String task, String criterion) implements PlanEvent {
    /** Checks the parts. */
    public AcceptanceCriterionAdded {
      Check.id(task, "AcceptanceCriterionAdded", "task");
      Check.notBlank(criterion, "AcceptanceCriterionAdded", "criterion");
    }
  }

  /**
   * Somebody looked whether a criterion holds; the last verdict counts.
   *
   * @param criterion the event that added it
   * @param verdict whether it holds
   * @param evidence the events that show it
   */
  record AcceptanceCriterionChecked(EventId criterion, Verdict verdict, List<EventId> evidence)
      implements PlanEvent {
    /** Whether a criterion holds. */
    public enum Verdict {
      /** It holds. */
      MET,
      /** It does not hold. */
      NOT_MET
    }

    /** Copies the list and checks the parts. */
    public AcceptanceCriterionChecked {
      Check.event(criterion, "AcceptanceCriterionChecked", "criterion");
      Objects.requireNonNull(verdict, "verdict");
      evidence = List.copyOf(evidence);
    }

    /** It holds, as these events show. */
    public static AcceptanceCriterionChecked met(EventId criterion, EventId... evidence) {
      return new AcceptanceCriterionChecked(criterion, Verdict.MET, List.of(evidence));
    }

    /** It does not hold, as these events show. */
    public static AcceptanceCriterionChecked notMet(EventId criterion, EventId... evidence) {
      return new AcceptanceCriterionChecked(criterion, Verdict.NOT_MET, List.of(evidence));
    }

    @Override
    public EventId cause() {
      return criterion;
    }
  }

  /**
   * An actor takes a task until its lease runs out. The plan version of this event is the claim's
   * fence. Use {@code session.claim}, which also moves the task to IN_PROGRESS.
   *
   * @param task which task
   * @param leaseUntil when the lease runs out
   */
  record TaskClaimed(String task, Instant leaseUntil) implements PlanEvent {
    /** Checks the parts. */
    public TaskClaimed {
      Check.id(task, "TaskClaimed", "task");
      Objects.requireNonNull(leaseUntil, "leaseUntil");
    }
  }

  /**
   * The holder of a claim keeps the task for longer.
   *
   * @param task which task
   * @param fence the fence of the claim
   * @param leaseUntil when the lease runs out now
   */
  record LeaseRenewed(String task, long fence, Instant leaseUntil) implements PlanEvent {
    /** Checks the parts. */
    public LeaseRenewed {
      Check.id(task, "LeaseRenewed", "task");
      Check.notNegative(fence, "LeaseRenewed", "fence");
      Objects.requireNonNull(leaseUntil, "leaseUntil");
    }
  }

  /**
   * The holder of a claim gives the task back.
   *
   * @param task which task
   * @param fence the fence of the claim
   * @param reason why; may be empty
   */
  record TaskReleased(String task, long fence, String reason) implements PlanEvent {
    /** Checks the parts. */
    public TaskReleased {
      Check.id(task, "TaskReleased", "task");
      Check.notNegative(fence, "TaskReleased", "fence");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * Something outside the plan holds a task up; it is not ready until the blocker is cleared.
   *
   * @param task which task
   * @param blocker what holds it up
   */
  record BlockerRaised(String task, String blocker) implements PlanEvent {
    /** Checks the parts. */
    public BlockerRaised {
      Check.id(task, "BlockerRaised", "task");
      Check.notBlank(blocker, "BlockerRaised", "blocker");
    }
  }

  /**
   * A blocker is gone.
   *
   * @param blocker the event that raised it
   * @param how what was done; may be empty
   */
  record BlockerCleared(EventId blocker, String how) implements PlanEvent {
    /** Checks the parts. */
    public BlockerCleared {
      Check.event(blocker, "BlockerCleared", "blocker");
      Objects.requireNonNull(how, "how");
    }

    @Override
    public EventId cause() {
      return blocker;
    }
  }

  /**
   * Somebody needs an answer.
   *
   * @param question what
   * @param task the task it belongs to; may be empty
   * @param effect whether the task waits for the answer
   */
  record QuestionAsked(String question, String task, Effect effect) implements PlanEvent {
    /** What an open question does to its task. */
    public enum Effect {
      /** The task goes on. */
      TASK_GOES_ON,
      /** The task is not ready before the answer. */
      TASK_WAITS
    }

    /** Checks the parts. */
    public QuestionAsked {
      Check.notBlank(question, "QuestionAsked", "question");
      Objects.requireNonNull(task, "task");
      Objects.requireNonNull(effect, "effect");
      if (effect == Effect.TASK_WAITS) {
        Check.id(task, "QuestionAsked", "task");
      }
    }

    /** A question on the whole plan. */
    public static QuestionAsked of(String question) {
      return new QuestionAsked(question, "", Effect.TASK_GOES_ON);
    }

    /** The same question on a task, which goes on meanwhile. */
    public QuestionAsked on(String newTask) {
      return new QuestionAsked(question, newTask, effect);
    }

    /** The same question on a task that waits for the answer. */
    public QuestionAsked holding(String newTask) {
      return new QuestionAsked(question, newTask, Effect.TASK_WAITS);
    }
  }

  /**
   * A question is answered.
   *
   * @param question the event that asked it
   * @param answer the answer
   */
  record QuestionAnswered(EventId question, String answer) implements PlanEvent {
    /** Checks the parts. */
    public QuestionAnswered {
      Check.event(question, "QuestionAnswered", "question");
      Check.notBlank(answer, "QuestionAnswered", "answer");
    }

    @Override
    public EventId cause() {
      return question;
    }
  }

  /**
   * A decision in force until another supersedes it.
   *
   * @param question what was to be decided; may be empty
   * @param chosen what was decided
   * @param alternatives what was not chosen, and why
   * @param rationale why this; may be empty
   * @param task the task it belongs to; may be empty
   * @param supersedes the decision it replaces; {@link EventId#NONE} if none
   * @param confidence how sure its maker is
   */
  record DecisionMade(
      String question,
      String chosen,
      List<Alternative> alternatives,
      String rationale,
      String task,
      EventId supersedes,
      Confidence confidence)
      implements PlanEvent {
    /** How sure somebody is. */
    public enum Confidence {
      /** Not said. */
      UNSTATED,
      /** A guess that had to be made. */
      LOW,
      /** Likely right. */
      MEDIUM,
      /** Tested or well known. */
      HIGH
    }

    /** Copies the alternatives and checks the parts. */
    public DecisionMade {
      Objects.requireNonNull(question, "question");
      Check.notBlank(chosen, "DecisionMade", "chosen");
      alternatives = List.copyOf(alternatives);
      Objects.requireNonNull(rationale, "rationale");
      Objects.requireNonNull(task, "task");
      Objects.requireNonNull(supersedes, "supersedes");
      // Events of an older library do not have this.
      confidence = confidence == null ? Confidence.UNSTATED : confidence;
    }

    /** A decision with nothing but its outcome. */
    public static DecisionMade of(String chosen) {
      return new DecisionMade("", chosen, List.of(), "", "", EventId.NONE, Confidence.UNSTATED);
    }

    /** The same decision with its reason. */
    public DecisionMade because(String newRationale) {
      return new DecisionMade(
          question, chosen, alternatives, newRationale, task, supersedes, confidence);
    }

    /** The same decision with the question it answers. */
    public DecisionMade answering(String newQuestion) {
      return new DecisionMade(
          newQuestion, chosen, alternatives, rationale, task, supersedes, confidence);
    }

    /** The same decision with one more option that was not taken. */
    public DecisionMade ratherThan(String option, String reason) {
      List<Alternative> more = new ArrayList<>(alternatives);
      more.add(new Alternative(option, reason));
      return new DecisionMade(question, chosen, more, rationale, task, supersedes, confidence);
    }

    /** The same decision within a task. */
    public DecisionMade on(String newTask) {
      return new DecisionMade(
          question, chosen, alternatives, rationale, newTask, supersedes, confidence);
    }

    /** The same decision in place of an earlier one. */
    public DecisionMade superseding(EventId decision) {
      return new DecisionMade(
          question, chosen, alternatives, rationale, task, decision, confidence);
    }

    /** The same decision, this sure. */
    public DecisionMade confidence(Confidence newConfidence) {
      return new DecisionMade(
          question, chosen, alternatives, rationale, task, supersedes, newConfidence);
    }

    @Override
    public EventId cause() {
      return supersedes;
    }
  }

  /**
   * Something that was tried or thought through and is not to be tried again.
   *
   * @param approach what
   * @param reason why not; may be empty
   * @param task the task it belongs to; may be empty
   * @param paths the files it is about
   * @param evidence the events that show it
   * @param revision the commit it was true at; may be empty
   */
  record ApproachRejected(
      String approach,
      String reason,
      String task,
      List<String> paths,
      List<EventId> evidence,
      String revision)
      implements PlanEvent {
    /** Copies the lists and checks the parts. */
    public ApproachRejected {
      Check.notBlank(approach, "ApproachRejected", "approach");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(task, "task");
      paths = Check.texts(paths, "ApproachRejected", "paths");
      evidence = List.copyOf(evidence);
      // Events of an older library do not have this.
      revision = revision == null ? "" : revision;
    }

    /** An approach without a reason yet. */
    public static ApproachRejected of(String approach) {
      return new ApproachRejected(approach, "", "", List.of(), List.of(), "");
    }

    /** The same with its reason. */
    public ApproachRejected because(String newReason) {
      return new ApproachRejected(approach, newReason, task, paths, evidence, revision);
    }

    /** The same within a task. */
    public ApproachRejected on(String newTask) {
      return new ApproachRejected(approach, reason, newTask, paths, evidence, revision);
    }

    /** The same, about these files. */
    public ApproachRejected about(String... newPaths) {
      return new ApproachRejected(approach, reason, task, List.of(newPaths), evidence, revision);
    }

    /** The same, shown by these events. */
    public ApproachRejected shownBy(EventId... newEvidence) {
      return new ApproachRejected(approach, reason, task, paths, List.of(newEvidence), revision);
    }

    /** The same, true at this commit. */
    public ApproachRejected at(String newRevision) {
      return new ApproachRejected(approach, reason, task, paths, evidence, newRevision);
    }
  }

  /**
   * A rejected approach may be tried again.
   *
   * @param rejection the event that rejected it
   * @param reason what has changed
   */
  record ApproachReconsidered(EventId rejection, String reason) implements PlanEvent {
    /** Checks the parts. */
    public ApproachReconsidered {
      Check.event(rejection, "ApproachReconsidered", "rejection");
      Check.notBlank(reason, "ApproachReconsidered", "reason");
    }

    @Override
    public EventId cause() {
      return rejection;
    }
  }

  /**
   * Something that is taken to be true without proof.
   *
   * @param assumption what
   * @param task the task it belongs to; may be empty
   */
  record AssumptionStated(String assumption, String task) implements PlanEvent {
    /** Checks the parts. */
    public AssumptionStated {
      Check.notBlank(assumption, "AssumptionStated", "assumption");
      Objects.requireNonNull(task, "task");
    }

    /** An assumption of the whole plan. */
    public static AssumptionStated of(String assumption) {
      return new AssumptionStated(assumption, "");
    }

    /** The same assumption within a task. */
    public AssumptionStated on(String newTask) {
      return new AssumptionStated(assumption, newTask);
    }
  }

  /**
   * An assumption turned out to be wrong.
   *
   * @param assumption the event that stated it
   * @param reason what shows it
   */
  record AssumptionInvalidated(EventId assumption, String reason) implements PlanEvent {
    /** Checks the parts. */
    public AssumptionInvalidated {
      Check.event(assumption, "AssumptionInvalidated", "assumption");
      Check.notBlank(reason, "AssumptionInvalidated", "reason");
    }

    @Override
    public EventId cause() {
      return assumption;
    }
  }

  /**
   * A person is asked to approve a task or decision, which does not count until then.
   *
   * @param subject what it is about
   * @param id the task's id, or the decision's event id as text
   * @param reason what to look at; may be empty
   */
  record ApprovalRequested(Subject subject, String id, String reason) implements PlanEvent {
    /** Checks the parts. */
    public ApprovalRequested {
      Check.subject(subject, id, "ApprovalRequested");
      Objects.requireNonNull(reason, "reason");
    }

    /** On a task. */
    public static ApprovalRequested ofTask(String task, String reason) {
      return new ApprovalRequested(Subject.TASK, task, reason);
    }

    /** On a decision. */
    public static ApprovalRequested ofDecision(EventId decision, String reason) {
      return new ApprovalRequested(Subject.DECISION, decision.toString(), reason);
    }

    @Override
    public String task() {
      return subject == Subject.TASK ? id : "";
    }

    @Override
    public EventId cause() {
      return subject == Subject.DECISION ? EventId.parse(id) : EventId.NONE;
    }
  }

  /**
   * A person approves; only a {@link Actor.Kind#HUMAN} can.
   *
   * @param subject what it is about
   * @param id the task's id, or the decision's event id as text
   * @param remark may be empty
   */
  record ApprovalGiven(Subject subject, String id, String remark) implements PlanEvent {
    /** Checks the parts. */
    public ApprovalGiven {
      Check.subject(subject, id, "ApprovalGiven");
      Objects.requireNonNull(remark, "remark");
    }

    /** On a task. */
    public static ApprovalGiven ofTask(String task, String remark) {
      return new ApprovalGiven(Subject.TASK, task, remark);
    }

    /** On a decision. */
    public static ApprovalGiven ofDecision(EventId decision, String remark) {
      return new ApprovalGiven(Subject.DECISION, decision.toString(), remark);
    }

    @Override
    public String task() {
      return subject == Subject.TASK ? id : "";
    }

    @Override
    public EventId cause() {
      return subject == Subject.DECISION ? EventId.parse(id) : EventId.NONE;
    }
  }

  /**
   * A person does not approve; only a {@link Actor.Kind#HUMAN} can say so.
   *
   * @param subject what it is about
   * @param id the task's id, or the decision's event id as text
   * @param reason why
   */
  record ApprovalDenied(Subject subject, String id, String reason) implements PlanEvent {
    /** Checks the parts. */
    public ApprovalDenied {
      Check.subject(subject, id, "ApprovalDenied");
      Check.notBlank(reason, "ApprovalDenied", "reason");
    }

    /** On a task. */
    public static ApprovalDenied ofTask(String task, String reason) {
      return new ApprovalDenied(Subject.TASK, task, reason);
    }

    /** On a decision. */
    public static ApprovalDenied ofDecision(EventId decision, String reason) {
      return new ApprovalDenied(Subject.DECISION, decision.toString(), reason);
    }

    @Override
    public String task() {
      return subject == Subject.TASK ? id : "";
    }

    @Override
    public EventId cause() {
      return subject == Subject.DECISION ? EventId.parse(id) : EventId.NONE;
    }
  }

  /**
   * A remark for whoever comes next.
   *
   * @param text the remark
   * @param task the task it belongs to; may be empty
   */
  record NoteAdded(String text, String task) implements PlanEvent {
    /** Checks the parts. */
    public NoteAdded {
      Check.notBlank(text, "NoteAdded", "text");
      Objects.requireNonNull(task, "task");
    }

    /** A note on the whole plan. */
    public static NoteAdded of(String text) {
      return new NoteAdded(text, "");
    }

    /** The same note on a task. */
    public NoteAdded on(String newTask) {
      return new NoteAdded(text, newTask);
    }
  }
}
