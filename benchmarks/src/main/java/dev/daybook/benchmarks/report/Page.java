package dev.daybook.benchmarks.report;

import static dev.daybook.benchmarks.report.Html.escaped;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** A report as one page of HTML that needs nothing else, neither files nor a network. */
final class Page {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Contents contents;
  private final List<Plot> plots = new ArrayList<>();

  private Page(Contents contents) {
    this.contents = contents;
  }

  /**
   * Renders it.
   *
   * @param chartJs the source of the plotting library
   */
  static String of(Contents contents, String chartJs) throws IOException {
    Page page = new Page(contents);
    String body = page.body();
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Daybook: measured</title>
    <style>
    %s</style>
    </head>
    <body>
    %s<script type="application/json" id="plots">%s</script>
    <script>
    %s
    </script>
    <script>
    %s</script>
    </body>
    </html>
    """
        .formatted(
            resource("report.css"), body, page.plotsAsJson(), chartJs, resource("report.js"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Page.class.getResourceAsStream(name), "no " + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private String plotsAsJson() throws JsonProcessingException {
    return Html.inScript(JSON.writeValueAsString(plots));
  }

  private String body() {
    StringBuilder body = new StringBuilder();
    body.append("<h1>Daybook: measured</h1>\n<p>").append(escaped(Contents.ABOUT)).append("</p>\n");
    body.append(head()).append(summary()).append(index());
    contents.sections().forEach(section -> body.append(section(section)));
    return body.toString();
  }

  private String head() {
    return Html.table(
        "Machine and versions",
        List.of("what", "value"),
        List.of(),
        contents.head().lines(),
        line -> List.of(line.name(), line.value()),
        line -> "");
  }

  private String summary() {
    StringBuilder summary = new StringBuilder("<h2 id=\"summary\">Summary</h2>\n");
    summary.append("<p>").append(escaped(contents.score())).append("</p>\n");
    if (!contents.unfinished().isEmpty()) {
      summary
          .append("<p>Not measured to the end:</p>\n")
          .append(Html.list(contents.unfinished().stream().map(Words::ofEnd).toList()));
    }
    if (!contents.missed().isEmpty()) {
      summary.append("<h3>").append(Words.MISSED).append("</h3>\n<ul>\n");
      for (Contents.Missed missed : contents.missed()) {
        summary.append(
            "<li><strong>%s</strong>: %s</li>\n"
                .formatted(escaped(missed.what()), escaped(missed.cause())));
      }
      summary.append("</ul>\n");
    }
    if (!contents.bars().isEmpty()) {
      summary.append(
          Html.table(
              "Every bar, missed ones first",
              Rows.SUMMARY_COLUMNS,
              Rows.NUMBERS.stream().map(column -> column + 1).toList(),
              contents.bars(),
              Rows::of,
              held -> held.isMet() ? "met" : "missed"));
    }
    return summary.toString();
  }

  private String index() {
    return contents.sections().stream()
        .map(section -> section.run().suite())
        .map(suite -> "<a href=\"#" + escaped(suite) + "\">" + escaped(suite) + "</a>")
        .collect(Collectors.joining(" · ", "<nav aria-label=\"Suites\">", "</nav>\n"));
  }

  private String section(Section section) {
    SuiteRun run = section.run();
    StringBuilder html = new StringBuilder();
    html.append("<section id=\"%1$s\">\n<h2>%1$s</h2>\n".formatted(escaped(run.suite())));
    if (run.state() != SuiteRun.State.FINISHED) {
      html.append("<p class=\"missed\"><strong>")
          .append(escaped(Words.ofEnd(run)))
          .append("</strong></p>\n");
    }
    if (run.state() != SuiteRun.State.LEFT_OUT) {
      html.append("<p><code>").append(escaped(run.command())).append("</code><br>");
      html.append(escaped(Words.ofRun(run, contents.head()))).append("</p>\n");
    }
    if (!section.last().isEmpty()) {
      html.append("<p>The last it said:</p>\n")
          .append(Html.printed(String.join("\n", section.last())));
    }
    if (!section.figures().isEmpty()) {
      html.append(
          Html.table(
              "Figures of " + run.suite(),
              Rows.COLUMNS,
              Rows.NUMBERS,
              section.figures(),
              Rows::of,
              figure -> figure.isMet().map(met -> met ? "met" : "missed").orElse("")));
      List<String> notes = Rows.notes(section.figures());
      html.append(notes.isEmpty() ? "" : "<h3>Notes</h3>\n" + Html.list(notes));
      html.append(plots(section));
    }
    html.append(printed(section));
    return html.append("</section>\n").toString();
  }

  private String plots(Section section) {
    List<Plot> ofSection = Plot.of(section.figures());
    if (ofSection.isEmpty()) {
      return "";
    }
    StringBuilder html =
        new StringBuilder(
            """
            <noscript><p>Plots need JavaScript; the table has the same figures.</p></noscript>
            <div class="plots">
            """);
    for (Plot plot : ofSection) {
      html.append(
          """
          <figure><figcaption>%s</figcaption>
          <div class="plot" style="height:%drem"><canvas role="img" aria-label="%s" data-plot="%d"></canvas></div></figure>
          """
              .formatted(
                  escaped(Words.title(plot)),
                  plot.isCurve() ? 20 : 4 + 3 * plot.series().size(),
                  escaped(plot.text()),
                  plots.size()));
      plots.add(plot);
    }
    return html.append("</div>\n").toString();
  }

  private static String printed(Section section) {
    if (section.output().isEmpty()) {
      return "";
    }
    return section.isPrinted()
        ? Html.printed(section.output())
        : String.format(
            Locale.ROOT,
            "<details><summary>What it printed</summary>%n%s</details>%n",
            Html.printed(section.output()));
  }
}
