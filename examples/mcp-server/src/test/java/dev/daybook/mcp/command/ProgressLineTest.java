package dev.daybook.mcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Progress;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The line that shows how far long work has come. */
class ProgressLineTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();

  private ProgressLine on(String terminal) {
    Map<String, String> environment = Map.of(Terminal.VARIABLE, terminal);
    return new ProgressLine(
        new Screen(out, err, Terminal.of(environment), environment), nanos::get);
  }

  private void after(long milliseconds) {
    nanos.addAndGet(milliseconds * 1_000_000);
  }

  private String shown() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void showsOneLineOnATerminalAndWipesIt() {
    try (ProgressLine line = on("err 80")) {
      line.accept(new Progress("reading objects", 1, 4));
      assertThat(shown()).as("what is soon over").isEmpty();
      after(600);
      line.accept(new Progress("reading objects", 2, 4));
      after(50);
      line.accept(new Progress("reading objects", 3, 4));
      after(100);
      line.accept(new Progress("sorting", 1_000, 0));
    }
    assertThat(shown())
        .isEqualTo("\r\u001b[Kreading objects: 2 of 4 (50 %)\r\u001b[Ksorting: 1,000\r\u001b[K");
    assertThat(out.size()).isZero();
  }

  @Test
  void isSilentWhereNobodySits() {
    try (ProgressLine line = on("in out 80")) {
      after(10_000);
      line.accept(new Progress("reading objects", 2, 4));
    }
    assertThat(shown()).isEmpty();
  }

  @Test
  void cutsWhatIsWide() {
    String line = Plain.cut("漢字 and more", 6);
    assertThat(line).isEqualTo("漢字 …");
    assertThat(Plain.width(line)).isEqualTo(6);
    assertThat(Plain.width("e\u0301")).isEqualTo(1);
  }
}
