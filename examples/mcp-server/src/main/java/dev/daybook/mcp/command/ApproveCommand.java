package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.event.PlanEvent.ApprovalGiven;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook approve}. */
@Command(
    name = "approve",
    description = "Approve a task or a decision; without an id, list what waits for it.")
final class ApproveCommand extends BaseCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ID",
      description = "The id of a task, or of a decision's event.")
  private String id = "";

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "REMARK", description = "Any remark.")
  private List<String> remark = List.of();

  ApproveCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    if (id.isEmpty()) {
      return list();
    }
    PlanChange change =
        inSession(
            "daybook approve",
            session ->
                session.updatePlan(plan ->
                    List.of(
                        new ApprovalGiven(Subjects.of(plan, id), id, String.join(" ", remark)))));
    changed(change, "Approved " + id);
    return Exit.DONE;
  }

  private Exit list() throws IOException {
    PlanRecord plan = onWorkspace(workspace -> workspace.plan());
    var pending = plan.pendingApprovals();
    if (isJson()) {
      screen()
          .json(json ->
              json.put("version", plan.version())
                  .list(
                      "approvals",
                      pending,
                      (approval, part) -> Rows.approval(plan, approval, part)));
    } else if (pending.isEmpty()) {
      screen().line("Nothing waits for approval");
    } else {
      screen()
          .table(
              List.of(
                  Column.whole("ID"),
                  Column.whole("WHAT"),
                  Column.text("ASKED BY"),
                  Column.text("ABOUT"),
                  Column.text("REMARK")),
              pending.stream()
                  .map(approval ->
                      List.of(
                          Cell.of(approval.id()),
                          Cell.of(Words.of(approval.subject())),
                          Cell.of(approval.origin().actor().id()),
                          Cell.of(Rows.about(plan, approval)),
                          Cell.of(approval.remark())))
                  .toList());
    }
    return Exit.DONE;
  }
}
