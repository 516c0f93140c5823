package dev.daybook.recall;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * How much of the history an answer rests on.
 *
 * @param events how many events passed the query's filter and were searched
 * @param withoutVector how many of these have no vector (yet), so that the vector leg cannot see
 *     them
 * @param legs the legs that ran
 * @param note why a leg that was asked for did not run, such as {@code vector: no event has a
 *     vector yet}, or which library the embedder lacks; empty if all ran
 */
public record Coverage(long events, long withoutVector, Set<Leg> legs, String note) {
  /** Copies the set and checks the parts. */
  public Coverage {
    if (events < 0 || withoutVector < 0 || withoutVector > events) {
      throw new IllegalArgumentException(
          "Coverage has " + events + " events and " + withoutVector + " of them without a vector");
    }
    EnumSet<Leg> ordered = EnumSet.noneOf(Leg.class);
    ordered.addAll(legs);
    legs = Collections.unmodifiableSet(ordered);
    Objects.requireNonNull(note, "note");
  }

  /** Whether every leg that was asked for ran, and the vector leg saw every event. */
  public boolean isComplete() {
    return note.isEmpty() && (!legs.contains(Leg.VECTOR) || withoutVector == 0);
  }
}
