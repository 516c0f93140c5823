package dev.daybook.mcp.server;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.Session;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Context;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent;
import dev.daybook.event.PlanEvent.AcceptanceCriterionAdded;
import dev.daybook.event.PlanEvent.AcceptanceCriterionChecked;
import dev.daybook.event.PlanEvent.ApproachRejected;
import dev.daybook.event.PlanEvent.ApprovalRequested;
import dev.daybook.event.PlanEvent.BlockerCleared;
import dev.daybook.event.PlanEvent.BlockerRaised;
import dev.daybook.event.PlanEvent.DecisionMade;
import dev.daybook.event.PlanEvent.DependencyAdded;
import dev.daybook.event.PlanEvent.DependencyKind;
import dev.daybook.event.PlanEvent.DependencyRemoved;
import dev.daybook.event.PlanEvent.LeaseRenewed;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import dev.daybook.event.PlanEvent.QuestionAsked;
import dev.daybook.event.PlanEvent.Subject;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.PlanEvent.TaskEdited;
import dev.daybook.event.PlanEvent.TaskReleased;
import dev.daybook.event.PlanEvent.TaskReopened;
import dev.daybook.event.PlanEvent.TaskStatusChanged;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.server.Tool.Answer;
import dev.daybook.mcp.server.Tool.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The tools that write to the plan and to the traces, all of it in the agent's own name. */
final class PlanTools {
  static final int TEXT_CHARS_MAX = 20_000;
  private static final int CRITERIA_MAX = 20;

  private PlanTools() {}

  static List<Tool<?, ?>> all() {
    return List.of(
        new Tool<>(
            "task_add",
            "Add a task",
            "Adds a task to the shared plan: work that you found, or a part of a larger task. Say"
                + " what it waits for (depends_on), whose part it is (parent) and what must hold"
                + " when it is done (criteria). Look with plan_show first whether it is there"
                + " already.",
            Effect.ADDS,
            TaskAddInput.class,
            TaskAnswer.class,
            PlanTools::taskAdd),
        new Tool<>(
            "task_claim",
            "Claim a task",
            "Takes a task so that nobody else works on it until the lease runs out: the one you"
                + " name, or the most urgent that is ready. Claim before you work; claim again to"
                + " renew the lease.",
            Effect.ADDS,
            TaskClaimInput.class,
            ClaimAnswer.class,
            PlanTools::taskClaim),
        new Tool<>(
            "task_update",
            "Update a task",
            "Changes a task, all in one step: its texts, status, dependencies and criteria; says"
                + " which criteria are met; clears blockers; gives it back; closes or reopens it."
                + " What you do not name stays as it is.",
            Effect.ADDS,
            TaskUpdateInput.class,
            TaskAnswer.class,
            PlanTools::taskUpdate),
        new Tool<>(
            "decide",
            "Record a decision",
            "Records a decision that others must keep to, with its reason and what was not chosen."
                + " Call it whenever you settle how something is done.",
            Effect.ADDS,
            DecideInput.class,
            SaidAnswer.class,
            PlanTools::decide),
        new Tool<>(
            "reject_approach",
            "Reject an approach",
            "Records something that was tried or thought through and is not to be tried again, and"
                + " why. Call it as soon as you give an approach up: it is what saves the next"
                + " agent the most time.",
            Effect.ADDS,
            RejectInput.class,
            SaidAnswer.class,
            PlanTools::rejectApproach),
        new Tool<>(
            "raise_blocker",
            "Raise a blocker",
            "Says that something outside the plan holds a task up; it is not ready until the"
                + " blocker is cleared with task_update.",
            Effect.ADDS,
            BlockerInput.class,
            SaidAnswer.class,
            PlanTools::raiseBlocker),
        new Tool<>(
            "ask",
            "Ask a question",
            "Puts a question to the people and agents of the plan; with holds_task its task waits"
                + " for the answer. Use it when you would otherwise guess.",
            Effect.ADDS,
            AskInput.class,
            SaidAnswer.class,
            PlanTools::ask),
        new Tool<>(
            "answer",
            "Answer a question",
            "Answers an open question, in your own name as an agent. It settles the question, and a"
                + " task that waits for it goes on; it is no approval, which a person alone gives."
                + " Leave questions to people that are theirs to answer.",
            Effect.SETTLES,
            AnswerInput.class,
            SaidAnswer.class,
            PlanTools::answer),
        new Tool<>(
            "note",
            "Leave a note",
            "Leaves a remark for whoever comes next. For decisions, rejected approaches, questions"
                + " and blockers use the tools for them: those are found again more surely.",
            Effect.ADDS,
            NoteInput.class,
            SaidAnswer.class,
            PlanTools::note),
        new Tool<>(
            "request_approval",
            "Ask for an approval",
            "Asks a person to approve a task or a decision, which does not count until then. You"
                + " cannot give an approval; wait until plan_show says that it was given.",
            Effect.SETTLES,
            ApprovalInput.class,
            ApprovalAnswer.class,
            PlanTools::requestApproval),
        new Tool<>(
            "record_tool_call",
            "Record a tool call",
            "Records a call that you made with another tool, and how it ended, so that others learn"
                + " from it: failures above all. Not needed where the client's hooks record calls"
                + " by themselves. Never put credentials into it.",
            Effect.ADDS,
            RecordInput.class,
            RecordAnswer.class,
            PlanTools::recordToolCall));
  }

  record TaskAddInput(
      @Field(value = "the title, in one line", max = 500) String title,
      @Field(
              value = "its id, new to the plan; made from a number if left out",
              byDefault = "",
              max = 200)
          String task,
      @Field(value = "the rest", byDefault = "", max = TEXT_CHARS_MAX) String description,
      @Field(value = "its priority; lower is sooner", byDefault = "2", max = 1_000) int priority,
      @Field(value = "what sort of work", byDefault = "task", max = 200) String kind,
      @Field(value = "the actor it is meant for; anyone if left out", byDefault = "", max = 200)
          String assignee,
      @Field(value = "tasks that must be closed before", byDefault = "", max = 100)
          List<String> dependsOn,
      @Field(value = "the task it is a part of", byDefault = "", max = 200) String parent,
      @Field(value = "the task it was found while working on", byDefault = "", max = 200)
          String discoveredFrom,
      @Field(
              value = "what must hold before it can be closed as SUCCEEDED",
              byDefault = "",
              max = 50)
          List<String> criteria) {}

  record TaskAnswer(
      @Field("the task's id") String task,
      @Field("its status now") TaskStatus status,
      @Field("the plan version that holds the change") long version,
      @Field(value = "the ids of the events of this change, in order", byDefault = "")
          List<EventId> events,
      @Field(value = "what holds the task up", byDefault = "") List<String> heldUpBy) {}

  private static Answer<TaskAnswer> taskAdd(Desk desk, TaskAddInput input) {
    AtomicReference<String> id = new AtomicReference<>(input.task());
    PlanChange change =
        desk.memory()
            .writing()
            .updatePlan(plan -> {
              id.set(input.task().isEmpty() ? freeId(plan) : input.task());
              return adding(id.get(), input);
            });
    return task("Added.", change, id.get());
  }

  private static List<PlanEvent> adding(String id, TaskAddInput input) {
    List<PlanEvent> events = new ArrayList<>();
    TaskAdded added =
        TaskAdded.of(id, input.title())
            .describedAs(input.description())
            .priority(input.priority())
            .kind(input.kind());
    events.add(input.assignee().isEmpty() ? added : added.assignedTo(input.assignee()));
    input.dependsOn().forEach(on -> events.add(DependencyAdded.blocks(id, on)));
    if (!input.parent().isEmpty()) {
      events.add(DependencyAdded.childOf(id, input.parent()));
    }
    if (!input.discoveredFrom().isEmpty()) {
      events.add(DependencyAdded.of(id, DependencyKind.DISCOVERED_FROM, input.discoveredFrom()));
    }
    input.criteria().forEach(criterion -> events.add(new AcceptanceCriterionAdded(id, criterion)));
    return events;
  }

  private static String freeId(PlanRecord plan) {
    int number = plan.tasks().size() + 1;
    while (plan.task("T-" + number).isPresent()) {
      number++;
    }
    return "T-" + number;
  }

  private static Answer<TaskAnswer> task(String done, PlanChange change, String id) {
    PlanRecord.Task task = change.plan().task(id).orElseThrow();
    return new Answer<>(
        "%s Plan version %,d.".formatted(done, change.version()),
        new TaskAnswer(
            id,
            task.status(),
            change.version(),
            change.events(),
            task.isClosed()
                ? List.of()
                : Views.some(
                    change.plan().holds(id).stream().map(PlanRecord.Reason::text).toList())));
  }

  record TaskClaimInput(
      @Field(
              value =
                  "which task; the most urgent that is ready and meant for you or anyone if left"
                      + " out",
              byDefault = "",
              max = 200)
          String task,
      @Field(
              value = "how long others leave it alone, in minutes",
              byDefault = "15",
              min = 1,
              max = 10_080)
          int minutes) {}

  /** What a claim came to. */
  enum Claimed {
    YES,
    NOTHING_READY
  }

  record ClaimAnswer(
      @Field("whether a task is yours now") Claimed claimed,
      @Field(value = "the task", byDefault = "") String task,
      @Field(value = "its title", byDefault = "") String title,
      @Field(value = "its description", byDefault = "") String description,
      @Field(
              value =
                  "what must hold before it can be closed as SUCCEEDED, with the ids that"
                      + " task_update asks for",
              byDefault = "")
          List<Views.Said> criteria,
      @Field(value = "until when it is yours; claim again to renew", byDefault = "")
          Instant leaseUntil,
      @Field(
              value = "the claim's fence: give it to other systems that must refuse a late holder",
              byDefault = "")
          long fence) {}

  private static Answer<ClaimAnswer> taskClaim(Desk desk, TaskClaimInput input) {
    Session session = desk.memory().writing();
    Duration lease = Duration.ofMinutes(input.minutes());
    Optional<PlanRecord.Claim> claim =
        input.task().isEmpty()
            ? session.claimNext(lease)
            : Optional.of(session.claim(input.task(), lease));
    if (claim.isEmpty()) {
      return new Answer<>(
          "No task is ready for you; plan_show with which HELD_UP says why.",
          new ClaimAnswer(
              Claimed.NOTHING_READY, "", "", "", List.of(), Instant.MIN, Field.NOT_GIVEN));
    }
    PlanRecord.Claim held = claim.get();
    PlanRecord.Task task =
        desk.planAfter("Task '%s' is yours until %s".formatted(held.task(), held.leaseUntil()))
            .task(held.task())
            .orElseThrow();
    List<Views.Said> criteria =
        desk.halfRoom()
            .fill(
                task.criteria(),
                CRITERIA_MAX,
                one -> Views.said(desk, one.origin(), one.text(), "", ""));
    int more = task.criteria().size() - criteria.size();
    return new Answer<>(
        "The task is yours until %s. Call brief and prior_attempts before you begin.%s"
            .formatted(
                held.leaseUntil(),
                more == 0
                    ? ""
                    : " It has %,d more criteria: plan_show with this task has all."
                        .formatted(more)),
        new ClaimAnswer(
            Claimed.YES,
            task.id(),
            task.title(),
            Texts.cut(task.description(), 4_000, "ask plan_show with this task"),
            criteria,
            held.leaseUntil(),
            held.fence()));
  }

  /** A status that a task may be moved to without being closed. */
  enum Move {
    KEEP,
    PROPOSED,
    OPEN,
    IN_PROGRESS,
    IN_REVIEW,
    DEFERRED
  }

  /** How a task is ended. */
  enum End {
    KEEP,
    REOPEN,
    SUCCEEDED,
    FAILED,
    REJECTED,
    CANCELED,
    SUPERSEDED,
    DUPLICATE
  }

  record TaskUpdateInput(
      @Field(value = "which task", max = 200) String task,
      @Field(value = "a new title", byDefault = "", max = 500) String title,
      @Field(value = "a new description", byDefault = "", max = TEXT_CHARS_MAX) String description,
      @Field(value = "a new priority; lower is sooner", byDefault = "", max = 1_000) int priority,
      @Field(value = "a new kind", byDefault = "", max = 200) String kind,
      @Field(value = "whom it is meant for now", byDefault = "", max = 200) String assignee,
      @Field(value = "the status it moves to", byDefault = "KEEP") Move status,
      @Field(value = "how it ends, or REOPEN for one that is closed", byDefault = "KEEP") End close,
      @Field(
              value = "why: of the move, the end or the release",
              byDefault = "",
              max = TEXT_CHARS_MAX)
          String reason,
      @Field(value = "criteria to add", byDefault = "", max = 50) List<String> addCriteria,
      @Field(value = "criteria that hold, by event id", byDefault = "", max = 50) List<EventId> met,
      @Field(value = "criteria that do not hold, by event id", byDefault = "", max = 50)
          List<EventId> notMet,
      @Field(value = "events that show it, such as the call of the tests", byDefault = "", max = 50)
          List<EventId> evidence,
      @Field(value = "tasks it waits for from now on", byDefault = "", max = 100)
          List<String> dependsOn,
      @Field(value = "tasks it no longer waits for", byDefault = "", max = 100)
          List<String> noLongerDependsOn,
      @Field(value = "blockers that are gone, by event id", byDefault = "", max = 50)
          List<EventId> clearBlockers,
      @Field(value = "give the task back, for others to claim", byDefault = "false")
          boolean release,
      @Field(
              value = "keep it for so many minutes from now; 0 changes nothing",
              byDefault = "0",
              max = 10_080)
          int renewMinutes) {}

  private static Answer<TaskAnswer> taskUpdate(Desk desk, TaskUpdateInput input) {
    desk.task(desk.memory().plan(), input.task());
    if (updating(PlanRecord.empty(), Optional.empty(), input).isEmpty()
        && !input.release()
        && input.renewMinutes() == 0) {
      throw new ToolError(
          "Nothing is to be changed: name at least one thing beside 'task', such as status, close,"
              + " met or clear_blockers");
    }
    PlanChange change =
        desk.memory()
            .writing(input.task())
            .updatePlan(plan -> updating(plan, plan.task(input.task()), input));
    return task("Done.", change, input.task());
  }

  /** In an order in which each may build on the one before: what is met first, the end last. */
  private static List<PlanEvent> updating(
      PlanRecord plan, Optional<PlanRecord.Task> task, TaskUpdateInput input) {
    String id = input.task();
    List<PlanEvent> events = new ArrayList<>();
    if (input.close() == End.REOPEN) {
      events.add(new TaskReopened(id, input.reason()));
    }
    TaskEdited edited = edited(input);
    if (!edited.fields().isEmpty()) {
      events.add(edited);
    }
    input.addCriteria().forEach(one -> events.add(new AcceptanceCriterionAdded(id, one)));
    EventId[] evidence = input.evidence().toArray(new EventId[0]);
    input.met().forEach(one -> events.add(AcceptanceCriterionChecked.met(one, evidence)));
    input.notMet().forEach(one -> events.add(AcceptanceCriterionChecked.notMet(one, evidence)));
    input.dependsOn().forEach(on -> events.add(DependencyAdded.blocks(id, on)));
    input
        .noLongerDependsOn()
        .forEach(on -> events.add(new DependencyRemoved(id, DependencyKind.BLOCKS, on)));
    input.clearBlockers().forEach(one -> events.add(new BlockerCleared(one, input.reason())));
    long fence = task.map(one -> one.claim().fence()).orElse(0L);
    if (input.renewMinutes() > 0 && task.isPresent()) {
      events.add(
          new LeaseRenewed(id, fence, plan.at().plus(Duration.ofMinutes(input.renewMinutes()))));
    }
    if (input.status() != Move.KEEP) {
      events.add(
          new TaskStatusChanged(id, TaskStatus.valueOf(input.status().name()), input.reason()));
    }
    if (input.release() && task.isPresent()) {
      events.add(new TaskReleased(id, fence, input.reason()));
      if (input.status() == Move.KEEP
          && input.close() == End.KEEP
          && task.get().status() == TaskStatus.IN_PROGRESS) {
        events.add(TaskStatusChanged.of(id, TaskStatus.OPEN));
      }
    }
    if (input.close() != End.KEEP && input.close() != End.REOPEN) {
      events.add(new TaskClosed(id, Resolution.valueOf(input.close().name()), input.reason()));
    }
    return events;
  }

  private static TaskEdited edited(TaskUpdateInput input) {
    TaskEdited edited = TaskEdited.of(input.task());
    edited = input.title().isEmpty() ? edited : edited.title(input.title());
    edited = input.description().isEmpty() ? edited : edited.describedAs(input.description());
    edited = input.priority() == Field.NOT_GIVEN ? edited : edited.priority(input.priority());
    edited = input.kind().isEmpty() ? edited : edited.kind(input.kind());
    return input.assignee().isEmpty() ? edited : edited.assignedTo(input.assignee());
  }

  record OptionInput(
      @Field(value = "what was not chosen", max = 2_000) String option,
      @Field(value = "why not", byDefault = "", max = 4_000) String reason) {}

  record DecideInput(
      @Field(value = "what was decided, in one sentence", max = 4_000) String chosen,
      @Field(value = "why", byDefault = "", max = TEXT_CHARS_MAX) String because,
      @Field(value = "the question it answers", byDefault = "", max = 4_000) String question,
      @Field(value = "what was not chosen", byDefault = "", max = 20)
          List<OptionInput> alternatives,
      @Field(
              value = "the task it belongs to; the whole plan if left out",
              byDefault = "",
              max = 200)
          String task,
      @Field(value = "the decision it replaces, by event id", byDefault = "") EventId supersedes,
      @Field(value = "how sure you are", byDefault = "UNSTATED")
          DecisionMade.Confidence confidence) {}

  record SaidAnswer(
      @Field("the id of the event that was recorded; other tools ask for it") EventId event,
      @Field("the plan version that holds it") long version) {}

  private static Answer<SaidAnswer> decide(Desk desk, DecideInput input) {
    DecisionMade made =
        DecisionMade.of(input.chosen())
            .because(input.because())
            .answering(input.question())
            .on(input.task())
            .superseding(input.supersedes())
            .confidence(input.confidence());
    for (OptionInput option : input.alternatives()) {
      made = made.ratherThan(option.option(), option.reason());
    }
    DecisionMade decision = made;
    PlanChange change = desk.memory().writing(input.task()).updatePlan(plan -> List.of(decision));
    EventId id = change.events().getFirst();
    boolean counts =
        change.plan().decisionsInForce().stream().anyMatch(one -> one.origin().id().equals(id));
    return said(
        counts
            ? "Decided."
            : "Recorded, but it does not count before a person approves it; a person sees that it"
                + " is waited for.",
        change);
  }

  private static Answer<SaidAnswer> said(String done, PlanChange change) {
    EventId id = change.events().getLast();
    return new Answer<>(
        "%s Event %s, plan version %,d.".formatted(done, id, change.version()),
        new SaidAnswer(id, change.version()));
  }

  record RejectInput(
      @Field(
              value =
                  "what is not to be tried again: for a command the command itself, else in one"
                      + " sentence",
              max = 4_000)
          String approach,
      @Field(value = "why not; best the line of the error that tells most", max = TEXT_CHARS_MAX)
          String reason,
      @Field(value = "the task it belongs to", byDefault = "", max = 200) String task,
      @Field(value = "the files it is about", byDefault = "", max = 100) List<String> paths,
      @Field(value = "events that show it", byDefault = "", max = 50) List<EventId> evidence,
      @Field(value = "the commit it was true at", byDefault = "", max = 200) String revision) {}

  private static Answer<SaidAnswer> rejectApproach(Desk desk, RejectInput input) {
    ApproachRejected rejected =
        new ApproachRejected(
            input.approach(),
            input.reason(),
            input.task(),
            input.paths(),
            input.evidence(),
            input.revision());
    return said(
        "Nobody will try it again unwarned.",
        desk.memory().writing(input.task()).updatePlan(plan -> List.of(rejected)));
  }

  record BlockerInput(
      @Field(value = "which task", max = 200) String task,
      @Field(value = "what holds it up, and who could clear it", max = 4_000) String blocker) {}

  private static Answer<SaidAnswer> raiseBlocker(Desk desk, BlockerInput input) {
    return said(
        "The task waits until it is cleared.",
        desk.memory()
            .writing(input.task())
            .updatePlan(plan -> List.of(new BlockerRaised(input.task(), input.blocker()))));
  }

  record AskInput(
      @Field(value = "the question", max = 4_000) String question,
      @Field(value = "the task it belongs to", byDefault = "", max = 200) String task,
      @Field(value = "whether the task waits for the answer", byDefault = "false")
          boolean holdsTask) {}

  private static Answer<SaidAnswer> ask(Desk desk, AskInput input) {
    if (input.holdsTask() && input.task().isEmpty()) {
      throw new ToolError("Argument 'task' is missing; holds_task needs the task that waits");
    }
    QuestionAsked asked = QuestionAsked.of(input.question());
    QuestionAsked question =
        input.holdsTask() ? asked.holding(input.task()) : asked.on(input.task());
    return said(
        "Asked; plan_show lists open questions, and brief tells when it is answered.",
        desk.memory().writing(input.task()).updatePlan(plan -> List.of(question)));
  }

  record AnswerInput(
      @Field("the question, by event id") EventId question,
      @Field(value = "the answer", max = TEXT_CHARS_MAX) String answer) {}

  private static Answer<SaidAnswer> answer(Desk desk, AnswerInput input) {
    return said(
        "Answered, in the name of an agent.",
        desk.memory()
            .writing()
            .updatePlan(plan -> List.of(new QuestionAnswered(input.question(), input.answer()))));
  }

  record NoteInput(
      @Field(value = "the remark", max = TEXT_CHARS_MAX) String text,
      @Field(value = "the task it belongs to", byDefault = "", max = 200) String task) {}

  private static Answer<SaidAnswer> note(Desk desk, NoteInput input) {
    return said(
        "Noted.",
        desk.memory()
            .writing(input.task())
            .updatePlan(plan -> List.of(NoteAdded.of(input.text()).on(input.task()))));
  }

  record ApprovalInput(
      @Field(value = "the task to be approved", byDefault = "", max = 200) String task,
      @Field(value = "in place of a task: the decision to be approved, by event id", byDefault = "")
          EventId decision,
      @Field(value = "what the person should look at", byDefault = "", max = 4_000)
          String reason) {}

  record ApprovalAnswer(
      @Field("where the approval is") PlanRecord.Approval.Standing standing,
      @Field(value = "the event that asked", byDefault = "") EventId event,
      @Field("the plan version") long version) {}

  private static Answer<ApprovalAnswer> requestApproval(Desk desk, ApprovalInput input) {
    if (input.task().isEmpty() == !input.decision().isPresent()) {
      throw new ToolError("Give either 'task' or 'decision': what is to be approved");
    }
    Subject subject = input.task().isEmpty() ? Subject.DECISION : Subject.TASK;
    String id = input.task().isEmpty() ? input.decision().toString() : input.task();
    PlanChange change =
        desk.memory()
            .writing(input.task())
            .updatePlan(plan -> List.of(new ApprovalRequested(subject, id, input.reason())));
    PlanRecord.Approval approval = change.plan().approval(subject, id).orElseThrow();
    return new Answer<>(
        "A person is asked; it does not count until they approve. Plan version %,d."
            .formatted(change.version()),
        new ApprovalAnswer(approval.standing(), change.events().getFirst(), change.version()));
  }

  record RecordInput(
      @Field(value = "the tool that was called, such as bash", max = 200) String tool,
      @Field(value = "its arguments: a command line, or JSON", max = 500_000) String arguments,
      @Field(value = "how it ended", byDefault = "OK") CallOutcome outcome,
      @Field(
              value = "the exit code of a process",
              byDefault = "",
              min = Integer.MIN_VALUE + 1,
              max = Integer.MAX_VALUE)
          int exitCode,
      @Field(value = "what went wrong, in the tool's words", byDefault = "", max = 500_000)
          String error,
      @Field(value = "the class of an exception", byDefault = "", max = 500) String errorClass,
      @Field(value = "what the tool answered", byDefault = "", max = 3_000_000) String output,
      @Field(value = "how long it took, in milliseconds", byDefault = "0", max = 31_536_000_000L)
          long durationMs,
      @Field(value = "files it read", byDefault = "", max = 1_000) List<String> filesRead,
      @Field(value = "files it changed", byDefault = "", max = 1_000) List<String> filesWritten,
      @Field(value = "what you were trying, in words", byDefault = "", max = 4_000) String approach,
      @Field(value = "the task it was for", byDefault = "", max = 200) String task) {}

  record RecordAnswer(@Field("the id of the recorded call; give it as evidence") EventId event) {}

  private static Answer<RecordAnswer> recordToolCall(Desk desk, RecordInput input) {
    if (input.outcome() == CallOutcome.OK && !input.error().isEmpty()) {
      throw new ToolError(
          "Argument 'error' is given though 'outcome' is OK; say how it failed: SOFT_FAIL for an"
              + " error that the tool answered, HARD_FAIL for a crash, or DENIED, TIMEOUT,"
              + " CANCELED");
    }
    ToolCall call =
        new ToolCall(
            input.tool(),
            input.arguments(),
            input.output(),
            input.outcome(),
            input.exitCode() == Field.NOT_GIVEN ? ToolCall.NO_EXIT_CODE : input.exitCode(),
            input.error(),
            input.errorClass(),
            Duration.ofMillis(input.durationMs()),
            0,
            0,
            input.filesRead(),
            input.filesWritten(),
            input.approach(),
            ToolCall.StoredOutput.NONE);
    EventId id =
        desk.memory().writing().record(call, Context.none().task(input.task())).await().id();
    return new Answer<>("Recorded as event %s.".formatted(id), new RecordAnswer(id));
  }
}
