package dev.daybook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.log.Frame;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Zstd;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Hit;
import dev.daybook.recall.Query;
import dev.daybook.recall.WordVectorTestEmbedder;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A workspace some object of which a newer library wrote, or which was damaged: it says which and
 * what to do, rebuilds what can be rebuilt, and never answers wrongly.
 */
class BadInputTest {
  private static final Actor ACTOR = Actor.agent("coder-7");
  private static final Query QUERY = Query.of("which socket was closed");

  @TempDir private Path folder;
  private final MemoryObjectStore store = new MemoryObjectStore();
  private final Embedder embedder = new WordVectorTestEmbedder();
  private int caches;
  private Answers expected;

  /** Everything a reader can be told. */
  private record Answers(
      PlanRecord plan, PlanRecord before, List<Entry> entries, List<Entry> hits) {}

  private Daybook daybook() {
    return daybook(folder.resolve("cache-" + ++caches));
  }

  private Daybook daybook(Path cache) {
    return Daybook.on(store).embedder(embedder).cache(cache, 1 << 30).open();
  }

  /**
   * A workspace with a segment, an index, vectors, a checkpoint, and a batch and version on top.
   */
  @BeforeEach
  void write() throws IOException {
    // Left open and then forgotten, as by a crash: closing would compact the batch away.
    Daybook daybook = daybook();
    Workspace workspace = daybook.create("w");
    Session session = workspace.startSession(ACTOR);
    for (int i = 0; i < 5; i++) {
      session.record(Observation.of("socket " + i + " closed by peer"));
    }
    session.updatePlan(plan -> List.of(TaskAdded.of("T", "find out who closes sockets")));
    workspace.compact();
    session.record(Observation.of("socket 9 closed by us")).await();
    session.updatePlan(plan -> List.of(TaskAdded.of("U", "close no socket")));
    expected = answers();
    assertThat(expected.entries()).hasSize(9);
    assertThat(expected.hits()).isNotEmpty();
  }

  private Answers answers() throws IOException {
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      return answers(workspace);
    }
  }

  private static Answers answers(Workspace workspace) {
    List<EventId> hits = workspace.recall(QUERY).stream().map(Hit::id).sorted().toList();
    return new Answers(
        workspace.plan(),
        workspace.plan(1),
        workspace.traces().find(Filter.any()).entries(),
        hits.stream().map(id -> workspace.traces().entry(id).orElseThrow()).toList());
  }

  private ObjectKey only(String kind) throws IOException {
    var objects = store.list("w/000001/" + kind, "", 10).objects();
    assertThat(objects).as(kind).isNotEmpty();
    return objects.getLast().key();
  }

  private void change(ObjectKey key, UnaryOperator<byte[]> change) throws IOException {
    store.overwrite(key, change.apply(store.get(key).orElseThrow().bytes()));
  }

  private static byte[] newer(byte[] bytes) {
    return LogFixture.ofFormat(99, bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"workspace.json", "plan/", "log/", "manifest/"})
  void refusesWhatANewerLibraryWrote(String kind) throws IOException {
    ObjectKey key = only(kind);
    change(
        key,
        kind.equals("log/")
            ? bytes -> Zstd.compress(newer(Zstd.decompress(key, bytes)))
            : BadInputTest::newer);
    assertThatThrownBy(this::answers)
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining(key.path())
        .hasMessageContaining("format version 99, this library reads up to 1")
        .hasMessageContaining("use a newer release");
  }

  @Test
  void refusesAManifestThatNeedsAnUnknownFeature() throws IOException {
    ObjectKey key = only("manifest/");
    changeManifest(key, body -> body.replace("\"features\":[]", "\"features\":[\"shadows\"]"));
    assertThatThrownBy(this::answers)
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining(key.path())
        .hasMessageContaining("[shadows]");
  }

  @Test
  void refusesASegmentThatANewerLibraryWrote() throws IOException {
    ObjectKey key = only("segment/");
    byte[] before = store.get(key).orElseThrow().bytes();
    String text = new String(before, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("daybook.format") + "daybook.format".length();
    assertThat(text.charAt(at + 2)).isEqualTo('1');
    byte[] after = before.clone();
    after[at + 2] = '9';
    store.overwrite(key, after);
    changeManifest(
        only("manifest/"),
        body -> body.replace(Fingerprint.sha256Hex(before), Fingerprint.sha256Hex(after)));
    assertThatThrownBy(this::answers)
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("format version 9, this library reads up to 1")
        .hasMessageContaining(key.path());
  }

  private void changeManifest(ObjectKey key, UnaryOperator<String> change) throws IOException {
    String id;
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      id = workspace.id();
    }
    change(
        key,
        bytes -> {
          Frame frame = Frame.decode(key, bytes, Frame.Kind.MANIFEST, id);
          String body = new String(frame.body(), StandardCharsets.UTF_8);
          assertThat(change.apply(body)).isNotEqualTo(body);
          return new Frame(
                  frame.kind(),
                  frame.operation(),
                  change.apply(body).getBytes(StandardCharsets.UTF_8))
              .encode(id);
        });
  }

  /** Ways to damage an object: cut off, and with bits turned at its start, end and in between. */
  private static List<byte[]> damaged(byte[] bytes) {
    List<byte[]> all = new ArrayList<>();
    all.add(new byte[0]);
    for (int part = 1; part <= 3; part++) {
      all.add(Arrays.copyOf(bytes, bytes.length * part / 4));
    }
    all.add(Arrays.copyOf(bytes, bytes.length - 1));
    for (int part = 0; part <= 12; part++) {
      byte[] turned = bytes.clone();
      turned[Math.min(bytes.length - 1, bytes.length * part / 12)] ^= 1 << 4;
      all.add(turned);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"workspace.json", "plan/", "log/", "manifest/", "segment/"})
  void saysWhichObjectIsDamagedAndNeverAnswersWrongly(String kind) throws IOException {
    ObjectKey key = only(kind);
    byte[] whole = store.get(key).orElseThrow().bytes();
    int refused = 0;
    List<byte[]> all = damaged(whole);
    for (byte[] bytes : all) {
      store.overwrite(key, bytes);
      try {
        assertThat(answers()).isEqualTo(expected);
      } catch (CorruptDataException e) {
        assertThat(e).hasMessageContaining(key.path()).hasMessageContaining("restore");
        refused++;
      } catch (UnsupportedFormatException e) {
        assertThat(e).hasMessageContaining(key.path());
      }
    }
    assertThat(refused).isGreaterThan(all.size() - 3);
    store.overwrite(key, whole);
    assertThat(answers()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"index/", "vector/", "checkpoint/"})
  void rebuildsWhatIsDamagedAndAnswersTheSame(String kind) throws IOException {
    ObjectKey key = only(kind);
    byte[] whole = store.get(key).orElseThrow().bytes();
    for (byte[] bytes : damaged(whole)) {
      store.overwrite(key, bytes);
      assertThat(answers()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"index/", "vector/"})
  void compactionReplacesWhatIsDamaged(String kind) throws IOException {
    ObjectKey damaged = only(kind);
    change(damaged, bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      workspace.compact();
      ObjectKey manifest = only("manifest/");
      String named = new String(store.get(manifest).orElseThrow().bytes(), StandardCharsets.UTF_8);
      assertThat(named)
          .as("in force no more, only kept for slow readers")
          .containsOnlyOnce(damaged.path())
          .containsPattern("\"retired\":.*" + damaged.path());
      assertThat(answers(workspace)).isEqualTo(expected);
    }
    assertThat(answers()).isEqualTo(expected);
  }

  @Test
  void fetchesADamagedLocalCopyAgain() throws IOException {
    Path cache = folder.resolve("damaged-cache");
    for (int round = 0; round < 3; round++) {
      try (Daybook daybook = daybook(cache);
          Workspace workspace = daybook.open("w")) {
        assertThat(answers(workspace)).isEqualTo(expected);
      }
      List<Path> files;
      try (var all = Files.walk(cache)) {
        files = all.filter(Files::isRegularFile).toList();
      }
      assertThat(files).as("segment, index and vectors").hasSize(3);
      for (Path file : files) {
        byte[] turned = Files.readAllBytes(file);
        turned[turned.length * round / 3] ^= 1 << 4;
        Files.write(file, turned);
      }
    }
  }

  @Test
  void saysThatTheCacheFolderCannotBeWritten() throws IOException {
    Path file = Files.createFile(folder.resolve("a-file"));
    try (Daybook daybook = daybook(file.resolve("below"));
        Workspace workspace = daybook.open("w");
        Session session = workspace.startSession(ACTOR)) {
      session.record(Observation.of("recorded all the same")).await();
      assertThatThrownBy(workspace::compact)
          .isInstanceOf(StorageAccessException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("choose another folder");
    } catch (StorageAccessException e) {
      fail("Only what needs the folder may fail", e);
    }
    try (Daybook daybook = daybook();
        Workspace workspace = daybook.open("w")) {
      assertThat(workspace.traces().find(Filter.any().type("Observation")).entries()).hasSize(7);
    }
  }
}
