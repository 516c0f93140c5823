package dev.daybook;

import static dev.daybook.storage.CountingObjectStore.Kind.CREATE;
import static dev.daybook.storage.CountingObjectStore.Kind.DELETE;
import static dev.daybook.storage.CountingObjectStore.Kind.GET;
import static dev.daybook.storage.CountingObjectStore.Kind.LIST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.daybook.event.Actor;
import dev.daybook.event.PlanEvent.NoteAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Hits;
import dev.daybook.recall.Query;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.CountingObjectStore.Request;
import dev.daybook.storage.MemoryObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each operation costs in requests, without faults: the cost model of the design. */
class RequestCountTest {
  private static final Actor ACTOR = Actor.agent("coder-7");
  private static final Query STRONG = Query.of("anything").freshness(Duration.ZERO);

  @TempDir private Path cache;
  private final CountingObjectStore store = new CountingObjectStore(new MemoryObjectStore());

  private Daybook daybook() {
    return daybook("cache");
  }

  private Daybook daybook(String cacheName) {
    return Daybook.on(store)
        .embedder(Embedder.none())
        .cache(cache.resolve(cacheName), 1 << 30)
        .open();
  }

  private static Request get(String rest) {
    return new Request(GET, "w/000001/" + rest);
  }

  private static String manifest(int number) {
    return "manifest/%020d.json".formatted(number);
  }

  private static String version(int number) {
    return "plan/%020d.json".formatted(number);
  }

  @Test
  void creatingAWorkspaceIsOneWriteAndThreeReads() {
    try (Daybook daybook = daybook()) {
      daybook.create("w");
      // The probe of a store new to this engine uses keys of its own, which are no workspace's.
      assertThat(store.requests())
          .filteredOn(request -> !request.path().startsWith("probe-"))
          .containsExactly(
              get("workspace.json"),
              new Request(CREATE, "w/000001/workspace.json"),
              get("workspace.json"),
              new Request(LIST, "w/000001/manifest/"));
    }
  }

  @Test
  void aBatchIsOneWrite() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      store.reset();
      try (Session session = workspace.startSession(ACTOR)) {
        assertThat(store.counts()).isEqualTo(Map.of(GET, 1, CREATE, 1));
        store.reset();
        for (int i = 0; i < 20; i++) {
          session.record(Observation.of("event " + i)).await();
        }
        assertThat(store.counts()).isEqualTo(Map.of(CREATE, 20));
        store.reset();
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          receipts.add(session.record(Observation.of("event " + i)));
        }
        receipts.forEach(Receipt::await);
        assertThat(store.counts()).containsOnlyKeys(CREATE);
        assertThat(store.requests()).doesNotHaveDuplicates();
        store.reset();
      }
      assertThat(store.requests()).as("closing a session").isEmpty();
    }
  }

  @Test
  void aPlanChangeIsOneReadAndOneWrite() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      for (int version = 1; version <= 3; version++) {
        store.reset();
        session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
        assertThat(store.requests())
            .containsExactly(
                get(version(version)), new Request(CREATE, "w/000001/" + version(version)));
      }
      store.reset();
      session.updatePlan(plan -> List.of());
      assertThat(store.requests()).as("a change of nothing").containsExactly(get(version(4)));
      store.reset();
      assertThat(workspace.plan().version()).isEqualTo(3);
      assertThat(store.requests()).as("reading the plan").containsExactly(get(version(4)));
    }
  }

  @Test
  void aWarmStrongReadIsThreeRequestsAndAWeakerOneNone() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
      workspace.compact();
      session.record(Observation.of("in the tail")).await();
      workspace.recall(STRONG);
      store.reset();
      workspace.recall(STRONG);
      assertThat(store.requests())
          .containsExactly(get(version(2)), new Request(LIST, "w/000001/log/"), get(manifest(2)));
      store.reset();
      session.record(Observation.of("one more")).await();
      store.reset();
      assertThat(workspace.recall(STRONG.freshness(Duration.ofHours(1))).list()).isEmpty();
      assertThat(workspace.recall(Query.of("more").freshness(Duration.ofHours(1))).list())
          .hasSize(1);
      assertThat(store.requests()).isEmpty();
    }
  }

  @Test
  void aReadFetchesEachForeignBatchOnce() {
    try (Daybook one = daybook();
        Daybook two = daybook("other");
        Workspace writer = one.create("w");
        Workspace reader = two.open("w");
        Session session = writer.startSession(ACTOR)) {
      reader.recall(STRONG);
      for (int i = 0; i < 3; i++) {
        session.record(Observation.of("event " + i)).await();
      }
      store.reset();
      reader.recall(STRONG);
      assertThat(store.counts()).isEqualTo(Map.of(GET, 2 + 3, LIST, 1));
      store.reset();
      reader.recall(STRONG);
      assertThat(store.counts()).isEqualTo(Map.of(GET, 2, LIST, 1));
    }
  }

  /** One listing says which is the last; asking for that and the next makes sure. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 2", "2, 2", "7, 2"})
  void openingFindsTheNewestManifestByAListing(int manifests, int reads) {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      for (int i = 0; i < manifests; i++) {
        session.record(Observation.of("event " + i)).await();
        workspace.compact();
      }
      store.reset();
      try (Workspace again = daybook.open("w")) {
        assertThat(again.name()).isEqualTo("w");
        assertThat(store.requests()).contains(get("workspace.json"));
        assertThat(store.counts())
            .isEqualTo(reads == 0 ? Map.of(GET, 1, LIST, 1) : Map.of(GET, 1 + reads, LIST, 1));
        store.reset();
      }
      assertThat(store.requests()).as("closing a handle that wrote nothing").isEmpty();
    }
  }

  @Test
  void aColdReadFetchesCheckpointIndexAndSegmentOnceAndTheLastWhenItIsRead() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
      workspace.compact();
      try (Daybook elsewhere = daybook("elsewhere")) {
        store.reset();
        Workspace cold = elsewhere.open("w");
        assertThat(store.counts()).as("open").isEqualTo(Map.of(GET, 1 + 2 + 1, LIST, 1));
        store.reset();
        Hits hits = cold.recall(Query.of("note").freshness(Duration.ZERO));
        assertThat(hits.list()).hasSize(1);
        assertThat(store.counts()).as("first read").isEqualTo(Map.of(GET, 2 + 1, LIST, 1));
        store.reset();
        assertThat(hits.load()).hasSize(1);
        assertThat(store.requests())
            .as("first events")
            .singleElement()
            .satisfies(request -> assertThat(request.path()).contains("/segment/"));
        store.reset();
        assertThat(hits.load()).hasSize(1);
        assertThat(store.requests()).as("events of an open segment").isEmpty();
        cold.recall(STRONG);
        assertThat(store.counts()).as("second read").isEqualTo(Map.of(GET, 2, LIST, 1));
      }
    }
  }

  @Test
  void compactionWritesFourObjectsAndDeletesTheBatches() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w");
        Session session = workspace.startSession(ACTOR)) {
      session.updatePlan(plan -> List.of(NoteAdded.of("a note")));
      for (int i = 0; i < 5; i++) {
        session.record(Observation.of("event " + i)).await();
      }
      workspace.recall(STRONG);
      store.reset();
      workspace.compact();
      assertThat(
              store.requests().stream()
                  .filter(request -> request.kind() == CREATE)
                  .map(request -> request.path().split("/", -1)[2]))
          .containsExactly("segment", "index", "checkpoint", "manifest");
      assertThat(store.count(DELETE)).isEqualTo(1 + 5);
      // Two strong reads; then collecting lists manifests, five kinds of files, logs and outputs.
      assertThat(store.count(LIST)).isEqualTo(2 + 8);
      assertThat(store.counts()).containsOnlyKeys(CREATE, GET, LIST, DELETE);
      store.reset();
      workspace.compact();
      assertThat(store.counts()).as("nothing to do").doesNotContainKeys(CREATE, DELETE);
    }
  }

  @Test
  void compactingReadsAStoredIndexAgainUnlessItHasJustWrittenIt() {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.create("w")) {
      try (Session session = workspace.startSession(ACTOR)) {
        session.record(Observation.of("one event")).await();
      }
      store.reset();
      workspace.compact();
      assertThat(indexesRead()).isEmpty();
      workspace.compact();
      assertThat(indexesRead()).hasSize(1);
    }
  }

  private List<Request> indexesRead() {
    return store.requests().stream()
        .filter(request -> request.kind() == GET && request.path().contains("/index/"))
        .toList();
  }

  @Test
  void closingReadsNoIndexThatItHasACopyOf() {
    try (Daybook daybook = daybook()) {
      Workspace workspace = daybook.create("w");
      try (Session session = workspace.startSession(ACTOR)) {
        session.record(Observation.of("one event")).await();
      }
      workspace.close();
      Workspace again = daybook.open("w");
      try (Session session = again.startSession(ACTOR)) {
        session.record(Observation.of("another event")).await();
      }
      store.reset();
      again.close();
      assertThat(indexesRead()).isEmpty();
    }
  }
}
