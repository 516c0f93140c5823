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
              .at(QUICK, 1, "--events", "10000", "--rounds", "1", "--lance-versions", "50")
              .at(NORMAL, 5, "--events", "100000", "--rounds", "1")
              .at(FULL, 15, "--events", "100000", "--rounds", "3"),
          Suite.of("recall-peers")
              .ofLength("--events")
              .at(QUICK, 2, "--events", "10000", "--queries", "500", "--lance-index", "IVF_PQ")
              .at(NORMAL, 6, "--events", "100000")
              .at(FULL, 6, "--events", "100000"),
          Suite.of("quality-peers")
              .using("--set", "recall/cosqa-dev")
              .using("--set", "recall/plan-commits-beads")
              .at(QUICK, 1)
              .at(NORMAL, 1)
              .at(FULL, 1),
          Suite.of("scan").ofLength("--events").at(QUICK, 1).at(NORMAL, 2).at(FULL, 2),
          Suite.of("replay")
              .at(QUICK, 1, "--replays", "2")
              .at(NORMAL, 1)
              .at(FULL, 2, "--replays", "64"),
          Suite.of("replay-s3", "replay").at(FULL, 5, "--s3"),
          Suite.of("curves")
              .ofLength("--to")
              .at(QUICK, 1, "--to", "10000", "--questions", "200", "--writes", "5000")
              .at(NORMAL, 4, "--to", "100000")
              .at(FULL, 30, "--to", "1000000"),
          Suite.of("jmh").at(QUICK, 2, "--quick").at(NORMAL, 8).at(FULL, 8),
          Suite.of("ack")
              .at(QUICK, 2, "--seconds", "8")
              .at(NORMAL, 3, "--seconds", "40")
              .at(FULL, 6, "--seconds", "80"),
          Suite.of("ack-s3", "ack")
              .at(NORMAL, 4, "--s3", "--seconds", "40")
              .at(FULL, 6, "--s3", "--seconds", "80"),
          Suite.of("sqlite")
              .at(QUICK, 2, "--rounds", "1")
              .at(NORMAL, 3, "--rounds", "6")
              .at(FULL, 6, "--rounds", "20"),
          Suite.of("plan-queries").at(QUICK, 1, "--rounds", "50").at(NORMAL, 1).at(FULL, 1),
          Suite.of("plan").at(FULL, 2),
          Suite.of("plan-replay")
              .needing("--events", "plans/beads.events.jsonl.gz")
              .needing("--final", "plans/beads.final.jsonl.gz")
              .at(NORMAL, 2, "--versions", "20", "--opens", "7")
              .at(FULL, 2),
          Suite.of("import")
              .needing("--traces", "traces/mini-swe-gemini3.jsonl.gz")
              .at(NORMAL, 1, "--no-embeddings")
              .at(FULL, 1, "--no-embeddings"),
          Suite.of("cost")
              .ofLength("--events")
              .at(QUICK, 1, "--events", "5000")
              .at(NORMAL, 1)
              .at(FULL, 1),
          Suite.of("cold-open")
              .ofLength("--events")
              .at(QUICK, 1, "--events", "10000")
              .at(NORMAL, 2, "--events", "100000")
              .at(FULL, 15, "--events", "1000000"),
          Suite.of("scale")
              .ofLength("--events")
              .at(FULL, 60, "--events", "1000000", "--raw-hnsw", "none"));

  private Suites() {}
}
