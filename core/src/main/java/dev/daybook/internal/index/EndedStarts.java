package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.util.FixedBitSet;

/**
 * Which started calls of some segments have ended, and what is needed to say so with a tail behind
 * them: found once, since segments stay the same while the tail grows. Unchanging; safe from any
 * thread.
 */
final class EndedStarts {
  private final List<PackedIndex> segments;
  private final FixedBitSet ended;
  private final Map<EventId, Integer> open = new HashMap<>();
  private final Set<EventId> causes = new HashSet<>();
  private final int rows;

  EndedStarts(List<PackedIndex> segments) {
    this.segments = List.copyOf(segments);
    this.rows = segments.stream().mapToInt(PackedIndex::rows).sum();
    this.ended = new FixedBitSet(Math.max(1, rows));
    List<RowTable> tables = new ArrayList<>();
    segments.forEach(segment -> tables.add(segment.table()));
    int start = 0;
    for (RowTable table : tables) {
      setEnded(ended, start, table);
      for (Map.Entry<EventId, Integer> one : table.openStarts().entrySet()) {
        open.put(one.getKey(), start + one.getValue());
      }
      table.foreignEnds().forEach(end -> causes.add(end.cause()));
      start += table.rows();
    }
    open.forEach((id, row) -> {
      if (causes.contains(id)) {
        ended.set(row);
      }
    });
  }

  private static void setEnded(FixedBitSet ended, int start, RowTable table) {
    for (int row : table.endedStarts()) {
      ended.set(start + row);
    }
  }

  /** Whether this is of just these segments. */
  boolean isOf(List<PackedIndex> others) {
    return segments.equals(others);
  }

  /**
   * The started calls that a call in any source ends, the tail being the last; readers do not see
   * them.
   */
  FixedBitSet with(RowTable tail) {
    FixedBitSet all = new FixedBitSet(Math.max(1, rows + tail.rows()));
    System.arraycopy(ended.getBits(), 0, all.getBits(), 0, words(rows));
    setEnded(all, rows, tail);
    tail.openStarts()
        .forEach((id, row) -> {
          if (causes.contains(id)) {
            all.set(rows + row);
          }
        });
    for (RowTable.Foreign end : tail.foreignEnds()) {
      Integer start = open.get(end.cause());
      if (start != null) {
        all.set(start);
      }
    }
    return all;
  }

  private static int words(int bits) {
    return bits == 0 ? 0 : FixedBitSet.bits2words(bits);
  }
}
