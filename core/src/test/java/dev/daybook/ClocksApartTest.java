package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.Handoff;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.SessionId;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What reads of the past show where the clocks of writers differ, held against the order in which
 * things were done, which only the test knows.
 */
class ClocksApartTest {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();
  private Instant time = START;

  /** A process whose clock is off by so much. */
  private final class Writer implements AutoCloseable {
    final InstantSource clock;
    final Daybook daybook;
    final Workspace workspace;
    final Session session;

    Writer(String name, Duration off) {
      clock = () -> time.plus(off);
      daybook =
          Daybook.on(store)
              .embedder(Embedder.none())
              .clock(clock)
              .cache(cache, 1 << 30)
              .compactAt(Integer.MAX_VALUE, Long.MAX_VALUE)
              .open();
      workspace = daybook.openOrCreate("w");
      session = workspace.startSession(Actor.agent(name), SessionId.of(name));
    }

    EventId observe(String text) {
      return session.record(Observation.of(text)).await().id();
    }

    long note(String text) {
      return session.updatePlan(plan -> List.of(NoteAdded.of(text))).version();
    }

    /** The clock may stand still, so a view of before could still be young. */
    void readAll() {
      assertThat(
              workspace
                  .recall(Query.of("nothing of the kind").freshness(Duration.ZERO))
                  .coverage()
                  .events())
          .isPositive();
    }

    @Override
    public void close() {
      session.close();
      workspace.close();
      daybook.close();
    }
  }

  private void pass(Duration duration) {
    time = time.plus(duration);
  }

  private static Set<EventId> shown(Workspace.Past past) {
    return past
        .traces()
        .find(Filter.any().type("Observation"), EventId.NONE, 1_000)
        .entries()
        .stream()
        .map(Entry::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void aSlowClockShowsNothingOfTheFutureAndHidesNothingOfThePast() {
    try (Writer right = new Writer("right", Duration.ZERO);
        Writer slow = new Writer("slow", Duration.ofHours(-2))) {
      time = START.minus(Duration.ofHours(3));
      right.note("before");
      pass(Duration.ofHours(1));
      long inForce = right.note("in force at half past ten");
      Instant then = time.plus(Duration.ofMinutes(30));
      pass(Duration.ofHours(1));
      EventId eleven = right.observe("recorded at eleven");
      long byRight = right.note("at eleven");
      pass(Duration.ofHours(1));
      long bySlow = slow.note("at noon, which the slow clock calls ten");

      assertThat(right.workspace.asOf(then).planVersion()).isEqualTo(inForce);
      assertThat(shown(right.workspace.asOf(byRight))).containsExactly(eleven);
      assertThat(shown(right.workspace.asOf(bySlow))).contains(eleven);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void timeNeverGoesBackWhateverTheClocks(long seed) {
    Random random = new Random(seed);
    try (Writer right = new Writer("right", Duration.ZERO);
        Writer slow = new Writer("slow", Duration.ofMinutes(-90 - random.nextInt(120)))) {
      List<EventId> traces = new ArrayList<>();
      List<Integer> before = new ArrayList<>(List.of(0));
      List<Instant> rightAt = new ArrayList<>(List.of(Instant.MIN));
      List<Boolean> byRight = new ArrayList<>(List.of(true));
      for (int step = 0; step < 40; step++) {
        pass(Duration.ofMinutes(1 + random.nextInt(20)));
        if (random.nextInt(3) == 0) {
          traces.add(right.observe("step " + step));
        } else {
          boolean isRight = random.nextBoolean();
          (isRight ? right : slow).note("step " + step);
          before.add(traces.size());
          rightAt.add(time);
          byRight.add(isRight);
        }
        if (random.nextInt(12) == 0) {
          right.workspace.compact();
        }
      }
      Set<EventId> earlier = Set.of();
      int sure = 0;
      for (int version = 0; version < before.size(); version++) {
        Set<EventId> shown = shown(slow.workspace.asOf(version));
        assertThat(shown).containsAll(earlier);
        earlier = shown;
        // What came before the last version by the right clock cannot be missing, ...
        sure = byRight.get(version) ? before.get(version) : sure;
        assertThat(shown).containsAll(traces.subList(0, sure));
        // ... and what came after this one cannot be there.
        assertThat(traces.subList(before.get(version), traces.size())).noneMatch(shown::contains);
      }
      for (int version = 1; version < before.size(); version++) {
        if (byRight.get(version)) {
          assertThat(slow.workspace.asOf(rightAt.get(version)).planVersion())
              .isGreaterThanOrEqualTo(version);
          assertThat(slow.workspace.asOf(rightAt.get(version).minusNanos(1_000)).planVersion())
              .isLessThan(version);
        }
      }
    }
  }

  @Test
  void evidenceIsThereAsOfTheVersionThatCitesIt() {
    for (boolean isCompacted : List.of(false, true)) {
      try (Writer ahead = new Writer("ahead" + isCompacted, Duration.ofSeconds(90));
          Writer behind = new Writer("behind" + isCompacted, Duration.ZERO)) {
        pass(Duration.ofMinutes(10));
        String task = "T" + isCompacted;
        behind.session.updatePlan(plan -> List.of(TaskAdded.of(task, "task")));
        EventId evidence = ahead.observe("evidence");
        if (isCompacted) {
          ahead.workspace.compact();
        }
        pass(Duration.ofSeconds(10));

        behind.session.offer(
            Handoff.of(task).toRole("coder").summary("see there").evidence(evidence).build());

        Workspace.Past past = behind.workspace.asOf(behind.workspace.plan().version());
        assertThat(past.traces().entry(evidence)).isPresent();
      }
    }
  }

  @Test
  void historyIsInTheOrderOfVersions() {
    try (Writer fast = new Writer("fast", Duration.ofHours(2));
        Writer right = new Writer("right", Duration.ZERO)) {
      EventId added =
          fast.session.updatePlan(plan -> List.of(TaskAdded.of("T", "task"))).events().getFirst();
      List<EventId> expected = new ArrayList<>(List.of(added));
      for (int i = 0; i < 6; i++) {
        String text = "note " + i;
        Writer process = i % 2 == 0 ? right : fast;
        expected.addAll(
            process
                .session
                .updatePlan(plan -> List.of(NoteAdded.of(text).on("T"), NoteAdded.of(text).on("T")))
                .events());
        if (i == 2) {
          right.workspace.compact();
        }
      }
      List<EventId> paged = new ArrayList<>();
      EventId cursor = EventId.NONE;
      do {
        EntryPage page = right.workspace.history("T", cursor, 4);
        page.entries().forEach(entry -> paged.add(entry.id()));
        cursor = page.next();
      } while (cursor.isPresent());
      assertThat(paged.reversed()).isEqualTo(expected);
    }
  }

  /** Each process reads before it acts, so each knows all that was done before. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void asOfAVersionIsExactlyWhatWasDoneBeforeIt(long seed) {
    Random random = new Random(seed);
    List<EventId> traces = new ArrayList<>();
    List<Integer> before = new ArrayList<>(List.of(0));
    try (Writer one = new Writer("one", Duration.ofMinutes(25).plusNanos(random.nextInt(999_999)));
        Writer two = new Writer("two", Duration.ofMinutes(-25))) {
      for (int step = 0; step < 60; step++) {
        pass(Duration.ofNanos(random.nextInt(2) + random.nextInt(2) * 40_000_000_000L));
        pass(Duration.ofMillis(1));
        Writer process = random.nextBoolean() ? one : two;
        process.readAll();
        switch (random.nextInt(8)) {
          case 0 -> process.workspace.compact();
          case 1, 2, 3 -> {
            process.note("step " + step);
            before.add(traces.size());
          }
          default -> traces.add(process.observe("step " + step));
        }
      }
      for (int version = 1; version < before.size(); version++) {
        assertThat(shown(one.workspace.asOf(version)))
            .containsExactlyInAnyOrderElementsOf(traces.subList(0, before.get(version)));
      }
    }
  }
}
