package dev.daybook.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Envelope.Stream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueryTest {
  @Test
  void beginsWithDefaultsAndChangesCopies() {
    Query query = Query.of("  why does it fail ");
    Query narrowed =
        query.from("planner-1").task("AUTH-42").tool("bash").path("src/**").failures().limit(5);

    assertThat(query.text()).isEqualTo("why does it fail");
    assertThat(query.limit()).isEqualTo(Query.LIMIT_DEFAULT);
    assertThat(query.legs()).containsExactly(Leg.LEXICAL, Leg.VECTOR);
    assertThat(query.lean(Stream.TRACE)).isEmpty();
    assertThat(query.lean(Stream.PLAN)).isEmpty();
    assertThat(query.freshness()).isEqualTo(Duration.ofSeconds(5));
    assertThat(query.filter().isAny()).isTrue();
    assertThat(narrowed.filter())
        .isEqualTo(
            Filter.any().agent("planner-1").task("AUTH-42").tool("bash").path("src/**").failures());
    assertThat(narrowed.limit()).isEqualTo(5);
    assertThat(narrowed.legs(Leg.VECTOR).legs()).containsExactly(Leg.VECTOR);
  }

  @Test
  void leansByStreamAndTheLastWordCounts() {
    Query query = Query.of("a").lean(0.5).lean(Stream.PLAN, 2);

    assertThat(query.lean(Stream.TRACE)).hasValue(0.5);
    assertThat(query.lean(Stream.PLAN)).hasValue(2);
    assertThat(query.limit(3).lean(0).lean(Stream.PLAN)).hasValue(0);
    assertThat(query).isEqualTo(Query.of("a").lean(Stream.PLAN, 2).lean(Stream.TRACE, 0.5));
    assertThat(query).isNotEqualTo(Query.of("a").lean(0.5));
    assertThatThrownBy(() -> query.lean(Stream.PLAN, -1))
        .hasMessage("Query.lean is -1.0, expected 0 to 100.0");
  }

  @Test
  void aPhraseAloneIsAQuestion() {
    Query query = Query.ofPhrase("exit code 137");

    assertThat(query.text()).isEmpty();
    assertThat(query.question()).isEqualTo("exit code 137");
    assertThat(Query.of("oom").phrase("exit code 137").question()).isEqualTo("oom");
    assertThat(query).isEqualTo(Query.ofPhrase("exit code 137")).isNotEqualTo(Query.of("exit"));
  }

  @Test
  void refusesAQueryWithoutWordsAndPointsToFind() {
    assertThatThrownBy(() -> Query.of("  "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Query.text is blank, so there is nothing to rank by; to list events by filter alone"
                + " use traces().find(filter)");
    assertThatThrownBy(() -> Query.of("a").phrase(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Query.phrase is blank");
    assertThatThrownBy(() -> Query.of("x".repeat(10_001)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10001 characters");
  }

  @Test
  void refusesBoundsOutsideTheirRange() {
    Query query = Query.of("a");
    assertThatThrownBy(() -> query.limit(0)).hasMessage("Query.limit is 0, expected 1 to 1000");
    assertThatThrownBy(() -> query.limit(1_001)).hasMessageContaining("1001");
    assertThatThrownBy(() -> query.lean(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> query.freshness(Duration.ofSeconds(-1))).hasMessageContaining("PT-1S");
    assertThatThrownBy(() -> query.legs(new Leg[0])).hasMessageContaining("Query.legs got none");
  }
}
