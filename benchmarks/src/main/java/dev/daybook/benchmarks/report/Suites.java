package dev.daybook.benchmarks.report;

import static dev.daybook.benchmarks.report.Size.FULL;
import static dev.daybook.benchmarks.report.Size.NORMAL;
import static dev.daybook.benchmarks.report.Size.QUICK;

import java.util.List;
import java.util.stream.Stream;

/** Which suites a report runs, in which order, with which options, and how long they take. */
final class Suites {
  private static final String TRACES = "traces/mini-swe-gemini3.jsonl.gz";

  /** What {@code curves} takes at least, and where it begins by itself. */
  private static final long CURVES_MIN = 1_000;

  private static final long CURVES_FROM = 10_000;

  static final List<Suite> ALL =
      List.of(
          Suite.of("import-peers")
              .ofLength("--events")
              .at(QUICK, 45, "--events", "10000", "--rounds", "1", "--lance-versions", "50")
              .at(NORMAL, 360, "--events", "100000", "--rounds", "3")
              .at(FULL, 600, "--events", "100000", "--rounds", "5"),
          Suite.of("import-peers-traces", "import-peers")
              .needing("--traces", TRACES)
              .at(NORMAL, 60, "--rounds", "3", "--lance-versions", "50")
              .at(FULL, 120, "--rounds", "5"),
          Suite.of("recall-peers")
              .ofLength("--events")
              .at(QUICK, 60, "--events", "10000", "--queries", "500", "--lance-index", "IVF_PQ")
              .at(NORMAL, 260, recallPeers("--events", "100000", "--queries", "1000"))
              .at(FULL, 420, "--events", "100000"),
          Suite.of("recall-peers-traces", "recall-peers")
              .needing("--traces", TRACES)
              .at(NORMAL, 100, recallPeers("--queries", "200"))
              .at(FULL, 180),
          Suite.of("quality-peers")
              .using("--set", "recall/cosqa-dev")
              .using("--set", "recall/plan-commits-beads")
              .at(QUICK, 155)
              .at(NORMAL, 155)
              .at(FULL, 155),
          Suite.of("scan")
              .ofLength("--events")
              .at(QUICK, 30, "--events", "10000", "--rounds", "3")
              .at(NORMAL, 100)
              .at(FULL, 100),
          Suite.of("scan-traces", "scan")
              .needing("--traces", TRACES)
              .at(NORMAL, 30, "--rounds", "5", "--only", "TEXT")
              .at(FULL, 90),
          Suite.of("replay")
              .at(QUICK, 20, "--replays", "2")
              .at(NORMAL, 45)
              .at(FULL, 120, "--replays", "64"),
          Suite.of("replay-s3", "replay").at(FULL, 300, "--s3"),
          Suite.of("curves")
              .ofLength("--from", CURVES_MIN, CURVES_FROM)
              .ofLength("--to", CURVES_MIN, Long.MAX_VALUE)
              .at(QUICK, 45, "--to", "10000", "--questions", "200", "--writes", "5000")
              .at(NORMAL, 240, "--to", "100000")
              .at(FULL, 1800, "--to", "1000000"),
          Suite.of("jmh").at(QUICK, 330, "--quick").at(NORMAL, 330, "--quick").at(FULL, 1320),
          Suite.of("ack")
              .at(QUICK, 75, "--seconds", "4")
              .at(NORMAL, 105, "--seconds", "8")
              .at(FULL, 360, "--seconds", "80"),
          Suite.of("ack-s3", "ack")
              .at(NORMAL, 100, "--s3", "--seconds", "8")
              .at(FULL, 360, "--s3", "--seconds", "80"),
          Suite.of("sqlite")
              .at(QUICK, 90, "--rounds", "1")
              .at(NORMAL, 145, "--rounds", "3")
              .at(FULL, 360, "--rounds", "20"),
          Suite.of("plan-queries").at(QUICK, 15, "--rounds", "50").at(NORMAL, 20).at(FULL, 20),
          Suite.of("plan").at(FULL, 120),
          Suite.of("plan-replay")
              .needing("--events", "plans/beads.events.jsonl.gz")
              .needing("--final", "plans/beads.final.jsonl.gz")
              .at(FULL, 120),
          Suite.of("import").needing("--traces", TRACES).at(FULL, 45, "--no-embeddings"),
          Suite.of("cost")
              .ofLength("--events")
              .at(QUICK, 10, "--events", "5000")
              .at(NORMAL, 15)
              .at(FULL, 15),
          Suite.of("cold-open")
              .ofLength("--events")
              .at(QUICK, 15, "--events", "10000")
              .at(NORMAL, 20, "--events", "100000")
              .at(FULL, 600, "--events", "1000000"),
          Suite.of("scale")
              .ofLength("--events")
              .at(FULL, 3600, "--events", "1000000", "--raw-hnsw", "none"));

  private Suites() {}

  /** Without LanceDB's product quantization, whose training takes minutes on two processors. */
  private static String[] recallPeers(String... options) {
    return Stream.concat(Stream.of(options), Stream.of("--lance-index", "IVF_HNSW_SQ", "IVF_FLAT"))
        .toArray(String[]::new);
  }
}
