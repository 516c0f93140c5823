package dev.daybook.mcp.command;

import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.HandoffState;
import dev.daybook.PlanRecord.Stage;
import dev.daybook.mcp.command.Screen.Style;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook handoffs}. */
@Command(
    name = "handoffs",
    description = "The handoffs that are offered or under way, or one of them in full.")
final class HandoffsCommand extends BaseCommand {
  @Parameters(arity = "0..1", paramLabel = "ID", description = "Only this one, in full.")
  private String id = "";

  @Option(names = "--all", description = "Also those that have ended.")
  private boolean all;

  HandoffsCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    PlanRecord plan = onWorkspace(workspace -> workspace.plan());
    List<HandoffState> handoffs =
        plan.handoffs().values().stream()
            .filter(
                state -> id.isEmpty() ? all || isOpen(state.stageAt(plan.at())) : isMeant(state))
            .toList();
    if (!id.isEmpty() && handoffs.isEmpty()) {
      throw new NotFound("The plan has no handoff '" + id + "'");
    }
    if (isJson()) {
      screen()
          .json(json ->
              json.put("version", plan.version())
                  .<HandoffState>list(
                      "handoffs", handoffs, (state, part) -> Rows.handoff(plan, state, part)));
    } else if (!id.isEmpty()) {
      handoffs.forEach(state -> show(plan, state));
    } else if (handoffs.isEmpty()) {
      screen().line("No handoff is offered or under way");
    } else {
      list(plan, handoffs);
    }
    return Exit.DONE;
  }

  private boolean isMeant(HandoffState state) {
    return state.handoff().id().equals(id);
  }

  private static boolean isOpen(Stage stage) {
    return stage == Stage.OFFERED || stage == Stage.ACCEPTED;
  }

  private void list(PlanRecord plan, List<HandoffState> handoffs) {
    screen()
        .table(
            List.of(
                Column.whole("ID"),
                Column.whole("STAGE"),
                Column.whole("KIND"),
                Column.text("TASK"),
                Column.text("FROM"),
                Column.text("TO"),
                Column.text("SUMMARY")),
            handoffs.stream()
                .map(state ->
                    List.of(
                        Cell.faint(state.handoff().id()),
                        stage(state.stageAt(plan.at())),
                        Cell.of(Words.of(state.handoff().kind())),
                        Cell.of(state.handoff().task()),
                        Cell.of(state.handoff().from()),
                        Cell.of(
                            state.acceptedBy().isEmpty()
                                ? state.handoff().to().toString()
                                : state.acceptedBy()),
                        Cell.of(state.handoff().summary())))
                .toList());
  }

  private static Cell stage(Stage stage) {
    return new Cell(
        Words.of(stage),
        switch (stage) {
          case OFFERED -> Style.WAITING;
          case ACCEPTED -> Style.PLAIN;
          case COMPLETED -> Style.GOOD;
          case DECLINED, WITHDRAWN, EXPIRED -> Style.FAINT;
        });
  }

  private void show(PlanRecord plan, HandoffState state) {
    var handoff = state.handoff();
    screen().heading("Handoff " + handoff.id());
    screen().field("stage", Words.of(state.stageAt(plan.at())));
    screen().field("kind", Words.of(handoff.kind()));
    screen().field("task", handoff.task());
    screen().field("from", handoff.from());
    screen().field("to", handoff.to().toString());
    screen().field("taken by", state.acceptedBy());
    screen().field("summary", handoff.summary());
    screen().field("next", handoff.nextAction());
    fields("done", handoff.done());
    fields("remaining", handoff.remaining());
    fields("question", handoff.questions());
    fields("file", handoff.files().stream().map(file -> file.path()).toList());
    fields(
        "tests",
        handoff.tests().stream()
            .map(run ->
                "%s: %d passed, %d failed%s"
                    .formatted(
                        run.command(),
                        run.passed(),
                        run.failed(),
                        run.failing().isEmpty() ? "" : " " + run.failing()))
            .toList());
    fields("careful", handoff.dangerZones());
    fields("but", state.contradictions());
    screen().field("remark", state.remark());
  }

  private void fields(String name, Collection<String> values) {
    values.forEach(value -> screen().field(name, value));
  }
}
