package dev.daybook.mcp.command;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Blocked;
import dev.daybook.PlanRecord.Reason;
import dev.daybook.PlanRecord.Task;
import dev.daybook.event.Alternative;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook plan}. */
@Command(
    name = "plan",
    description = "The plan: goal, tasks, decisions, what was rejected, what is open.")
final class PlanCommand extends BaseCommand {
  @Option(names = "--all", description = "Closed tasks, too, and what is no longer in force.")
  private boolean all;

  @Option(
      names = "--at",
      paramLabel = "VERSION",
      description = "The plan as it was at this version.")
  private Optional<Long> version = Optional.empty();

  PlanCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    PlanRecord plan =
        onWorkspace(workspace -> version.map(workspace::plan).orElseGet(workspace::plan));
    Map<String, List<Reason>> holds = holds(plan);
    List<Task> tasks = all ? List.copyOf(plan.tasks().values()) : plan.unclosed();
    if (isJson()) {
      json(plan, tasks, holds);
    } else {
      show(plan, tasks, holds);
    }
    return Exit.DONE;
  }

  /** Why tasks cannot be worked on, by task. */
  static Map<String, List<Reason>> holds(PlanRecord plan) {
    Map<String, List<Reason>> holds = new HashMap<>();
    for (Blocked blocked : plan.blocked()) {
      holds.put(blocked.task().id(), blocked.reasons());
    }
    return holds;
  }

  private void json(PlanRecord plan, List<Task> tasks, Map<String, List<Reason>> holds) {
    screen()
        .json(json ->
            json.put("version", plan.version())
                .put("goal", plan.goal())
                .put("scope", plan.scope())
                .texts("constraints", plan.constraints().stream().map(one -> one.text()).toList())
                .texts("needsApproval", plan.approvalPolicy())
                .<Task>list("tasks", tasks, (task, part) -> Rows.task(plan, holds, task, part))
                .list(
                    "decisions",
                    all ? plan.decisions() : plan.decisionsInForce(),
                    (decision, part) ->
                        part.put("id", decision.origin().id())
                            .put("question", decision.made().question())
                            .put("chosen", decision.made().chosen())
                            .put("rationale", decision.made().rationale())
                            .list(
                                "alternatives",
                                decision.made().alternatives(),
                                (Alternative other, Json more) ->
                                    more.put("option", other.option())
                                        .put("reason", other.reason()))
                            .put("task", decision.made().task())
                            .put("actor", who -> Rows.actor(decision.origin().actor(), who))
                            .put("time", decision.origin().time()))
                .list(
                    "rejected",
                    all ? plan.rejections() : plan.rejected(),
                    (rejection, part) ->
                        part.put("id", rejection.origin().id())
                            .put("approach", rejection.approach().approach())
                            .put("reason", rejection.approach().reason())
                            .put("task", rejection.approach().task())
                            .texts("paths", rejection.approach().paths())
                            .put("inForce", rejection.isInForce())
                            .put("actor", who -> Rows.actor(rejection.origin().actor(), who))
                            .put("time", rejection.origin().time()))
                .list(
                    "questions",
                    all ? plan.questions() : plan.openQuestions(),
                    (question, part) ->
                        part.put("id", question.origin().id())
                            .put("question", question.asked().question())
                            .put("task", question.asked().task())
                            .put("answer", question.answers().stream().findFirst().orElse(""))
                            .put("actor", who -> Rows.actor(question.origin().actor(), who))
                            .put("time", question.origin().time()))
                .list(
                    "blockers",
                    all ? plan.blockers() : plan.openBlockers(),
                    (blocker, part) ->
                        part.put("id", blocker.origin().id())
                            .put("text", blocker.text())
                            .put("task", blocker.task())
                            .put("open", blocker.isOpen())
                            .put("actor", who -> Rows.actor(blocker.origin().actor(), who))
                            .put("time", blocker.origin().time()))
                .list(
                    "approvals",
                    plan.pendingApprovals(),
                    (approval, part) -> Rows.approval(plan, approval, part))
                .list(
                    "notes",
                    plan.notes(),
                    (note, part) ->
                        part.put("text", note.note().text())
                            .put("task", note.note().task())
                            .put("actor", who -> Rows.actor(note.origin().actor(), who))
                            .put("time", note.origin().time())));
  }

  private void show(PlanRecord plan, List<Task> tasks, Map<String, List<Reason>> holds) {
    long done = plan.tasks().values().stream().filter(Task::isClosed).count();
    screen().heading(plan.goal().isEmpty() ? "No goal is set" : Plain.line(plan.goal()));
    screen()
        .line(
            "plan version %d: %s, %d of them closed"
                .formatted(plan.version(), Words.count(plan.tasks().size(), "task"), done));
    plan.constraints().forEach(one -> screen().cutLine("must: " + Plain.line(one.text())));
    if (!tasks.isEmpty()) {
      screen().heading("Tasks");
      tasks(plan, tasks, holds);
    }
    section(
        "Waiting for your approval (daybook approve ID, daybook deny ID REASON)",
        "ID",
        plan.pendingApprovals().stream()
            .map(approval ->
                List.of(
                    approval.id(),
                    approval.origin().actor().id(),
                    Rows.about(plan, approval)
                        + (approval.remark().isEmpty() ? "" : ": " + approval.remark())))
            .toList());
    section(
        "Questions (daybook answer ID TEXT)",
        "ID",
        (all ? plan.questions() : plan.openQuestions())
            .stream()
                .map(question ->
                    List.of(
                        question.origin().id().toString(),
                        question.origin().actor().id(),
                        question.asked().question()
                            + question.answers().stream()
                                .map(answer -> " -> " + answer)
                                .collect(Collectors.joining())))
                .toList());
    section(
        "Decisions",
        "ID",
        (all ? plan.decisions() : plan.decisionsInForce())
            .stream()
                .map(decision ->
                    List.of(
                        decision.origin().id().toString(),
                        decision.origin().actor().id(),
                        Words.said(decision.made()).replaceFirst("^decision: ", "")))
                .toList());
    section(
        "Rejected, not to be tried again",
        "ID",
        (all ? plan.rejections() : plan.rejected())
            .stream()
                .map(rejection ->
                    List.of(
                        rejection.origin().id().toString(),
                        rejection.origin().actor().id(),
                        Words.said(rejection.approach()).replaceFirst("^rejected: ", "")))
                .toList());
    section(
        "Notes",
        "WHEN",
        plan.notes().stream()
            .map(note ->
                List.of(
                    Words.time(note.origin().time()),
                    note.origin().actor().id(),
                    note.note().text()))
            .toList());
  }

  private void tasks(PlanRecord plan, List<Task> tasks, Map<String, List<Reason>> holds) {
    screen()
        .table(
            List.of(
                Column.whole("ID"),
                Column.whole("STATUS"),
                Column.number("PRIO"),
                Column.text("WHO"),
                Column.text("TITLE"),
                Column.text("WAITS FOR")),
            tasks.stream()
                .map(task ->
                    List.of(
                        Cell.of(task.id()),
                        Words.status(task.status()),
                        Cell.of(task.priority()),
                        Cell.of(Words.who(task, plan.at())),
                        Cell.of(task.title()),
                        Cell.faint(
                            holds.getOrDefault(task.id(), List.of()).stream()
                                .map(Reason::text)
                                .collect(Collectors.joining("; ")))))
                .toList());
  }

  /** What names each, who said it, and what. */
  private void section(String heading, String first, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    screen().heading(heading);
    screen()
        .table(
            List.of(Column.whole(first), Column.text("WHO"), Column.text("WHAT")),
            rows.stream()
                .map(row ->
                    List.of(Cell.faint(row.get(0)), Cell.of(row.get(1)), Cell.of(row.get(2))))
                .toList());
  }
}
