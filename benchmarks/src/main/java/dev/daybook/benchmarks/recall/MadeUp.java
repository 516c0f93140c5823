package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.ClusteredEmbedder;
import dev.daybook.benchmarks.RawLucene;
import dev.daybook.benchmarks.ScaleWorkspace;
import dev.daybook.benchmarks.SyntheticHistory;
import dev.daybook.event.Event;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** A history that nobody lived, and what is asked of it. */
record MadeUp(SyntheticHistory history) implements Source {
  private static final long SEED = 1;

  /** The history of so many events. */
  static MadeUp of(int events) {
    return new MadeUp(new SyntheticHistory(events, SEED));
  }

  /** Questions without an end, as they are put. */
  Iterator<RecallData.Asked> questions() {
    return LongStream.iterate(0, number -> number + 1)
        .mapToObj(number -> {
          SyntheticHistory.Question asked = history.question(number);
          return new RecallData.Asked(
              asked.text(), ClusteredEmbedder.near(asked.about(), number), new int[0]);
        })
        .iterator();
  }

  /** The tokens of the first events that have one no other has, at most so many. */
  List<RecallData.Asked> tokens(int countMax) {
    List<RecallData.Asked> tokens = new ArrayList<>();
    for (int number = 0; number < count() && tokens.size() < countMax; number++) {
      if (history.hasToken(number)) {
        tokens.add(
            new RecallData.Asked(
                SyntheticHistory.token(number), vector(number), new int[] {number}));
      }
    }
    return tokens;
  }

  @Override
  public String key() {
    return Long.toString(count());
  }

  @Override
  public int traces() {
    return (int) LongStream.range(0, count()).filter(n -> !SyntheticHistory.isNote(n)).count();
  }

  @Override
  public Embedder embedder(Map<String, float[]> questions) {
    return new ClusteredEmbedder(questions);
  }

  @Override
  public Kept workspace(Path folder) throws IOException {
    ScaleWorkspace kept = ScaleWorkspace.of(folder, history, 1);
    return new Kept(kept.ids(), kept.copy(), kept.cache());
  }

  @Override
  public String name() {
    return RawLucene.documents(history).name();
  }

  @Override
  public long count() {
    return history.events();
  }

  @Override
  public Event event(long number) {
    return RawLucene.documents(history).event(number);
  }

  @Override
  public float[] vector(long number) {
    return RawLucene.documents(history).vector(number);
  }
}
