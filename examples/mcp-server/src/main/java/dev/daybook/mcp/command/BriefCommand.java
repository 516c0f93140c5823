package dev.daybook.mcp.command;

import dev.daybook.Briefing;
import dev.daybook.Workspace;
import dev.daybook.event.Actor;
import dev.daybook.event.Handoff;
import java.io.IOException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook brief}. */
@Command(
    name = "brief",
    description = {
      "What to know before acting: yours, or with --actor ID --as-agent what an agent is told.",
      "Nothing is written by asking."
    })
final class BriefCommand extends BaseCommand {
  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "At most so many tokens of a language model (default: ${DEFAULT-VALUE}).")
  private int tokens = 4_000;

  @Option(
      names = {"-t", "--task"},
      paramLabel = "ID",
      description = "About this task.")
  private String task = "";

  @Option(names = "--role", paramLabel = "ROLE", description = "What the reader does.")
  private String role = "";

  BriefCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return onTarget(target -> {
      Actor reader = speaker(target).role(role);
      return show(reader, withWorkspace(target, workspace -> briefing(workspace, reader)));
    });
  }

  private Briefing briefing(Workspace workspace, Actor reader) {
    if (!task.isEmpty()) {
      Object unused = Subjects.task(workspace.plan(), task);
    }
    return workspace.briefing(reader, task, tokens);
  }

  private Exit show(Actor reader, Briefing briefing) {
    if (isJson()) {
      json(reader, briefing);
    } else if (briefing.text().isEmpty()) {
      screen().line("There is nothing to know yet");
    } else {
      screen().line(Plain.lines(briefing.text()));
      if (!briefing.leftOut().isEmpty()) {
        screen()
            .line(
                screen()
                    .styled(
                        Screen.Style.FAINT,
                        briefing.leftOut().entrySet().stream()
                            .map(one -> one.getValue() + " " + Words.of(one.getKey()))
                            .collect(Collectors.joining(", ", "left out: ", ""))));
      }
    }
    return Exit.DONE;
  }

  private void json(Actor reader, Briefing briefing) {
    screen()
        .json(json ->
            json.put("reader", part -> Rows.actor(reader, part))
                .put("task", task)
                .put("tokens", briefing.tokens())
                .put("tokensMax", briefing.tokensMax())
                .put("text", briefing.text())
                .list(
                    "lines",
                    briefing.lines(),
                    (line, part) ->
                        part.put("section", line.section())
                            .put("event", line.event().isPresent() ? line.event() : "")
                            .put("time", line.time())
                            .put("actor", who -> Rows.actor(line.actor(), who))
                            .put("text", line.text()))
                .texts("inbox", briefing.inbox().stream().map(Handoff::id).toList())
                .put(
                    "leftOut",
                    part ->
                        briefing
                            .leftOut()
                            .forEach((section, count) -> part.put(section.name(), (long) count))));
  }
}
