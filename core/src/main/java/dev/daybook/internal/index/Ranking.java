package dev.daybook.internal.index;

import dev.daybook.event.EventId;
import dev.daybook.recall.Coverage;
import dev.daybook.recall.Hit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * The answer to a query. The ids are there; hits are read from the searcher, which must be held
 * meanwhile. Hits may be asked for by one thread at a time.
 */
public final class Ranking {
  private final List<EventId> ids;
  private final Coverage coverage;
  private final Presenting presenting;
  private final Comparing comparing;

  /** Reads what is shown of the events found. */
  @FunctionalInterface
  interface Presenting {
    /** The hits, the best first. */
    List<Hit> hits(Texts texts) throws IOException;
  }

  /** Reads the vectors of the events found. */
  @FunctionalInterface
  interface Comparing {
    /** The cosine of each with the question, the best event first. */
    SequencedMap<EventId, Double> cosines() throws IOException;
  }

  /** Where the whole texts of events are. */
  @FunctionalInterface
  public interface Texts {
    /** The texts that are at hand of these events. */
    Map<EventId, String> of(List<Found.Ref> refs) throws IOException;
  }

  Ranking(List<EventId> ids, Coverage coverage, Presenting presenting, Comparing comparing) {
    this.ids = List.copyOf(ids);
    this.coverage = Objects.requireNonNull(coverage, "coverage");
    this.presenting = Objects.requireNonNull(presenting, "presenting");
    this.comparing = Objects.requireNonNull(comparing, "comparing");
  }

  /** The events found, the best first. */
  public List<EventId> ids() {
    return ids;
  }

  /** What was searched. */
  public Coverage coverage() {
    return coverage;
  }

  /** The same with snippets of the heads of texts only. */
  List<Hit> hits() {
    return hits(refs -> Map.of());
  }

  /**
   * What is shown of them, the best first; read anew by each call.
   *
   * @param texts asked at most once, for events in whose head not every word is that the query and
   *     the event have in common
   * @throws UncheckedIOException if the index cannot be read
   */
  public List<Hit> hits(Texts texts) {
    try {
      return presenting.hits(texts);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * How alike in meaning each event found is to the question, the best first: its score in the
   * vector leg as a hit has it, 0 without a vector or without that leg. Nothing else is read.
   *
   * @throws UncheckedIOException if vectors cannot be read
   */
  public SequencedMap<EventId, Double> cosines() {
    try {
      return comparing.cosines();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static UncheckedIOException unreadable(IOException e) {
    return new UncheckedIOException(
        "Cannot read local copies of an index; check the cache folder", e);
  }
}
