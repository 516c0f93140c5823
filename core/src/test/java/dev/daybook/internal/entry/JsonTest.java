package dev.daybook.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.EventId;
import dev.daybook.event.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  private record Sample(EventId id, Instant at, Duration took, List<String> names) {
    @SuppressWarnings("UnusedMethod") // must not show up in the JSON
    boolean isDerived() {
      return true;
    }
  }

  @Test
  void writesTheComponentsOfARecordAndNothingDerived() throws Exception {
    Sample sample =
        new Sample(
            EventId.NONE, Instant.EPOCH.plusNanos(1), Duration.ofSeconds(93), List.of("a", "b"));

    String json = Json.write(sample);

    assertThat(json)
        .isEqualTo(
            "{\"id\":\"00000000000000000000000000\",\"at\":\"1970-01-01T00:00:00.000000001Z\","
                + "\"took\":\"PT1M33S\",\"names\":[\"a\",\"b\"]}");
    assertThat(Json.read(json, Sample.class)).isEqualTo(sample);
    assertThat(sample.isDerived()).isTrue();
  }

  @Test
  void readsAnEventBackFromItsPayload() throws Exception {
    ToolCall call = ToolCall.of("bash", "mvn verify").softFail("boom").took(Duration.ofSeconds(3));

    assertThat(EventTypes.decode("ToolCall", 1, EventTypes.payload(call)).event()).isEqualTo(call);
  }
}
