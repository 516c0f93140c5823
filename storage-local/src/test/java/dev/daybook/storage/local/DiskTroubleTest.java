package dev.daybook.storage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.daybook.Daybook;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.Workspace;
import dev.daybook.crash.ChildJvm;
import dev.daybook.event.Actor;
import dev.daybook.event.Entry;
import dev.daybook.event.EventId;
import dev.daybook.event.PlanEvent.TaskAdded;
import dev.daybook.event.TraceEvent.Observation;
import dev.daybook.recall.Embedder;
import dev.daybook.recall.Filter;
import dev.daybook.recall.Query;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fills up, denies, turns read-only and goes away: a real one, in memory, mounted for a
 * child process alone, which has given up root's right to ignore permissions. Where a process may
 * not mount, the tests say so and are skipped. A file system without hard links is the one thing
 * that is not real: see {@link TestStores}.
 */
class DiskTroubleTest {
  /** $1 is the mount point, $2 the size, the rest is the command. */
  private static final String WITH_DISK =
      """
      mount -t tmpfs -o size=$2 daybook-test "$1" || exit 77
      shift 2
      exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"
      """;

  @TempDir Path directory;

  @Test
  void saysWhatIsWrongAndNeverLosesWhatItHas() throws Exception {
    assertSteps(Child.class, "2m", "full", "permission", "unwritable", "read-only", "unmounted");
  }

  @Test
  void aWorkspaceSaysWhatIsWrongAndGoesOnAfterwards() throws Exception {
    assertSteps(
        WorkspaceChild.class, "16m", "written", "full", "room again", "cache full", "deleted");
  }

  /** Runs the class with a disk of this size as its argument; these steps have to go well. */
  private void assertSteps(Class<?> main, String size, String... steps) throws Exception {
    List<String> command = new ArrayList<>(namespaceCommand());
    command.addAll(List.of("sh", "-c", WITH_DISK, "sh", directory.toString(), size));
    try (var child = new ChildJvm(command, main, directory.toString())) {
      var said = child.hearAll();
      int exitCode = child.exitCode();
      if (exitCode == 77) {
        var unused = skip("a file system in memory cannot be mounted");
      }
      assertThat(said).containsExactly(steps);
      assertThat(exitCode).isZero();
    }
  }

  /** A command that runs another one with mounts of its own. */
  private static List<String> namespaceCommand() throws Exception {
    for (var command : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> trial = new ArrayList<>(command);
      trial.addAll(List.of("setpriv", "--bounding-set=-dac_override", "true"));
      try {
        var process = new ProcessBuilder(trial).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        if (process.waitFor() == 0) {
          return command;
        }
      } catch (IOException e) {
        return skip("there is no 'unshare' here (" + e.getMessage() + ")");
      }
    }
    return skip("a process may not have mounts of its own here");
  }

  private static void run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static List<String> skip(String reason) {
    System.out.println("Full, read-only and unmounted disks not tested: " + reason);
    return abort(reason);
  }

  /** What happens on the disk; prints each step that went as it should. */
  static final class Child {
    private static final byte[] CONTENT = new byte[50_000];

    private final Path disk;
    private final LocalObjectStore store;
    private final List<ObjectKey> kept = new ArrayList<>();

    private Child(Path disk) {
      Arrays.fill(CONTENT, (byte) 'x');
      this.disk = disk;
      this.store = LocalObjectStore.at(disk.resolve("store"));
    }

    public static void main(String[] arguments) throws Exception {
      var child = new Child(Path.of(arguments[0]));
      child.fillsUp();
      System.out.println("full");
      child.deniesOneFolder();
      System.out.println("permission");
      child.deniesOpening();
      System.out.println("unwritable");
      child.turnsReadOnly();
      System.out.println("read-only");
      child.goesAway();
      System.out.println("unmounted");
    }

    private void fillsUp() throws Exception {
      IOException full = null;
      int number = 0;
      for (; full == null; number++) {
        assertThat(number).as("objects of 50 kB on 2 MB").isLessThan(100);
        var key = ObjectKey.of("log/01/%012d".formatted(number));
        try {
          store.createIfAbsent(key, CONTENT);
          kept.add(key);
        } catch (IOException e) {
          full = e;
          assertThat(e)
              .isNotInstanceOf(AccessDeniedException.class)
              .isNotInstanceOf(NoSuchFileException.class)
              .hasMessageContainingAll("Creating " + key, store.describe(), "space", "make room");
          assertThat(store.get(key)).isEmpty();
        }
      }
      assertThat(kept).isNotEmpty();
      var last = kept.getLast();
      assertThatThrownBy(() -> store.overwrite(last, CONTENT))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("Overwriting " + last, "space", "make room");
      assertKept();
      try (var left = Files.list(disk.resolve("store/.tmp+"))) {
        assertThat(left).isEmpty();
      }

      store.delete(kept.removeLast());
      assertThat(store.createIfAbsent(last, CONTENT).isNew()).isTrue();
      kept.add(last);
    }

    private void deniesOneFolder() throws Exception {
      store.delete(kept.removeFirst());
      store.delete(kept.removeFirst());
      var folder = disk.resolve("store/log/01/000000000+");
      permit(folder, "r-xr-xr-x");
      var key = ObjectKey.of("log/01/%012d".formatted(500));
      assertThatThrownBy(() -> store.createIfAbsent(key, new byte[1]))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContainingAll("Creating " + key, store.describe(), "right to read and write");
      assertThatThrownBy(() -> store.delete(kept.getFirst()))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("Deleting " + kept.getFirst());
      permit(folder, "-wx-wx-wx");
      assertThatThrownBy(() -> store.list("log/", "", 10))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("Listing 'log/'");
      permit(folder, "rwxr-xr-x");
      var file = folder.resolve("%012d".formatted(3));
      permit(file, "-w-------");
      assertThatThrownBy(() -> store.get(ObjectKey.of("log/01/%012d".formatted(3))))
          .isInstanceOf(AccessDeniedException.class)
          .hasMessageContaining("Reading log/01/");
      permit(file, "rw-r--r--");
      assertKept();
    }

    private void deniesOpening() throws Exception {
      var locked = Files.createDirectory(disk.resolve("locked"));
      permit(locked, "r-xr-xr-x");
      for (var directory : List.of(locked, locked.resolve("new"))) {
        assertThatThrownBy(() -> LocalObjectStore.at(directory))
            .isInstanceOf(StorageAccessException.class)
            .hasMessageContainingAll("Opening " + directory, "right to read and write")
            .hasCauseInstanceOf(AccessDeniedException.class);
      }
    }

    private void turnsReadOnly() throws Exception {
      run("mount", "-o", "remount,ro", disk.toString());
      var key = ObjectKey.of("log/01/%012d".formatted(501));
      assertThatThrownBy(() -> store.createIfAbsent(key, new byte[1]))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("Creating " + key, "Read-only", "mount it writable");
      assertThat(store.createIfAbsent(kept.getFirst(), new byte[1]).isNew()).isFalse();
      assertKept();
      assertThatThrownBy(() -> LocalObjectStore.at(disk.resolve("store")))
          .isInstanceOf(StorageAccessException.class)
          .hasMessageContainingAll(
              "Opening " + disk.resolve("store"), "Read-only", "mount it writable");
    }

    private void goesAway() throws Exception {
      run("umount", disk.toString());
      assertThatThrownBy(() -> store.get(kept.getFirst())).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> store.list("", "", 1))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("mount");
      assertThatThrownBy(() -> store.createIfAbsent(kept.getFirst(), CONTENT))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining(store.describe());
      assertThat(disk).isEmptyDirectory();
    }

    private void assertKept() throws IOException {
      for (var key : kept) {
        assertThat(store.get(key).orElseThrow().bytes()).as("%s", key).isEqualTo(CONTENT);
      }
    }

    private static void permit(Path path, String permissions) throws IOException {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
  }

  /** The same disk under a workspace; prints each step that went as it should. */
  static final class WorkspaceChild {
    private static final Actor ACTOR = Actor.agent("coder-7");
    private static final Filter OBSERVATIONS = Filter.any().type("Observation");

    private final Path disk;
    private final Path root;
    private final Path ballast;
    private final LocalObjectStore store;
    private final List<EventId> acknowledged = new ArrayList<>();
    private final List<EventId> failed = new ArrayList<>();

    private WorkspaceChild(Path disk) {
      this.disk = disk;
      this.root = disk.resolve("store");
      this.ballast = disk.resolve("ballast");
      this.store = LocalObjectStore.at(root);
    }

    public static void main(String[] arguments) throws Exception {
      var elsewhere = Files.createTempDirectory("daybook-cache");
      var child = new WorkspaceChild(Path.of(arguments[0]));
      try (var daybook = daybook(child.store, elsewhere);
          var workspace = daybook.create("w")) {
        child.writes(workspace);
        System.out.println("written");
        child.fillsUp(workspace);
        System.out.println("full");
        child.hasRoomAgain(workspace);
        System.out.println("room again");
      }
      child.hasAFullCache();
      System.out.println("cache full");
      child.isDeleted(elsewhere);
      System.out.println("deleted");
    }

    private static Daybook daybook(LocalObjectStore store, Path cache) {
      return Daybook.on(store)
          .embedder(Embedder.none())
          .cache(cache, 1 << 30)
          .writeDeadline(Duration.ofMillis(200))
          .open();
    }

    private void writes(Workspace workspace) {
      try (var session = workspace.startSession(ACTOR)) {
        for (int i = 0; i < 10; i++) {
          acknowledged.add(session.record(Observation.of("number " + i)).await().id());
        }
        session.updatePlan(plan -> List.of(TaskAdded.of("T-1", "a task")));
      }
      workspace.compact();
    }

    private void fillsUp(Workspace workspace) throws Exception {
      try (var session = workspace.startSession(ACTOR)) {
        fill();
        // Nothing was placed, so it is certain that neither will ever be there.
        var receipt = session.record(Observation.of("no room for it"));
        failed.add(receipt.id());
        assertThatThrownBy(receipt::await)
            .isInstanceOf(StorageUnavailableException.class)
            .hasMessageContainingAll(root.toString(), "No space left", "make room");
        assertThatThrownBy(session::flush).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(
                () -> session.updatePlan(plan -> List.of(TaskAdded.of("T-2", "no room for it"))))
            .isInstanceOf(StorageUnavailableException.class)
            .hasMessageContainingAll(root.toString(), "No space left", "make room");
        assertThatThrownBy(workspace::compact)
            .isInstanceOf(StorageUnavailableException.class)
            .hasMessageContainingAll(root.toString(), "No space left", "make room");
        assertHas(workspace);
        assertThat(workspace.recall(Query.of("number")).list()).isNotEmpty();
        try (var left = Files.list(root.resolve(".tmp+"))) {
          assertThat(left).isEmpty();
        }
      }
    }

    private void fill() throws IOException {
      try (var channel =
          FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        for (int block = 1 << 20; block > 0; block /= 2) {
          fill(channel, block);
        }
      }
    }

    private static void fill(FileChannel channel, int block) {
      try {
        while (true) {
          channel.write(ByteBuffer.allocate(block));
        }
      } catch (IOException full) {
        assertThat(full).hasMessageContaining("No space left");
      }
    }

    private void hasRoomAgain(Workspace workspace) throws Exception {
      Files.delete(ballast);
      try (var session = workspace.startSession(ACTOR)) {
        acknowledged.add(session.record(Observation.of("after the flood")).await().id());
        session.updatePlan(plan -> List.of(TaskAdded.of("T-3", "a task")));
      }
      workspace.compact();
      assertHas(workspace);
      assertThat(workspace.plan().tasks().keySet()).contains("T-1", "T-3");
    }

    /** All that was acknowledged once, what is unknown at most once, nothing else. */
    private void assertHas(Workspace workspace) {
      var found = workspace.traces().find(OBSERVATIONS).entries().stream().map(Entry::id).toList();
      assertThat(found).doesNotHaveDuplicates().containsAll(acknowledged);
      assertThat(found).doesNotContainAnyElementsOf(failed);
    }

    private void hasAFullCache() throws Exception {
      var cache = disk.resolve("cache");
      Files.createDirectory(cache);
      try (var daybook = daybook(store, cache);
          var workspace = daybook.open("w")) {
        fill();
        assertThatThrownBy(() -> workspace.recall(Query.of("number")))
            .isInstanceOf(StorageAccessException.class)
            .hasMessageContainingAll(cache.toString(), "No space left", "choose another folder");
        Files.delete(ballast);
        assertThat(workspace.recall(Query.of("number")).list()).isNotEmpty();
        assertHas(workspace);
      }
    }

    /** By somebody's {@code rm -r}: an error that says so, and no new store in its place. */
    private void isDeleted(Path cache) throws Exception {
      try (var daybook = daybook(store, cache)) {
        var workspace = daybook.open("w");
        var session = workspace.startSession(ACTOR);
        run("rm", "-r", root.toString());
        var receipt = session.record(Observation.of("too late"));
        for (ThrowingCallable call :
            List.<ThrowingCallable>of(
                receipt::await,
                workspace::plan,
                () -> session.updatePlan(plan -> List.of(TaskAdded.of("T-4", "too late"))),
                () -> workspace.recall(Query.of("number").freshness(Duration.ZERO)),
                () -> daybook.open("w"))) {
          assertThatThrownBy(call)
              .isInstanceOf(StorageAccessException.class)
              .hasMessageContainingAll(root.toString(), "mount or restore it, then reopen");
        }
      }
      assertThat(root).doesNotExist();
    }
  }
}
