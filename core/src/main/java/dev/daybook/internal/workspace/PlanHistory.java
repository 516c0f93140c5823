package dev.daybook.internal.workspace;

import dev.daybook.CorruptDataException;
import dev.daybook.PlanRecord;
import dev.daybook.event.Entry;
import dev.daybook.internal.entry.Row;
import dev.daybook.internal.manifest.Manifest;
import dev.daybook.internal.plan.PlanDiff;
import dev.daybook.internal.plan.PlanFold;
import dev.daybook.internal.plan.PlanLog;
import dev.daybook.internal.plan.PlanState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans of the past, folded from the plan rows of segments. What a version holds never changes, so
 * the last few plans are kept, and a fold goes on from the newest of them that is not too new: a
 * version costs the rows since that one. At most {@value #KEPT_MAX} are kept, each of which shares
 * with the one it was folded from whatever did not change between them. Safe for use by any number
 * of threads.
 */
final class PlanHistory {
  /** As {@link PlanLog} reads versions. */
  private static final Comparator<Entry> ORDER =
      Comparator.<Entry>comparingLong(entry -> entry.envelope().planVersion())
          .thenComparing(Entry::id);

  private static final int KEPT_MAX = 8;

  /** Into so many parts is a long fold divided by plans that are kept on the way. */
  private static final int PARTS = 4;

  private static final int LONG_FOLD_ROWS = 2_000;

  private final Library library;

  /** By version, used last comes last. */
  private final Map<Long, PlanState> kept = new LinkedHashMap<>(16, 0.75f, true);

  PlanHistory(Library library) {
    this.library = library;
  }

  /** Keeps a plan that is known anyway. */
  synchronized void keep(PlanState plan) {
    if (plan.version() > 0) {
      kept.put(plan.version(), plan);
      while (kept.size() > KEPT_MAX) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
  }

  private synchronized PlanState newestUpTo(long version) {
    long newest = 0;
    for (long known : kept.keySet()) {
      if (known <= version) {
        newest = Math.max(newest, known);
      }
    }
    return newest == 0 ? PlanState.EMPTY : kept.get(newest);
  }

  /** The plan at a version that a snapshot has. */
  PlanState at(Snapshot snapshot, long version) {
    PlanState head = snapshot.plan().plan();
    if (version == head.version()) {
      keep(head);
      return head;
    }
    PlanState from = newestUpTo(version);
    Manifest manifest = snapshot.manifest();
    if (from.version() < manifest.planThrough() && manifest.planThrough() <= version) {
      from = library.startingPlan(manifest);
      keep(from);
    }
    if (from.version() == version) {
      return from;
    }
    List<Entry> entries =
        entries(library, manifest, snapshot.plan().recent(), from.version(), version);
    return fold(from, entries, version);
  }

  /** What two versions that a snapshot has differ in. */
  PlanRecord.Diff diff(Snapshot snapshot, long from, long to) {
    PlanState before = at(snapshot, from);
    List<Entry> between = entries(library, snapshot.manifest(), snapshot.plan().recent(), from, to);
    return PlanDiff.of(before, fold(before, between, to), between);
  }

  private PlanState fold(PlanState from, List<Entry> entries, long version) {
    PlanFold fold = new PlanFold(from);
    int part = Math.max(LONG_FOLD_ROWS, entries.size() / PARTS);
    int folded = 0;
    long at = from.version();
    for (Entry entry : entries) {
      if (folded >= part && entry.envelope().planVersion() > at) {
        keep(fold.plan());
        folded = 0;
      }
      fold.add(entry);
      at = entry.envelope().planVersion();
      folded++;
    }
    fold.through(version);
    PlanState plan = fold.plan();
    keep(plan);
    return plan;
  }

  /** The plan that the segments of a manifest hold, without a checkpoint. */
  static PlanState fold(Library library, Manifest manifest) {
    PlanFold fold = new PlanFold(PlanState.EMPTY);
    entries(library, manifest, List.of(), 0, manifest.planThrough()).forEach(fold::add);
    fold.through(manifest.planThrough());
    return fold.plan();
  }

  /** The plan events of the versions after one up to another, in order. */
  private static List<Entry> entries(
      Library library, Manifest manifest, List<Row> later, long after, long upTo) {
    List<Entry> entries = new ArrayList<>();
    try {
      List<Manifest.Segment> ofPlan =
          manifest.segments().stream()
              .filter(ref -> ref.planRows() > 0 && after < manifest.planThrough())
              .toList();
      library.fetchRows(ofPlan);
      for (Manifest.Segment ref : ofPlan) {
        library.reader(ref).forEachPlanEntry(after, upTo, entries::add);
      }
      for (Row row : later) {
        long version = row.envelope().planVersion();
        if (after < version && version <= upTo) {
          entries.add(row.entry());
        }
      }
    } catch (IOException e) {
      throw new CorruptDataException(
          "Plan events of a segment cannot be read: "
              + e.getMessage()
              + "; restore the segment from a backup",
          e);
    }
    entries.sort(ORDER);
    return entries;
  }
}
