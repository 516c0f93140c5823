package dev.daybook.benchmarks.report;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The only place that makes HTML of text. */
final class Html {
  private Html() {}

  /** A text as it may stand in an element or in a quoted attribute. */
  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** JSON as it may stand in a script: with nothing that a parser of HTML takes notice of. */
  static String inScript(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /**
   * A table.
   *
   * @param numbers the columns that are set to the right
   * @param rows their cells, as text
   * @param kind of a row: its class
   */
  static <R> String table(
      String caption,
      List<String> columns,
      List<Integer> numbers,
      List<R> rows,
      Function<R, List<String>> cells,
      Function<R, String> kind) {
    String head = cells("th scope=\"col\"", "th", columns, numbers);
    String body =
        rows.stream()
            .map(row -> row(cells.apply(row), numbers, kind.apply(row)))
            .collect(Collectors.joining());
    return """
    <div class="wide" tabindex="0" role="region" aria-label="%1$s"><table>
    <caption>%1$s</caption>
    <thead><tr>%2$s</tr></thead>
    <tbody>
    %3$s</tbody>
    </table></div>
    """
        .formatted(escaped(caption), head, body);
  }

  private static String row(List<String> cells, List<Integer> numbers, String kind) {
    return "<tr class=\"%s\">%s</tr>\n".formatted(escaped(kind), cells("td", "td", cells, numbers));
  }

  private static String cells(String begin, String end, List<String> cells, List<Integer> numbers) {
    StringBuilder html = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      html.append("<").append(begin);
      html.append(numbers.contains(i) ? " class=\"number\">" : ">");
      html.append(escaped(cells.get(i))).append("</").append(end).append(">");
    }
    return html.toString();
  }

  static String list(List<String> texts) {
    return texts.stream()
        .map(text -> "<li>" + escaped(text) + "</li>\n")
        .collect(Collectors.joining("", "<ul>\n", "</ul>\n"));
  }

  static String printed(String text) {
    return "<pre class=\"wide\" tabindex=\"0\">" + escaped(text) + "</pre>\n";
  }
}
