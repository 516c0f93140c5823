package dev.daybook.quickstart;

import dev.daybook.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Shows how far work has come: on a terminal a line that is written over again, elsewhere a line
 * now and then, if it takes long. For one thread.
 */
final class ProgressBar implements Consumer<Progress>, AutoCloseable {
  /** How often a line is written. */
  enum Style {
    /** Over the same line again. */
    TERMINAL(Duration.ofMillis(50), Duration.ofMillis(50)),
    /** Below the last one. */
    LOG(Duration.ofSeconds(5), Duration.ofSeconds(30));

    private final long firstNanos;
    private final long nextNanos;

    Style(Duration first, Duration next) {
      firstNanos = first.toNanos();
      nextNanos = next.toNanos();
    }
  }

  private static final int WIDTH = 30;
  private static final double NANOS = 1e9;

  /** An estimate says nothing before so much is done. */
  private static final double PART_MIN = 0.02;

  private final PrintStream out;
  private final Style style;
  private final LongSupplier nanos;
  private String step = "";
  private long stepBegan;
  private long showNext;
  private int shownChars;

  ProgressBar(PrintStream out, Style style, LongSupplier nanos) {
    this.out = out;
    this.style = style;
    this.nanos = nanos;
    this.showNext = nanos.getAsLong() + style.firstNanos;
  }

  @Override
  public void accept(Progress progress) {
    long now = nanos.getAsLong();
    if (!progress.step().equals(step)) {
      step = progress.step();
      stepBegan = now;
    }
    boolean isDone = progress.total() > 0 && progress.done() >= progress.total();
    if (now - showNext >= 0 && !(isDone && style == Style.LOG)) {
      showNext = now + style.nextNanos;
      write(text(progress, (now - stepBegan) / NANOS));
    }
  }

  private static String text(Progress progress, double seconds) {
    if (progress.total() <= 0) {
      return String.format(Locale.ROOT, "%s: %,d", progress.step(), progress.done());
    }
    double part = Math.min(1, (double) progress.done() / progress.total());
    int filled = (int) (part * WIDTH);
    String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
    String left = part < PART_MIN ? "" : ", " + left(seconds * (1 - part) / part) + " left";
    return String.format(
        Locale.ROOT, "[%s] %3d %%  %s%s", bar, (int) (part * 100), progress.step(), left);
  }

  private static String left(double seconds) {
    return seconds < 90 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min";
  }

  private void write(String text) {
    if (style == Style.LOG) {
      out.println(text);
      return;
    }
    out.print('\r' + text + " ".repeat(Math.max(0, shownChars - text.length())));
    out.flush();
    shownChars = text.length();
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (shownChars > 0) {
      out.print('\r' + " ".repeat(shownChars) + '\r');
      out.flush();
      shownChars = 0;
    }
  }
}
