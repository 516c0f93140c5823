package dev.daybook.internal.workspace;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.Manifest.Segment;
import dev.daybook.internal.segment.SegmentReader;
import dev.daybook.internal.segment.SegmentReader.Located;
import dev.daybook.internal.workspace.FollowPosition.Cursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Where the rows of segments are that come after a position, in the order in which they are to be
 * delivered. About 150 bytes a row, without its content: of the plan's all, of traces never more
 * than a bound, the first ones, so that a long history takes no more memory than a short one. For
 * one thread.
 */
final class Backlog {
  private static final Comparator<PlanKey> BY_VERSION =
      Comparator.comparingLong(PlanKey::version).thenComparing(PlanKey::id);

  private final FollowPosition position;
  private final Library library;
  private final int rowsMax;
  private final Map<Segment, SegmentReader> readers = new HashMap<>();
  private final List<PlanKey> plan = new ArrayList<>();
  private final PriorityQueue<Key> rows = new PriorityQueue<>(Comparator.reverseOrder());
  private boolean cut;

  /** Where a row is. */
  sealed interface At {
    /** The segment. */
    Segment segment();

    /** The number of the row in it. */
    int number();
  }

  /** Where an event of the plan is. */
  record PlanKey(long version, EventId id, Segment segment, int number) implements At {}

  /** Where a trace is. */
  record Key(Cursor cursor, Segment segment, int number) implements At, Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return cursor.compareTo(other.cursor);
    }
  }

  /** Something that is read of a segment. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(SegmentReader reader) throws IOException;
  }

  private Backlog(FollowPosition position, Library library, int rowsMax) {
    this.position = position;
    this.library = library;
    this.rowsMax = rowsMax;
  }

  /**
   * What some segments hold after a position.
   *
   * @param rowsMax how many traces are found at most
   */
  static Backlog after(
      FollowPosition position, Collection<Segment> segments, Library library, int rowsMax) {
    Backlog backlog = new Backlog(position, library, rowsMax);
    library.fetchRows(segments);
    segments.forEach(backlog::find);
    backlog.plan.sort(BY_VERSION);
    return backlog;
  }

  private void find(Segment segment) {
    // A file that is gone is found out before the first row.
    boolean unused =
        read(
            segment,
            reader -> {
              reader.forEachLocated(
                  position.plan(), position.manifest(), row -> offer(segment, row));
              return true;
            });
  }

  private void offer(Segment segment, Located row) {
    if (row.planVersion() > 0) {
      plan.add(new PlanKey(row.planVersion(), row.id(), segment, row.number()));
      return;
    }
    Cursor cursor = new Cursor(row.manifest(), row.place(), row.id());
    if (cursor.compareTo(position.cursor()) > 0 && !position.marks(row.place())) {
      rows.add(new Key(cursor, segment, row.number()));
      if (rows.size() > rowsMax) {
        Key unused = rows.poll();
        cut = true;
      }
    }
  }

  /** The plan's, by version. */
  List<PlanKey> plan() {
    return plan;
  }

  /** The traces, or the first of them, by manifest and place. */
  List<Key> rows() {
    return rows.stream().sorted().toList();
  }

  /** Whether there are more traces than these. */
  boolean isCut() {
    return cut;
  }

  /** The rows themselves, in the order of the keys. */
  List<Row> load(List<? extends At> keys) {
    Map<Segment, List<At>> bySegment = new LinkedHashMap<>();
    keys.forEach(
        key -> bySegment.computeIfAbsent(key.segment(), segment -> new ArrayList<>()).add(key));
    Map<At, Row> loaded = new HashMap<>();
    bySegment.forEach((segment, some) -> {
      some.sort(Comparator.comparingInt(At::number));
      int[] numbers = some.stream().mapToInt(At::number).toArray();
      List<Row> read = read(segment, reader -> reader.rows(numbers));
      for (int i = 0; i < numbers.length; i++) {
        loaded.put(some.get(i), read.get(i));
      }
    });
    List<Row> inOrder = new ArrayList<>(keys.size());
    keys.forEach(key -> inOrder.add(loaded.get(key)));
    return inOrder;
  }

  private <T> T read(Segment segment, Reading<T> reading) {
    try {
      return reading.of(readers.computeIfAbsent(segment, library::reader));
    } catch (IOException e) {
      throw Library.unreadable(e);
    }
  }
}
