package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;

/** Grows a {@link RowTable} row by row, whichever of a start and its end comes first. */
final class RowTableBuilder {
  private static final String STARTED = "ToolCallStarted";
  private static final String ENDED = "ToolCall";

  private long[] highs = new long[256];
  private long[] lows = new long[256];
  private int rows;
  private final Map<EventId, Integer> openStarts = new HashMap<>();
  private final Map<EventId, List<Integer>> foreignEnds = new LinkedHashMap<>();
  private int[] endedStarts = new int[16];
  private int[] ends = new int[16];
  private int ended;

  int rows() {
    return rows;
  }

  void add(Row row) {
    EventId id = row.id();
    if (rows == highs.length) {
      highs = Arrays.copyOf(highs, rows * 2);
      lows = Arrays.copyOf(lows, rows * 2);
    }
    highs[rows] = id.high();
    lows[rows] = id.low();
    if (row.type().equals(STARTED)) {
      List<Integer> before = foreignEnds.remove(id);
      if (before == null) {
        openStarts.put(id, rows);
      } else {
        before.forEach(end -> addEnded(rows, end));
      }
    } else if (row.type().equals(ENDED) && row.envelope().cause().isPresent()) {
      Integer start = openStarts.remove(row.envelope().cause());
      if (start != null) {
        addEnded(start, rows);
      } else {
        foreignEnds.computeIfAbsent(row.envelope().cause(), cause -> new ArrayList<>(1)).add(rows);
      }
    }
    rows++;
  }

  private void addEnded(int start, int end) {
    if (ended == endedStarts.length) {
      endedStarts = Arrays.copyOf(endedStarts, ended * 2);
      ends = Arrays.copyOf(ends, ended * 2);
    }
    endedStarts[ended] = start;
    ends[ended++] = end;
  }

  long high(int row) {
    return highs[row];
  }

  long low(int row) {
    return lows[row];
  }

  int[] endedStarts() {
    return Arrays.copyOf(endedStarts, ended);
  }

  Map<EventId, Integer> openStarts() {
    return openStarts;
  }

  int[] ends() {
    return Arrays.copyOf(ends, ended);
  }

  List<RowTable.Foreign> foreignEnds() {
    List<RowTable.Foreign> all = new ArrayList<>();
    foreignEnds.forEach(
        (cause, calls) -> calls.forEach(row -> all.add(new RowTable.Foreign(cause, row))));
    return List.copyOf(all);
  }

  /**
   * The table as it is now; later rows do not change it.
   *
   * @param rowById every row by identity; may grow while the table is used
   */
  RowTable snapshot(ConcurrentMap<EventId, Integer> rowById) {
    return new InMemory(
        rows, highs, lows, rowById, endedStarts(), ends(), Map.copyOf(openStarts), foreignEnds());
  }

  // The arrays are shared: what is below rows never changes, and they are replaced when they grow.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record InMemory(
      int rows,
      long[] highs,
      long[] lows,
      ConcurrentMap<EventId, Integer> rowById,
      int[] endedStarts,
      int[] ends,
      Map<EventId, Integer> openStarts,
      List<Foreign> foreignEnds)
      implements RowTable {
    @Override
    public long high(int row) {
      return highs[row];
    }

    @Override
    public long low(int row) {
      return lows[row];
    }

    @Override
    public int rowOf(EventId id) {
      Integer row = rowById.get(id);
      return row != null && row < rows ? row : -1;
    }
  }
}
