package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.PlanRecord;
import dev.daybook.event.Entry;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.plan.PlanDiff;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.workspace.Library.OpenSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Plans of the past, folded from the plan rows of segments. */
final class PlanHistory {
  /** As {@link PlanLog} reads a version. */
  private static final Comparator<Row> ORDER =
      Comparator.<Row>comparingLong(row -> row.envelope().planVersion())
          .thenComparing(PlanLog.WITHIN_VERSION);

  private PlanHistory() {}

  /** The plan at a version that the segments cover. */
  static PlanState fold(List<OpenSegment> segments, long version) {
    return fold(segments, List.of(), version);
  }

  /** The plan at a version that the segments and these later rows cover. */
  static PlanState fold(List<OpenSegment> segments, List<Row> later, long version) {
    PlanFold fold = new PlanFold(PlanState.EMPTY);
    for (Entry entry : entries(segments, later)) {
      if (entry.envelope().planVersion() <= version) {
        fold.add(entry);
      }
    }
    fold.through(version);
    return fold.plan();
  }

  /** What two versions that the segments and these later rows cover differ in. */
  static PlanRecord.Diff diff(List<OpenSegment> segments, List<Row> later, long from, long to) {
    PlanFold fold = new PlanFold(PlanState.EMPTY);
    PlanState before = PlanState.EMPTY;
    List<Entry> between = new ArrayList<>();
    for (Entry entry : entries(segments, later)) {
      long version = entry.envelope().planVersion();
      if (version > from && between.isEmpty()) {
        fold.through(from);
        before = fold.plan();
      }
      if (version <= to) {
        fold.add(entry);
        if (version > from) {
          between.add(entry);
        }
      }
    }
    fold.through(to);
    return PlanDiff.of(between.isEmpty() ? fold.plan() : before, fold.plan(), between);
  }

  /** Every plan event, in order. */
  private static List<Entry> entries(List<OpenSegment> segments, List<Row> later) {
    List<Row> rows = new ArrayList<>();
    try {
      for (OpenSegment segment : segments) {
        if (segment.ref().planRows() > 0) {
          segment.reader().forEachPlanRow(0, rows::add);
        }
      }
      rows.addAll(later);
      rows.sort(ORDER);
      List<Entry> entries = new ArrayList<>(rows.size());
      for (Row row : rows) {
        entries.add(row.entry());
      }
      return entries;
    } catch (IOException e) {
      throw new CorruptDataException(
          "Plan events of a segment cannot be read: "
              + e.getMessage()
              + "; restore the segment from a backup",
          e);
    }
  }
}
