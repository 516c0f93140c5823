package dev.daybook.mcp.command;

import dev.daybook.event.Entry;
import dev.daybook.event.ToolCall;
import dev.daybook.mcp.command.Screen.Style;
import dev.daybook.mcp.command.Table.Cell;
import dev.daybook.mcp.command.Table.Column;
import java.util.List;

/** Events as a table. */
final class Entries {
  private Entries() {}

  static void table(Screen screen, List<Entry> entries) {
    screen.table(
        List.of(
            Column.whole("WHEN"), Column.text("WHO"), Column.text("WHAT"), Column.wide("EVENT")),
        entries.stream()
            .map(entry ->
                List.of(
                    Cell.faint(Words.time(entry.time())),
                    Cell.of(entry.actor().id()),
                    new Cell(
                        Words.said(entry.event()),
                        entry.event() instanceof ToolCall call && call.outcome().isFailure()
                            ? Style.BAD
                            : Style.PLAIN),
                    Cell.faint(entry.id().toString())))
            .toList());
  }
}
