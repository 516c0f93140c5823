package dev.daybook.benchmarks;

import dev.daybook.benchmarks.curves.CurvesSuite;
import dev.daybook.benchmarks.ingest.ImportPeersSuite;
import dev.daybook.benchmarks.jmh.JmhSuite;
import dev.daybook.benchmarks.quality.QualityPeersSuite;
import dev.daybook.benchmarks.recall.RecallPeersSuite;
import dev.daybook.benchmarks.report.Report;
import dev.daybook.benchmarks.scan.ReplaySuite;
import dev.daybook.benchmarks.scan.ScanSuite;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the suites. */
@Command(
    name = "benchmarks/run",
    description = "Measures Daybook through its public API.",
    mixinStandardHelpOptions = true,
    subcommands = {
      ImportSuite.class,
      ImportPeersSuite.class,
      RecallQualitySuite.class,
      QualityPeersSuite.class,
      TuneSuite.class,
      AblationSuite.class,
      ScaleSuite.class,
      RecallPeersSuite.class,
      PriorAttemptsSuite.class,
      PriorAttemptsSet.class,
      AckSuite.class,
      BatchSuite.class,
      CurvesSuite.class,
      CostSuite.class,
      ColdOpenSuite.class,
      ScanSuite.class,
      ReplaySuite.class,
      PlanSuite.class,
      PlanReplaySuite.class,
      PlanQueriesSuite.class,
      SqliteSuite.class,
      ModesSuite.class,
      JmhSuite.class,
      Report.class
    })
public final class Benchmarks {
  /** Chooses nothing yet. */
  public Benchmarks() {}

  /** All suites. */
  public static CommandLine commandLine() {
    return new CommandLine(new Benchmarks()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Runs a suite. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }
}
