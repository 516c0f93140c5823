package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.ForwardingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searching needs indexes only; segments are fetched when somebody reads what was found. */
class LazySegmentTest {
  private static final int SEGMENTS = 5;
  private static final Query QUERY = Query.of("finding").limit(20).freshness(Duration.ZERO);

  @TempDir private Path folder;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private int caches;

  private Daybook daybook(ObjectStore store) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(folder.resolve("cache-" + ++caches), 1 << 30)
        .keepReplaced(Duration.ZERO)
        .open();
  }

  private void fill(Workspace workspace) {
    try (Session session = workspace.startSession(Actor.agent("coder-7"))) {
      for (int i = 0; i < SEGMENTS; i++) {
        session.record(Observation.of("finding " + i)).await();
        workspace.compact();
      }
    }
  }

  @Test
  void recallAndCountsFetchNoSegmentAndLoadingFetchesEachOnce() {
    CountingObjectStore counting = new CountingObjectStore(memory);
    try (Daybook writer = daybook(memory);
        Workspace workspace = writer.create("w")) {
      fill(workspace);
      try (Daybook elsewhere = daybook(counting);
          Workspace cold = elsewhere.open("w")) {
        Hits hits = cold.recall(QUERY);
        assertThat(hits.list()).hasSize(SEGMENTS);
        assertThat(cold.traces().count(Filter.any().type("Observation"))).isEqualTo(SEGMENTS);
        assertThat(segmentGets(counting)).isZero();
        assertThat(hits.load()).hasSize(SEGMENTS);
        assertThat(segmentGets(counting)).isEqualTo(SEGMENTS);
        assertThat(hits.load()).hasSize(SEGMENTS);
        assertThat(cold.recall(QUERY).load()).hasSize(SEGMENTS);
        assertThat(segmentGets(counting)).isEqualTo(SEGMENTS);
      }
    }
  }

  private static long segmentGets(CountingObjectStore store) {
    return store.requests().stream()
        .filter(request -> request.kind() == CountingObjectStore.Kind.GET)
        .filter(request -> request.path().contains("/segment/"))
        .count();
  }

  /** Each answer is held back until all were asked for. */
  @Test
  void loadingFetchesTheSegmentsItNeedsAtOnce() {
    CountDownLatch asked = new CountDownLatch(SEGMENTS);
    ForwardingObjectStore together =
        new ForwardingObjectStore(memory) {
          @Override
          public Optional<Stored> get(ObjectKey key) throws IOException {
            if (key.path().contains("/segment/")) {
              asked.countDown();
              try {
                assertThat(asked.await(20, TimeUnit.SECONDS)).as("all asked for").isTrue();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }
            return super.get(key);
          }
        };
    try (Daybook writer = daybook(memory);
        Workspace workspace = writer.create("w")) {
      fill(workspace);
      try (Daybook elsewhere = daybook(together);
          Workspace cold = elsewhere.open("w")) {
        assertThat(cold.recall(QUERY).load()).hasSize(SEGMENTS);
      }
    }
  }

  @Test
  void hitsCanBeLoadedWhenTheirSegmentsWereReplacedAndAreGone() throws IOException {
    try (Daybook writer = daybook(memory);
        Workspace workspace = writer.create("w")) {
      fill(workspace);
      try (Daybook elsewhere = daybook(memory);
          Workspace slow = elsewhere.open("w")) {
        Hits hits = slow.recall(QUERY);
        List<String> before = keys();
        for (int i = 0; i < 3; i++) {
          fill(workspace);
        }
        assertThat(keys()).doesNotContainAnyElementsOf(before);
        List<Entry> loaded = hits.load();
        assertThat(loaded)
            .extracting(Entry::id)
            .containsExactlyElementsOf(hits.list().stream().map(hit -> hit.id()).toList());
      }
    }
  }

  private List<String> keys() throws IOException {
    return memory.list("w/000001/segment/", "", 1_000).objects().stream()
        .map(object -> object.key().path())
        .toList();
  }

  @Test
  void anIndexThatIsRebuiltLocallyIsFoundByTheNextProcess() throws IOException {
    try (Daybook writer = daybook(memory);
        Workspace workspace = writer.create("w")) {
      fill(workspace);
    }
    for (var index : memory.list("w/000001/index/", "", 1_000).objects()) {
      memory.delete(index.key());
    }
    Path shared = folder.resolve("shared");
    List<Path> before = List.of();
    for (int process = 0; process < 3; process++) {
      if (process == 2) {
        for (Path file : before) {
          Files.write(file, new byte[10]);
        }
      }
      try (Daybook elsewhere =
              Daybook.on(memory).embedder(Embedder.none()).cache(shared, 1 << 30).open();
          Workspace cold = elsewhere.open("w")) {
        assertThat(cold.recall(QUERY).list()).hasSize(SEGMENTS);
      }
      List<Path> kept;
      try (Stream<Path> all = Files.walk(shared)) {
        kept = all.filter(Files::isRegularFile).sorted().toList();
      }
      if (process > 0) {
        assertThat(kept).isEqualTo(before);
      }
      before = kept;
    }
  }

  @Test
  void deletingAWorkspaceRemovesItsLocalCopies() {
    Path cache = folder.resolve("cache-1");
    try (Daybook daybook = daybook(memory)) {
      for (String name : List.of("w", "kept")) {
        try (Workspace workspace = daybook.create(name)) {
          fill(workspace);
        }
      }
      assertThat(cache).isDirectoryContaining("glob:**").isNotEmptyDirectory();
      assertThat(cache.toFile().list()).hasSize(2);
      daybook.delete("w");
      assertThat(cache.toFile().list()).hasSize(1);
    }
  }
}
