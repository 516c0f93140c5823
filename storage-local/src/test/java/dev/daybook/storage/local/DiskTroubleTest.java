package dev.daybook.storage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.daybook.StorageAccessException;
import dev.daybook.crash.ChildJvm;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fills up, denies, turns read-only and goes away: a real one, in memory, mounted for a
 * child process alone, which has given up root's right to ignore permissions.
 */
class DiskTroubleTest {
  /** $1 is the mount point, the rest is the command. */
  private static final String WITH_DISK =
      """
      mount -t tmpfs -o size=2m daybook-test "$1" || exit 77
      shift
      exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"
      """;

  @TempDir Path directory;

  @Test
  void saysWhatIsWrongAndNeverLosesWhatItHas() throws Exception {
    var namespace = namespaceCommand();
    List<String> command = new ArrayList<>(namespace);
    command.addAll(List.of("sh", "-c", WITH_DISK, "sh", directory.toString()));
    try (var child = new ChildJvm(command, Child.class, directory.toString())) {
      var steps = child.hearAll();
      int exitCode = child.exitCode();
      if (exitCode == 77) {
        var unused = skip("a file system in memory cannot be mounted");
      }
      assertThat(steps)
          .containsExactly("full", "permission", "unwritable", "read-only", "unmounted", "done");
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
      System.out.println("done");
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
              .hasMessageContainingAll("Creating " + key, store.describe(), "space");
          assertThat(store.get(key)).isEmpty();
        }
      }
      assertThat(kept).isNotEmpty();
      var last = kept.getLast();
      assertThatThrownBy(() -> store.overwrite(last, CONTENT))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("Overwriting " + last, "space");
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
          .hasMessageContainingAll("Creating " + key, "Read-only");
      assertThat(store.createIfAbsent(kept.getFirst(), new byte[1]).isNew()).isFalse();
      assertKept();
      assertThatThrownBy(() -> LocalObjectStore.at(disk.resolve("store")))
          .isInstanceOf(StorageAccessException.class)
          .hasMessageContainingAll("Opening " + disk.resolve("store"), "Read-only");
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

    private static void run(String... command) throws Exception {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
    }
  }
}
