package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.event.PlanEvent.ApprovalDenied;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook deny}. */
@Command(name = "deny", description = "Refuse to approve a task or a decision, and say why.")
final class DenyCommand extends BaseCommand {
  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The id of a task, or of a decision's event.")
  private String id;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "REASON", description = "Why not.")
  private List<String> reason;

  DenyCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    PlanChange change =
        inSession(
            "daybook deny",
            session ->
                session.updatePlan(plan ->
                    List.of(
                        new ApprovalDenied(Subjects.of(plan, id), id, String.join(" ", reason)))));
    changed(change, "Denied " + id);
    return Exit.DONE;
  }
}
