package dev.daybook.benchmarks.curves;

import dev.daybook.benchmarks.ScaleWorkspace;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Builds the workspace of a size: ten slices, each recorded and then taken into a segment with its
 * index and vectors, and then the ten merged. Says what each step cost.
 */
final class BuildProcess {
  static final int SLICES = 10;

  private BuildProcess() {}

  private enum Step {
    RECORD,
    SEAL,
    MERGE
  }

  private static final class Cost {
    private long events;
    private long nanos;
    private long peakBytes;
  }

  /** Takes the folder and the number of events. */
  public static void main(String[] arguments) throws Exception {
    Child.endWithTheSuite();
    long events = Long.parseLong(arguments[1]);
    Map<Step, Cost> costs = new EnumMap<>(Step.class);
    HeapPeak peak = HeapPeak.watching();
    peak.reset();
    var unused =
        ScaleWorkspace.of(
            Path.of(arguments[0]),
            Child.history(events),
            Child.segments(events),
            ScaleWorkspace.Commits.OF_SESSIONS,
            SLICES,
            (step, some, nanos) -> {
              Cost cost =
                  costs.computeIfAbsent(
                      Step.valueOf(step.toUpperCase(Locale.ROOT)), key -> new Cost());
              cost.events += some;
              cost.nanos += nanos;
              cost.peakBytes = Math.max(cost.peakBytes, peak.bytes());
              peak.reset();
            });
    costs.forEach(BuildProcess::tell);
    Child.end();
  }

  private static void tell(Step step, Cost cost) {
    String what =
        switch (step) {
          case RECORD -> "recording, no compaction";
          case SEAL -> "taking in a tenth";
          case MERGE -> "merging ten";
        };
    Child.tell(what + ", rate", cost.events * 1e9 / cost.nanos, "events/s");
    int times = step == Step.MERGE ? 1 : SLICES;
    Child.tell(what + ", time", cost.nanos / 1e9 / times, "s");
    Child.tell(what + ", peak heap", cost.peakBytes / (double) (1 << 20), "MB");
  }
}
