package dev.daybook.mcp.command;

import dev.daybook.Workspace;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook import}. */
@Command(
    name = "import",
    description = {
      "Take transcripts of agents, or the history of another program's plan, into the workspace.",
      "Importing a file again, or one that has grown, adds only what is new."
    })
final class ImportCommand extends BaseCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "JSON Lines, plain or gzip; of a folder all such files in it and below.")
  private List<Path> files;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; found out by the content if not given.")
  private Optional<ImportFormat> format = Optional.empty();

  ImportCommand(Root root) {
    super(root);
  }

  /** What came of a file. */
  private record Done(Path file, ImportFormat format, ImportFormat.Report report) {}

  @Override
  boolean comparesMeanings() {
    return true;
  }

  @Override
  Exit run() throws IOException {
    List<Path> all = all();
    List<Done> done =
        onTarget(
            target -> withWorkspace(target, workspace -> imported(all, workspace, target.home())));
    if (isJson()) {
      json(done);
    } else {
      show(done);
    }
    return done.stream().allMatch(one -> one.report().bad() == 0) ? Exit.DONE : Exit.DAMAGED;
  }

  private List<Done> imported(List<Path> all, Workspace workspace, Path home) throws IOException {
    List<Done> done = new ArrayList<>();
    for (Path file : all) {
      ImportFormat is = format.isPresent() ? format.get() : ImportFormat.of(file);
      done.add(
          new Done(
              file,
              is,
              withProgress(progress -> is.importing().into(file, workspace, home, progress))));
    }
    return done;
  }

  /** The files meant; all of them are looked for before the first is imported. */
  private List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path file : files) {
      Path at = root().invocation().folder().resolve(file);
      if (Files.isDirectory(at)) {
        // Also below, where Claude Code keeps what its sub-agents did.
        try (Stream<Path> inside = Files.walk(at)) {
          all.addAll(
              inside
                  .filter(one -> one.getFileName().toString().matches(".*\\.jsonl(\\.gz)?"))
                  .filter(Files::isRegularFile)
                  .sorted()
                  .toList());
        }
      } else if (Files.exists(at)) {
        all.add(at);
      } else {
        throw new NoSuchFileException(file.toString());
      }
    }
    if (all.isEmpty()) {
      throw new NotFound(
          "There are no files *.jsonl or *.jsonl.gz in "
              + files.stream().map(Path::toString).collect(Collectors.joining(", ")));
    }
    return all;
  }

  private void json(List<Done> done) {
    screen()
        .json(json ->
            json.list(
                "files",
                done,
                (Done one, Json part) ->
                    part.put("file", one.file())
                        .put("format", one.format())
                        .put("read", one.report().read())
                        .put("recorded", one.report().recorded())
                        .put("alreadyThere", one.report().alreadyThere())
                        .put("bad", one.report().bad())
                        .texts("badRows", one.report().badRows())));
  }

  private void show(List<Done> done) {
    screen()
        .table(
            List.of(
                Column.text("FILE"),
                Column.whole("FORMAT"),
                Column.number("ROWS"),
                Column.number("NEW"),
                Column.number("KNOWN"),
                Column.number("BAD")),
            done.stream()
                .map(one ->
                    List.of(
                        Cell.of(one.file().getFileName().toString()),
                        Cell.of(Words.of(one.format())),
                        Cell.of(one.report().read()),
                        Cell.of(one.report().recorded()),
                        Cell.of(one.report().alreadyThere()),
                        new Cell(
                            Long.toString(one.report().bad()),
                            one.report().bad() == 0 ? Screen.Style.PLAIN : Screen.Style.BAD)))
                .toList());
    for (Done one : done) {
      one.report()
          .badRows()
          .forEach(bad -> screen().message(one.file().getFileName() + ", " + Plain.line(bad)));
    }
  }
}
