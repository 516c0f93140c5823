package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanState;
import dev.daybook.internal.workspace.Library.OpenSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Plans of the past, folded from the plan rows of segments. */
final class PlanHistory {
  private static final Comparator<Row> ORDER =
      Comparator.<Row>comparingLong(row -> row.envelope().planVersion()).thenComparing(Row::id);

  private PlanHistory() {}

  /** The plan at a version that the segments cover. */
  static PlanState fold(List<OpenSegment> segments, long version) {
    return fold(segments, List.of(), version);
  }

  /** The plan at a version that the segments and these later rows cover. */
  static PlanState fold(List<OpenSegment> segments, List<Row> later, long version) {
    List<Row> rows = new ArrayList<>();
    try {
      for (OpenSegment segment : segments) {
        if (segment.ref().planRows() > 0) {
          segment.reader().forEachPlanRow(0, rows::add);
        }
      }
      rows.addAll(later);
      rows.sort(ORDER);
      PlanFold fold = new PlanFold(PlanState.EMPTY);
      for (Row row : rows) {
        if (row.envelope().planVersion() <= version) {
          fold.add(row.entry());
        }
      }
      fold.through(version);
      return fold.plan();
    } catch (IOException e) {
      throw new CorruptDataException(
          "Plan events of a segment cannot be read: "
              + e.getMessage()
              + "; restore the segment from a backup",
          e);
    }
  }
}
