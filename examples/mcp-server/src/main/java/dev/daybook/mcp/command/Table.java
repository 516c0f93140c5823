package dev.daybook.mcp.command;

import dev.daybook.mcp.command.Screen.Style;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows under headings. On a terminal a row takes one line: columns that may be cut are, the widest
 * first, until all fit. Elsewhere everything is written, two spaces between the columns.
 *
 * @param columns what stands in each
 * @param rows a cell for each column
 */
record Table(List<Column> columns, List<List<Cell>> rows) {
  private static final String BETWEEN = "  ";
  private static final int CUT_MIN = 8;
  private static final int WIDE_COLUMNS_MIN = 110;

  /**
   * A column.
   *
   * @param heading what stands above it
   * @param kind how it is laid out
   */
  record Column(String heading, Kind kind) {
    /** How a column is laid out. */
    enum Kind {
      /** Never cut. */
      WHOLE,
      /** Never cut, at the right. */
      NUMBER,
      /** Cut where room is short. */
      TEXT,
      /** Never cut, and left out on a terminal that is not wide. */
      WIDE
    }

    static Column whole(String heading) {
      return new Column(heading, Kind.WHOLE);
    }

    static Column number(String heading) {
      return new Column(heading, Kind.NUMBER);
    }

    static Column wide(String heading) {
      return new Column(heading, Kind.WIDE);
    }

    static Column text(String heading) {
      return new Column(heading, Kind.TEXT);
    }
  }

  /**
   * What stands in a column of a row.
   *
   * @param text in one line, harmless
   * @param style how it is shown
   */
  record Cell(String text, Style style) {
    Cell {
      text = Plain.line(text);
    }

    static Cell of(String text) {
      return new Cell(text, Style.PLAIN);
    }

    static Cell of(long number) {
      return of(Long.toString(number));
    }

    static Cell faint(String text) {
      return new Cell(text, Style.FAINT);
    }
  }

  Table {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** The table as far as it is shown. */
  private Table shownOn(Terminal terminal) {
    if (!terminal.isOut() || terminal.columns() >= WIDE_COLUMNS_MIN) {
      return this;
    }
    int[] kept =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).kind() != Column.Kind.WIDE)
            .toArray();
    return new Table(
        IntStream.of(kept).mapToObj(columns::get).toList(),
        rows.stream().map(row -> IntStream.of(kept).mapToObj(row::get).toList()).toList());
  }

  void write(Screen screen) {
    shownOn(screen.terminal()).writeAll(screen);
  }

  private void writeAll(Screen screen) {
    int[] widths = widths(screen);
    screen.line(row(columns.stream().map(c -> Cell.faint(c.heading())).toList(), widths, screen));
    for (List<Cell> row : rows) {
      screen.line(row(row, widths, screen));
    }
  }

  private String row(List<Cell> cells, int[] widths, Screen screen) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      String text = Plain.cut(cell.text(), widths[i]);
      String room = " ".repeat(widths[i] - Plain.width(text));
      String shown = screen.styled(cell.style(), text);
      boolean isLast = i == cells.size() - 1;
      line.append(i == 0 ? "" : BETWEEN)
          .append(
              columns.get(i).kind() == Column.Kind.NUMBER
                  ? room + shown
                  : isLast ? shown : shown + room);
    }
    return line.toString().stripTrailing();
  }

  private int[] widths(Screen screen) {
    int[] widths =
        IntStream.range(0, columns.size())
            .map(i ->
                Math.max(
                    Plain.width(columns.get(i).heading()),
                    rows.stream().mapToInt(row -> Plain.width(row.get(i).text())).max().orElse(0)))
            .toArray();
    if (screen.terminal().isOut()) {
      int over =
          IntStream.of(widths).sum()
              + BETWEEN.length() * (widths.length - 1)
              - screen.terminal().columns();
      for (; over > 0; over--) {
        int widest = widest(widths);
        if (widest < 0) {
          break;
        }
        widths[widest]--;
      }
    }
    return widths;
  }

  /** The widest column that can be cut; negative if none can. */
  private int widest(int[] widths) {
    int widest = -1;
    for (int i = 0; i < widths.length; i++) {
      if (columns.get(i).kind() == Column.Kind.TEXT
          && widths[i] > CUT_MIN
          && (widest < 0 || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    return widest;
  }
}
