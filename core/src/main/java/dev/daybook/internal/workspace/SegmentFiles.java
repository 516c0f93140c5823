package dev.daybook.internal.workspace;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.FileGoneException;
import dev.daybook.internal.manifest.Manifest;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Makes and reads the files that hold events. {@link Compactor} decides which events belong in
 * which file and when a file is in force; what a file looks like is decided here. A method that
 * reads throws {@link FileGoneException} if a file is missing.
 */
public interface SegmentFiles {
  /**
   * Writes rows as one segment with its index; names that nobody has used.
   *
   * @param read the manifest the caller has read
   * @param rows at least one, no id twice, in any order
   */
  Manifest.Segment write(Manifest read, List<Row> rows);

  /**
   * Writes the rows of a segment once more, since they were changed in nothing but who took them
   * in; what was built from them stays.
   */
  Manifest.Segment rewrite(Manifest read, Manifest.Segment segment, List<Row> rows);

  /** Whether an event of this id is in a segment of the manifest. */
  boolean hold(Manifest manifest, EventId id);

  /**
   * Whether merging this segment with others that have vectors of the same models loses nothing
   * that was built from it.
   */
  boolean mayMerge(Manifest manifest, Manifest.Segment segment);

  /** The model whose vectors this process makes; empty if it makes none. */
  Optional<String> model();

  /**
   * Makes one segment of several of a manifest.
   *
   * @param rowsDone is told now and then how many rows are written; it may throw to end the work
   */
  Manifest.Segment merge(Manifest manifest, List<Manifest.Segment> segments, LongConsumer rowsDone);

  /** Makes sure that every segment of a manifest is there and answers. */
  void check(Manifest manifest);
}
