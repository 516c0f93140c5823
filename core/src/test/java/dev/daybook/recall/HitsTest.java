package dev.daybook.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.Envelope.Stream;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HitsTest {
  private static Hit hit(long id) {
    return new Hit(
        new EventId(0, id),
        "Observation",
        Stream.TRACE,
        Instant.EPOCH,
        Actor.agent("a"),
        SessionId.NONE,
        "",
        "",
        "",
        "text",
        1,
        Map.of(Leg.LEXICAL, new Hit.LegScore(1, 2.5)));
  }

  @Test
  void loadsTheEventsOfAllHitsInOneCall() {
    List<List<EventId>> asked = new ArrayList<>();
    Hits hits =
        Hits.of(
            List.of(hit(2), hit(1)),
            new Coverage(2, 0, Set.of(Leg.LEXICAL), ""),
            ids -> {
              asked.add(ids);
              return List.<Entry>of();
            });

    assertThat(hits).extracting(Hit::id).containsExactly(new EventId(0, 2), new EventId(0, 1));
    assertThat(hits.load()).isEmpty();
    assertThat(asked).containsExactly(List.of(new EventId(0, 2), new EventId(0, 1)));
  }

  @Test
  void readsWhatHitsShowOnceAndOnlyIfSomebodyLooks() throws Exception {
    AtomicInteger readings = new AtomicInteger();
    Hits hits =
        Hits.ofIds(
            List.of(new EventId(0, 2), new EventId(0, 1)),
            new Coverage(2, 0, Set.of(Leg.LEXICAL), ""),
            () -> {
              readings.incrementAndGet();
              return List.of(hit(2), hit(1));
            },
            ids -> List.of());

    assertThat(hits.ids()).containsExactly(new EventId(0, 2), new EventId(0, 1));
    assertThat(hits.size()).isEqualTo(2);
    assertThat(hits.isEmpty()).isFalse();
    assertThat(hits.coverage().events()).isEqualTo(2);
    assertThat(hits.load()).isEmpty();
    assertThat(hits).hasToString("Hits[2 of 2 events]");
    assertThat(readings).hasValue(0);

    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      List<Future<List<Hit>>> lists =
          readers.invokeAll(Collections.nCopies(16, (Callable<List<Hit>>) hits::list));
      for (Future<List<Hit>> list : lists) {
        assertThat(list.get()).isSameAs(hits.list());
      }
    }
    assertThat(hits).extracting(Hit::id).isEqualTo(hits.ids());
    assertThat(readings).hasValue(1);
  }

  @Test
  void readsAgainWhatCouldNotBeRead() {
    AtomicInteger readings = new AtomicInteger();
    Hits hits =
        Hits.ofIds(
            List.of(new EventId(0, 1)),
            new Coverage(1, 0, Set.of(Leg.LEXICAL), ""),
            () -> {
              if (readings.incrementAndGet() == 1) {
                throw new IllegalStateException("no such file");
              }
              return List.of(hit(1));
            },
            ids -> List.of());

    assertThatThrownBy(hits::list).hasMessage("no such file");
    assertThat(hits.list()).hasSize(1);
  }

  @Test
  void loadsNothingForNoHits() {
    Hits hits =
        Hits.of(
            List.of(),
            new Coverage(0, 0, Set.of(), ""),
            ids -> {
              throw new AssertionError("asked for " + ids);
            });

    assertThat(hits.load()).isEmpty();
    assertThat(hits.isEmpty()).isTrue();
  }

  @Test
  void aLegThatDidNotRunHasNoRank() {
    assertThat(hit(1).leg(Leg.LEXICAL)).isEqualTo(new Hit.LegScore(1, 2.5));
    assertThat(hit(1).leg(Leg.VECTOR)).isEqualTo(Hit.LegScore.NONE);
  }

  @Test
  void coverageIsCompleteOnlyIfEveryLegSawEverything() {
    assertThat(new Coverage(3, 0, Set.of(Leg.values()), "").isComplete()).isTrue();
    assertThat(new Coverage(3, 1, Set.of(Leg.values()), "").isComplete()).isFalse();
    assertThat(new Coverage(3, 3, Set.of(Leg.LEXICAL), "").isComplete()).isTrue();
    assertThat(new Coverage(3, 3, Set.of(Leg.LEXICAL), "vector: no embedder").isComplete())
        .isFalse();
    assertThatThrownBy(() -> new Coverage(1, 2, Set.of(), ""))
        .hasMessage("Coverage has 1 events and 2 of them without a vector");
  }
}
