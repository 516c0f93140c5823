package dev.daybook.internal.cache;

import dev.daybook.CorruptDataException;
import dev.daybook.StorageAccessException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The local copies of one workspace's objects. Files appear whole: they are made aside, then moved.
 * Safe for use by any number of threads and processes.
 */
public final class LocalCopies {
  /** How often a copy is fetched that other processes remove before it can be opened. */
  private static final int ATTEMPTS = 10;

  private final FileCache cache;
  private final Path folder;

  LocalCopies(FileCache cache, Path folder) {
    this.cache = cache;
    this.folder = folder;
  }

  /** Makes something of a file; may leave it open or mapped. */
  @FunctionalInterface
  public interface Opener<T> {
    /** Opens it. */
    T open(Path file) throws IOException;
  }

  /**
   * Opens the local copy of an object, fetched if it is not there.
   *
   * @return empty if the store has no such object
   * @throws CorruptDataException if what the store has is not of this content
   * @throws StorageAccessException if the folder cannot be written
   * @throws IOException of the opener
   */
  public <T> Optional<T> open(
      Store store, ObjectKey key, String sha256, long bytes, Opener<T> opener) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Optional<Path> file = fetch(store, key, sha256, bytes);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      try {
        return Optional.of(opener.open(file.get()));
      } catch (NoSuchFileException e) {
        // Another process made room before it could be opened.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * The local copy of an object, fetched if it is not there; another process may remove it at any
   * time.
   *
   * @return empty if the store has no such object
   * @throws CorruptDataException if what the store has is not of this content
   * @throws StorageAccessException if the folder cannot be written
   */
  public Optional<Path> fetch(Store store, ObjectKey key, String sha256, long bytes) {
    Path file = folder.resolve(sha256);
    ReentrantLock lock = cache.lock(file);
    lock.lock();
    try {
      try {
        if (cache.isWhole(file, bytes, sha256)) {
          return Optional.of(file);
        }
      } catch (IOException e) {
        throw new StorageAccessException(
            "Cannot use the local copy "
                + file
                + ": "
                + e
                + "; delete it, or choose another folder with Daybook.on(store).cache(folder,"
                + " bytes)",
            e);
      }
      cache.missing(file);
      return store
          .get(key)
          .map(stored -> {
            String found = Fingerprint.sha256Hex(stored.bytes());
            if (!found.equals(sha256)) {
              throw new CorruptDataException(
                  "%s has %d bytes with SHA-256 %s, the manifest says %d bytes with %s; restore the object from a backup"
                      .formatted(key, stored.bytes().length, found, bytes, sha256));
            }
            return put(stored.bytes(), sha256);
          });
    } finally {
      lock.unlock();
    }
  }

  /** Puts a copy of content that was just made, so that it need not be fetched. */
  public Path put(byte[] content, String sha256) {
    try (Work work = newWork()) {
      Path aside = work.file("content");
      Files.write(aside, content);
      return move(aside, sha256);
    } catch (IOException e) {
      throw unwritable(content.length + " bytes", e);
    }
  }

  /**
   * Moves a file there that was made in a {@link #newWork working folder}.
   *
   * @param sha256 of its content
   */
  public Path put(Path made, String sha256) {
    try {
      return move(made, sha256);
    } catch (IOException e) {
      throw unwritable(made.toString(), e);
    }
  }

  private Path move(Path made, String sha256) throws IOException {
    Path file = folder.resolve(sha256);
    try {
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileAlreadyExistsException | AccessDeniedException e) {
      // Some systems do not replace what is mapped; what is there may be as good.
      if (!cache.isWhole(file, Files.size(made), sha256)) {
        throw e;
      }
    }
    cache.added(file);
    return file;
  }

  private StorageAccessException unwritable(String what, IOException e) {
    return new StorageAccessException(
        "Cannot keep a local copy of %s in %s: %s; choose another folder with Daybook.on(store).cache(folder, bytes)"
            .formatted(what, folder, e),
        e);
  }

  /**
   * A folder to make files in, gone with all it holds when it is closed.
   *
   * @param folder where it is
   */
  public record Work(Path folder) implements AutoCloseable {
    /** A file in it, which is not there yet. */
    public Path file(String name) {
      return folder.resolve(name);
    }

    @Override
    public void close() {
      FileCache.deleteTree(folder);
    }
  }

  /**
   * A new folder to make large files in, on the file system of the copies.
   *
   * @throws StorageAccessException if the folder cannot be written
   */
  public Work newWork() {
    try {
      return new Work(cache.newWork(folder));
    } catch (IOException e) {
      throw unwritable("files in the making", e);
    }
  }
}
