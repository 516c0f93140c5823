package dev.daybook.internal.workspace;

import dev.daybook.internal.entry.Row;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.plan.PlanLog;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one strong read saw: everything acknowledged before it began, in a state that holds
 * together.
 *
 * @param manifest which files are in force
 * @param plan the plan, and its rows that no segment covers
 * @param batches of every log those above its watermark, up to its first hole; by log, then number
 */
public record Snapshot(Manifest manifest, PlanLog.Head plan, List<Batch> batches) {
  /** Copies the list. */
  public Snapshot {
    batches = List.copyOf(batches);
  }

  /**
   * A batch that no segment covers.
   *
   * @param ref its log and number
   * @param operation its operation id
   * @param rows what it holds, each with its place; none if it is a fence
   * @param bytes the length of its object
   */
  public record Batch(BatchRef ref, String operation, List<Row> rows, long bytes) {
    /** Copies the list; rows learn their places here, since only the key of a batch says them. */
    public Batch {
      List<Row> placed = new ArrayList<>(rows.size());
      for (Row row : rows) {
        placed.add(row.at(new Row.Place(ref.log(), ref.number(), placed.size())));
      }
      rows = List.copyOf(placed);
    }
  }

  /** Every row that no segment covers: the batches', then the plan's. */
  public Stream<Row> tail() {
    return Stream.concat(
        batches.stream().flatMap(batch -> batch.rows().stream()), plan.recent().stream());
  }

  /** How many bytes of log objects no segment covers. */
  public long tailBytes() {
    return batches.stream().mapToLong(Batch::bytes).sum();
  }
}
