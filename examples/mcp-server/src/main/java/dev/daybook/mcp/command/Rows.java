package dev.daybook.mcp.command;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Approval;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Reason;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.FileTouched;
import dev.daybook.event.TestRun;
import dev.daybook.event.ToolCall;
import java.util.List;
import java.util.Map;

/** The objects of JSON that several commands write; COMMANDS.md lists their fields. */
final class Rows {
  private Rows() {}

  static void actor(Actor actor, Json json) {
    Json unused =
        json.put("kind", actor.kind())
            .put("id", actor.id())
            .put("role", actor.role())
            .put("model", actor.model())
            .put("client", actor.client());
  }

  /** A task in lists. */
  static void task(PlanRecord plan, Map<String, List<Reason>> holds, Task task, Json json) {
    Json unused =
        json.put("id", task.id())
            .put("title", task.title())
            .put("description", task.description())
            .put("status", task.status())
            .put("resolution", task.resolution().stream().findFirst().map(Enum::name).orElse(""))
            .put("reason", task.reason())
            .put("priority", task.priority())
            .put("kind", task.kind())
            .put("assignee", task.assignee())
            .put("holder", task.claim().isLive(plan.at()) ? task.claim().holder() : "")
            .texts("labels", task.labels())
            .list(
                "dependencies",
                task.dependencies(),
                (dependency, part) ->
                    part.put("kind", dependency.kind()).put("on", dependency.on()))
            .list(
                "criteria",
                task.criteria(),
                (criterion, part) ->
                    part.put("id", criterion.origin().id())
                        .put("text", criterion.text())
                        .put("met", criterion.isMet()))
            .list(
                "waitsFor",
                holds.getOrDefault(task.id(), List.of()),
                (reason, part) ->
                    part.put("hold", reason.hold())
                        .put("id", reason.id())
                        .put("text", reason.text()))
            .put("added", task.added().time())
            .put("changed", task.changed().time());
  }

  static void handoff(PlanRecord plan, HandoffState state, Json json) {
    var handoff = state.handoff();
    Json unused =
        json.put("id", handoff.id())
            .put("stage", state.stageAt(plan.at()))
            .put("kind", handoff.kind())
            .put("task", handoff.task())
            .put("from", handoff.from())
            .put("to", handoff.to())
            .put("acceptedBy", state.acceptedBy())
            .put("summary", handoff.summary())
            .put("nextAction", handoff.nextAction())
            .texts("done", handoff.done())
            .texts("remaining", handoff.remaining())
            .texts("questions", handoff.questions())
            .texts("files", handoff.files().stream().map(FileTouched::path).toList())
            .list("tests", handoff.tests(), Rows::test)
            .texts("dangerZones", handoff.dangerZones())
            .texts("evidence", handoff.evidence())
            .texts("contradictions", state.contradictions())
            .put("remark", state.remark())
            .put("offered", state.origin().time())
            .put("expires", handoff.expiresAt());
  }

  private static void test(TestRun run, Json json) {
    Json unused =
        json.put("command", run.command())
            .put("passed", run.passed())
            .put("failed", run.failed())
            .texts("failing", run.failing());
  }

  static void approval(PlanRecord plan, Approval approval, Json json) {
    Json unused =
        json.put("subject", approval.subject())
            .put("id", approval.id())
            .put("about", about(plan, approval))
            .put("remark", approval.remark())
            .put("actor", part -> actor(approval.origin().actor(), part))
            .put("time", approval.origin().time());
  }

  /** What an approval is about, in words. */
  static String about(PlanRecord plan, Approval approval) {
    return switch (approval.subject()) {
      case TASK -> plan.task(approval.id()).map(Task::title).orElse("");
      case DECISION ->
          Subjects.decision(plan, approval.id())
              .map(decision -> decision.made().chosen())
              .orElse("");
    };
  }

  static void entry(Entry entry, Json json) {
    Json unused =
        json.put("id", entry.id())
            .put("type", entry.type())
            .put("stream", entry.envelope().stream())
            .put("time", entry.time())
            .put("actor", part -> actor(entry.actor(), part))
            .put("session", entry.session())
            .put("task", entry.task())
            .put("planVersion", entry.envelope().planVersion())
            .put("revision", entry.envelope().vcs().revision())
            .put("text", Words.said(entry.event()));
    if (entry.event() instanceof ToolCall call) {
      unused =
          json.put(
              "call",
              part ->
                  part.put("tool", call.tool())
                      .put("arguments", call.arguments())
                      .put("outcome", call.outcome())
                      .put("exitCode", call.hasExitCode() ? String.valueOf(call.exitCode()) : "")
                      .put("error", call.error())
                      .put("output", call.output())
                      .put("milliseconds", call.duration().toMillis())
                      .texts("filesRead", call.filesRead())
                      .texts("filesWritten", call.filesWritten()));
    }
  }
}
