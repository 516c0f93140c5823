package dev.daybook.internal.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.daybook.internal.entry.Json;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostTimeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1763510640 | 2025-11-19T00:04:00Z",
        "1763510640.25 | 2025-11-19T00:04:00.250Z",
        "1760235790.123456789 | 2025-10-12T02:23:10.123456789Z",
        "1760235790.1234567891 | 2025-10-12T02:23:10.123456789Z",
        "1.76351064e9 | 2025-11-19T00:04:00Z",
        "1763510640250 | 2025-11-19T00:04:00.250Z",
        "0 | 1970-01-01T00:00:00Z",
        "\"1763510640\" | 2025-11-19T00:04:00Z",
        "\"1763510640.5\" | 2025-11-19T00:04:00.500Z",
        "\"2025-10-11T19:23:10.646212-07:00\" | 2025-10-12T02:23:10.646212Z",
        "\"2025-10-12T02:23:10.123456789Z\" | 2025-10-12T02:23:10.123456789Z",
        "\"2025-10-12T02:23:10.1234567899Z\" | 2025-10-12T02:23:10.123456789Z",
        "\"2025-10-12T02:23:10,5Z\" | 2025-10-12T02:23:10.500Z",
        "\"2025-10-12t02:23:10z\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12T07:53:10+05:30\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12T07:53:10+0530\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12T04:23:10+02\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12T04:23:10+02:00[Europe/Berlin]\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12 02:23:10 UTC\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12 02:23:10\" | 2025-10-12T02:23:10Z",
        "\"2025-10-12T02:23\" | 2025-10-12T02:23:00Z",
        "\" 2025-10-12 \" | 2025-10-12T00:00:00Z",
      })
  void readsWhatProgramsWrite(String json, Instant expected) throws IOException {
    assertThat(HostTime.of(Json.tree(json))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"yesterday\"",
        "\"\"",
        "\"2025-13-01T00:00:00Z\"",
        "\"2025-10-12T25:00:00Z\"",
        "\"2025-10-12T02:23:10+99:00\"",
        "true",
        "{\"seconds\":1}"
      })
  void refusesWhatIsNoTime(String json) throws IOException {
    var ts = Json.tree(json);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostTime.of(ts))
        .withMessageContaining("is no time; expected seconds since 1970, or ISO 8601");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-1", "\"-1\"", "1e300", "99999999999999999999", "\"1969-12-31T23:59:59Z\""})
  void refusesTimesThatAnIdCannotHold(String json) throws IOException {
    var ts = Json.tree(json);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostTime.of(ts))
        .withMessageContaining("does not lie in 1970 to 9999");
  }

  @Test
  void readsTheLastSecondThatFits() throws IOException {
    assertThat(HostTime.of(Json.tree("\"9999-12-30T23:59:59Z\""))).isBefore("9999-12-31T00:00:00Z");
    var tooLate = Json.tree("\"9999-12-31T00:00:00Z\"");
    assertThatIllegalArgumentException().isThrownBy(() -> HostTime.of(tooLate));
  }
}
