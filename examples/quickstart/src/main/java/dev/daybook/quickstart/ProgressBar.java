package dev.daybook.quickstart;

import dev.daybook.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/** A line that is written over again while work goes on; nothing if nobody watches. */
final class ProgressBar implements Consumer<Progress>, AutoCloseable {
  private static final int WIDTH = 30;
  private static final long NANOS_BETWEEN = 50_000_000;

  private final PrintStream out;
  private final boolean isWatched;
  private int shownChars;
  private long shownAt = System.nanoTime() - NANOS_BETWEEN;

  ProgressBar(PrintStream out, boolean isWatched) {
    this.out = out;
    this.isWatched = isWatched;
  }

  @Override
  public void accept(Progress progress) {
    boolean isLast = progress.total() > 0 && progress.done() >= progress.total();
    long now = System.nanoTime();
    if (isWatched && (isLast || now - shownAt >= NANOS_BETWEEN)) {
      shownAt = now;
      write(text(progress));
    }
  }

  static String text(Progress progress) {
    if (progress.total() <= 0) {
      return String.format(Locale.ROOT, "%s %,d", progress.step(), progress.done());
    }
    double part = Math.min(1.0, (double) progress.done() / progress.total());
    int filled = (int) (part * WIDTH);
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d %%  %s",
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        (int) (part * 100),
        progress.step());
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (shownChars > 0) {
      write("");
      out.print('\r');
      out.flush();
    }
  }

  private void write(String text) {
    out.print('\r' + text + " ".repeat(Math.max(0, shownChars - text.length())));
    out.flush();
    shownChars = text.length();
  }
}
