package dev.daybook.internal.transcript;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.daybook.event.CallOutcome;
import dev.daybook.event.ToolCall;
import dev.daybook.event.TraceEvent.Message;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceRowTest {
  @Test
  void readsACallInFull() {
    TraceRow row =
        parse(
            """
            {"session":"s","agent":"a","seq":7,"ts":1763510640,"task":"t","tool":"bash",\
            "note":"list it","input":"ls","output":"README","status":"error","rc":2}\
            """);

    assertThat(row.writer().session().value()).isEqualTo("s");
    assertThat(row.writer().actor().id()).isEqualTo("a");
    assertThat(row.event())
        .isEqualTo(
            ToolCall.of("bash", "ls")
                .output("README")
                .outcome(CallOutcome.SOFT_FAIL)
                .exit(2)
                .trying("list it"));
    assertThat(row.context().task()).isEqualTo("t");
    assertThat(row.context().source()).isEqualTo("import\ns\na#7");
  }

  @Test
  void readsAMessageAndKeepsWhatAMessageHasNoPlaceFor() {
    TraceRow row =
        parse(
            """
            {"session":"s","agent":"user","seq":0,"tool":"message","input":"","output":"Hi!",\
            "note":"aside","status":"error"}\
            """);
    assertThat(row.event()).isEqualTo(new Message("user", "Hi!"));
    assertThat(row.context().labels())
        .containsEntry("note", "aside")
        .containsEntry("status", "SOFT_FAIL");
  }

  @ParameterizedTest
  @CsvSource({"ok,OK", "submit,OK", "error,SOFT_FAIL", "rejected,DENIED", "timeout,TIMEOUT"})
  void readsEveryStatus(String status, CallOutcome expected) {
    var call = (ToolCall) parse(row("\"status\":\"" + status + "\"")).event();
    assertThat(call.outcome()).isEqualTo(expected);
    assertThat(call.error()).isEmpty();
    assertThat(call.hasExitCode()).isFalse();
  }

  @Test
  void takesWhatIsMissingOrNullAsEmpty() {
    var call = (ToolCall) parse(row("\"status\":\"ok\",\"input\":null,\"rc\":null")).event();
    assertThat(call.arguments()).isEmpty();
    assertThat(call.output()).isEmpty();
    assertThat(call.hasExitCode()).isFalse();
  }

  @Test
  void keepsArgumentsThatAreJson() {
    var call = (ToolCall) parse(row("\"status\":\"ok\",\"input\":{\"path\": \"a b\"}")).event();
    assertThat(call.arguments()).isEqualTo("{\"path\":\"a b\"}");
  }

  @Test
  void ordersRowsOfOneSecondByTheirNumber() {
    Instant second = Instant.ofEpochSecond(1763510640);
    assertThat(time("7", "1763510640")).isEqualTo(second.plusMillis(7));
    assertThat(time("\"8\"", "1763510640")).isEqualTo(second.plusMillis(8));
    assertThat(time("1009", "\"2025-11-19T00:04:00Z\"")).isEqualTo(second.plusMillis(9));
    assertThat(time("\"call-x\"", "1763510640")).isEqualTo(second);
    assertThat(time("7", "1763510640.5")).isEqualTo(second.plusMillis(500));
  }

  @Test
  void givesRowsWithoutTimeThatOfTheirNumber() {
    assertThat(time("0", "null")).isEqualTo(Instant.ofEpochMilli(1));
    assertThat(time("41", "null")).isEqualTo(Instant.ofEpochMilli(42));
  }

  @Test
  void replacesHalfASurrogatePair() {
    var call =
        (ToolCall) parse(row("\"status\":\"ok\",\"output\":\"a\\ud83d b \\ud83d\\ude00\"")).event();
    assertThat(call.output()).isEqualTo("a? b \ud83d\ude00");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"session\":                                                       | not JSON: Unexpected"
            + " end-of-input",
        "oops                                                                | not JSON:"
            + " Unrecognized token 'oops'",
        "[1]                                                                 | not a JSON object",
        "{} {}                                                               | more than one JSON"
            + " object",
        "{}                                                                  | session is missing",
        "{\"session\":\"s\"}                                                 | agent is missing",
        "{\"session\":\"s\",\"agent\":\"a\"}                                 | seq is missing",
        "{\"session\":\"s\",\"agent\":\"a\",\"seq\":1}                       | tool is missing",
        "{\"session\":\"s\",\"agent\":\"a\",\"seq\":1,\"tool\":\"x\"}        | status is missing",
        "{\"session\":\"a\\nb\",\"agent\":\"a\",\"seq\":1,\"tool\":\"x\"}    | SessionId.value",
      })
  void saysWhatIsWrong(String line, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(line))
        .withMessageContaining(reason);
  }

  @Test
  void saysWhichStatusExitCodeOrMessageIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(row("\"status\":\"fine\"")))
        .withMessage("status 'fine' is none of ok, error, rejected, timeout, submit");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(row("\"status\":\"ok\",\"rc\":1.5")))
        .withMessage("rc '1.5' is no exit code");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(row("\"status\":\"ok\"").replace("bash", "message")))
        .withMessage("the message is empty: neither input nor output has text");
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] line = row("\"status\":\"ok\",\"output\":\"\u00e9\"").getBytes(ISO_8859_1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TraceRow.parse(line))
        .withMessageStartingWith("not JSON: Invalid UTF-8");
  }

  private static Instant time(String seq, String ts) {
    return parse(
            "{\"session\":\"s\",\"agent\":\"a\",\"tool\":\"x\",\"status\":\"ok\",\"seq\":%s,\"ts\":%s}"
                .formatted(seq, ts))
        .context()
        .time();
  }

  private static String row(String rest) {
    return "{\"session\":\"s\",\"agent\":\"a\",\"seq\":1,\"tool\":\"bash\"," + rest + "}";
  }

  private static TraceRow parse(String line) {
    return TraceRow.parse(line.getBytes(UTF_8));
  }
}
