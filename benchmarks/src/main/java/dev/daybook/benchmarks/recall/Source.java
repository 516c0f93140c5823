package dev.daybook.benchmarks.recall;

import dev.daybook.benchmarks.RawLucene;
import dev.daybook.event.EventId;
import dev.daybook.recall.Embedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The events that are searched, by number from 0 on, each with a vector. Immutable; safe from any
 * thread.
 */
interface Source extends RawLucene.Documents {
  /** Tells files made of these events from those made of others; part of a file's name. */
  String key();

  /** How many of them are no notes on a plan. */
  int traces();

  /** What its vectors are made by; questions have the vectors they were given beforehand. */
  Embedder embedder(Map<String, float[]> questions);

  /** A workspace that holds them, compacted; built first if it is not in the folder. */
  Kept workspace(Path folder) throws IOException;

  /**
   * A workspace that was built, of the name {@link dev.daybook.benchmarks.ScaleWorkspace#NAME}.
   *
   * @param ids of the events, by number
   * @param copy of its store, to write in; to be removed by whoever asked for it
   * @param cache where local copies of indexes are
   */
  record Kept(List<EventId> ids, Path copy, Path cache) {
    /** Copies the list. */
    public Kept {
      ids = List.copyOf(ids);
    }
  }
}
