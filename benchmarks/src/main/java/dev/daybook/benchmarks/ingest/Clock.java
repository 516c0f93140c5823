package dev.daybook.benchmarks.ingest;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/** Times the steps of one contender, the processor time of the whole process beside it. */
final class Clock {
  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Map<String, Span> spans = new LinkedHashMap<>();

  /**
   * What a step took.
   *
   * @param events how many it was about
   * @param nanos by the clock on the wall
   * @param processorNanos of all threads of the process, those of native code among them
   * @param bytes what it left on disk; 0 if that is not asked
   * @param batches in how many parts they became durable; 0 if that is not asked
   */
  record Span(long events, long nanos, long processorNanos, long bytes, long batches) {
    Span plus(Span next) {
      return new Span(
          events,
          nanos + next.nanos,
          processorNanos + next.processorNanos,
          bytes + next.bytes,
          batches);
    }

    /** The same with what it left on disk. */
    Span leaving(long newBytes) {
      return new Span(events, nanos, processorNanos, newBytes, batches);
    }

    /** The same with the number of parts in which they became durable. */
    Span inBatches(long newBatches) {
      return new Span(events, nanos, processorNanos, bytes, newBatches);
    }

    double perSecond() {
      return events * 1e9 / nanos;
    }
  }

  /** Something that may fail. */
  interface Step {
    void run() throws Exception;
  }

  /** Runs a step about so many events; returns what it took. */
  static Span time(long events, Step step) throws Exception {
    long processor = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    step.run();
    long nanos = System.nanoTime() - start;
    return new Span(events, nanos, SYSTEM.getProcessCpuTime() - processor, 0, 0);
  }

  /** Keeps what a step took, under what it is called in the table. */
  void keep(String name, Span span) {
    spans.put(name, span);
  }

  Map<String, Span> spans() {
    return spans;
  }
}
