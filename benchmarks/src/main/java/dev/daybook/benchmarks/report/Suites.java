package dev.daybook.benchmarks.report;

import static dev.daybook.benchmarks.report.Size.FULL;
import static dev.daybook.benchmarks.report.Size.NORMAL;
import static dev.daybook.benchmarks.report.Size.QUICK;

import java.util.List;

/** Which suites a report runs, in which order, with which options, and how long they take. */
final class Suites {
  static final List<Suite> ALL =
      List.of(
          Suite.of("import-peers")
              .ofLength("--events")
              .at(QUICK, 45, "--events", "10000", "--rounds", "1", "--lance-versions", "50")
              .at(NORMAL, 240, "--events", "100000", "--rounds", "1")
              .at(FULL, 720, "--events", "100000", "--rounds", "3"),
          Suite.of("recall-peers")
              .ofLength("--events")
              .at(QUICK, 60, "--events", "10000", "--queries", "500", "--lance-index", "IVF_PQ")
              .at(NORMAL, 300, "--events", "100000")
              .at(FULL, 300, "--events", "100000"),
          Suite.of("quality-peers")
              .using("--set", "recall/cosqa-dev")
              .using("--set", "recall/plan-commits-beads")
              .at(QUICK, 30)
              .at(NORMAL, 60)
              .at(FULL, 60),
          Suite.of("scan")
              .ofLength("--events")
              .at(QUICK, 30, "--events", "10000", "--rounds", "3")
              .at(NORMAL, 120)
              .at(FULL, 120),
          Suite.of("replay")
              .at(QUICK, 20, "--replays", "2")
              .at(NORMAL, 45)
              .at(FULL, 120, "--replays", "64"),
          Suite.of("replay-s3", "replay").at(FULL, 300, "--s3"),
          Suite.of("curves")
              .ofLength("--to")
              .at(QUICK, 45, "--to", "10000", "--questions", "200", "--writes", "5000")
              .at(NORMAL, 240, "--to", "100000")
              .at(FULL, 1800, "--to", "1000000"),
          Suite.of("jmh").at(QUICK, 120, "--quick").at(NORMAL, 480).at(FULL, 480),
          Suite.of("ack")
              .at(QUICK, 100, "--seconds", "8")
              .at(NORMAL, 180, "--seconds", "40")
              .at(FULL, 360, "--seconds", "80"),
          Suite.of("ack-s3", "ack")
              .at(NORMAL, 200, "--s3", "--seconds", "40")
              .at(FULL, 360, "--s3", "--seconds", "80"),
          Suite.of("sqlite")
              .at(QUICK, 90, "--rounds", "1")
              .at(NORMAL, 150, "--rounds", "6")
              .at(FULL, 360, "--rounds", "20"),
          Suite.of("plan-queries").at(QUICK, 15, "--rounds", "50").at(NORMAL, 20).at(FULL, 20),
          Suite.of("plan").at(FULL, 120),
          Suite.of("plan-replay")
              .needing("--events", "plans/beads.events.jsonl.gz")
              .needing("--final", "plans/beads.final.jsonl.gz")
              .at(NORMAL, 60, "--versions", "20", "--opens", "7")
              .at(FULL, 120),
          Suite.of("import")
              .needing("--traces", "traces/mini-swe-gemini3.jsonl.gz")
              .at(NORMAL, 45, "--no-embeddings")
              .at(FULL, 45, "--no-embeddings"),
          Suite.of("cost")
              .ofLength("--events")
              .at(QUICK, 10, "--events", "5000")
              .at(NORMAL, 15)
              .at(FULL, 15),
          Suite.of("cold-open")
              .ofLength("--events")
              .at(QUICK, 15, "--events", "10000")
              .at(NORMAL, 60, "--events", "100000")
              .at(FULL, 600, "--events", "1000000"),
          Suite.of("scale")
              .ofLength("--events")
              .at(FULL, 3600, "--events", "1000000", "--raw-hnsw", "none"));

  private Suites() {}
}
