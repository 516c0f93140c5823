package dev.daybook.mcp.command;

import dev.daybook.PlanChange;
import dev.daybook.PlanRecord;
import dev.daybook.PlanRecord.Question;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.QuestionAnswered;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook answer}. */
@Command(name = "answer", description = "Answer a question of the plan.")
final class AnswerCommand extends BaseCommand {
  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "The question's id; see 'daybook plan'.")
  private String id;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "TEXT", description = "The answer.")
  private List<String> answer;

  AnswerCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    PlanChange change =
        inSession(
            "daybook answer",
            session ->
                session.updatePlan(plan ->
                    List.of(new QuestionAnswered(question(plan), String.join(" ", answer)))));
    changed(change, "Answered " + id);
    return Exit.DONE;
  }

  private EventId question(PlanRecord plan) {
    return plan.questions().stream()
        .map(Question::origin)
        .map(PlanRecord.Origin::id)
        .filter(one -> one.toString().equals(id))
        .findFirst()
        .orElseThrow(() -> new NotFound("The plan has no question '" + id + "'"));
  }
}
