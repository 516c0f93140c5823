package dev.daybook.mcp.command;

import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import dev.daybook.recall.Filter;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook timeline}. */
@Command(
    name = "timeline",
    description = "Everything a session did, in order; without one, the newest sessions.")
final class TimelineCommand extends BaseCommand {
  @Parameters(arity = "0..1", paramLabel = "SESSION", description = "The session's id.")
  private String session = "";

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "Without a session: at most so many (default: ${DEFAULT-VALUE}).")
  private int limit = 20;

  TimelineCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    return session.isEmpty() ? sessions() : timeline();
  }

  private Exit timeline() throws IOException {
    SessionId id = SessionId.of(session);
    List<Entry> entries = onWorkspace(workspace -> workspace.traces().timeline(id));
    if (entries.isEmpty()) {
      throw new NotFound("No session '" + session + "' has recorded anything");
    }
    if (isJson()) {
      screen().json(json -> json.put("session", id).list("entries", entries, Rows::entry));
    } else {
      Entries.table(screen(), entries);
    }
    return Exit.DONE;
  }

  private Exit sessions() throws IOException {
    List<Entry> started =
        onWorkspace(workspace ->
            workspace
                .traces()
                .find(Filter.any().type("SessionStarted"), EventId.NONE, limit)
                .entries());
    if (isJson()) {
      screen()
          .json(json ->
              json.list(
                  "sessions",
                  started,
                  (Entry entry, Json part) ->
                      part.put("session", entry.session())
                          .put("time", entry.time())
                          .put("actor", who -> Rows.actor(entry.actor(), who))
                          .put("purpose", purpose(entry))));
    } else if (started.isEmpty()) {
      screen().line("There are no sessions");
    } else {
      screen()
          .table(
              List.of(
                  Column.whole("SESSION"),
                  Column.whole("STARTED"),
                  Column.text("WHO"),
                  Column.text("PURPOSE")),
              started.stream()
                  .map(entry ->
                      List.of(
                          Cell.of(entry.session().value()),
                          Cell.faint(Words.time(entry.time())),
                          Cell.of(entry.actor().id()),
                          Cell.of(purpose(entry))))
                  .toList());
    }
    return Exit.DONE;
  }

  private static String purpose(Entry entry) {
    return entry.event() instanceof SessionStarted started ? started.purpose() : "";
  }
}
