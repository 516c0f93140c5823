package dev.daybook.mcp.command;

import dev.daybook.TraceStore.About;
import dev.daybook.TraceStore.Visits;
import dev.daybook.event.Entry;
import dev.daybook.mcp.Target;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook about}. */
@Command(name = "about", description = "What is known about a file or a folder.")
final class AboutCommand extends BaseCommand {
  @Parameters(paramLabel = "PATH", description = "A file, a folder, or a pattern such as 'src/**'.")
  private String path;

  AboutCommand(Root root) {
    super(root);
  }

  @Override
  Exit run() throws IOException {
    About about =
        onTarget(target -> {
          String fromProject = fromProject(target);
          return withWorkspace(
              target,
              workspace -> {
                About found = workspace.traces().about(fromProject);
                return found.isEmpty() && !path.equals(fromProject)
                    ? workspace.traces().about(path)
                    : found;
              });
        });
    if (isJson()) {
      json(about);
    } else {
      show(about);
    }
    return about.isEmpty() ? Exit.NOTHING : Exit.DONE;
  }

  /** As calls name it: from the project's folder, if it is below. */
  private String fromProject(Target target) {
    try {
      Path at = target.folder().resolve(path).normalize();
      return at.startsWith(target.project()) && !at.equals(target.project())
          ? target.project().relativize(at).toString()
          : path;
    } catch (InvalidPathException e) {
      return path;
    }
  }

  private void json(About about) {
    screen()
        .json(json ->
            json.put("path", about.path())
                .put("reads", about.reads())
                .put("changes", about.changes())
                .list("actors", about.actors(), AboutCommand::visits)
                .list("readBy", about.readBy(), Rows::entry)
                .list("changedBy", about.changedBy(), Rows::entry)
                .list("decisions", about.decisions(), Rows::entry)
                .list("rejections", about.rejections(), Rows::entry)
                .list("notes", about.notes(), Rows::entry)
                .list("handoffs", about.handoffs(), Rows::entry)
                .list("failures", about.failures(), Rows::entry));
  }

  private static void visits(Visits visits, Json json) {
    Json unused =
        json.put("actor", visits.actor())
            .put("reads", visits.reads())
            .put("lastRead", visits.lastRead().map(entry -> entry.time().toString()).orElse(""))
            .put("changes", visits.changes())
            .put(
                "lastChange", visits.lastChange().map(entry -> entry.time().toString()).orElse(""));
  }

  private void show(About about) {
    if (about.isEmpty()) {
      screen().line("Nothing is known about " + Plain.line(about.path()));
      return;
    }
    screen().heading(Plain.line(about.path()));
    screen()
        .line(
            "%s, %s"
                .formatted(
                    Words.count(about.reads(), "read"), Words.count(about.changes(), "change")));
    if (!about.actors().isEmpty()) {
      screen().heading("Who was there");
      screen()
          .table(
              List.of(
                  Column.text("WHO"),
                  Column.number("READS"),
                  Column.whole("LAST"),
                  Column.number("CHANGES"),
                  Column.whole("LAST")),
              about.actors().stream()
                  .map(visits ->
                      List.of(
                          Cell.of(visits.actor()),
                          Cell.of(visits.reads()),
                          Cell.faint(time(visits.lastRead())),
                          Cell.of(visits.changes()),
                          Cell.faint(time(visits.lastChange()))))
                  .toList());
    }
    section("Decisions", about.decisions());
    section("Rejected, not to be tried again", about.rejections());
    section("Failures", about.failures());
    section("Changes", about.changedBy());
    section("Handoffs", about.handoffs());
    section("Notes", about.notes());
  }

  private static String time(Optional<Entry> entry) {
    return entry.map(one -> Words.time(one.time())).orElse("");
  }

  private void section(String heading, List<Entry> entries) {
    if (!entries.isEmpty()) {
      screen().heading(heading);
      Entries.table(screen(), entries);
    }
  }
}
