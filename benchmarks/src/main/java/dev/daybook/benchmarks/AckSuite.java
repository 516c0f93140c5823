package dev.daybook.benchmarks;

import dev.daybook.Daybook;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long until an event is durable, beside a create of the same bytes. */
@Command(
    name = "ack",
    description =
        "Measures from session.record to durable, in turns with raw creates of the same size.",
    mixinStandardHelpOptions = true)
final class AckSuite implements Callable<Integer> {
  private static final int LOADED_THREADS = 16;
  private static final int SLICES_MIN = 20;
  private static final int SAMPLES = 50;
  private static final String DAYBOOK = "Daybook";
  private static final String RAW = "raw create";

  @Option(names = "--s3", description = "on a double of S3 with injected latency")
  private boolean s3;

  @Option(
      names = "--seconds",
      description = "of each case, half of them for the raw side; from 40 on p99 can be trusted")
  private int seconds = 2 * SLICES_MIN;

  /** How long an acknowledgement may take, as a multiple of a raw create. */
  private record Bars(double p50, double p99) {}

  private final Figures figures = new Figures();
  private int number;

  @Override
  public Integer call() throws Exception {
    Console.machine();
    try (Place place = Place.of(s3);
        ObjectStore store = place.store()) {
      Console.line("store     %s", place.describe());
      List<String> lines = new ArrayList<>();
      for (Case one : cases()) {
        lines.add(measure(place, store, one));
      }
      Console.line(
          "%-34s %6s %6s %8s %8s %6s %-12s %8s %8s %6s %-12s",
          "case", "rounds", "acks/s", "raw p50", "p50 ms", "ratio", "bar", "raw p99", "p99 ms",
          "ratio", "bar");
      lines.forEach(line -> Console.line("%s", line));
    }
    return 0;
  }

  /**
   * A case.
   *
   * @param name in the table
   * @param threads that record, and wait for each event
   * @param logs one for all threads, or one each
   * @param isCompacting whether background compaction runs, as it does by default
   * @param bars what is asked of it; none of some cases
   */
  private record Case(String name, int threads, int logs, boolean isCompacting, List<Bars> bars) {}

  private List<Case> cases() {
    Bars bars = s3 ? new Bars(1.1, 1.3) : new Bars(1.15, 1.5);
    return List.of(
        new Case("1 log, nothing else", 1, 1, false, List.of(bars)),
        new Case("1 log, compaction behind it", 1, 1, true, List.of()),
        new Case("16 logs", LOADED_THREADS, LOADED_THREADS, false, List.of()),
        new Case("1 log, 16 threads", LOADED_THREADS, 1, false, List.of()));
  }

  private String measure(Place place, ObjectStore store, Case one) throws Exception {
    String workspace = "ack-" + ++number;
    Daybook.Builder builder = place.engine(store);
    if (!one.isCompacting()) {
      builder.compactAt(Integer.MAX_VALUE, Long.MAX_VALUE);
    }
    // Not closed: closing compacts, which takes longer than measuring, and all is thrown away.
    Daybook daybook = builder.open();
    Recording product =
        one.logs() == 1
            ? Recording.inOneLog(daybook, workspace, one.threads(), 1)
            : Recording.inLogsOfTheirOwn(daybook, workspace, one.threads());
    int size = objectBytes(product, store, workspace);
    try (ObjectStore rawStore = place.store()) {
      List<List<Slices.Slice>> slices =
          Slices.measure(
              "%s, objects of %d bytes".formatted(one.name(), size),
              Math.max(1, seconds / 2),
              one.threads(),
              List.of(
                  new RawCreates(rawStore, "raw-" + workspace + "/000001/", size, one.threads()),
                  product));
      return line(one, slices.get(0), slices.get(1));
    }
  }

  /** The size of what one event makes. */
  private static int objectBytes(Recording product, ObjectStore store, String workspace)
      throws Exception {
    for (int i = 0; i < SAMPLES; i++) {
      product.prepare(0);
      product.step(0);
    }
    return (int)
        store.list(workspace + "/000001/log/", "", ObjectStore.PAGE_KEYS_MAX).objects().stream()
            .sorted(Comparator.comparingLong(ObjectStore.Listed::size).reversed())
            .skip(SAMPLES / 2)
            .findFirst()
            .orElseThrow()
            .size();
  }

  private String line(Case one, List<Slices.Slice> raw, List<Slices.Slice> product)
      throws IOException {
    double p50 = Slices.ratio(product, raw, slice -> slice.latencies().millis(50));
    double p99 = Slices.ratio(product, raw, slice -> slice.latencies().millis(99));
    Latencies rawAll = Slices.pooled(raw);
    Latencies all = Slices.pooled(product);
    figures.add(
        Figure.of(
            workload(one),
            all.count(),
            DAYBOOK,
            "rate",
            Slices.median(product, Slices.Slice::perSecond),
            "events/s"));
    add(one, rawAll, all, 50, p50, one.bars().stream().map(Bars::p50).findFirst());
    add(one, rawAll, all, 99, p99, one.bars().stream().map(Bars::p99).findFirst());
    String bar50 = one.bars().stream().map(bars -> bar(p50, bars.p50())).findFirst().orElse("none");
    String bar99 = one.bars().stream().map(bars -> bar(p99, bars.p99())).findFirst().orElse("none");
    return String.format(
        Locale.ROOT,
        "%-34s %6d %6.0f %8.2f %8.2f %6.2f %-12s %8.2f %8.2f %6.2f %-12s",
        one.name(),
        product.size(),
        Slices.median(product, Slices.Slice::perSecond),
        rawAll.millis(50),
        all.millis(50),
        p50,
        bar50,
        rawAll.millis(99),
        all.millis(99),
        p99,
        bar99);
  }

  private static String workload(Case one) {
    return "acknowledgement, " + one.name();
  }

  private void add(
      Case one, Latencies raw, Latencies all, int percent, double ratio, Optional<Double> bar)
      throws IOException {
    String measure = "p" + percent;
    figures.add(
        Figure.of(workload(one), raw.count(), RAW, measure, raw.millis(percent), "ms")
            .noting("creates of as many bytes, which are ready, and never leaves its thread"));
    Figure figure =
        Figure.of(workload(one), all.count(), DAYBOOK, measure, all.millis(percent), "ms")
            .beside(RAW, ratio)
            .noting(
                """
                the event is serialised, checked and compressed within the time, and goes to the \
                thread that writes; the ratio is the median of those of %d rounds\
                """
                    .formatted(Math.max(1, seconds / 2)));
    figures.add(bar.isPresent() ? figure.atMost(bar.get()) : figure);
  }

  private static String bar(double ratio, double bar) {
    return String.format(Locale.ROOT, "%.2f %s", bar, Console.verdict(ratio <= bar));
  }
}
