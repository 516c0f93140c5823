package dev.daybook.benchmarks.report;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A report in Markdown: the same tables, no plots. */
final class Markdown {
  private Markdown() {}

  static String of(Contents contents) {
    StringBuilder text = new StringBuilder("# Daybook: measured\n\n" + Contents.ABOUT + "\n\n");
    text.append(
        table(
            List.of("what", "value"),
            contents.head().lines(),
            line -> List.of(line.name(), line.value())));
    text.append("## Summary\n\n").append(contents.score()).append("\n\n");
    if (!contents.unfinished().isEmpty()) {
      text.append("Not measured to the end:\n\n");
      text.append(list(contents.unfinished().stream().map(Words::ofEnd).toList()));
    }
    if (!contents.missed().isEmpty()) {
      text.append("### ").append(Words.MISSED).append("\n\n");
      for (Contents.Missed missed : contents.missed()) {
        text.append("- **%s**: %s\n".formatted(escaped(missed.what()), escaped(missed.cause())));
      }
      text.append("\n");
    }
    if (!contents.bars().isEmpty()) {
      text.append(table(Rows.SUMMARY_COLUMNS, contents.bars(), Rows::of));
    }
    contents.sections().forEach(section -> text.append(section(section, contents.head())));
    return text.toString().stripTrailing() + "\n";
  }

  private static String section(Section section, Head head) {
    SuiteRun run = section.run();
    StringBuilder text = new StringBuilder("## " + run.suite() + "\n\n");
    if (run.state() != SuiteRun.State.FINISHED) {
      text.append("**").append(escaped(Words.ofEnd(run))).append("**\n\n");
    }
    if (run.state() != SuiteRun.State.LEFT_OUT) {
      text.append(code(run.command())).append("\n\n");
      text.append(escaped(Words.ofRun(run, head))).append("\n\n");
    }
    if (!section.last().isEmpty()) {
      text.append("The last it said:\n\n").append(printed(String.join("\n", section.last())));
    }
    if (!section.figures().isEmpty()) {
      text.append(table(Rows.COLUMNS, section.figures(), Rows::of));
      text.append(list(Rows.notes(section.figures())));
    }
    return text.append(section.isPrinted() ? printed(section.output()) : "").toString();
  }

  private static <R> String table(
      List<String> columns, List<R> rows, Function<R, List<String>> cells) {
    return row(columns)
        + row(columns.stream().map(column -> "---").toList())
        + rows.stream()
            .map(row -> row(cells.apply(row).stream().map(Markdown::escaped).toList()))
            .collect(Collectors.joining())
        + "\n";
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String list(List<String> texts) {
    return texts.isEmpty()
        ? ""
        : texts.stream()
            .map(text -> "- " + escaped(text))
            .collect(Collectors.joining("\n", "", "\n\n"));
  }

  /** A span of code that nothing in it can end. */
  static String code(String text) {
    String line = text.replaceAll("\\R", " ");
    String fence = "`";
    while (line.contains(fence)) {
      fence += "`";
    }
    return fence.length() == 1 ? fence + line + fence : fence + " " + line + " " + fence;
  }

  /** A block that nothing printed can end. */
  private static String printed(String text) {
    String fence = "```";
    while (text.contains(fence)) {
      fence += "`";
    }
    return fence + "\n" + text + "\n" + fence + "\n\n";
  }

  /** A text as it may stand in a cell or a paragraph. */
  static String escaped(String text) {
    return text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("*", "\\*")
        .replace("_", "\\_")
        .replace("[", "\\[")
        .replace("]", "\\]")
        .replace("`", "\\`")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("\\R", " ");
  }
}
