package dev.daybook.internal.manifest;

import static dev.daybook.internal.log.LogFixture.ID;
import static dev.daybook.internal.log.LogFixture.KEYS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.internal.log.EventIds;
import dev.daybook.internal.log.Keys.BatchRef;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.MemoryObjectStore;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WatermarksTest {
  private static final int IN_MANIFEST = 4;

  private final Store store = LogFixture.store(new MemoryObjectStore());
  private final EventIds ids = LogFixture.ids();
  private final Watermarks watermarks = new Watermarks(store, KEYS, ID, IN_MANIFEST);

  /** Logs come, go on after a long time, and none is ever forgotten. */
  @Test
  void forgetsNoLogHoweverManyThereAre() {
    Random random = new Random(3);
    Map<String, Long> expected = new TreeMap<>();
    Manifest manifest = Manifest.NONE;
    for (int round = 0; round < 400; round++) {
      Manifest.Draft draft = manifest.next(Instant.EPOCH);
      for (int i = 0; i < 3; i++) {
        String log = "LOG-%04d".formatted(random.nextInt(1_000));
        long batch = expected.merge(log, 1L, Long::sum);
        draft.cover(log, batch, "operation-" + batch);
      }
      watermarks.makeRoom(draft, manifest, ids);
      manifest = draft.build();
      assertThat(manifest.watermarks().size()).isLessThanOrEqualTo(IN_MANIFEST);
      assertThat(manifest.watermarkFiles().size()).isLessThanOrEqualTo(17);
    }
    Watermarks cold = new Watermarks(store, KEYS, ID, IN_MANIFEST);
    for (int i = 0; i < 1_000; i++) {
      String log = "LOG-%04d".formatted(i);
      long batch = expected.getOrDefault(log, 0L);
      assertThat(cold.of(manifest, log).map(Manifest.Watermark::batch).orElse(0L))
          .as(log)
          .isEqualTo(batch);
      assertThat(cold.cover(manifest, new BatchRef(log, batch + 1))).isFalse();
      assertThat(cold.cover(manifest, new BatchRef(log, batch))).isEqualTo(batch > 0);
    }
  }
}
