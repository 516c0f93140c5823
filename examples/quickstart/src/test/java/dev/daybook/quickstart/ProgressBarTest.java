package dev.daybook.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.Progress;
import dev.daybook.quickstart.ProgressBar.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private Duration now = Duration.ofDays(-1);

  @Test
  void aTerminalSeesOneLineThatIsWipedAtTheEnd() {
    try (ProgressBar bar = bar(Style.TERMINAL)) {
      bar.accept(new Progress("importing rows", 0, 100));
      now = now.plusSeconds(30);
      bar.accept(new Progress("importing rows", 25, 100));
      bar.accept(new Progress("importing rows", 26, 100));
    }
    String line = "[#######.......................]  25 %  importing rows, 2 min left";
    assertThat(text()).isEqualTo("\r" + line + "\r" + " ".repeat(line.length()) + "\r");
  }

  @Test
  void aLogSeesALineNowAndThenOfWhatTakesLong() {
    try (ProgressBar bar = bar(Style.LOG)) {
      for (int done = 0; done <= 60; done++) {
        bar.accept(new Progress("embedding", done, 60));
        now = now.plusSeconds(1);
      }
    }
    assertThat(text().lines())
        .containsExactly(
            "[##............................]   8 %  embedding, 55 s left",
            "[#################.............]  58 %  embedding, 25 s left");
  }

  @Test
  void aLogSeesNothingOfWhatIsDoneSoon() {
    try (ProgressBar bar = bar(Style.LOG)) {
      bar.accept(new Progress("importing rows", 100, 100));
    }
    assertThat(text()).isEmpty();
  }

  @Test
  void withoutATotalItCounts() {
    try (ProgressBar bar = bar(Style.LOG)) {
      now = now.plusMinutes(1);
      bar.accept(new Progress("reading", 12_345, 0));
    }
    assertThat(text().strip()).isEqualTo("reading: 12,345");
  }

  private ProgressBar bar(Style style) {
    return new ProgressBar(new PrintStream(written, true, UTF_8), style, () -> now.toNanos());
  }

  private String text() {
    return written.toString(UTF_8);
  }
}
