package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.event.Actor;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.ForwardingTestEmbedder;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Leg;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When segments get their vectors, and what becomes of those of a model that was replaced. */
class ReembeddingTest {
  private static final Query QUERY =
      Query.of("socket").legs(Leg.VECTOR).limit(50).freshness(Duration.ZERO);

  @TempDir private Path cache;
  private final MemoryObjectStore store = new MemoryObjectStore();

  private Daybook.Builder engine(Embedder embedder) {
    return Daybook.on(store).embedder(embedder).cache(cache, 1 << 30);
  }

  private static void record(Workspace workspace, int count) {
    try (Session session = workspace.startSession(Actor.agent("coder-7"))) {
      for (int i = 0; i < count; i++) {
        session.record(Observation.of("the socket of host " + i + " was closed")).await();
      }
    }
  }

  private List<String> vectorFiles(String model) throws IOException {
    return store.list("w/000001/vector/", "", 1_000).objects().stream()
        .map(object -> object.key().path())
        .filter(path -> path.contains(model))
        .toList();
  }

  @Test
  void compactionEmbedsAgainForAnotherModelAndKeepsTheVectorsOfTheFirst() throws IOException {
    List<Hit> before;
    try (WordVectorTestEmbedder first = new WordVectorTestEmbedder("model-one", Map.of());
        WordVectorTestEmbedder second = new WordVectorTestEmbedder("model-two", Map.of())) {
      try (Daybook daybook = engine(first).open();
          Workspace workspace = daybook.create("w")) {
        record(workspace, 5);
        workspace.compact();
        before = workspace.recall(QUERY).list();
        assertThat(before).hasSize(5);
      }
      try (Daybook daybook = engine(second).open();
          Workspace workspace = daybook.open("w")) {
        Hits without = workspace.recall(QUERY);
        assertThat(without.coverage().withoutVector())
            .as("cosines of different models are never compared")
            .isEqualTo(without.coverage().events());
        workspace.compact();
        Hits with = workspace.recall(QUERY);
        assertThat(with.coverage().withoutVector()).isLessThanOrEqualTo(2);
        assertThat(with.list()).extracting(Hit::id).hasSize(5);
        long embedded = second.textsEmbedded();
        workspace.compact();
        assertThat(second.textsEmbedded()).as("once is enough").isEqualTo(embedded);
      }
      assertThat(vectorFiles("model-one")).hasSize(1);
      assertThat(vectorFiles("model-two")).hasSize(1);
      try (Daybook daybook = engine(first).open();
          Workspace workspace = daybook.open("w")) {
        long embedded = first.textsEmbedded();
        assertThat(workspace.recall(QUERY).list())
            .as("a process that was not upgraded")
            .isEqualTo(before);
        assertThat(first.textsEmbedded()).as("only the question").isEqualTo(embedded + 1);
      }
    }
  }

  /** An interrupt closes the file that is being read, which looks like damage. */
  @Test
  void anInterruptWhileOpeningIsNotTakenForDamage() throws IOException {
    Query known = QUERY.legs(Leg.LEXICAL).freshness(Duration.ofHours(1));
    try (Daybook daybook = engine(Embedder.none()).open();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 5);
      workspace.compact();
    }
    List<String> files = allFiles();
    // A copy that is looked through first, and one that this process has looked through.
    try (Daybook daybook = engine(Embedder.none()).open()) {
      for (int handle = 0; handle < 2; handle++) {
        try (Workspace workspace = daybook.open("w")) {
          assertThat(workspace.plan().version()).as("read without an index").isZero();
          Thread.currentThread().interrupt();
          try {
            assertThatThrownBy(() -> workspace.recall(known))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("Interrupted while ");
          } finally {
            assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
          }
          assertThat(workspace.recall(known).list()).hasSize(5);
          workspace.compact();
          assertThat(allFiles()).as("nothing is made again").isEqualTo(files);
        }
      }
    }
  }

  private List<String> allFiles() throws IOException {
    return store.list("w/000001/", "", 1_000).objects().stream()
        .map(object -> object.key().path())
        .filter(path -> path.contains("/vector/") || path.contains("/index/"))
        .toList();
  }

  /** More than closing embeds, and nobody stays long enough to embed them in the background. */
  @Test
  void segmentsOfShortLivedAgentsAreMergedThoughNobodyHasEmbeddedThem() throws IOException {
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder("model-one", Map.of())) {
      for (int agent = 0; agent < 10; agent++) {
        try (Daybook daybook = engine(embedder).compactAt(1_000_000, 1 << 30).open();
            Workspace workspace = daybook.openOrCreate("w");
            Session session = workspace.startSession(Actor.agent("coder-7"))) {
          for (int i = 0; i < 510; i++) {
            session.record(Observation.of("the socket of host " + i + " was closed"));
          }
        }
      }
      assertThat(vectorFiles("model-one")).isEmpty();
      assertThat(allFiles()).as("an index each, and one of all").hasSize(11);
      try (Daybook daybook = engine(embedder).open();
          Workspace workspace = daybook.open("w")) {
        assertThat(workspace.recall(QUERY).coverage().events()).isGreaterThan(5_100);
        workspace.compact();
        assertThat(workspace.recall(QUERY).list()).hasSize(50);
      }
      assertThat(vectorFiles("model-one")).isNotEmpty();
    }
  }

  /** An embedder that does something else with documents. */
  private abstract static class Other extends ForwardingTestEmbedder {
    Other() {
      super(new WordVectorTestEmbedder("model-one", Map.of()));
    }

    @Override
    public List<float[]> embedDocuments(List<String> texts) {
      before(texts);
      return super.embedDocuments(texts);
    }

    abstract void before(List<String> texts);
  }

  private static final class Refusing extends Other {
    private volatile String refused = "host 2";

    @Override
    void before(List<String> texts) {
      assertThat(texts).isNotEmpty();
      if (texts.stream().anyMatch(text -> text.contains(refused))) {
        throw new IllegalArgumentException("Not this one");
      }
    }
  }

  @Test
  void aTextThatTheEmbedderRefusesLeavesTheOthersTheirVectors() throws Exception {
    try (Refusing refusing = new Refusing();
        Daybook daybook = engine(refusing).open();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 5);
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (workspace.recall(QUERY).size() < 4) {
        assertThat(System.nanoTime()).as("the tail is embedded").isLessThan(deadline);
      }
      workspace.compact();
      assertThat(workspace.recall(QUERY).size()).isEqualTo(4);
      assertThat(vectorFiles("model-one")).hasSize(1);
      record(workspace, 5);
      refusing.refused = "";
      assertThatThrownBy(workspace::compact)
          .as("nothing is left out if the embedder does not work")
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(vectorFiles("model-one")).hasSize(1);
      refusing.refused = "host 3";
      workspace.compact();
      assertThat(workspace.recall(QUERY).size()).isEqualTo(8);
    }
  }

  /** Embeds segments only when it is let. */
  private static final class Held extends Other {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);

    @Override
    void before(List<String> texts) {
      // The tail is embedded text by text, a segment some rows at a time.
      if (texts.size() > 1) {
        asked.countDown();
        try {
          assertThat(let.await(60, TimeUnit.SECONDS)).as("let go on").isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @Test
  void theTailIsTakenInWhileSegmentsAreEmbedded() throws Exception {
    try (Held held = new Held();
        Daybook daybook = engine(held).compactAt(4, 1 << 20).open();
        Workspace workspace = daybook.create("w")) {
      record(workspace, 8);
      assertThat(held.asked.await(60, TimeUnit.SECONDS)).as("embedding has begun").isTrue();
      int indexes = allFiles().size();
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      try {
        while (allFiles().size() < indexes + 2) {
          record(workspace, 4);
          assertThat(System.nanoTime()).as("taken in meanwhile").isLessThan(deadline);
        }
        assertThat(vectorFiles("model-one")).isEmpty();
      } finally {
        held.let.countDown();
      }
      while (vectorFiles("model-one").size() < 2) {
        record(workspace, 4);
        assertThat(System.nanoTime()).as("embedded").isLessThan(deadline);
      }
      workspace.compact();
      assertThat(workspace.recall(QUERY).coverage().events()).isPositive();
    }
  }

  @Test
  void sealedSegmentsGetTheirVectorsInTheBackground() throws Exception {
    try (WordVectorTestEmbedder embedder = new WordVectorTestEmbedder("model-one", Map.of());
        Daybook daybook = engine(embedder).compactAt(4, 1 << 20).open();
        Workspace workspace = daybook.create("w")) {
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (vectorFiles("model-one").size() < 2) {
        record(workspace, 4);
        assertThat(System.nanoTime()).as("nobody asked for compaction").isLessThan(deadline);
      }
    }
  }
}
