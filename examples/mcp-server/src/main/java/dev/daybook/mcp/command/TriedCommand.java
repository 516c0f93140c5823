package dev.daybook.mcp.command;

import dev.daybook.PriorAttempt;
import dev.daybook.PriorAttempt.ChangedSince;
import dev.daybook.TraceStore;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook tried}. */
@Command(
    name = "tried",
    description =
        "Whether somebody tried this before, and how it ended (exit code 1 if nobody did).")
final class TriedCommand extends BaseCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "WHAT",
      description = "What is about to be tried: in words, or a command.")
  private List<String> what;

  @Option(
      names = "--tool",
      paramLabel = "NAME",
      description = "It is a call of this tool, with just these arguments.")
  private String tool = "";

  @Option(
      names = {"-t", "--task"},
      paramLabel = "ID",
      description = "Only what was tried for this task.")
  private String task = "";

  TriedCommand(Root root) {
    super(root);
  }

  @Override
  boolean comparesMeanings() {
    return true;
  }

  @Override
  Exit run() throws IOException {
    List<PriorAttempt> attempts = onWorkspace(workspace -> attempts(workspace.traces()));
    if (isJson()) {
      screen().json(json -> json.list("attempts", attempts, TriedCommand::attempt));
    } else if (attempts.isEmpty()) {
      screen().line("Nobody tried that, as far as can be told");
    } else {
      show(attempts);
    }
    return attempts.isEmpty() ? Exit.NOTHING : Exit.DONE;
  }

  private List<PriorAttempt> attempts(TraceStore traces) {
    String description = String.join(" ", what);
    if (tool.isEmpty()) {
      return task.isEmpty()
          ? traces.priorAttempts(description)
          : traces.priorAttemptsFor(task, description);
    }
    ToolCall call = ToolCall.of(tool, description);
    return task.isEmpty() ? traces.priorAttempts(call) : traces.priorAttemptsFor(task, call);
  }

  private static void attempt(PriorAttempt attempt, Json json) {
    Json unused =
        json.put("id", attempt.id())
            .put("match", attempt.match())
            .put("actor", part -> Rows.actor(attempt.actor(), part))
            .put("time", attempt.time())
            .put("session", attempt.session())
            .put("task", attempt.task())
            .put("what", attempt.what())
            .put("outcome", attempt.outcome())
            .put("reason", attempt.reason())
            .put("score", attempt.score())
            .texts("evidence", attempt.evidence())
            .put("revision", attempt.revision())
            .put("workedSince", attempt.hasWorkedSince() ? attempt.workedSince().toString() : "")
            .put("next", attempt.next().isPresent() ? attempt.next().toString() : "")
            .put("changedSince", changed(attempt.changedSince()));
  }

  private static String changed(ChangedSince changed) {
    return switch (changed) {
      case ChangedSince.No ignored -> "NO";
      case ChangedSince.Yes ignored -> "YES";
      case ChangedSince.Unknown ignored -> "UNKNOWN";
    };
  }

  private void show(List<PriorAttempt> attempts) {
    screen()
        .table(
            List.of(
                Column.whole("WHEN"),
                Column.text("WHO"),
                Column.whole("OUTCOME"),
                Column.text("WHAT"),
                Column.text("WHY"),
                Column.text("SINCE"),
                Column.wide("EVENT")),
            attempts.stream()
                .map(attempt ->
                    List.of(
                        Cell.faint(Words.time(attempt.time())),
                        Cell.of(attempt.actor().id()),
                        Words.outcome(attempt.outcome()),
                        Cell.of(attempt.what()),
                        Cell.of(attempt.reason()),
                        Cell.of(since(attempt)),
                        Cell.faint(attempt.id().toString())))
                .toList());
  }

  private static String since(PriorAttempt attempt) {
    return attempt.hasWorkedSince()
        ? "has worked since"
        : attempt.changedSince() instanceof ChangedSince.Yes ? "things have changed" : "";
  }
}
