package dev.daybook.storage.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, when a store is opened, what its directory can do, and tidies up.
 *
 * @param root the directory, absolute
 * @param network whether a network file system is accepted
 * @param links whether hard links are used where the file system has them
 * @param cases whether names may be told apart by case where the file system does
 * @param clock for the age of temporary files
 */
record Opening(Path root, Network network, Links links, Cases cases, InstantSource clock) {
  private static final Duration STALE_AFTER = Duration.ofHours(1);

  enum Network {
    REFUSED,
    ACCEPTED
  }

  enum Links {
    IF_SUPPORTED,
    NEVER
  }

  enum Cases {
    AS_THE_FILE_SYSTEM,
    NEVER_TOLD_APART
  }

  /** What was opened. */
  record Opened(Folder folder, Placing placing) {}

  Opened open() throws IOException {
    if (!root.getFileSystem().equals(FileSystems.getDefault())) {
      throw new IOException("it is not on the default file system but on " + root.getFileSystem());
    }
    createDirectories(root);
    if (network == Network.REFUSED) {
      refuseNetwork();
    }
    var temporary = root.resolve(Layout.TEMPORARY);
    createDirectories(temporary);
    removeStale(temporary);
    var folder = new Folder(root, tellsCaseApart());
    var placing = choosePlacing(folder);
    return new Opened(folder, placing);
  }

  private static void createDirectories(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    if (path.getParent() != null) {
      createDirectories(path.getParent());
    }
    try {
      Files.createDirectory(path);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path)) {
        throw new FileAlreadyExistsException(
            path.toString(), null, "it is a file; name a directory");
      }
    }
    if (path.getParent() != null) {
      Folder.sync(path.getParent());
    }
  }

  private void refuseNetwork() throws IOException {
    var type = NetworkFileSystems.typeOf(root);
    if (type.isPresent()) {
      throw new IOException(
          "it is on a network file system ("
              + type.get()
              + "), whose listings may be late; use a local disk or an S3 bucket, or, knowing that,"
              + " LocalObjectStore.onNetworkFileSystem");
    }
  }

  private boolean tellsCaseApart() {
    return cases == Cases.AS_THE_FILE_SYSTEM
        && !Files.exists(root.resolve(Layout.TEMPORARY.toUpperCase(Locale.ROOT)));
  }

  private void removeStale(Path temporary) throws IOException {
    var oldest = clock.instant().minus(STALE_AFTER);
    try (var files = Files.newDirectoryStream(temporary, file -> isStale(file, oldest))) {
      for (var file : files) {
        Files.deleteIfExists(file);
        log().debug("Removed the stale temporary file {}", file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static boolean isStale(Path file, Instant oldest) throws IOException {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isRegularFile()
          && attributes.lastModifiedTime().toInstant().isBefore(oldest);
    } catch (NoSuchFileException e) {
      return false; // its writer is done with it
    }
  }

  private Placing choosePlacing(Folder folder) throws IOException {
    var linksMark = root.resolve(Layout.LINKS);
    var lockFile = root.resolve(Layout.LOCK);
    if (links == Links.IF_SUPPORTED && isKnownToLink(linksMark, lockFile)) {
      return new Placing.ByLink();
    }
    boolean byLink = links == Links.IF_SUPPORTED && supportsLinks(folder);
    if (byLink && !Files.exists(lockFile)) {
      leaveMark(linksMark, lockFile);
      return new Placing.ByLink();
    }
    leaveMark(lockFile, linksMark);
    log().info("No hard links in {}; objects are created under the lock {}", root, lockFile);
    var placing = new Placing.ByLock(lockFile);
    tryOut(placing, folder);
    return placing;
  }

  /**
   * Whether it was found out before. Finding out forces files to disk, which takes longer than all
   * else that opening does; where the directory cannot be written that says why.
   */
  private boolean isKnownToLink(Path linksMark, Path lockFile) {
    return Files.exists(linksMark)
        && !Files.exists(lockFile)
        && Files.isWritable(root.resolve(Layout.TEMPORARY));
  }

  private static boolean supportsLinks(Folder folder) throws IOException {
    try (var probe = folder.write(new byte[0]);
        var link = new Folder.Temporary(besides(probe.path()))) {
      try {
        Files.createLink(link.path(), probe.path());
        return Files.isSameFile(link.path(), probe.path());
      } catch (UnsupportedOperationException | FileSystemException e) {
        log().debug("No hard link from {} to {}", link.path(), probe.path(), e);
        // A full or read-only disk refuses a plain new name, too; that is no answer about links.
        folder.write(new byte[0]).close();
        return false;
      }
    }
  }

  private static void tryOut(Placing placing, Folder folder) throws IOException {
    try (var probe = folder.write(new byte[0]);
        var placed = new Folder.Temporary(besides(probe.path()))) {
      placing.place(probe.path(), placed.path());
    }
  }

  private static Path besides(Path temporary) {
    return temporary.resolveSibling("probe-" + UUID.randomUUID());
  }

  /**
   * Leaves a mark of the way of placing that was chosen, then looks for the mark of the other way:
   * of two processes that choose differently at the same moment, at least one is refused.
   */
  private void leaveMark(Path own, Path other) throws IOException {
    boolean isNew = !Files.exists(own);
    if (isNew) {
      try {
        Files.createFile(own);
      } catch (FileAlreadyExistsException e) {
        isNew = false;
      }
      Folder.sync(root);
    }
    if (Files.exists(other)) {
      if (isNew) {
        Files.deleteIfExists(own);
      }
      throw new IOException(
          "its file "
              + other.getFileName()
              + " says that other processes create objects in another way, "
              + (other.endsWith(Layout.LINKS) ? "by hard links" : "under a lock")
              + ", which this process cannot join; make sure that nobody uses the directory, then"
              + " delete that file and open it again");
    }
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(Opening.class);
  }
}
