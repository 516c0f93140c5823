package dev.daybook.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** An event of the plan stream; the plan is their fold. Optional texts are empty, never null. */
public sealed interface PlanEvent extends Event
    permits PlanEvent.GoalSet,
        PlanEvent.TaskAdded,
        PlanEvent.TaskStatusChanged,
        PlanEvent.TaskClosed,
        PlanEvent.DecisionMade,
        PlanEvent.ApproachRejected,
        PlanEvent.NoteAdded,
        HandoffEvent,
        UnknownEvent {

  /** The task this event is about; empty if it is about none. */
  default String task() {
    return "";
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
   * A task joins the plan, in status OPEN.
   *
   * @param task its id, new to the plan
   * @param title in one line
   * @param description the rest; may be empty
   * @param priority lower is sooner; 2 if nothing is said
   */
  record TaskAdded(String task, String title, String description, int priority)
      implements PlanEvent {
    /** Checks the parts. */
    public TaskAdded {
      Check.id(task, "TaskAdded", "task");
      Check.notBlank(title, "TaskAdded", "title");
      Objects.requireNonNull(description, "description");
      Check.notNegative(priority, "TaskAdded", "priority");
    }

    /** A task with a title alone. */
    public static TaskAdded of(String task, String title) {
      return new TaskAdded(task, title, "", 2);
    }

    /** The same task with a description. */
    public TaskAdded describedAs(String newDescription) {
      return new TaskAdded(task, title, newDescription, priority);
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
   * A decision in force until another supersedes it.
   *
   * @param question what was to be decided; may be empty
   * @param chosen what was decided
   * @param alternatives what was not chosen, and why
   * @param rationale why this; may be empty
   * @param task the task it belongs to; may be empty
   * @param supersedes the decision it replaces; {@link EventId#NONE} if none
   */
  record DecisionMade(
      String question,
      String chosen,
      List<Alternative> alternatives,
      String rationale,
      String task,
      EventId supersedes)
      implements PlanEvent {
    /** Copies the alternatives and checks the parts. */
    public DecisionMade {
      Objects.requireNonNull(question, "question");
      Check.notBlank(chosen, "DecisionMade", "chosen");
      alternatives = List.copyOf(alternatives);
      Objects.requireNonNull(rationale, "rationale");
      Objects.requireNonNull(task, "task");
      Objects.requireNonNull(supersedes, "supersedes");
    }

    /** A decision with nothing but its outcome. */
    public static DecisionMade of(String chosen) {
      return new DecisionMade("", chosen, List.of(), "", "", EventId.NONE);
    }

    /** The same decision with its reason. */
    public DecisionMade because(String newRationale) {
      return new DecisionMade(question, chosen, alternatives, newRationale, task, supersedes);
    }

    /** The same decision with the question it answers. */
    public DecisionMade answering(String newQuestion) {
      return new DecisionMade(newQuestion, chosen, alternatives, rationale, task, supersedes);
    }

    /** The same decision with one more option that was not taken. */
    public DecisionMade ratherThan(String option, String reason) {
      List<Alternative> more = new ArrayList<>(alternatives);
      more.add(new Alternative(option, reason));
      return new DecisionMade(question, chosen, more, rationale, task, supersedes);
    }

    /** The same decision within a task. */
    public DecisionMade on(String newTask) {
      return new DecisionMade(question, chosen, alternatives, rationale, newTask, supersedes);
    }

    /** The same decision in place of an earlier one. */
    public DecisionMade superseding(EventId decision) {
      return new DecisionMade(question, chosen, alternatives, rationale, task, decision);
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
   */
  record ApproachRejected(
      String approach, String reason, String task, List<String> paths, List<EventId> evidence)
      implements PlanEvent {
    /** Copies the lists and checks the parts. */
    public ApproachRejected {
      Check.notBlank(approach, "ApproachRejected", "approach");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(task, "task");
      paths = Check.texts(paths, "ApproachRejected", "paths");
      evidence = List.copyOf(evidence);
    }

    /** An approach without a reason yet. */
    public static ApproachRejected of(String approach) {
      return new ApproachRejected(approach, "", "", List.of(), List.of());
    }

    /** The same with its reason. */
    public ApproachRejected because(String newReason) {
      return new ApproachRejected(approach, newReason, task, paths, evidence);
    }

    /** The same within a task. */
    public ApproachRejected on(String newTask) {
      return new ApproachRejected(approach, reason, newTask, paths, evidence);
    }

    /** The same, about these files. */
    public ApproachRejected about(String... newPaths) {
      return new ApproachRejected(approach, reason, task, List.of(newPaths), evidence);
    }

    /** The same, shown by these events. */
    public ApproachRejected shownBy(EventId... newEvidence) {
      return new ApproachRejected(approach, reason, task, paths, List.of(newEvidence));
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
