package dev.daybook.mcp.command;

import dev.daybook.event.SessionId;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook recall}. */
@Command(
    name = "recall",
    description = "Ask the whole history a question, in words or by a piece of an error message.",
    sortOptions = false)
final class RecallCommand extends BaseCommand {
  @Parameters(arity = "1..*", paramLabel = "QUESTION", description = "What is asked.")
  private List<String> question;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      description = "At most so many hits (default: ${DEFAULT-VALUE}).")
  private int limit = Query.LIMIT_DEFAULT;

  @Option(names = "--from", paramLabel = "ACTOR", description = "Only what this actor said.")
  private List<String> actors = List.of();

  @Option(names = "--task", paramLabel = "ID", description = "Only of this task.")
  private List<String> tasks = List.of();

  @Option(names = "--session", paramLabel = "ID", description = "Only of this session.")
  private List<String> sessions = List.of();

  @Option(names = "--tool", paramLabel = "NAME", description = "Only calls of this tool.")
  private List<String> tools = List.of();

  @Option(names = "--path", paramLabel = "GLOB", description = "Only what touched such files.")
  private List<String> paths = List.of();

  @Option(names = "--type", paramLabel = "TYPE", description = "Such as DecisionMade.")
  private List<String> types = List.of();

  @Option(names = "--failures", description = "Only calls that failed.")
  private boolean failures;

  @Option(names = "--words", description = "By words alone, not by meaning; starts faster.")
  private boolean wordsAlone;

  RecallCommand(Root root) {
    super(root);
  }

  @Override
  boolean comparesMeanings() {
    return !wordsAlone;
  }

  @Override
  Exit run() throws IOException {
    Query query = query();
    return onWorkspace(workspace -> {
      Hits hits = workspace.recall(query);
      if (isJson()) {
        json(query, hits);
      } else {
        show(hits);
      }
      return hits.isEmpty() ? Exit.NOTHING : Exit.DONE;
    });
  }

  private Query query() {
    Filter filter = Filter.any();
    filter = actors.isEmpty() ? filter : filter.agent(array(actors));
    filter = tasks.isEmpty() ? filter : filter.task(array(tasks));
    filter =
        sessions.isEmpty()
            ? filter
            : filter.session(sessions.stream().map(SessionId::of).toArray(SessionId[]::new));
    filter = tools.isEmpty() ? filter : filter.tool(array(tools));
    filter = paths.isEmpty() ? filter : filter.path(array(paths));
    filter = types.isEmpty() ? filter : filter.type(array(types));
    filter = failures ? filter.failures() : filter;
    Query query = Query.of(String.join(" ", question)).filter(filter).limit(limit);
    return wordsAlone ? query.legs(Leg.LEXICAL) : query;
  }

  private static String[] array(List<String> values) {
    return values.toArray(String[]::new);
  }

  private void json(Query query, Hits hits) {
    Coverage coverage = hits.coverage();
    screen()
        .json(json ->
            json.put("question", query.text())
                .put(
                    "coverage",
                    part ->
                        part.put("events", coverage.events())
                            .put("withoutVector", coverage.withoutVector())
                            .texts("legs", coverage.legs())
                            .put("note", coverage.note())
                            .put("complete", coverage.isComplete()))
                .list("hits", hits.list(), RecallCommand::hit));
  }

  private static void hit(Hit hit, Json json) {
    Json unused =
        json.put("id", hit.id())
            .put("type", hit.type())
            .put("stream", hit.stream())
            .put("time", hit.time())
            .put("actor", part -> Rows.actor(hit.actor(), part))
            .put("session", hit.session())
            .put("task", hit.task())
            .put("outcome", hit.outcome())
            .put("tool", hit.tool())
            .put("snippet", hit.snippet())
            .put("score", hit.score())
            .list(
                "legs",
                hit.legs().entrySet(),
                (leg, part) ->
                    part.put("leg", leg.getKey())
                        .put("rank", leg.getValue().rank())
                        .put("score", leg.getValue().score()));
  }

  private void show(Hits hits) {
    if (!hits.isEmpty()) {
      screen()
          .table(
              List.of(
                  Column.number("SCORE"),
                  Column.whole("WHEN"),
                  Column.text("WHO"),
                  Column.text("WHAT"),
                  Column.text("TEXT"),
                  Column.wide("EVENT")),
              hits.stream()
                  .map(hit ->
                      List.of(
                          Cell.of(String.format(Locale.ROOT, "%.2f", hit.score())),
                          Cell.faint(Words.time(hit.time())),
                          Cell.of(hit.actor().id()),
                          what(hit),
                          Cell.of(hit.snippet()),
                          Cell.faint(hit.id().toString())))
                  .toList());
      screen().line("");
    }
    screen().line(screen().styled(Screen.Style.FAINT, covered(hits)));
  }

  private static Cell what(Hit hit) {
    return hit.tool().isEmpty()
        ? Cell.of(Words.type(hit.type()))
        : new Cell(
            hit.tool() + " " + Words.outcome(hit.outcome()).text(),
            Words.outcome(hit.outcome()).style());
  }

  private static String covered(Hits hits) {
    Coverage coverage = hits.coverage();
    List<String> parts = new ArrayList<>();
    parts.add(
        "%s of %s, by %s"
            .formatted(
                Words.count(hits.size(), "hit"),
                Words.count(coverage.events(), "event"),
                coverage.legs().stream()
                    .map(leg -> leg == Leg.LEXICAL ? "words" : "meaning")
                    .collect(Collectors.joining(" and "))));
    if (coverage.withoutVector() > 0 && coverage.legs().contains(Leg.VECTOR)) {
      parts.add(coverage.withoutVector() + " of them by words alone ('daybook compact' helps)");
    }
    if (!coverage.note().isEmpty()) {
      parts.add(Plain.line(coverage.note()));
    }
    return String.join("; ", parts);
  }
}
