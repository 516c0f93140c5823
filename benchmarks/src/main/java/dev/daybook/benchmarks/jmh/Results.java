package dev.daybook.benchmarks.jmh;

import dev.daybook.benchmarks.Figure;
import dev.daybook.benchmarks.Figures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.util.Statistics;

/**
 * Makes figures of what JMH measured, each as soon as its benchmark has ended, and passes on
 * everything JMH says. Called by one thread of JMH at a time.
 */
final class Results implements OutputFormat {
  private static final String CLASS_SUFFIX = "Bench";
  private static final String EVENTS = "events";

  private final OutputFormat progress;
  private final JmhSuite.Forks forks;
  private final Figures figures;
  private final List<String> failed = new ArrayList<>();
  private String running = "";
  private int count;

  Results(OutputFormat progress, JmhSuite.Forks forks, Figures figures) {
    this.progress = progress;
    this.forks = forks;
    this.figures = figures;
  }

  /** What a benchmark is called: its subject and its method. */
  static String name(String benchmark) {
    return subject(benchmark) + "." + benchmark.substring(benchmark.lastIndexOf('.') + 1);
  }

  /** What a benchmark is about, by the name of its class. */
  static String subject(String benchmark) {
    String type = benchmark.substring(0, benchmark.lastIndexOf('.'));
    String plain = type.substring(type.lastIndexOf('.') + 1);
    String subject =
        plain.endsWith(CLASS_SUFFIX)
            ? plain.substring(0, plain.length() - CLASS_SUFFIX.length())
            : plain;
    return subject.substring(0, 1).toLowerCase(Locale.ROOT) + subject.substring(1);
  }

  /** The benchmarks that gave no result, or not from every fork. */
  List<String> failed() {
    List<String> all = new ArrayList<>(failed);
    if (!running.isEmpty()) {
      all.add(running);
    }
    return all;
  }

  /** How many were begun. */
  int count() {
    return count;
  }

  @Override
  public void startBenchmark(BenchmarkParams benchmark) {
    forks.mayGoOn();
    // One that broke off in this JVM is not ended.
    failed.addAll(running.isEmpty() ? List.of() : List.of(running));
    running =
        "%s: %s, %,d events"
            .formatted(subject(benchmark.getBenchmark()), contender(benchmark), events(benchmark));
    count++;
    progress.startBenchmark(benchmark);
  }

  @Override
  public void endBenchmark(BenchmarkResult result) {
    progress.endBenchmark(result);
    if (result != null) {
      BenchmarkParams benchmark = result.getParams();
      int expected = Math.max(1, benchmark.getForks()) * benchmark.getMeasurement().getCount();
      if (result.getIterationResults().size() < expected) {
        failed.add(running);
      }
      try {
        add(result);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      running = "";
    }
  }

  private void add(BenchmarkResult result) throws IOException {
    BenchmarkParams benchmark = result.getParams();
    Result<?> primary = result.getPrimaryResult();
    Statistics statistics = primary.getStatistics();
    Mode mode = benchmark.getMode();
    switch (mode) {
      case SampleTime -> {
        add(benchmark, "p50", statistics.getPercentile(50), timeUnit(primary));
        add(benchmark, "p99", statistics.getPercentile(99), timeUnit(primary));
      }
      case SingleShotTime -> add(benchmark, "p50", statistics.getPercentile(50), timeUnit(primary));
      case Throughput -> add(benchmark, "rate", primary.getScore(), primary.getScoreUnit());
      case AverageTime -> add(benchmark, "mean", primary.getScore(), timeUnit(primary));
      case All -> throw new IllegalArgumentException("JMH ran all modes as one");
    }
    for (Result<?> more : result.getSecondaryResults().values()) {
      // What profilers found; texts have no score.
      if (more.getRole() == ResultRole.SECONDARY && Double.isFinite(more.getScore())) {
        add(benchmark, more.getLabel(), more.getScore(), more.getScoreUnit());
      }
    }
  }

  private void add(BenchmarkParams benchmark, String measure, double value, String unit)
      throws IOException {
    figures.add(
        Figure.of(
            subject(benchmark.getBenchmark()),
            events(benchmark),
            contender(benchmark),
            measure,
            value,
            unit));
  }

  /** How many are there when a call is measured. */
  private static long events(BenchmarkParams benchmark) {
    return benchmark.getParamsKeys().contains(EVENTS)
        ? Long.parseLong(benchmark.getParam(EVENTS))
        : 0;
  }

  private static String timeUnit(Result<?> result) {
    return result.getScoreUnit().replace("/op", "");
  }

  /** The method and what it was given, but for the number of events. */
  private static String contender(BenchmarkParams benchmark) {
    StringBuilder name =
        new StringBuilder(
            benchmark.getBenchmark().substring(benchmark.getBenchmark().lastIndexOf('.') + 1));
    for (String key : benchmark.getParamsKeys()) {
      if (!key.equals(EVENTS)) {
        String value = benchmark.getParam(key).toLowerCase(Locale.ROOT).replace('_', ' ');
        name.append(", ").append(key).append(' ').append(value);
      }
    }
    return name.toString();
  }

  @Override
  public void iteration(BenchmarkParams benchmark, IterationParams params, int iteration) {
    forks.mayGoOn();
    progress.iteration(benchmark, params, iteration);
  }

  @Override
  public void iterationResult(
      BenchmarkParams benchmark, IterationParams params, int iteration, IterationResult data) {
    progress.iterationResult(benchmark, params, iteration, data);
  }

  @Override
  public void startRun() {
    progress.startRun();
  }

  @Override
  public void endRun(Collection<RunResult> results) {
    progress.endRun(results);
  }

  @Override
  public void print(String text) {
    forks.mayGoOn();
    progress.print(text);
  }

  @Override
  public void println(String text) {
    forks.mayGoOn();
    progress.println(text);
  }

  @Override
  public void flush() {
    progress.flush();
  }

  @Override
  public void close() {
    progress.close();
  }

  @Override
  public void verbosePrintln(String text) {
    progress.verbosePrintln(text);
  }

  @Override
  public void write(int output) {
    progress.write(output);
  }

  @Override
  public void write(byte[] output) throws IOException {
    progress.write(output);
  }
}
