package dev.daybook.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.CorruptDataException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.log.LogFixture;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.CountingObjectStore;
import dev.daybook.storage.MemoryObjectStore;
import dev.daybook.storage.ObjectKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheTest {
  private static final int OBJECTS = 12;
  private static final int BYTES = 10_000;

  @TempDir private Path folder;
  private Instant now = Instant.parse("2026-11-24T10:00:00Z");
  private final CountingObjectStore counting = new CountingObjectStore(new MemoryObjectStore());
  private final Store store = store(counting);

  private static byte[] content(int object) {
    byte[] bytes = new byte[BYTES];
    new Random(object).nextBytes(bytes);
    return bytes;
  }

  private static ObjectKey key(int object) {
    return ObjectKey.of("object-" + object);
  }

  private static Store store(dev.daybook.storage.ObjectStore raw) {
    Store store = LogFixture.store(raw);
    for (int object = 0; object < OBJECTS; object++) {
      store.create(key(object), content(object));
    }
    return store;
  }

  private FileCache cache(long bytesMax) {
    return new FileCache(folder, bytesMax, () -> now);
  }

  private static byte[] read(LocalCopies copies, Store store, int object) throws IOException {
    byte[] expected = content(object);
    return copies
        .open(
            store,
            key(object),
            Fingerprint.sha256Hex(expected),
            expected.length,
            Files::readAllBytes)
        .orElseThrow();
  }

  private byte[] read(LocalCopies copies, int object) throws IOException {
    return read(copies, store, object);
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private long gets() {
    return counting.count(CountingObjectStore.Kind.GET);
  }

  @Test
  void fetchesOnceAndKeepsWhatWasUsedLast() throws IOException {
    LocalCopies copies = cache(3 * BYTES).of("w");
    for (int object : new int[] {0, 1, 2, 0, 3}) {
      now = now.plusSeconds(1);
      assertThat(read(copies, object)).isEqualTo(content(object));
    }
    assertThat(gets()).isEqualTo(4);
    assertThat(kept()).hasSize(3);
    now = now.plusSeconds(1);
    for (int object : new int[] {0, 2, 3}) {
      assertThat(read(copies, object)).isEqualTo(content(object));
    }
    assertThat(gets()).as("1 was used longest ago").isEqualTo(4);
  }

  @Test
  void keepsWhatWasJustMadeHoweverLarge() throws IOException {
    LocalCopies copies = cache(BYTES / 2).of("w");
    // Equal times, as a clock that stands still gives them, tell nothing of the order.
    for (int object = 0; object < OBJECTS; object++) {
      assertThat(read(copies, object)).isEqualTo(content(object));
      assertThat(kept()).hasSize(1);
    }
  }

  @Test
  void replacesACopyThatIsTornOrDamaged() throws IOException {
    byte[] damaged = content(0);
    damaged[BYTES / 2] ^= 1;
    for (byte[] wrong : List.of(damaged, new byte[0], new byte[BYTES])) {
      assertThat(read(cache(1 << 20).of("w"), 0)).isEqualTo(content(0));
      Files.write(kept().getFirst(), wrong);
      assertThat(read(cache(1 << 20).of("w"), 0)).as("in the next process").isEqualTo(content(0));
    }
    assertThat(gets()).isEqualTo(1 + 3);
  }

  @Test
  void keepsNothingThatIsNotWhatTheManifestSays() {
    LocalCopies copies = cache(1 << 20).of("w");
    assertThatThrownBy(() -> copies.fetch(store, key(0), Fingerprint.sha256Hex(content(1)), BYTES))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(key(0).path());
    assertThat(copies.fetch(store, ObjectKey.of("none"), "00", 1)).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void dropsTheCopiesOfOneWorkspaceAndNoOther() throws IOException {
    FileCache cache = cache(1 << 20);
    byte[] first = read(cache.of("one"), 0);
    assertThat(read(cache.of("../two"), 0)).isEqualTo(first);
    assertThat(gets()).as("workspaces share no copy").isEqualTo(2);
    cache.drop("one");
    assertThat(kept()).hasSize(1);
    assertThat(read(cache.of("../two"), 0)).isEqualTo(first);
    assertThat(gets()).isEqualTo(2);
    assertThat(read(cache.of("one"), 0)).isEqualTo(first);
    assertThat(gets()).isEqualTo(3);
    cache.drop("never there");
    try (Stream<Path> beside = Files.list(folder.getParent())) {
      assertThat(beside.filter(path -> path.endsWith("two"))).isEmpty();
    }
  }

  @Test
  void removesWhatAProcessLeftThatWasKilledWhileItMadeFiles() throws IOException {
    LocalCopies copies = cache(1 << 20).of("w");
    Path left;
    try (LocalCopies.Work killed = copies.newWork();
        LocalCopies.Work atWork = copies.newWork()) {
      left = Files.write(killed.file("segment"), content(0));
      FileTime began = Files.getLastModifiedTime(killed.folder());
      for (int hours : new int[] {5, 25}) {
        FileTime before = FileTime.from(began.toInstant().minus(Duration.ofHours(hours)));
        Files.setLastModifiedTime((hours == 5 ? atWork : killed).folder(), before);
      }
      // A host's clock that is far ahead makes no working folder old.
      now = now.plus(Duration.ofDays(10_000));
      assertThat(read(copies, 1)).isEqualTo(content(1));
      assertThat(left).doesNotExist();
      assertThat(atWork.folder()).exists();
    }
    assertThat(kept()).hasSize(1);
  }

  @Test
  void aFileThatIsGoneBeforeItIsOpenedIsFetchedAgain() throws IOException {
    LocalCopies copies = cache(1 << 20).of("w");
    List<Path> opened = new ArrayList<>();
    byte[] content =
        copies
            .open(
                store,
                key(0),
                Fingerprint.sha256Hex(content(0)),
                BYTES,
                file -> {
                  opened.add(file);
                  if (opened.size() < 3) {
                    Files.delete(file);
                    throw new NoSuchFileException(file.toString());
                  }
                  return Files.readAllBytes(file);
                })
            .orElseThrow();
    assertThat(content).isEqualTo(content(0));
    assertThat(gets()).isEqualTo(3);
  }

  private LocalCopies inPiecesOf(int bytes) {
    return new LocalCopies(cache(1 << 20), folder.resolve("pieces"), bytes);
  }

  private long pieces() {
    return counting.count(CountingObjectStore.Kind.GET_RANGE);
  }

  @Test
  void aLargeObjectIsFetchedInPiecesAndNeverAsAWhole() throws IOException {
    assertThat(read(inPiecesOf(BYTES / 4), 0)).isEqualTo(content(0));
    assertThat(gets()).isZero();
    assertThat(pieces()).as("the last sees that there is no more").isEqualTo(5);
    assertThat(kept()).extracting(file -> file.getFileName().toString()).hasSize(1);
    assertThat(read(inPiecesOf(BYTES), 1)).isEqualTo(content(1));
    assertThat(gets()).as("one request for all that are not large").isEqualTo(1);
    assertThat(pieces()).isEqualTo(5);
  }

  @Test
  void aLargeObjectThatIsCutOrLongerOrChangedIsDamagedAndLeavesNothing() throws IOException {
    String sha256 = Fingerprint.sha256Hex(content(0));
    LocalCopies copies = inPiecesOf(BYTES / 4);
    for (int wrong : new int[] {BYTES - 1, BYTES + 1}) {
      assertThatThrownBy(() -> copies.fetch(store, key(0), sha256, wrong))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("object-0 has " + Math.min(BYTES, wrong + 1) + " bytes")
          .hasMessageContaining("the manifest says " + wrong);
      assertThat(copies.isStored(store, key(0), sha256, wrong)).isFalse();
    }
    assertThatThrownBy(() -> copies.fetch(store, key(1), sha256, BYTES))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(sha256);
    assertThat(copies.isStored(store, key(1), sha256, BYTES)).isFalse();
    assertThat(copies.isStored(store, key(0), sha256, BYTES)).isTrue();
    assertThat(kept()).isEmpty();
  }

  @Test
  void aLargeObjectThatIsMissingIsEmpty() throws IOException {
    String sha256 = Fingerprint.sha256Hex(content(0));
    LocalCopies copies = inPiecesOf(BYTES / 4);
    assertThat(copies.fetch(store, ObjectKey.of("nothing"), sha256, BYTES)).isEmpty();
    assertThat(copies.isStored(store, ObjectKey.of("nothing"), sha256, BYTES)).isFalse();
    assertThat(kept()).isEmpty();
  }

  /** Many at once with a bound far too low for them: every read is right, none fails. */
  @Test
  void threadsAndProcessesShareAFolderThatIsMuchTooSmall() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int process = 0; process < 2; process++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  FileCacheTest.class.getName(),
                  folder.toString(),
                  Integer.toString(process))
              .redirectErrorStream(true)
              .redirectOutput(new File(folder.getParent().toFile(), "cache-" + process + ".out"))
              .start());
    }
    hammer(folder, 99);
    for (int process = 0; process < processes.size(); process++) {
      Path out = folder.resolveSibling("cache-" + process + ".out");
      assertThat(processes.get(process).waitFor()).as(Files.readString(out)).isZero();
      Files.delete(out);
    }
    assertThat(kept()).as("at most one for each that put one last").hasSizeLessThanOrEqualTo(6);
    assertThat(kept()).allSatisfy(file -> assertThat(file.getFileName().toString()).hasSize(64));
  }

  /** A process of its own. */
  public static void main(String[] args) throws Exception {
    hammer(Path.of(args[0]), Integer.parseInt(args[1]));
  }

  private static void hammer(Path folder, int seed) throws Exception {
    FileCache cache = new FileCache(folder, 2 * BYTES, Instant::now);
    Store store = store(new MemoryObjectStore());
    List<Callable<Boolean>> readers = new ArrayList<>();
    for (int thread = 0; thread < 3; thread++) {
      Random random = new Random(seed * 31L + thread);
      readers.add(() -> {
        for (int i = 0; i < 400; i++) {
          int object = random.nextInt(OBJECTS);
          assertThat(read(cache.of("w"), store, object)).isEqualTo(content(object));
        }
        return true;
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(readers.size())) {
      for (Future<Boolean> reader : threads.invokeAll(readers)) {
        assertThat(reader.get()).isTrue();
      }
    }
  }
}
