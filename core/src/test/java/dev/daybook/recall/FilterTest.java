package dev.daybook.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FilterTest {
  @Test
  void addsValuesOfOneKindAndLeavesTheOriginalAlone() {
    Filter bash = Filter.any().tool("bash");
    Filter both = bash.tool("git").failures();

    assertThat(bash.values(Filter.Field.TOOL)).containsExactly("bash");
    assertThat(both.values(Filter.Field.TOOL)).containsExactly("bash", "git");
    assertThat(both.values(Filter.Field.OUTCOME))
        .containsExactlyInAnyOrder("SOFT_FAIL", "HARD_FAIL", "DENIED", "TIMEOUT", "CANCELED");
    assertThat(both.values(Filter.Field.SESSION)).isEmpty();
  }

  @Test
  void equalValuesMakeEqualFilters() {
    Filter one = Filter.any().task("A", "B").outcome(CallOutcome.OK).from(Instant.EPOCH);
    Filter other = Filter.any().from(Instant.EPOCH).outcome(CallOutcome.OK).task("B").task("A");

    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isNotEqualTo(other.to(Instant.MAX.minusSeconds(1)));
    assertThat(Filter.any().isAny()).isTrue();
    assertThat(one.isAny()).isFalse();
  }

  @Test
  void keepsIdsAsText() {
    EventId cause = new EventId(1, 2);

    assertThat(Filter.any().cause(cause).values(Filter.Field.CAUSE))
        .containsExactly(cause.toString());
    assertThat(Filter.any().session(SessionId.of("s-1")).values(Filter.Field.SESSION))
        .containsExactly("s-1");
  }

  @Test
  void refusesWhatNothingCanPass() {
    assertThatThrownBy(() -> Filter.any().tool())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TOOL got no value");
    assertThatThrownBy(() -> Filter.any().path(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PATH got a blank value");
    Filter later = Filter.any().from(Instant.ofEpochSecond(10));
    assertThatThrownBy(() -> later.to(Instant.ofEpochSecond(10)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("which is none; swap them");
  }
}
