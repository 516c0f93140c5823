package dev.daybook.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.daybook.event.Actor;
import dev.daybook.event.CallOutcome;
import dev.daybook.event.Envelope;
import dev.daybook.event.Event;
import dev.daybook.event.EventId;
import dev.daybook.event.SessionId;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.event.TraceEvent.SessionStarted;
import dev.daybook.event.Vcs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is written by hand is what Jackson writes. */
final class EventJsonTest {
  private record Line(Envelope envelope, String type, int schema, @JsonRawValue String payload) {}

  @Property
  void writesCallsAsJacksonDoes(
      @ForAll String arguments,
      @ForAll String output,
      @ForAll CallOutcome outcome,
      @ForAll int exit,
      @ForAll @LongRange(min = 0) long nanos,
      @ForAll @Size(max = 3) List<String> names,
      @ForAll String rest) {
    assertSame(
        new ToolCall(
            "bash",
            arguments,
            output,
            outcome,
            exit,
            outcome.isFailure() ? rest : "",
            outcome.isFailure() ? "x" + rest : "",
            Duration.ofNanos(nanos),
            nanos,
            1,
            names.stream().map(name -> "." + name).toList(),
            List.of("x" + rest),
            output,
            rest.isEmpty()
                ? ToolCall.StoredOutput.NONE
                : new ToolCall.StoredOutput(rest, nanos, arguments)));
  }

  @Property
  void writesTextsAsJacksonDoes(@ForAll String text) {
    assertSame(new Message("user", "." + text));
    assertSame(new Observation("." + text));
    assertSame(new SessionStarted(text));
  }

  @Test
  void escapesEveryCharacterAsJacksonDoes() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 0x3000; c++) {
      all.append(c);
    }
    assertSame(new Observation(all + "\ud83d\ude00 \ud83d half \ude00 \ufffe"));
  }

  @Property
  void writesLinesAsJacksonDoes(
      @ForAll @Size(max = 3) Map<String, String> labels,
      @ForAll String some,
      @ForAll Actor.Kind kind,
      @ForAll Vcs.State state,
      @ForAll @LongRange(min = -99_999_999_999L, max = 99_999_999_999L) long seconds,
      @ForAll @LongRange(min = 0, max = 999_999) long micros,
      @ForAll @LongRange(min = 0, max = 3) long planVersion) {
    Instant time = Instant.ofEpochSecond(seconds, micros * 1_000);
    Envelope envelope =
        new Envelope(
            new EventId(seconds, micros),
            planVersion > 0 ? Envelope.Stream.PLAN : Envelope.Stream.TRACE,
            time,
            time.plusMillis(5),
            new Actor(kind, "a", some, some, "m", some),
            SessionId.of("s"),
            SessionId.NONE,
            some,
            EventId.NONE,
            some,
            "t",
            "",
            new Vcs(some, "b", "w", some, state),
            labels,
            planVersion);
    Row row = Row.of(Masker.NONE.event(envelope, new Observation("." + some)));
    assertThat(EventJson.line(row))
        .isEqualTo(
            Json.write(new Line(envelope, "Observation", row.schemaVersion(), row.payload())));
  }

  private static void assertSame(Event event) {
    assertThat(EventJson.payload(event)).isEqualTo(Json.write(event));
  }
}
