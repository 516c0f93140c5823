package dev.daybook.storage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.daybook.StorageAccessException;
import dev.daybook.storage.CapabilityProbe;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import dev.daybook.storage.ObjectStore.Listed;
import dev.daybook.storage.ObjectStoreContract;
import dev.daybook.storage.ObjectStoreRaceContract;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalObjectStoreTest {
  private static final int KEYS_USUALLY = 10_000;
  private static final int KEYS = Integer.getInteger("sim.keys", KEYS_USUALLY);
  private static final int RACES = Integer.getInteger("sim.races", 25);

  @TempDir Path directory;

  @Nested
  class ByLink extends ObjectStoreContract {
    @Override
    protected ObjectStore freshStore() {
      return LocalObjectStore.at(directory);
    }
  }

  @Nested
  class ByLinkRaced extends ObjectStoreRaceContract {
    @Override
    protected int rounds() {
      return RACES;
    }

    @Override
    protected ObjectStore freshStore() {
      return LocalObjectStore.at(directory);
    }
  }

  @Nested
  class ByLock extends ObjectStoreContract {
    @Override
    protected ObjectStore freshStore() {
      return TestStores.withoutLinks(directory);
    }
  }

  @Nested
  class ByLockRaced extends ObjectStoreRaceContract {
    @Override
    protected int rounds() {
      return RACES;
    }

    @Override
    protected ObjectStore freshStore() {
      return TestStores.withoutLinks(directory);
    }
  }

  // What lies on disk

  @Test
  void keepsEachObjectAsAFileUnderItsKey() throws Exception {
    var store = LocalObjectStore.at(directory);
    create(store, "auth/000001/workspace.json");
    create(store, "auth/000001/plan/00000000000000001234.json");
    create(store, "auth/000001/log/01JX/000000000999.ndjson.zst");
    create(store, "auth/000001/blob/01JX/000000001000-3.zst");

    assertThat(files(directory))
        .containsExactly(
            ".links+",
            "auth/000001/blob/01JX/000000001+/000000001000-3.zst",
            "auth/000001/log/01JX/000000000+/000000000999.ndjson.zst",
            "auth/000001/plan/00000000000000001+/00000000000000001234.json",
            "auth/000001/workspace.json");
    assertThat(directory.resolve("auth/000001/workspace.json"))
        .hasContent("auth/000001/workspace.json");
  }

  @Test
  void removesTheFoldersThatADeleteLeavesEmpty() throws Exception {
    var store = LocalObjectStore.at(directory);
    create(store, "w/000001/log/01JX/000000000001.zst");
    create(store, "w/000001/log/01JX/000000000002.zst");
    create(store, "w/000001/log/01JY/000000000001.zst");

    store.delete(ObjectKey.of("w/000001/log/01JX/000000000001.zst"));
    assertThat(directory.resolve("w/000001/log/01JX/000000000+")).isDirectory();
    store.delete(ObjectKey.of("w/000001/log/01JX/000000000002.zst"));
    assertThat(directory.resolve("w/000001/log/01JX")).doesNotExist();
    store.delete(ObjectKey.of("w/000001/log/01JY/000000000001.zst"));

    assertThat(directory.resolve("w")).doesNotExist();
    assertThat(directory).isDirectory();
    create(store, "w/000001/log/01JX/000000000003.zst");
  }

  @Test
  void ignoresNamesThatAreNoKeys() throws Exception {
    var store = LocalObjectStore.at(directory);
    create(store, "plan/00000000000000000001.json");
    var thousand = directory.resolve("plan/00000000000000000+");
    Files.writeString(directory.resolve("read me.txt"), "x");
    Files.writeString(
        directory.resolve("plan/00000000000000000002.json"), "in no folder of a thousand");
    Files.writeString(thousand.resolve("00000000000000001001.json"), "in the wrong one");
    Files.writeString(thousand.resolve("note"), "no number");
    Files.createDirectories(thousand.resolve("00000000000000000003.json"));
    Files.createDirectories(directory.resolve("empty/00000000000000000+"));
    Files.createDirectories(directory.resolve("12345+"));
    Files.writeString(directory.resolve("a+"), "x");
    Files.writeString(directory.resolve("c".repeat(201)), "x");

    assertThat(keys(store, "")).containsExactly("plan/00000000000000000001.json");
    for (var key : List.of("plan/00000000000000000002.json", "plan/00000000000000001001.json")) {
      assertThat(store.get(ObjectKey.of(key))).as(key).isEmpty();
    }
  }

  @Test
  void refusesToListOutsideItself() throws Exception {
    var store = LocalObjectStore.at(directory.resolve("inner"));
    Files.writeString(directory.resolve("secret"), "x");

    for (var prefix : List.of("../", "../s", "a/../../", "//", "/", "./", directory + "/")) {
      assertThat(store.list(prefix, "", 10).objects()).as(prefix).isEmpty();
    }
  }

  // Listing only what is needed

  @Test
  void opensOnlyFoldersThatCanHoldAnAskedKey() throws Exception {
    var store = LocalObjectStore.at(directory);
    for (var path : List.of("a/1", "b/000000001000", "b/000000002000", "b/000000003000")) {
      create(store, path);
    }
    // Whoever looks at one of these fails.
    loop("a/trap");
    loop("b/000000001+/000000001500");
    loop("b/000000000+");
    loop("b/000000003+/000000003001");

    assertThatThrownBy(() -> store.list("a/", "", 10)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.list("b/", "", 10)).isInstanceOf(IOException.class);
    assertThat(keys(store, "b/000000002")).containsExactly("b/000000002000");
    assertThat(store.list("b/", "b/000000001999", 2).objects())
        .extracting(listed -> listed.key().path())
        .containsExactly("b/000000002000", "b/000000003000");
    assertThat(store.list("", "b/000000001999", 1).objects())
        .extracting(listed -> listed.key().path())
        .containsExactly("b/000000002000");
  }

  @Test
  void listsThousandsOfObjectsInReasonableTime() throws Exception {
    var store = LocalObjectStore.at(directory);
    int thousands = Math.max(1, KEYS / 1_000);
    int numbered = Math.max(1, thousands / 5);
    writeFiles(
        "a",
        IntStream.range(0, 1_000 * (thousands - numbered)).mapToObj("n%08d"::formatted).toList());
    for (int thousand = 0; thousand < numbered; thousand++) {
      int from = thousand * 1_000;
      writeFiles(
          "a/%017d+".formatted(thousand),
          IntStream.range(from, from + 1_000).mapToObj("%020d"::formatted).toList());
    }

    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime(); // not the clock: the machine may be busy
    assertThat(keys(store, "a/")).hasSize(1_000 * thousands).isSorted();
    var took = Duration.ofNanos(threads.getCurrentThreadCpuTime() - start);

    System.out.printf(
        "%,d keys listed in %d ms of processor time%n", 1_000 * thousands, took.toMillis());
    if (KEYS == KEYS_USUALLY) {
      assertThat(took).isLessThan(Duration.ofSeconds(5));
    }
  }

  // Temporary files

  @Test
  void removesTemporaryFilesOverAnHourOldWhenOpened() throws Exception {
    var store = LocalObjectStore.at(directory);
    create(store, "a");
    var temporary = directory.resolve(".tmp+");
    assertThat(temporary).isEmptyDirectory();
    var now = Instant.parse("2026-06-01T12:00:00Z");
    var stale = Files.writeString(temporary.resolve("stale"), "torn wri");
    var inUse = Files.writeString(temporary.resolve("in-use"), "x");
    Files.setLastModifiedTime(stale, FileTime.from(now.minus(Duration.ofMinutes(61))));
    Files.setLastModifiedTime(inUse, FileTime.from(now.minus(Duration.ofMinutes(59))));

    var reopened = TestStores.openedAt(directory, now);

    assertThat(stale).doesNotExist();
    assertThat(inUse).exists();
    assertThat(keys(reopened, "")).containsExactly("a");
  }

  @Test
  void worksOnAfterItsTemporaryFolderWasRemoved() throws Exception {
    var store = LocalObjectStore.at(directory);
    Files.delete(directory.resolve(".tmp+"));

    create(store, "a/b");

    assertThat(keys(store, "")).containsExactly("a/b");
  }

  // A directory that cannot be used

  @Test
  void makesTheDirectoryAndThoseAboveIt() {
    var deep = directory.resolve("not/yet/there");

    try (var store = LocalObjectStore.at(deep)) {
      assertThat(deep).isDirectory();
      assertThat(store.describe()).isEqualTo(deep.toString());
    }
  }

  @Test
  void saysSoWhenTheDirectoryIsAFile() throws Exception {
    var file = Files.writeString(directory.resolve("file"), "x");

    assertThatThrownBy(() -> LocalObjectStore.at(file))
        .isInstanceOf(StorageAccessException.class)
        .hasMessageContainingAll(file.toString(), "it is a file", "name a directory");
    assertThatThrownBy(() -> LocalObjectStore.at(file.resolve("below")))
        .isInstanceOf(StorageAccessException.class)
        .hasMessageContainingAll(file.resolve("below").toString(), "it is a file");
  }

  @Test
  void refusesAnotherFileSystemThanTheDefaultOne() throws Exception {
    var zip = directory.resolve("a.zip");
    try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      assertThatThrownBy(() -> LocalObjectStore.at(files.getPath("/store")))
          .isInstanceOf(StorageAccessException.class)
          .hasMessageContaining("default file system");
    }
  }

  @Test
  void knowsNetworkFileSystemsByTheirType() {
    assertThat(List.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "SMBFS", "fuse.sshfs", "fuse.s3fs"))
        .allMatch(NetworkFileSystems::isNetwork);
    assertThat(
            List.of(
                "ext4",
                "xfs",
                "btrfs",
                "tmpfs",
                "overlay",
                "apfs",
                "NTFS",
                "fuseblk",
                "zfs",
                "fuse.encfs",
                "9p",
                "virtiofs"))
        .noneMatch(NetworkFileSystems::isNetwork);
  }

  @Test
  void opensALocalDiskAlsoAsANetworkFileSystem() throws Exception {
    try (var store = LocalObjectStore.onNetworkFileSystem(directory)) {
      create(store, "a");
      assertThat(keys(store, "")).containsExactly("a");
    }
  }

  @Test
  void aDirectoryThatIsGoneIsNotAnEmptyStore() throws Exception {
    var root = directory.resolve("store");
    var store = LocalObjectStore.at(root);
    create(store, "a/b");

    Files.move(root, directory.resolve("moved"));
    assertGone(store, root);
    Files.createDirectory(root); // as the empty mount point of a disk that was taken away
    assertGone(store, root);
    assertThat(root).isEmptyDirectory();

    Files.delete(root);
    Files.move(directory.resolve("moved"), root);
    assertThat(keys(store, "")).containsExactly("a/b");
    create(store, "a/c");
  }

  private static void assertGone(ObjectStore store, Path root) {
    var key = ObjectKey.of("a/b");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> store.get(key),
            () -> store.getRange(key, 0, 1),
            () -> store.list("", "", 1),
            () -> store.list("a/", "", 1),
            () -> store.createIfAbsent(ObjectKey.of("a/c"), new byte[1]),
            () -> store.overwrite(key, new byte[1]),
            () -> store.delete(key))) {
      assertThatThrownBy(call)
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContainingAll(root.toString(), "reopen");
    }
  }

  // Two ways of placing files do not mix

  @Test
  void refusesToJoinProcessesThatPlaceFilesInAnotherWay() throws Exception {
    create(LocalObjectStore.at(directory), "a");

    assertThatThrownBy(() -> TestStores.withoutLinks(directory))
        .isInstanceOf(StorageAccessException.class)
        .hasMessageContainingAll(directory.toString(), ".links+", "by hard links", "delete");
    assertThat(directory.resolve(".lock+")).doesNotExist();
    create(LocalObjectStore.at(directory), "b");

    Files.delete(directory.resolve(".links+"));
    create(TestStores.withoutLinks(directory), "c");
    create(LocalObjectStore.at(directory), "d");
    assertThat(directory.resolve(".links+")).as("the lock, once used, is kept to").doesNotExist();
    assertThat(keys(LocalObjectStore.at(directory), "")).containsExactly("a", "b", "c", "d");
  }

  @Test
  void saysSoWhenTheLockFileIsGone() throws Exception {
    var store = TestStores.withoutLinks(directory);
    create(store, "a");
    Files.delete(directory.resolve(".lock+"));

    assertThatThrownBy(() -> store.createIfAbsent(ObjectKey.of("b"), new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(".lock+", "open");
    assertThat(store.get(ObjectKey.of("b"))).isEmpty();
    assertThat(directory.resolve(".tmp+")).isEmptyDirectory();
  }

  @Test
  void createsAndOverwritesUnderTheLockOnly() throws Exception {
    var store = TestStores.withoutLinks(directory);
    var key = ObjectKey.of("a");
    try (var channel = FileChannel.open(directory.resolve(".lock+"), StandardOpenOption.WRITE);
        var held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      assertThatThrownBy(() -> store.createIfAbsent(key, new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("Creating a", "another copy of this library", ".lock+");
      assertThatThrownBy(() -> store.overwrite(key, new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("Overwriting a", "another copy of this library");
      assertThat(store.get(key)).isEmpty();
    }
    create(store, "a");
  }

  // Where names that differ only in case are one. A symbolic link makes two names one file, too.

  @Test
  void keepsKeysApartWhereTheFileSystemDoesNot() throws Exception {
    var store = TestStores.withoutCases(directory);
    create(store, "auth/key");
    Files.createSymbolicLink(directory.resolve("AUTH"), Path.of("auth"));
    Files.createSymbolicLink(directory.resolve("auth/KEY"), Path.of("key"));

    for (var other : List.of("AUTH/key", "auth/KEY")) {
      var key = ObjectKey.of(other);
      assertThat(store.get(key)).isEmpty();
      assertThatThrownBy(() -> store.createIfAbsent(key, new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(other, "differs only in case from", "auth/key");
      assertThatThrownBy(() -> store.overwrite(key, new byte[1]))
          .hasMessageContainingAll(other, "differs only in case from");
      store.delete(key);
    }
    assertThatThrownBy(() -> store.createIfAbsent(ObjectKey.of("AUTH/new"), new byte[1]))
        .hasMessageContainingAll("AUTH", "differs only in case from", "auth");
    assertThat(store.list("AUTH/", "", 10).objects()).isEmpty();
    assertThat(new String(store.get(ObjectKey.of("auth/key")).orElseThrow().bytes(), UTF_8))
        .isEqualTo("auth/key");
    create(store, "auth/new");
  }

  @Test
  void aKeyIsNeitherAFolderNorAnObjectToo() throws Exception {
    var store = LocalObjectStore.at(directory);
    create(store, "a");
    create(store, "b/c");

    assertThatThrownBy(() -> store.createIfAbsent(ObjectKey.of("a/d"), new byte[0]))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContainingAll("Creating a/d", directory.toString(), "is an object");
    assertThatThrownBy(() -> store.createIfAbsent(ObjectKey.of("b"), new byte[0]))
        .hasMessageContainingAll("Creating b", "is a folder");
    assertThatThrownBy(() -> store.overwrite(ObjectKey.of("b"), new byte[0]))
        .hasMessageContainingAll("Overwriting b", "is a folder");
    assertThatThrownBy(() -> store.overwrite(ObjectKey.of("a/d"), new byte[0]))
        .hasMessageContainingAll("Overwriting a/d", "is an object");
    assertThat(directory.resolve(".tmp+")).isEmptyDirectory();
  }

  @Test
  void passesTheCapabilityProbe() throws Exception {
    for (var store :
        List.of(
            LocalObjectStore.at(directory.resolve("links")),
            TestStores.withoutLinks(directory.resolve("lock")))) {
      assertThat(CapabilityProbe.probe(store, "w/", new Random(1)))
          .isEqualTo(new CapabilityProbe.Verdict.Sound());
      assertThat(keys(store, "")).isEmpty();
    }
  }

  // Interruption

  @Test
  void anInterruptedCreateSaysSoAndLeavesNothingBehind() throws Exception {
    for (var store :
        List.of(
            LocalObjectStore.at(directory.resolve("links")),
            TestStores.withoutLinks(directory.resolve("lock")))) {
      var key = ObjectKey.of("a");
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> store.createIfAbsent(key, new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("Creating a in", "was interrupted");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(store.get(key)).isEmpty();
      assertThat(Path.of(store.describe()).resolve(".tmp+")).isEmptyDirectory();
      create(store, "a");
    }
  }

  private void loop(String path) throws IOException {
    var loop = directory.resolve(path);
    Files.createSymbolicLink(loop, loop.getFileName());
  }

  private void writeFiles(String folder, List<String> names) throws IOException {
    var path = Files.createDirectories(directory.resolve(folder));
    for (var name : names) {
      Files.createFile(path.resolve(name));
    }
  }

  private static void create(ObjectStore store, String path) throws IOException {
    assertThat(store.createIfAbsent(ObjectKey.of(path), path.getBytes(UTF_8)).isNew()).isTrue();
  }

  private static List<String> keys(ObjectStore store, String prefix) throws IOException {
    List<Listed> all = new ArrayList<>();
    ObjectStore.Page page;
    do {
      page = store.list(prefix, all.isEmpty() ? "" : all.getLast().key().path(), 1_000);
      all.addAll(page.objects());
    } while (page.more());
    return all.stream().map(listed -> listed.key().path()).toList();
  }

  private static List<String> files(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
