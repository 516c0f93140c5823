package dev.daybook.mcp.server;

import dev.daybook.PlanRecord;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.TaskStatus;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parts of answers that several tools have in common. */
final class Views {
  private static final int NAMED_MAX = 20;
  private static final int NAMED_CHARS_MAX = 2_000;

  private Views() {}

  /** An event. */
  record EventView(
      @Field("the event's id") EventId event,
      @Field("the type of event, such as DecisionMade or ToolCall") String type,
      @Field("when it happened") Instant time,
      @Field("who said it") String actor,
      @Field("what sort of actor that is; only a HUMAN approves") Actor.Kind actorKind,
      @Field(value = "the session", byDefault = "") String session,
      @Field(value = "the task it belongs to", byDefault = "") String task,
      @Field("what it says") String text) {}

  static EventView event(Desk desk, Entry entry, int charsMax) {
    return new EventView(
        entry.id(),
        entry.type(),
        entry.time(),
        entry.actor().id(),
        entry.actor().kind(),
        entry.session().value(),
        entry.task(),
        desk.cut(EventText.of(entry.event()), entry.id(), charsMax));
  }

  /** A call of a tool. */
  record CallView(
      @Field("the event's id") EventId event,
      @Field("when it happened") Instant time,
      @Field("who called") String actor,
      @Field("the session") String session,
      @Field(value = "the task it was for", byDefault = "") String task,
      @Field("the tool that was called") String tool,
      @Field("its arguments") String arguments,
      @Field("how it ended") dev.daybook.event.CallOutcome outcome,
      @Field(value = "the exit code", byDefault = "") int exitCode,
      @Field(value = "what went wrong", byDefault = "") String error,
      @Field(value = "the head of what the tool answered", byDefault = "") String output,
      @Field("how long it took; 0 if not measured") long durationMs,
      @Field(value = "files it read", byDefault = "") List<String> filesRead,
      @Field(value = "files it changed", byDefault = "") List<String> filesWritten) {}

  static CallView call(Desk desk, Entry entry, ToolCall call) {
    EventId id = entry.id();
    return new CallView(
        id,
        entry.time(),
        entry.actor().id(),
        entry.session().value(),
        entry.task(),
        call.tool(),
        desk.cut(call.arguments(), id, 600),
        call.outcome(),
        call.hasExitCode() ? call.exitCode() : Field.NOT_GIVEN,
        desk.cut(call.error(), id, 600),
        desk.cut(call.output(), id, 600),
        call.duration().toMillis(),
        some(call.filesRead()),
        some(call.filesWritten()));
  }

  /** Something of the plan that was said by an event. */
  record Said(
      @Field(
              "the id of the event that said it; give it to tools that answer, meet, clear or"
                  + " supersede it")
          EventId event,
      @Field("what") String text,
      @Field(value = "why, or how it stands", byDefault = "") String more,
      @Field(value = "the task it belongs to", byDefault = "") String task,
      @Field("who said it") String by,
      @Field("what sort of actor that is") Actor.Kind byKind,
      @Field("when") Instant time) {}

  static Said said(Desk desk, PlanRecord.Origin origin, String text, String more, String task) {
    return new Said(
        origin.id(),
        desk.cut(text, origin.id(), 600),
        desk.cut(more, origin.id(), 400),
        task,
        origin.actor().id(),
        origin.actor().kind(),
        origin.time());
  }

  /** A task in a list. */
  record TaskView(
      @Field("the task's id") String task,
      @Field("its title") String title,
      @Field("its status") TaskStatus status,
      @Field("its priority; lower is sooner") int priority,
      @Field("what sort of work") String kind,
      @Field(value = "the actor it is meant for", byDefault = "") String assignee,
      @Field("whether it could be claimed now") boolean ready,
      @Field(value = "who holds it", byDefault = "") String claimedBy,
      @Field(value = "until when they hold it", byDefault = "") Instant leaseUntil,
      @Field(value = "why it cannot be worked on", byDefault = "") List<String> heldUpBy) {}

  static TaskView task(PlanRecord plan, Set<String> ready, PlanRecord.Task task) {
    boolean held = task.claim().isLive(plan.at());
    return new TaskView(
        task.id(),
        Texts.cut(task.title(), 200, "ask plan_show with this task"),
        task.status(),
        task.priority(),
        task.kind(),
        task.assignee(),
        ready.contains(task.id()),
        held ? task.claim().holder() : "",
        held ? task.claim().leaseUntil() : Instant.MIN,
        task.isClosed()
            ? List.of()
            : plan.holds(task.id()).stream()
                .limit(5)
                .map(reason -> Texts.cut(reason.text(), 200, ""))
                .toList());
  }

  /** A handoff with all it says. */
  record HandoffView(
      @Field("the handoff's id; give it to handoff_accept, handoff_decline, handoff_complete")
          String handoff,
      @Field("where it is in its life") PlanRecord.Stage stage,
      @Field("what is asked of the receiver") Handoff.Kind kind,
      @Field("the task it passes on") String task,
      @Field("the task's status as the offerer leaves it") TaskStatus status,
      @Field("who offers it") String from,
      @Field("whom it is for") String to,
      @Field("whether the offerer waits for the result") Handoff.Wait waiting,
      @Field("where things stand") String summary,
      @Field(value = "what is finished", byDefault = "") List<String> done,
      @Field(value = "what is left", byDefault = "") List<String> remaining,
      @Field(value = "what to do first", byDefault = "") String nextAction,
      @Field(value = "what is open", byDefault = "") List<String> questions,
      @Field(value = "decisions to keep to", byDefault = "") List<EventId> decisions,
      @Field(value = "approaches not to try again", byDefault = "") List<EventId> rejected,
      @Field(value = "blockers in the way", byDefault = "") List<EventId> blockers,
      @Field(value = "files that were changed", byDefault = "") List<String> files,
      @Field(value = "tests that were run", byDefault = "") List<String> tests,
      @Field(value = "what to be careful with", byDefault = "") List<String> dangerZones,
      @Field(value = "where results are", byDefault = "") List<String> artifacts,
      @Field(value = "events that show all this", byDefault = "") List<EventId> evidence,
      @Field(
              value = "what the traces say otherwise: do not take these points on trust",
              byDefault = "")
          List<String> contradictions,
      @Field(value = "the commit it was left at", byDefault = "") String revision,
      @Field(value = "the branch it was left on", byDefault = "") String branch,
      @Field(value = "when the offer ends", byDefault = "") Instant expiresAt,
      @Field(value = "who took it", byDefault = "") String acceptedBy,
      @Field(value = "the reason or result of its last change", byDefault = "") String remark) {}

  static HandoffView handoff(PlanRecord plan, PlanRecord.HandoffState state) {
    Handoff handoff = state.handoff();
    String where = "ask timeline with event " + state.origin().id();
    return new HandoffView(
        handoff.id(),
        state.stageAt(plan.at()),
        handoff.kind(),
        handoff.task(),
        handoff.status(),
        handoff.from(),
        handoff.to().toString(),
        handoff.waiting(),
        Texts.cut(handoff.summary(), 4_000, where),
        some(handoff.done(), where),
        some(handoff.remaining(), where),
        Texts.cut(handoff.nextAction(), 2_000, where),
        some(handoff.questions(), where),
        ids(handoff.decisions()),
        ids(handoff.rejected()),
        ids(handoff.blockers()),
        some(
            handoff.files().stream().map(file -> file.path() + " " + file.change()).toList(),
            where),
        some(handoff.tests().stream().map(Views::told).toList(), where),
        some(handoff.dangerZones(), where),
        some(handoff.artifacts(), where),
        ids(handoff.evidence()),
        some(state.contradictions()),
        handoff.vcs().revision(),
        handoff.vcs().branch(),
        handoff.expiresAt(),
        state.acceptedBy(),
        Texts.cut(state.remark(), 600, ""));
  }

  private static String told(TestRun run) {
    return "%s: %d passed, %d failed, %d skipped%s"
        .formatted(
            run.command(),
            run.passed(),
            run.failed(),
            run.skipped(),
            run.failing().isEmpty()
                ? ""
                : ": "
                    + String.join(
                        ", ", run.failing().subList(0, Math.min(10, run.failing().size()))));
  }

  /** The first of a list, each cut, and how many more there are. */
  static List<String> some(List<String> all) {
    return some(all, "");
  }

  private static List<String> some(List<String> all, String where) {
    List<String> some = new ArrayList<>();
    int chars = 0;
    for (String one : all) {
      String cut = Texts.cut(one, 300, where);
      chars += cut.length();
      if (some.size() == NAMED_MAX || (chars > NAMED_CHARS_MAX && !some.isEmpty())) {
        some.add(
            "… and %,d more%s"
                .formatted(all.size() - some.size(), where.isEmpty() ? "" : "; " + where));
        break;
      }
      some.add(cut);
    }
    return List.copyOf(some);
  }

  private static List<EventId> ids(List<EventId> all) {
    return all.subList(0, Math.min(NAMED_MAX, all.size()));
  }
}
