package dev.daybook.benchmarks.jmh;

import dev.daybook.event.EventId;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The ten best hits of a thousand questions by turns. No time goes into embedding: the vectors of
 * the questions are known beforehand.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class RecallBench {
  /** What is searched. */
  public enum Legs {
    /** Words. */
    LEXICAL,
    /** Meaning. */
    VECTOR,
    /** Both, joined. */
    FUSED
  }

  /** What is searched. */
  @Param public Legs legs;

  private List<Query> queries;

  /** Makes the queries. */
  @Setup(Level.Trial)
  public void make(SealedHistory history) {
    queries =
        history.questions().stream()
            .map(question -> Query.of(question.text()))
            .map(query ->
                switch (legs) {
                  case LEXICAL -> query.legs(Leg.LEXICAL);
                  case VECTOR -> query.legs(Leg.VECTOR);
                  case FUSED -> query;
                })
            .toList();
  }

  /** Which events they are. */
  @Benchmark
  public List<EventId> ids(SealedHistory history, Turn turn) {
    return history.workspace().recall(queries.get(turn.next(queries.size()))).ids();
  }

  /** The same with what a hit shows: its event's head, the snippet, where it comes from. */
  @Benchmark
  public List<Hit> hits(SealedHistory history, Turn turn) {
    return history.workspace().recall(queries.get(turn.next(queries.size()))).list();
  }
}
