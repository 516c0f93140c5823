package dev.daybook.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.daybook.event.Event;
import dev.daybook.event.PlanEvent;
import dev.daybook.internal.entry.SearchText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SyntheticHistoryTest {
  private static final int EVENTS = 5_000;

  private final SyntheticHistory history = new SyntheticHistory(EVENTS, 1);

  @Test
  void makesTheSameEventOfANumberWhateverWasMadeBefore() {
    Event last = history.event(EVENTS - 1);
    SyntheticHistory again = new SyntheticHistory(EVENTS, 1);
    for (long number = 0; number < 100; number++) {
      assertThat(again.event(number)).isEqualTo(history.event(number));
      assertThat(again.question(number)).isEqualTo(history.question(number));
    }
    assertThat(again.event(EVENTS - 1)).isEqualTo(last);
  }

  @Test
  void makesOtherEventsOfAnotherSeed() {
    assertThat(new SyntheticHistory(EVENTS, 2).event(7)).isNotEqualTo(history.event(7));
  }

  @Test
  void makesTextsOfAboutSevenHundredBytesAndFewNotes() {
    long chars = 0;
    int notes = 0;
    for (long number = 0; number < EVENTS; number++) {
      Event event = history.event(number);
      chars += SearchText.of(event).length();
      notes += event instanceof PlanEvent ? 1 : 0;
    }
    assertThat(chars / EVENTS).isBetween(680L, 760L);
    assertThat(notes).isEqualTo(EVENTS / SyntheticHistory.NOTE_EVERY);
  }

  @Test
  void givesASampleATokenThatNoOtherHolds() {
    Set<String> tokens = new HashSet<>();
    int sampled = 0;
    for (long number = 0; number < EVENTS; number++) {
      boolean holds = SearchText.of(history.event(number)).contains(SyntheticHistory.token(number));
      assertThat(holds).as("event %d", number).isEqualTo(history.hasToken(number));
      sampled += history.hasToken(number) ? 1 : 0;
      tokens.add(SyntheticHistory.token(number));
    }
    assertThat(sampled).isEqualTo(1_000);
    assertThat(tokens).hasSize(EVENTS);
  }

  @Test
  void cutsItselfIntoPartsWithoutGapOrOverlap() {
    for (int parts : List.of(1, 3, 10)) {
      assertThat(history.firstOf(0, parts)).isZero();
      assertThat(history.firstOf(parts, parts)).isEqualTo(EVENTS);
      for (int part = 0; part < parts; part++) {
        assertThat(history.firstOf(part, parts)).isLessThan(history.firstOf(part + 1, parts));
      }
    }
  }

  @Test
  void embedsByTheEndOfATextToUnitLength() {
    String text = SearchText.of(history.event(3));
    float[] vector = ClusteredEmbedder.of(text);
    assertThat(cosine(vector, vector)).isCloseTo(1, within(1e-4f));
    assertThat(ClusteredEmbedder.of("a header\n" + text)).isEqualTo(vector);
    assertThat(cosine(vector, ClusteredEmbedder.near(text, 1))).isBetween(0.5f, 0.7f);
    assertThat(cosine(vector, ClusteredEmbedder.of("something else"))).isBetween(-0.2f, 0.2f);
  }

  @Test
  void embedsAQuestionAsItWasEmbeddedBeforehand() {
    float[] known = ClusteredEmbedder.of("some text");
    try (ClusteredEmbedder embedder = new ClusteredEmbedder(Map.of("a question", known))) {
      assertThat(embedder.embedQuery("a question")).isSameAs(known);
      assertThat(embedder.embedQuery("another")).isEqualTo(ClusteredEmbedder.of("another"));
    }
  }

  private static float cosine(float[] one, float[] other) {
    float sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
