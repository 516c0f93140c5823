package dev.daybook.storage.local;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a store: durable temporary files, durable folders, and whether it is still the
 * one that was opened. Safe for use by any number of threads.
 */
final class Folder {
  /** Windows opens no directories; there the file system journals names by itself. */
  private static final boolean SYNCS_DIRECTORIES = File.separatorChar == '/';

  private static final int DURABLE_MAX = 10_000;

  private final Path root;
  private final Path realRoot;
  private final Object identity;
  private final boolean tellsCaseApart;
  private static final AtomicLong TEMPORARIES = new AtomicLong();
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  /**
   * The store in this existing directory, which already has its folder of temporary files.
   *
   * @param tellsCaseApart whether names that differ only in case name different files
   */
  Folder(Path root, boolean tellsCaseApart) throws IOException {
    this.root = root;
    this.realRoot = root.toRealPath();
    this.identity = identity();
    this.tellsCaseApart = tellsCaseApart;
  }

  Path root() {
    return root;
  }

  /** Made when something is first written: a random name takes a while to be made. */
  private static final class ThisProcess {
    static final String NAME = UUID.randomUUID() + "-";
  }

  /** A temporary file that holds these bytes durably; closing it removes the temporary name. */
  Temporary write(byte[] bytes) throws IOException {
    var path =
        root.resolve(Layout.TEMPORARY).resolve(ThisProcess.NAME + TEMPORARIES.incrementAndGet());
    var temporary = new Temporary(path);
    try {
      try (var channel = create(path)) {
        for (var rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
          channel.write(rest);
        }
        channel.force(true);
      }
      return temporary;
    } catch (IOException e) {
      temporary.close();
      throw e;
    }
  }

  private FileChannel create(Path path) throws IOException {
    try {
      return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      requirePresent();
      ensure(path.getParent()); // someone tidied up
      return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

  /** A finished file under a name of its own. */
  record Temporary(Path path) implements AutoCloseable {
    /** When the file system says it was written. */
    Instant writtenAt() throws IOException {
      return Files.getLastModifiedTime(path).toInstant();
    }

    /** Fails if someone removed the file: what was to be placed can then no longer be. */
    void requirePresent() throws IOException {
      if (!Files.exists(path)) {
        throw new IOException(
            "its temporary file "
                + path
                + " was removed, as if it were more than an hour old; repeat the call");
      }
    }

    @Override
    public void close() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // What became of the object is decided; a later open removes the file.
        log().debug("Left the temporary file {}", path, e);
      }
    }
  }

  /**
   * Makes a folder below the root, with those above it, durably.
   *
   * @throws NoSuchFileException if one of them is removed meanwhile
   */
  void ensure(Path folder) throws IOException {
    if (folder.equals(root) || durable.contains(folder)) {
      return;
    }
    ensure(folder.getParent());
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // By another thread or process, whose own sync of the name may still be to come.
      requireDirectory(folder);
    }
    requireExact(folder);
    sync(folder.getParent());
    if (durable.size() >= DURABLE_MAX) {
      durable.clear();
    }
    durable.add(folder);
  }

  private static void requireDirectory(Path folder) throws IOException {
    // One look: a folder that goes and comes back between two would pass for an object.
    if (!Files.readAttributes(folder, BasicFileAttributes.class).isDirectory()) {
      throw new IOException(folder + " is an object; no other key can continue after its name");
    }
  }

  /** Forgets that this folder and those above it were made durable. */
  void forget(Path folder) {
    for (var path = folder; !path.equals(root); path = path.getParent()) {
      durable.remove(path);
    }
  }

  /** Makes the names in this folder durable. */
  static void sync(Path folder) throws IOException {
    if (SYNCS_DIRECTORIES) {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /**
   * Removes this folder and those above it as far as they are empty: otherwise each writer log
   * would leave one behind for every later listing to open.
   */
  void removeEmpty(Path folder) {
    for (var path = folder; !path.equals(root); path = path.getParent()) {
      try {
        forget(path);
        Files.delete(path);
      } catch (IOException e) {
        return; // in use again, or removed by another; an empty folder does no harm
      }
    }
  }

  /**
   * Whether the name on disk is this one, not one that differs in case. True where nothing has it.
   */
  boolean isExact(Path path) throws IOException {
    if (tellsCaseApart) {
      return true;
    }
    try {
      return realRoot.relativize(path.toRealPath()).equals(root.relativize(path));
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  void requireExact(Path path) throws IOException {
    if (!isExact(path)) {
      throw new IOException(
          path
              + " differs only in case from "
              + path.toRealPath()
              + ", and this file system does not tell them apart; choose another name");
    }
  }

  /** Whether a file stands where this path would need a folder. */
  boolean passesThroughFile(Path path) {
    for (var above = path.getParent(); !above.equals(root); above = above.getParent()) {
      if (Files.isRegularFile(above)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Fails if the directory is gone or another one has taken its place, such as the empty mount
   * point of a disk that is no longer mounted: nothing in it is known to be absent then.
   */
  void requirePresent() throws NoSuchFileException {
    Object now;
    try {
      now = identity();
    } catch (IOException e) {
      throw gone("is gone or cannot be read (" + e + ")");
    }
    if (!Objects.equals(identity, now)) {
      throw gone("is no longer the directory that was opened");
    }
  }

  private NoSuchFileException gone(String what) {
    return new NoSuchFileException(
        root.toString(),
        null,
        "the store's directory " + what + "; mount or restore it, then reopen");
  }

  /** What tells this directory from another one under its path; "" where the system has nothing. */
  private Object identity() throws IOException {
    return Objects.requireNonNullElse(
        Files.readAttributes(root, BasicFileAttributes.class).fileKey(), "");
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Folder.class);
  }
}
