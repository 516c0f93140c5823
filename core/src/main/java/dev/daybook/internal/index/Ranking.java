package dev.daybook.internal.index;

import dev.daybook.recall.Coverage;
import dev.daybook.recall.Hit;
import java.util.List;
import java.util.Objects;

/**
 * The answer to a query.
 *
 * @param hits the best first
 * @param refs where their events are, in the same order
 * @param coverage what was searched
 */
public record Ranking(List<Hit> hits, List<Found.Ref> refs, Coverage coverage) {
  /** Copies the lists. */
  public Ranking {
    hits = List.copyOf(hits);
    refs = List.copyOf(refs);
    Objects.requireNonNull(coverage, "coverage");
  }
}
