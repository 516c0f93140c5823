package dev.daybook.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.storage.ObjectStore.Creation;
import dev.daybook.storage.ObjectStore.Listed;
import dev.daybook.storage.ObjectStore.Page;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ObjectStore} must do when one thread uses it. A subclass supplies an empty
 * store for each test; {@link ObjectStoreRaceContract} holds what many threads may rely on.
 */
public abstract class ObjectStoreContract {
  private ObjectStore store;

  /** A store that holds nothing; closed after the test. */
  protected abstract ObjectStore freshStore() throws Exception;

  /** How far the store's own clock may be from this machine's. */
  protected Duration clockDifferenceMax() {
    return Duration.ofMinutes(5);
  }

  @BeforeEach
  void openStore() throws Exception {
    store = freshStore();
  }

  @AfterEach
  void closeStore() {
    if (store != null) {
      store.close();
    }
  }

  // Creating and reading

  @Test
  void createsAnObjectOnceAndKeepsTheFirstBytes() throws Exception {
    var key = ObjectKey.of("plan/00000000000000000001.json");

    var first = store.createIfAbsent(key, utf8("first"));
    var second = store.createIfAbsent(key, utf8("second, and longer"));

    assertThat(first.creation()).isEqualTo(Creation.CREATED);
    assertThat(first.isNew()).isTrue();
    assertThat(second.creation()).isEqualTo(Creation.ALREADY_EXISTS);
    assertThat(second.isNew()).isFalse();
    assertThat(read("plan/00000000000000000001.json")).isEqualTo("first");
  }

  @Test
  void answersAlreadyExistsForTheSameBytesToo() throws Exception {
    var key = ObjectKey.of("a");

    assertThat(store.createIfAbsent(key, utf8("same")).isNew()).isTrue();
    assertThat(store.createIfAbsent(key, utf8("same")).isNew()).isFalse();
  }

  @Test
  void keepsAnEmptyObject() throws Exception {
    var key = ObjectKey.of("empty");

    assertThat(store.createIfAbsent(key, new byte[0]).isNew()).isTrue();

    assertThat(store.get(key).orElseThrow().bytes()).isEmpty();
    assertThat(store.getRange(key, 0, 10).orElseThrow().bytes()).isEmpty();
    assertThat(store.createIfAbsent(key, utf8("x")).isNew()).isFalse();
    assertThat(listAll("")).extracting(Listed::size).containsExactly(0L);
  }

  @Test
  void keepsALargeObject() throws Exception {
    var key = ObjectKey.of("segment/large.parquet");
    var bytes = new byte[5 * 1024 * 1024 + 17];
    new Random(5).nextBytes(bytes);

    store.createIfAbsent(key, bytes);

    assertThat(Arrays.equals(store.get(key).orElseThrow().bytes(), bytes)).isTrue();
    assertThat(store.getRange(key, 3_000_000, 70_000).orElseThrow().bytes())
        .isEqualTo(Arrays.copyOfRange(bytes, 3_000_000, 3_070_000));
    assertThat(listAll("")).extracting(Listed::size).containsExactly((long) bytes.length);
  }

  @Test
  void findsNothingWhereNothingIs() throws Exception {
    create("a/b");

    assertThat(store.get(ObjectKey.of("b"))).isEmpty();
    assertThat(store.get(ObjectKey.of("a/c"))).isEmpty();
    assertThat(store.get(ObjectKey.of("c/b"))).isEmpty();
    assertThat(store.getRange(ObjectKey.of("a/c"), 0, 1)).isEmpty();
    assertThat(store.getRange(ObjectKey.of("a/c"), 100, 1)).isEmpty();
  }

  @Test
  void readsTheAskedPartAndLessAtTheEnd() throws Exception {
    var key = ObjectKey.of("digits");
    store.createIfAbsent(key, utf8("0123456789"));

    assertThat(range(key, 0, 1)).isEqualTo("0");
    assertThat(range(key, 0, 10)).isEqualTo("0123456789");
    assertThat(range(key, 3, 4)).isEqualTo("3456");
    assertThat(range(key, 9, 1)).isEqualTo("9");
    assertThat(range(key, 8, 100)).isEqualTo("89");
    assertThat(range(key, 0, Integer.MAX_VALUE)).isEqualTo("0123456789");
    assertThat(range(key, 10, 1)).isEmpty();
    assertThat(range(key, 11, 5)).isEmpty();
    assertThat(range(key, Long.MAX_VALUE - 1, Integer.MAX_VALUE)).isEmpty();
  }

  @Test
  void keepsItsOwnCopyOfTheBytes() throws Exception {
    var key = ObjectKey.of("a");
    var other = ObjectKey.of("b");
    var bytes = utf8("kept");
    store.createIfAbsent(key, bytes);
    store.overwrite(other, bytes);
    bytes[0] = 'X';
    store.get(key).orElseThrow().bytes()[1] = 'X';
    store.getRange(key, 0, 4).orElseThrow().bytes()[2] = 'X';

    assertThat(read("a")).isEqualTo("kept");
    assertThat(read("b")).isEqualTo("kept");
  }

  // Overwriting and deleting

  @Test
  void overwritesWhetherOrNotTheObjectExists() throws Exception {
    var key = ObjectKey.of("manifest/00000000000000000007.json");
    store.createIfAbsent(key, utf8("a long manifest"));

    store.overwrite(key, utf8("tombstone"));

    assertThat(read(key.path())).isEqualTo("tombstone");
    assertThat(listAll("")).extracting(Listed::size).containsExactly(9L);
    assertThat(store.createIfAbsent(key, utf8("late")).isNew()).isFalse();

    store.overwrite(ObjectKey.of("new/one"), utf8("x"));
    assertThat(read("new/one")).isEqualTo("x");
    store.overwrite(key, new byte[0]);
    assertThat(read(key.path())).isEmpty();
  }

  @Test
  void deletesAndLetsTheKeyBeCreatedAgain() throws Exception {
    var key = ObjectKey.of("log/01JX/000000000001.ndjson.zst");
    create(key.path());
    create("log/01JX/000000000002.ndjson.zst");

    store.delete(key);

    assertThat(store.get(key)).isEmpty();
    assertThat(keys(listAll(""))).containsExactly("log/01JX/000000000002.ndjson.zst");
    assertThat(store.createIfAbsent(key, utf8("again")).isNew()).isTrue();
    assertThat(read(key.path())).isEqualTo("again");
  }

  @Test
  void deletesNothingWithoutComplaint() throws Exception {
    store.delete(ObjectKey.of("never/was/here"));
    create("a/b");
    store.delete(ObjectKey.of("a/b"));
    store.delete(ObjectKey.of("a/b"));
    store.delete(ObjectKey.of("a/c"));

    assertThat(listAll("")).isEmpty();
    create("a/b");
    assertThat(keys(listAll(""))).containsExactly("a/b");
  }

  // Keys

  @Test
  void acceptsEveryLegalKey() throws Exception {
    var paths =
        List.of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ/0123456789",
            "abcdefghijklmnopqrstuvwxyz",
            "x._-/-_.x",
            "...",
            ".hidden/.file",
            "..a/b..",
            "-/_/--",
            "p".repeat(ObjectKey.PART_LENGTH_MAX),
            ("q".repeat(100) + "/").repeat(5) + "z",
            "123456789012",
            "1234567890123/1234567890123",
            "99999999999999999999999999999999");

    for (var path : paths) {
      store.createIfAbsent(ObjectKey.of(path), utf8(path));
    }

    for (var path : paths) {
      assertThat(read(path)).isEqualTo(path);
    }
    assertThat(keys(listAll(""))).isEqualTo(paths.stream().sorted().toList());
  }

  @Test
  void neverMixesUpKeysThatDifferOnlyInCase() throws Exception {
    create("case/key");
    createOrBeRefused("case/KEY");
    createOrBeRefused("Case/key");

    assertThat(read("case/key")).isEqualTo("case/key");
    for (var listed : listAll("")) {
      assertThat(read(listed.key().path())).isEqualTo(listed.key().path());
    }
    store.delete(ObjectKey.of("case/Key"));
    assertThat(read("case/key")).isEqualTo("case/key");
  }

  /** Open to be overridden for servers that keep objects as files and so can have but one. */
  @Test
  protected void neverMixesUpAnObjectAndAFolderOfTheSameName() throws Exception {
    create("a");
    assertThat(store.get(ObjectKey.of("a/b"))).isEmpty();
    store.delete(ObjectKey.of("a/b"));
    createOrBeRefused("a/b");
    create("c/d");
    assertThat(store.get(ObjectKey.of("c"))).isEmpty();
    store.delete(ObjectKey.of("c"));
    createOrBeRefused("c");

    assertThat(read("a")).isEqualTo("a");
    assertThat(read("c/d")).isEqualTo("c/d");
    assertThat(keys(listAll(""))).contains("a", "c/d");
    for (var listed : listAll("")) {
      assertThat(read(listed.key().path())).isEqualTo(listed.key().path());
    }
  }

  // Listing

  @Test
  void listsNothingInAnEmptyStore() throws Exception {
    var page = store.list("", "", 1_000);

    assertThat(page.objects()).isEmpty();
    assertThat(page.more()).isFalse();
    assertThat(store.list("no/such/folder/", "", 1).objects()).isEmpty();
  }

  @Test
  void listsInTheOrderOfTheWholeKey() throws Exception {
    var paths =
        List.of(
            "A/z", "Z", "a-b/x", "a.b", "a.b-c/d", "a/b-/c", "a/b.c", "a/b/c", "a/c", "a0", "aA",
            "a_", "ab/a", "ab/b");
    assertThat(paths).isSorted();
    for (var path : shuffled(paths)) {
      create(path);
    }

    assertThat(keys(listAll(""))).isEqualTo(paths);
    for (int keysMax : new int[] {1, 2, 3, 7}) {
      assertThat(keys(pages("", keysMax))).isEqualTo(paths);
    }
    for (var path : paths) {
      assertThat(keys(store.list("", path, 1_000).objects()))
          .isEqualTo(paths.subList(paths.indexOf(path) + 1, paths.size()));
    }
  }

  @Test
  void listsByPrefixOfThePathNotOnlyByFolder() throws Exception {
    for (var path :
        List.of("a/1", "ab/1", "ab/2", "abc", "b/plan/1", "b/plan/2", "b/planned", "b/p")) {
      create(path);
    }

    assertThat(keys(listAll("a"))).containsExactly("a/1", "ab/1", "ab/2", "abc");
    assertThat(keys(listAll("a/"))).containsExactly("a/1");
    assertThat(keys(listAll("ab"))).containsExactly("ab/1", "ab/2", "abc");
    assertThat(keys(listAll("ab/"))).containsExactly("ab/1", "ab/2");
    assertThat(keys(listAll("ab/2"))).containsExactly("ab/2");
    assertThat(keys(listAll("b/pl"))).containsExactly("b/plan/1", "b/plan/2", "b/planned");
    assertThat(keys(listAll("b/plan/"))).containsExactly("b/plan/1", "b/plan/2");
    assertThat(keys(listAll("b/p"))).hasSize(4);
    assertThat(listAll("c")).isEmpty();
    assertThat(listAll("abcd")).isEmpty();
    assertThat(listAll("abc/")).isEmpty();
    assertThat(listAll("a/1/")).isEmpty();
  }

  @Test
  void listsOnlyWhatComesAfterTheStart() throws Exception {
    for (var path : List.of("a/1", "m/1", "m/2", "m/3", "z/1")) {
      create(path);
    }

    assertThat(keys(list("m/", "m/1"))).containsExactly("m/2", "m/3");
    assertThat(keys(list("m/", "m/10"))).containsExactly("m/2", "m/3");
    assertThat(keys(list("m/", "m/"))).containsExactly("m/1", "m/2", "m/3");
    assertThat(keys(list("m/", "a/9"))).containsExactly("m/1", "m/2", "m/3");
    assertThat(list("m/", "m/3")).isEmpty();
    assertThat(list("m/", "n")).isEmpty();
    assertThat(list("m/", "zz")).isEmpty();
    assertThat(keys(list("", "m/2"))).containsExactly("m/3", "z/1");
    // Characters no key has are still a place in the order.
    assertThat(keys(list("", "m/2\u0000"))).containsExactly("m/3", "z/1");
    assertThat(keys(list("m/", "m/~"))).isEmpty();
  }

  @Test
  void saysWhetherThereMayBeMore() throws Exception {
    for (var path : List.of("a/1", "a/2", "a/3")) {
      create(path);
    }

    assertThat(store.list("a/", "", 2).more()).isTrue();
    assertThat(store.list("a/", "a/2", 2).more()).isFalse();
    assertThat(keys(pages("a/", 2))).containsExactly("a/1", "a/2", "a/3");
    assertThat(keys(pages("a/", 3))).containsExactly("a/1", "a/2", "a/3");
  }

  @Test
  void pagesNumberedKeysInOrderAcrossAThousand() throws Exception {
    var paths =
        IntStream.range(0, 1_005)
            .mapToObj(number -> "plan/%020d.json".formatted(number + 500))
            .toList();
    createAll(paths);
    // A shorter and a longer number sort in between, by their characters.
    createAll(
        List.of("plan/000000000000", "plan/0000000000000000100000001.json", "plan.", "plan-"));

    var all = Stream.concat(paths.stream(), Stream.of("plan/000000000000")).toList();
    var listed = keys(pages("plan/", 1_000));
    assertThat(listed).isSorted().doesNotHaveDuplicates().hasSize(1_007).containsAll(all);
    assertThat(store.list("plan/", "", 1_000).objects()).hasSize(1_000);
    assertThat(keys(pages("plan/", 333))).isEqualTo(listed);
    assertThat(keys(list("plan/", "plan/%020d.json".formatted(1_497))))
        .containsExactlyElementsOf(listed.subList(listed.size() - 7, listed.size()));
    assertThat(keys(listAll("plan/0000000000000000099"))).isEqualTo(paths.subList(490, 500));
    assertThat(keys(listAll("plan/00000000000000001")))
        .hasSize(506)
        .containsAll(paths.subList(500, 1_005));
  }

  @Test
  void listsSizesAndTimes() throws Exception {
    var created = store.createIfAbsent(ObjectKey.of("a"), new byte[3]);
    store.createIfAbsent(ObjectKey.of("b/c"), new byte[4_097]);

    var page = store.list("", "", 10);

    assertThat(page.objects()).extracting(Listed::size).containsExactly(3L, 4_097L);
    var stored = store.get(ObjectKey.of("a")).orElseThrow();
    assertRecent(created.answeredAt());
    assertRecent(page.answeredAt());
    assertRecent(stored.answeredAt());
    assertRecent(stored.storedAt());
    assertRecent(store.getRange(ObjectKey.of("a"), 0, 1).orElseThrow().storedAt());
    assertThat(page.objects()).allSatisfy(listed -> assertRecent(listed.storedAt()));
    assertThat(Duration.between(stored.storedAt(), page.objects().getFirst().storedAt()).abs())
        .as("one object has one time, whether read or listed")
        .isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void itsTimeMovesOn() throws Exception {
    var key = ObjectKey.of("a");
    var first = store.createIfAbsent(key, utf8("x")).answeredAt();
    var deadline = Instant.now().plusSeconds(20);

    Instant created;
    Instant read;
    Instant listed;
    do {
      assertThat(Instant.now()).as("own time of " + store.describe()).isBefore(deadline);
      created = store.createIfAbsent(key, utf8("y")).answeredAt();
      read = store.get(key).orElseThrow().answeredAt();
      listed = store.list("", "", 1).answeredAt();
    } while (!(created.isAfter(first) && read.isAfter(first) && listed.isAfter(first)));
  }

  @Test
  void readsItsOwnWritesAtOnce() throws Exception {
    for (int n = 0; n < 20; n++) {
      var key = ObjectKey.of("log/01/%012d".formatted(n));
      assertThat(store.get(key)).isEmpty();
      assertThat(keys(listAll("log/01/"))).hasSize(n).doesNotContain(key.path());
      create(key.path());
      assertThat(keys(listAll("log/01/"))).hasSize(n + 1).endsWith(key.path());
      assertThat(read(key.path())).isEqualTo(key.path());
    }
    store.delete(ObjectKey.of("log/01/%012d".formatted(7)));
    assertThat(keys(listAll("log/01/"))).hasSize(19).noneMatch(path -> path.endsWith("07"));
  }

  // Misuse and interruption

  @Test
  @SuppressWarnings("NullAway") // the null is the point
  void refusesIllegalArguments() throws Exception {
    var key = ObjectKey.of("a");
    create("a");

    assertIllegal(() -> store.getRange(key, -1, 1), "-1");
    assertIllegal(() -> store.getRange(key, 0, 0), "0");
    assertIllegal(() -> store.getRange(key, 0, -5), "-5");
    assertIllegal(() -> store.list("", "", 0), "0");
    assertIllegal(() -> store.list("", "", 1_001), "1001");
    assertThatThrownBy(() -> store.createIfAbsent(null, new byte[0]))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> store.createIfAbsent(ObjectKey.of("b"), null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> store.overwrite(ObjectKey.of("b"), null))
        .isInstanceOf(NullPointerException.class);
    assertThat(keys(listAll(""))).containsExactly("a");
  }

  @Test
  void keepsTheInterruptFlag() throws Exception {
    create("a");
    for (Callable<Object> call :
        List.<Callable<Object>>of(
            () -> store.createIfAbsent(ObjectKey.of("new"), utf8("new")),
            () -> store.get(ObjectKey.of("a")),
            () -> store.getRange(ObjectKey.of("a"), 0, 1),
            () -> store.list("", "", 1))) {
      Thread.currentThread().interrupt();
      try {
        call.call();
      } catch (IOException e) {
        assertThat(e).hasMessageNotContaining("null");
      } finally {
        assertThat(Thread.interrupted()).as("interrupt flag after the call").isTrue();
      }
    }

    assertThat(read("a")).isEqualTo("a");
    store.createIfAbsent(ObjectKey.of("new"), utf8("new"));
    assertThat(read("new")).isEqualTo("new");
  }

  @Test
  void saysWhereItIs() {
    assertThat(store.describe()).isNotBlank().doesNotContain("@");
  }

  private void create(String path) throws IOException {
    assertThat(store.createIfAbsent(ObjectKey.of(path), utf8(path)).isNew()).as(path).isTrue();
  }

  private void createOrBeRefused(String path) {
    try {
      create(path);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining(path);
    }
  }

  private void createAll(List<String> paths) throws Exception {
    try (var threads = Executors.newFixedThreadPool(32)) {
      for (var created :
          threads.invokeAll(
              shuffled(paths).stream()
                  .map(path ->
                      (Callable<Boolean>)
                          () -> store.createIfAbsent(ObjectKey.of(path), utf8(path)).isNew())
                  .toList())) {
        assertThat(created.get()).isTrue();
      }
    }
  }

  private String read(String path) throws IOException {
    return new String(store.get(ObjectKey.of(path)).orElseThrow().bytes(), UTF_8);
  }

  private String range(ObjectKey key, long offset, int length) throws IOException {
    return new String(store.getRange(key, offset, length).orElseThrow().bytes(), UTF_8);
  }

  private List<Listed> list(String prefix, String startAfter) throws IOException {
    return store.list(prefix, startAfter, 1_000).objects();
  }

  private List<Listed> listAll(String prefix) throws IOException {
    return pages(prefix, 1_000);
  }

  private List<Listed> pages(String prefix, int keysMax) throws IOException {
    List<Listed> all = new ArrayList<>();
    Page page;
    do {
      var startAfter = all.isEmpty() ? "" : all.getLast().key().path();
      page = store.list(prefix, startAfter, keysMax);
      assertThat(page.objects()).hasSizeLessThanOrEqualTo(keysMax);
      all.addAll(page.objects());
    } while (page.more() && !page.objects().isEmpty());
    return all;
  }

  private static List<String> keys(List<Listed> objects) {
    return objects.stream().map(listed -> listed.key().path()).toList();
  }

  private static List<String> shuffled(List<String> paths) {
    var shuffled = new ArrayList<>(paths);
    Collections.shuffle(shuffled, new Random(1));
    return shuffled;
  }

  private void assertRecent(Instant time) {
    assertThat(Duration.between(time, Instant.now()).abs()).isLessThan(clockDifferenceMax());
  }

  private static void assertIllegal(Callable<Object> call, String value) {
    assertThatThrownBy(call::call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(value);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
