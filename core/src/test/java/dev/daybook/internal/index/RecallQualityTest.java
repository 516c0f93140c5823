package dev.daybook.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.EventId;
import dev.daybook.internal.entry.Row;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A floor under ranking quality: nDCG@10 over judged queries, each leg alone and both. Most queries
 * share words with their event, some parts of symbols only, some mean it in other words, so neither
 * leg alone can win.
 */
class RecallQualityTest {
  @TempDir Path folder;

  private static final List<String> EVENTS =
      List.of(
          "Sign sessions with JWTs, saves a lookup on every request",
          "Rotating the keys in place breaks TokenIT.refresh for five minutes",
          "TaskQueue.poll blocks for ever when the lease runs out",
          "repair the importer: it drops rows whose timestamp has no zone",
          "the authentication service times out under load",
          "authentication failure after the certificate was renewed",
          "delete stale branches older than ninety days",
          "fast path for small batches skips the checksum",
          "src/main/java/auth/Token.java now validates the audience claim",
          "NullPointerException at PlanFold.apply line 212",
          "the retry loop sleeps too long between attempts",
          "compaction keeps two manifests when the clock jumps",
          "use zstd level 3 for segments, level 9 costs twice the time",
          "exit code 137 means the container ran out of memory",
          "database migration 0042 must run before the deploy",
          "paint the status page green when every probe answers",
          "automobile rental example moved to the samples folder",
          "index rebuild takes nine minutes for a million events",
          "cache entries are named by content hash",
          "lease renewal every thirty seconds from the heartbeat thread");

  /** Query to the number of the one event that answers it. */
  private static final Map<String, Integer> QUERIES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("JWT session signing", 0),
              Map.entry("TokenIT.refresh", 1),
              Map.entry("why does TaskQueue poll block", 2),
              Map.entry("rows without a timestamp zone", 3),
              Map.entry("fixed", 3),
              Map.entry("login service slow under load", 4),
              Map.entry("signin crash certificate", 5),
              Map.entry("removed", 6),
              Map.entry("speedy", 7),
              Map.entry("src/main/java/auth/Token.java", 8),
              Map.entry("null pointer in the plan fold", 9),
              Map.entry("poll of a task queue", 2),
              Map.entry("token IT", 1),
              Map.entry("sleeping between retries", 10),
              Map.entry("exit code 137", 13),
              Map.entry("0042 migration", 14),
              Map.entry("car", 16),
              Map.entry("how long does rebuilding the index take", 17),
              Map.entry("content hash of cached entries", 18),
              Map.entry("heartbeat lease renewals", 19)));

  @Test
  void everyLegReachesItsFloorAndBothTogetherBeatEach() throws IOException {
    Embedder embedder = new WordVectorTestEmbedder();
    List<Row> rows = TestRows.texts(EVENTS.toArray(String[]::new));
    try (Searcher searcher =
        TestRows.searcher(
            folder,
            embedder,
            List.of(rows.subList(0, 9), rows.subList(9, 16)),
            rows.subList(16, 20))) {
      double lexical = ndcg(searcher, embedder, Leg.LEXICAL);
      double vector = ndcg(searcher, embedder, Leg.VECTOR);
      double fused = ndcg(searcher, embedder, Leg.LEXICAL, Leg.VECTOR);

      assertThat(lexical).as("lexical").isGreaterThan(0.78);
      assertThat(vector).as("vector").isGreaterThan(0.81);
      assertThat(fused).as("fused").isGreaterThan(0.96).isGreaterThan(Math.max(lexical, vector));
    }
  }

  private static double ndcg(Searcher searcher, Embedder embedder, Leg... legs) throws IOException {
    List<Double> gains = new ArrayList<>();
    for (var judged : QUERIES.entrySet()) {
      Ranking found =
          searcher.search(
              Query.of(judged.getKey()).legs(legs), embedder.embedQuery(judged.getKey()));
      EventId wanted = TestRows.id(judged.getValue());
      int rank = found.hits().stream().map(hit -> hit.id()).toList().indexOf(wanted) + 1;
      gains.add(rank == 0 ? 0 : Math.log(2) / Math.log(rank + 1));
    }
    return gains.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
