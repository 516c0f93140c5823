package dev.daybook.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Results on standard output, progress on standard error. */
public final class Console {
  private Console() {}

  /** One line of a result; decimal points whatever the locale. */
  public static void line(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  /** A line for whoever waits. */
  public static void progress(String format, Object... values) {
    System.err.printf(Locale.ROOT, format + "%n", values);
  }

  /** The machine, and how busy it was when the suite began; the first line of every result. */
  public static void machine() {
    line(
        "machine   %d processors, %s %s, JDK %s, load average %.1f at the start",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.version().feature(),
        load());
  }

  /** How many threads want a processor, over the last minute; negative where it is not known. */
  public static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** What is beside a bar in a table. */
  public static String verdict(boolean met) {
    return met ? "met" : "missed";
  }
}
