package dev.daybook.internal.index;

import dev.daybook.internal.index.Found.Ref;
import java.util.List;

/**
 * Events of a selection that have one value in common.
 *
 * @param value the value
 * @param events how many there are
 * @param oldest the first of them
 * @param newest the last of them, the newest first
 */
public record Group(String value, long events, Ref oldest, List<Ref> newest) {
  /** Copies the list. */
  public Group {
    newest = List.copyOf(newest);
  }
}
