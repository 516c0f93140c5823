package dev.daybook.mcp.command;

import dev.daybook.Progress;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Shows how far long work has come: one line among the messages that is written over, on a terminal
 * only. Nothing shows of work that is over in half a second. For one thread.
 */
final class ProgressLine implements Consumer<Progress>, AutoCloseable {
  private static final long FIRST_NANOS = 500_000_000L;
  private static final long NEXT_NANOS = 100_000_000L;
  private static final String WIPE = "\r\u001b[K";

  private final Screen screen;
  private final LongSupplier nanos;
  private long showNext;
  private boolean shows;

  ProgressLine(Screen screen, LongSupplier nanos) {
    this.screen = screen;
    this.nanos = nanos;
    this.showNext = nanos.getAsLong() + FIRST_NANOS;
  }

  @Override
  public void accept(Progress progress) {
    long now = nanos.getAsLong();
    if (screen.terminal().isErr() && now - showNext >= 0) {
      showNext = now + NEXT_NANOS;
      shows = true;
      String line = Plain.cut(text(progress), screen.terminal().columns() - 1);
      screen.messageText(WIPE + line);
    }
  }

  private static String text(Progress progress) {
    return progress.total() <= 0
        ? String.format(Locale.ROOT, "%s: %,d", progress.step(), progress.done())
        : String.format(
            Locale.ROOT,
            "%s: %,d of %,d (%d %%)",
            progress.step(),
            progress.done(),
            progress.total(),
            Math.min(100, progress.done() * 100 / progress.total()));
  }

  @Override
  public void close() {
    if (shows) {
      screen.messageText(WIPE);
      shows = false;
    }
  }
}
