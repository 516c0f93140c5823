package dev.daybook.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.daybook.benchmarks.Figure;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PagesTest {
  private static final String EVIL = "</script><img src=x onerror=alert(1)> & \"it's\" | `b`";
  private static final Figure OURS =
      Figure.of("recall", 1_000, "Daybook", "p50", 2, "ms").beside("SQLite", 40).atLeast(25);
  private static final Figure THEIRS = Figure.of("recall", 1_000, "SQLite", "p50", 80, "ms");
  private static final Figure MISSED =
      Figure.of("import", 1_000, "Daybook", "rate", 90, "events/s")
          .beside("raw", 0.5)
          .atLeast(0.75)
          .noting("hashes every token");

  private static Section section(String suite, String output, Figure... figures) {
    SuiteRun run =
        SuiteRun.starting(suite, List.of(suite), "abc, clean", Instant.EPOCH, 1.5)
            .ended(SuiteRun.State.FINISHED, "", Instant.ofEpochSecond(61));
    return new Section(run, List.of(figures), output, List.of());
  }

  private static Contents contents(Section... sections) {
    return new Contents(
        new Head(List.of(new Head.Line("Commit", "abc, clean"))),
        List.of(sections),
        Causes.of(
            """
            [{"suite": "b", "workload": "import", "cause": "Tokens are <hashed> twice."},
             {"suite": "old", "line": "c 1.50", "cause": "It waits."}]
            """));
  }

  private static String page(Section... sections) throws Exception {
    return Page.of(contents(sections), "/* plots */");
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.DOTALL)
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  private static JsonNode plots(String page) throws Exception {
    String json =
        found("<script type=\"application/json\" id=\"plots\">(.*?)</script>", page).getFirst();
    return new ObjectMapper().readTree(json);
  }

  @Test
  void letsNoTextBecomeMarkup() throws Exception {
    Figure evil = Figure.of(EVIL, 1, EVIL, EVIL, 1, EVIL).beside(EVIL, 1).atLeast(2).noting(EVIL);
    Figure other = Figure.of(EVIL, 1, "other", EVIL, 1, EVIL);
    SuiteRun failed =
        SuiteRun.starting(EVIL, List.of(EVIL), EVIL, Instant.EPOCH, 1)
            .ended(SuiteRun.State.FAILED, EVIL, Instant.EPOCH);
    String page =
        page(
            section(EVIL, EVIL, evil, other),
            section("printed", EVIL + " missed"),
            new Section(failed, List.of(), EVIL, List.of(EVIL)));
    assertThat(page).doesNotContain("<img").doesNotContain("onerror=alert(1)> & \"");
    assertThat(found("(</script>)", page)).hasSize(3);
    assertThat(plots(page).get(0).path("series").get(0).path("name").asText()).isEqualTo(EVIL);
  }

  @Test
  void saysFirstWhatIsMissedAndWhy() throws Exception {
    String page = page(section("a", "", OURS, THEIRS), section("b", "", MISSED));
    String summary = page.substring(page.indexOf("Every bar"), page.indexOf("<nav"));
    assertThat(summary).containsSubsequence("hashes every token", "&gt;= 25: met");
    assertThat(summary).contains("&gt;= 0.75: missed").doesNotContain("80");
    assertThat(page).contains("Bars missed: 1, met: 1.");
  }

  @Test
  void namesEveryBarThatIsMissedWithItsCauseBeforeTheTables() throws Exception {
    Figure slow = Figure.of("open", 1_000, "Daybook", "p99", 7.25, "ms").atMost(5);
    Contents contents =
        contents(
            section("a", "", OURS, THEIRS, slow),
            section("b", "", MISSED),
            section("old", "a  1.15 met\nc     1.50 missed"));
    assertThat(contents.missed())
        .containsExactly(
            new Contents.Missed(
                "a: open, Daybook, 1,000 events: p99 7.25 ms, bar <= 5",
                "cause not written down yet"),
            new Contents.Missed(
                "b: import, Daybook beside raw, 1,000 events: rate at a ratio of 0.50, bar >= 0.75",
                "Tokens are <hashed> twice."),
            new Contents.Missed("old: c 1.50 missed", "It waits."));
    assertThat(Markdown.of(contents))
        .containsSubsequence(
            "### Bars that are missed\n\n- **a: open,",
            "bar &lt;= 5**: cause not written down yet\n- **b: import,",
            "bar >= 0.75**: Tokens are &lt;hashed> twice.\n- **old: c 1.50 missed**: It waits.",
            "| suite | workload |");
    assertThat(Page.of(contents, ""))
        .containsSubsequence(
            "<h3>Bars that are missed</h3>",
            "bar &gt;= 0.75</strong>: Tokens are &lt;hashed&gt; twice.</li>",
            "<caption>Every bar");
    assertThat(page(section("a", "", OURS, THEIRS))).doesNotContain("Bars that are missed");
  }

  @Test
  void saysOfABarWhatIsUnequalAboutWhomItIsBesideAndNothingOfOthers() {
    Figure noted = Figure.of("recall", 1_000, "Daybook", "p99", 4, "ms").noting("two threads");
    Figure elsewhere = Figure.of("import", 1_000, "SQLite", "rate", 4, "1/s").noting("no index");
    Figure other = THEIRS.noting("one thread");
    assertThat(contents(section("a", "", OURS, noted, other, MISSED, elsewhere)).bars())
        .extracting(Contents.Held::note)
        .containsExactly("hashes every token", "SQLite: one thread");
    assertThat(contents(section("a", "", OURS.noting("warm"), other)).bars())
        .extracting(Contents.Held::note)
        .containsExactly("warm; SQLite: one thread");
  }

  @Test
  void hasTheSameColumnsInEveryTableOfFigures() throws Exception {
    String page = page(section("a", "", OURS), section("b", "", MISSED, THEIRS));
    List<List<String>> heads =
        found("Figures of .</caption>\\s*<thead>(.*?)</thead>", page).stream()
            .map(head -> found("<th scope=\"col\"[^>]*>(.*?)</th>", head))
            .toList();
    assertThat(heads).hasSize(2).containsOnly(Rows.COLUMNS);
    assertThat(Rows.of(OURS)).hasSameSizeAs(Rows.COLUMNS);
    assertThat(page).contains("<li>import, Daybook beside raw: hashes every token</li>");
  }

  @Test
  void loadsNothingFromAnywhere() throws Exception {
    String page = Page.of(contents(section("a", "", OURS, THEIRS)), ChartJs.source());
    String markup = page.replaceAll("(?s)<script>.*?</script>", "");
    assertThat(markup).doesNotContain("http:", "https:", "<link", "@import", "url(", " src=");
    assertThat(found("href=\"(.)", markup)).isNotEmpty().containsOnly("#");
    assertThat(page).doesNotContain("sourceMappingURL");
    assertThat(page).contains("Permission is hereby granted", "Chart.js v");
  }

  @Test
  void drawsBarsWhereContendersMeet() throws Exception {
    JsonNode plots = plots(page(section("a", "", OURS, THEIRS, MISSED)));
    assertThat(plots).hasSize(1);
    JsonNode plot = plots.get(0);
    assertThat(plot.path("curve").asBoolean()).isFalse();
    assertThat(plot.path("logarithmic").asBoolean()).as("80 is 40 times 2").isTrue();
    assertThat(plot.path("unit").asText()).isEqualTo("ms");
    assertThat(plot.path("series").findValuesAsText("y")).containsExactly("2.0", "80.0");
  }

  @Test
  void drawsLinesOverTheNumberOfEvents() {
    List<Plot> plots =
        Plot.of(
            Stream.of(100_000L, 10_000L)
                .map(events -> Figure.of("curve", events, "Daybook", "rate", 5.0 + events, "1/s"))
                .toList());
    assertThat(plots).hasSize(1);
    assertThat(plots.getFirst().isCurve()).isTrue();
    assertThat(plots.getFirst().series().getFirst().points())
        .extracting(Plot.Point::x)
        .containsExactly(10_000L, 100_000L);
    assertThat(plots.getFirst().text())
        .contains("Lines over the number of events", "10,005 at 10,000");
  }

  @Test
  void drawsNothingThatIsNoNumberOrStandsAlone() {
    Figure none = Figure.of("recall", 1_000, "Lance", "p50", Double.NaN, "ms");
    assertThat(Plot.of(List.of(OURS, none))).isEmpty();
  }

  @Test
  void hasATextForEveryPlot() throws Exception {
    String page = page(section("a", "", OURS, THEIRS));
    assertThat(found("<canvas role=\"img\" aria-label=\"(.*?)\"", page))
        .singleElement()
        .isEqualTo("Bars in ms of p50: recall, 1,000 events. Daybook 2; SQLite 80.");
  }

  @Test
  void printsWhatASuiteWithoutFiguresPrinted() throws Exception {
    String output = "case  bar\na <b>  1.15 met\nc  1.50 missed";
    String page = page(section("old", output));
    assertThat(page)
        .contains(
            "case  bar\na &lt;b&gt;  1.15 met", "<strong>old: c 1.50 missed</strong>: It waits.")
        .contains("In what suites without figures print, missed: 1, met: 1.");
    assertThat(Markdown.of(contents(section("old", output)))).contains("```\n" + output + "\n```");
  }

  @Test
  void writesTheSameTablesInMarkdown() {
    String text = Markdown.of(contents(section("a", "", OURS, THEIRS), section("b", "", MISSED)));
    assertThat(text)
        .contains("| workload | events | contender | measure | value | unit | ratio | to | bar |")
        .contains("| recall | 1,000 | Daybook | p50 | 2 | ms | 40 | SQLite | >= 25: met |")
        .contains("- import, Daybook beside raw: hashes every token")
        .contains("`benchmarks/run a`", "load average 1.5, took 1:01 min.");
    assertThat(text.indexOf("0.75: missed")).isLessThan(text.indexOf(">= 25: met"));
  }

  @Test
  void keepsCellsOfMarkdownWhole() {
    assertThat(Markdown.escaped("a|b\nc <d> `e` *f*")).isEqualTo("a\\|b c &lt;d> \\`e\\` \\*f\\*");
    assertThat(Markdown.escaped("[a](b) IVF_PQ")).isEqualTo("\\[a\\](b) IVF\\_PQ");
    assertThat(Markdown.code("run a")).isEqualTo("`run a`");
    assertThat(Markdown.code("run 'a`b``'")).isEqualTo("``` run 'a`b``' ```");
  }

  @Test
  void saysWhenAFigureIsOfAnotherCommit() {
    SuiteRun old =
        SuiteRun.starting("a", List.of("a"), "def, clean", Instant.EPOCH, -1)
            .ended(SuiteRun.State.FINISHED, "", Instant.EPOCH);
    assertThat(Words.ofRun(old, contents().head()))
        .contains("at another commit than the head says: def, clean", "load average unknown");
  }
}
