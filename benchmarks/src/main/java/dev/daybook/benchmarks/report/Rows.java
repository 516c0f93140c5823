package dev.daybook.benchmarks.report;

import dev.daybook.benchmarks.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures as the cells of a table, with always the same columns. */
final class Rows {
  static final List<String> COLUMNS =
      List.of("workload", "events", "contender", "measure", "value", "unit", "ratio", "to", "bar");

  /** Those with numbers, which are set to the right. */
  static final List<Integer> NUMBERS = List.of(1, 4, 6);

  static final List<String> SUMMARY_COLUMNS;

  static {
    List<String> columns = new ArrayList<>(List.of("suite"));
    columns.addAll(COLUMNS);
    columns.add("note");
    SUMMARY_COLUMNS = List.copyOf(columns);
  }

  private Rows() {}

  static List<String> of(Figure figure) {
    return List.of(
        figure.workload(),
        String.format(Locale.ROOT, "%,d", figure.events()),
        figure.contender(),
        figure.measure(),
        Figure.plain(figure.value()),
        figure.unit(),
        figure.ratio().map(Figure::plain).orElse("-"),
        figure.beside().isEmpty() ? "-" : figure.beside(),
        figure.verdict());
  }

  static List<String> of(Contents.Held held) {
    List<String> cells = new ArrayList<>(List.of(held.suite()));
    cells.addAll(of(held.figure()));
    cells.add(held.note());
    return cells;
  }

  /** The notes of figures, each once, with whom they are about. */
  static List<String> notes(List<Figure> figures) {
    return figures.stream()
        .filter(figure -> !figure.note().isEmpty())
        .map(figure -> figure.subject() + ": " + figure.note())
        .distinct()
        .toList();
  }
}
