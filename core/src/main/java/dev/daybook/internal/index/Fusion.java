package dev.daybook.internal.index;

import dev.daybook.internal.index.TopRows.Scored;
import dev.daybook.recall.Leg;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Joins what the legs found into one ranking. */
final class Fusion {
  private Fusion() {}

  /** The union of what was found, each scored by every leg that ran, the best first. */
  static List<Scored> rank(
      Map<Leg, List<Scored>> found,
      Optional<LexicalLeg.Prepared> words,
      Optional<VectorLeg.Prepared> meaning,
      double lean,
      Sources sources)
      throws IOException {
    if (words.isEmpty() || meaning.isEmpty()) {
      return found.values().stream().findAny().orElse(List.of());
    }
    Set<Integer> rows = new TreeSet<>();
    found.values().forEach(leg -> leg.forEach(one -> rows.add(one.row())));
    words.get().scoreAll(rows);
    List<Scored> nearest = found.get(Leg.VECTOR);
    float unknown = nearest.isEmpty() ? 0 : nearest.getLast().score();
    List<Scored> ranked = new ArrayList<>();
    for (int row : rows) {
      float cosine = meaning.get().score(row);
      double bm25 = words.get().score(row) / words.get().lengthOfHistory();
      ranked.add(new Scored(row, (float) ((Float.isNaN(cosine) ? unknown : cosine) + lean * bm25)));
    }
    ranked.sort(TopRows.bestFirst(sources));
    return ranked;
  }
}
