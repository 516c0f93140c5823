package dev.daybook.mcp.server;

import dev.daybook.Acceptance;
import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.event.Addressee;
import dev.daybook.event.EventId;
import dev.daybook.event.FileTouched;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.TaskClosed;
import dev.daybook.event.Resolution;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.mcp.server.Tool.Answer;
import dev.daybook.mcp.server.Tool.Effect;
import dev.daybook.mcp.server.Views.HandoffView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tools that pass work on. */
final class HandoffTools {
  private HandoffTools() {}

  static List<Tool<?, ?>> all() {
    return List.of(
        new Tool<>(
            "handoff_offer",
            "Offer a handoff",
            "Passes a task on to another agent, a role, a person or whoever comes first: where"
                + " things stand, what is done and left, what to do first, files, tests and"
                + " evidence. Call it before you stop with work unfinished, and to have work"
                + " reviewed or tested.",
            Effect.ADDS,
            OfferInput.class,
            OfferAnswer.class,
            HandoffTools::offer),
        new Tool<>(
            "handoff_inbox",
            "Inbox of handoffs",
            "The handoffs that you could accept, and those you accepted and have not completed,"
                + " with all they say. Look into it when you begin and when you have nothing to"
                + " do.",
            Effect.READS,
            InboxInput.class,
            InboxAnswer.class,
            HandoffTools::inbox),
        new Tool<>(
            "handoff_accept",
            "Accept a handoff",
            "Takes a handoff; of all that try exactly one gets it. One that asks to continue makes"
                + " its task yours until the lease runs out.",
            Effect.SETTLES,
            AcceptInput.class,
            AcceptAnswer.class,
            HandoffTools::accept),
        new Tool<>(
            "handoff_decline",
            "Decline a handoff",
            "Says that you will not take a handoff that is offered to you, and why. It ends the"
                + " offer for everyone, so leave an offer to a role or to anyone alone if another"
                + " may take it.",
            Effect.ENDS,
            DeclineInput.class,
            StageAnswer.class,
            HandoffTools::decline),
        new Tool<>(
            "handoff_complete",
            "Complete a handoff",
            "Reports the result of a handoff that you accepted, and closes its task in the same"
                + " step if you say how.",
            Effect.SETTLES,
            CompleteInput.class,
            StageAnswer.class,
            HandoffTools::complete));
  }

  record FileInput(
      @Field(value = "the path, relative to the work tree", max = 1_000) String path,
      @Field(value = "what happened to it", byDefault = "MODIFIED") FileTouched.Change change) {}

  record TestInput(
      @Field(value = "the command", max = 4_000) String command,
      @Field(value = "how many tests passed", max = Integer.MAX_VALUE) int passed,
      @Field(value = "how many failed", byDefault = "0", max = Integer.MAX_VALUE) int failed,
      @Field(value = "how many were skipped", byDefault = "0", max = Integer.MAX_VALUE) int skipped,
      @Field(
              value = "the names of those that failed; at least one if any did",
              byDefault = "",
              max = 200)
          List<String> failing) {}

  record OfferInput(
      @Field(value = "the task that is passed on", max = 200) String task,
      @Field(value = "where things stand, in a sentence or two", max = 8_000) String summary,
      @Field(value = "what is asked of the receiver", byDefault = "CONTINUE") Handoff.Kind kind,
      @Field(value = "what the name in 'to' names", byDefault = "ANYONE") Addressee.Kind toKind,
      @Field(value = "the agent, role or person; nothing for ANYONE", byDefault = "", max = 200)
          String to,
      @Field(value = "the status of the task as you leave it", byDefault = "IN_PROGRESS")
          TaskStatus status,
      @Field(value = "whether you wait for the result", byDefault = "NO") Handoff.Wait waiting,
      @Field(value = "what is finished", byDefault = "", max = 100) List<String> done,
      @Field(value = "what is left", byDefault = "", max = 100) List<String> remaining,
      @Field(value = "what to do first", byDefault = "", max = 4_000) String nextAction,
      @Field(value = "what is open", byDefault = "", max = 100) List<String> questions,
      @Field(value = "decisions to keep to, by event id", byDefault = "", max = 100)
          List<EventId> decisions,
      @Field(value = "rejected approaches not to try again, by event id", byDefault = "", max = 100)
          List<EventId> rejected,
      @Field(value = "blockers in the way, by event id", byDefault = "", max = 100)
          List<EventId> blockers,
      @Field(value = "files that were changed", byDefault = "", max = 500) List<FileInput> files,
      @Field(value = "tests that were run", byDefault = "", max = 50) List<TestInput> tests,
      @Field(value = "what to be careful with", byDefault = "", max = 50) List<String> dangerZones,
      @Field(value = "where results are, such as a path or an address", byDefault = "", max = 50)
          List<String> artifacts,
      @Field(
              value = "events that show all this, such as the call of the tests",
              byDefault = "",
              max = 100)
          List<EventId> evidence,
      @Field(
              value = "after so many minutes the offer ends; 0 for never",
              byDefault = "0",
              max = 525_600)
          int expiresMinutes) {}

  record OfferAnswer(
      @Field("the handoff's id") String handoff,
      @Field(value = "what the traces contradict; the receiver sees it", byDefault = "")
          List<String> contradictions,
      @Field("the plan version that holds it") long version) {}

  private static Answer<OfferAnswer> offer(Desk desk, OfferInput input) {
    Handoff.Builder builder =
        Handoff.of(input.task())
            .kind(input.kind())
            .status(input.status())
            .summary(input.summary())
            .done(texts(input.done()))
            .remaining(texts(input.remaining()))
            .nextAction(input.nextAction())
            .decisions(ids(input.decisions()))
            .rejected(ids(input.rejected()))
            .blockers(ids(input.blockers()))
            .artifacts(texts(input.artifacts()))
            .evidence(ids(input.evidence()));
    if (input.to().isBlank() != (input.toKind() == Addressee.Kind.ANYONE)) {
      throw new ToolError(
          "Arguments 'to' and 'to_kind' belong together: give the name in 'to' and say whether it"
              + " names an AGENT, a ROLE or a HUMAN, or leave out both for whoever comes first");
    }
    switch (input.toKind()) {
      case AGENT -> builder.toAgent(input.to());
      case ROLE -> builder.toRole(input.to());
      case HUMAN -> builder.toHuman(input.to());
      case ANYONE -> {}
    }
    input.questions().forEach(builder::question);
    input.dangerZones().forEach(builder::dangerZone);
    input.files().forEach(file -> builder.touched(new FileTouched(file.path(), file.change(), "")));
    input
        .tests()
        .forEach(run ->
            builder.tests(
                new TestRun(
                    run.command(), run.passed(), run.failed(), run.skipped(), run.failing())));
    if (input.waiting() == Handoff.Wait.FOR_RESULT) {
      builder.waitForResult();
    }
    if (input.expiresMinutes() > 0) {
      builder.expiresAt(desk.memory().plan().at().plus(Duration.ofMinutes(input.expiresMinutes())));
    }
    Handoff offered = desk.memory().writing(input.task()).offer(builder.build());
    PlanRecord plan = desk.planAfter("Offered as handoff '" + offered.id() + "'");
    List<String> contradictions =
        plan.handoff(offered.id()).map(PlanRecord.HandoffState::contradictions).orElse(List.of());
    return new Answer<>(
        contradictions.isEmpty()
            ? "Offered."
            : "Offered; the traces contradict it in %s, which the receiver sees."
                .formatted(Texts.count(contradictions.size(), "point")),
        new OfferAnswer(offered.id(), Views.some(contradictions), plan.version()));
  }

  private static String[] texts(List<String> list) {
    return list.toArray(new String[0]);
  }

  private static EventId[] ids(List<EventId> list) {
    return list.toArray(new EventId[0]);
  }

  record InboxInput(
      @Field(value = "at most so many a page", byDefault = "5", min = 1, max = 50) int limit,
      @Field(value = Desk.CURSOR, byDefault = "", max = 500) String cursor) {}

  record InboxAnswer(
      @Field("the handoffs: first those you have accepted, then those you could accept")
          List<HandoffView> handoffs,
      @Field(value = "cursor of the next page", byDefault = "") String nextCursor) {}

  private static Answer<InboxAnswer> inbox(Desk desk, InboxInput input) {
    Desk.Place place = desk.place(input.cursor(), "handoff_inbox");
    PlanRecord plan = place.plan();
    String me = desk.memory().actor().id();
    List<PlanRecord.HandoffState> all = new ArrayList<>();
    plan.handoffs().values().stream()
        .filter(one -> one.stage() == PlanRecord.Stage.ACCEPTED && one.acceptedBy().equals(me))
        .forEach(all::add);
    int mine = all.size();
    all.addAll(plan.inbox(desk.memory().actor()));
    List<HandoffView> page =
        desk.room().fill(place.rest(all), input.limit(), one -> Views.handoff(plan, one));
    String next = desk.next("handoff_inbox", place, page.size(), all.size());
    return new Answer<>(
        "%s could be accepted, %,d accepted and not completed.%s"
            .formatted(Texts.count(all.size() - mine, "handoff"), mine, Desk.more(next)),
        new InboxAnswer(page, next));
  }

  record AcceptInput(
      @Field(value = "which handoff", max = 200) String handoff,
      @Field(
              value = "how long its task is yours, in minutes",
              byDefault = "15",
              min = 1,
              max = 10_080)
          int minutes) {}

  /** Whether a handoff was got. */
  enum Got {
    ACCEPTED,
    NOT_AVAILABLE
  }

  record AcceptAnswer(
      @Field("whether it is yours") Got result,
      @Field(value = "who has it", byDefault = "") String by,
      @Field("the handoff as it is now") HandoffView handoff,
      @Field(value = "until when its task is yours", byDefault = "") Instant leaseUntil) {}

  private static Answer<AcceptAnswer> accept(Desk desk, AcceptInput input) {
    Handoff offered = known(desk, input.handoff());
    Acceptance acceptance =
        desk.memory().writing().accept(offered, Duration.ofMinutes(input.minutes()));
    PlanRecord plan =
        desk.planAfter(
            acceptance instanceof Acceptance.Accepted
                ? "The handoff is yours"
                : "The handoff is not to be had any more");
    HandoffView view = Views.handoff(plan, plan.handoff(input.handoff()).orElseThrow());
    return switch (acceptance) {
      case Acceptance.Accepted accepted -> {
        Optional<PlanRecord.Claim> claim =
            plan.task(accepted.handoff().task())
                .map(PlanRecord.Task::claim)
                .filter(one -> one.isLive(plan.at()))
                .filter(one -> one.holder().equals(desk.memory().actor().id()));
        yield new Answer<>(
            "It is yours."
                + (view.contradictions().isEmpty()
                    ? ""
                    : " The traces contradict some of what it says: see contradictions."),
            new AcceptAnswer(
                Got.ACCEPTED,
                desk.memory().actor().id(),
                view,
                claim.map(PlanRecord.Claim::leaseUntil).orElse(Instant.MIN)));
      }
      case Acceptance.NotAvailable not ->
          new Answer<>(
              "It is not to be had any more: %s. Look into handoff_inbox for others."
                  .formatted(not.stage()),
              new AcceptAnswer(Got.NOT_AVAILABLE, not.by(), view, Instant.MIN));
    };
  }

  private static Handoff known(Desk desk, String id) {
    return desk.memory()
        .plan()
        .handoff(id)
        .map(PlanRecord.HandoffState::handoff)
        .orElseThrow(() ->
            new ToolError(
                "Argument 'handoff' is '%s', which is no handoff of the plan; handoff_inbox lists those for you"
                    .formatted(Texts.brief(id, 80))));
  }

  record DeclineInput(
      @Field(value = "which handoff", max = 200) String handoff,
      @Field(value = "why", max = 4_000) String reason) {}

  record StageAnswer(
      @Field("the handoff's id") String handoff,
      @Field("where it is now") PlanRecord.Stage stage,
      @Field("the plan version that holds it") long version) {}

  private static Answer<StageAnswer> decline(Desk desk, DeclineInput input) {
    PlanChange change =
        desk.memory().writing().decline(known(desk, input.handoff()), input.reason());
    return stage("Declined.", change, input.handoff());
  }

  private static Answer<StageAnswer> stage(String done, PlanChange change, String id) {
    return new Answer<>(
        "%s Plan version %,d.".formatted(done, change.version()),
        new StageAnswer(id, change.plan().handoff(id).orElseThrow().stage(), change.version()));
  }

  /** How the task ends with its handoff. */
  enum TaskEnd {
    KEEP,
    SUCCEEDED,
    FAILED,
    CANCELED
  }

  record CompleteInput(
      @Field(value = "which handoff", max = 200) String handoff,
      @Field(value = "what came of it", max = 20_000) String result,
      @Field(value = "how its task ends; KEEP leaves it as it is", byDefault = "KEEP")
          TaskEnd closeTask) {}

  private static Answer<StageAnswer> complete(Desk desk, CompleteInput input) {
    Handoff handoff = known(desk, input.handoff());
    PlanChange change =
        desk.memory()
            .writing(handoff.task())
            .complete(
                handoff,
                input.result(),
                plan ->
                    input.closeTask() == TaskEnd.KEEP
                        ? List.of()
                        : List.of(
                            new TaskClosed(
                                handoff.task(),
                                Resolution.valueOf(input.closeTask().name()),
                                input.result())));
    return stage("Completed.", change, input.handoff());
  }
}
