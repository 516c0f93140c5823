package dev.daybook.internal.cache;

import dev.daybook.CorruptDataException;
import dev.daybook.StorageAccessException;
import dev.daybook.StorageUnavailableException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ObjectKey;
import dev.daybook.storage.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The local copies of one workspace's objects. Files appear whole: they are made aside, then moved.
 * Safe for use by any number of threads and processes.
 */
public final class LocalCopies {
  /** How often a copy is fetched that other processes remove before it can be opened. */
  private static final int ATTEMPTS = 10;

  private static final int PIECE_BYTES_MAX = 16 << 20;

  private final FileCache cache;
  private final Path folder;
  private final long wholeBytesMax;
  private final int pieceBytes;

  LocalCopies(FileCache cache, Path folder) {
    this(cache, folder, wholeBytesMax());
  }

  LocalCopies(FileCache cache, Path folder, long wholeBytesMax) {
    this.cache = cache;
    this.folder = folder;
    this.wholeBytesMax = wholeBytesMax;
    this.pieceBytes = (int) Math.min(PIECE_BYTES_MAX, wholeBytesMax);
  }

  /**
   * Bytes of the largest object that is asked for as a whole and so is in memory meanwhile. A
   * larger one is fetched in pieces.
   */
  public static long wholeBytesMax() {
    return Runtime.getRuntime().maxMemory() / 8;
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
   * @throws StorageUnavailableException if the thread is interrupted
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
   * @throws StorageUnavailableException if the thread is interrupted
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
        requireNoInterrupt(e, "looking through a local copy");
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
      return bytes > wholeBytesMax
          ? fetchInPieces(store, key, sha256, bytes)
          : fetchWhole(store, key, sha256, bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Whether there seems to be a local copy; no request is sent. */
  public boolean has(String sha256) {
    return Files.exists(folder.resolve(sha256));
  }

  private Optional<Path> fetchWhole(Store store, ObjectKey key, String sha256, long bytes) {
    return store
        .get(key)
        .map(stored -> {
          String found = Fingerprint.sha256Hex(stored.bytes());
          if (!found.equals(sha256)) {
            throw damaged(key, stored.bytes().length, found, bytes, sha256);
          }
          return put(stored.bytes(), sha256);
        });
  }

  private Optional<Path> fetchInPieces(Store store, ObjectKey key, String sha256, long bytes) {
    try (Work work = newWork()) {
      Path aside = work.file("content");
      Optional<Content> content;
      try (OutputStream out = Files.newOutputStream(aside)) {
        content = readInPieces(store, key, bytes, out);
      }
      if (content.isEmpty()) {
        return Optional.empty();
      }
      if (!content.get().equals(new Content(bytes, sha256))) {
        throw damaged(key, content.get().bytes(), content.get().sha256(), bytes, sha256);
      }
      return Optional.of(move(aside, sha256));
    } catch (IOException e) {
      throw unwritable(bytes + " bytes", e);
    }
  }

  private record Content(long bytes, String sha256) {}

  /** Hands on an object and one byte more than are expected, if it has them. */
  private Optional<Content> readInPieces(Store store, ObjectKey key, long bytes, OutputStream out)
      throws IOException {
    MessageDigest digest = Fingerprint.sha256();
    long offset = 0;
    while (offset <= bytes) {
      int asked = (int) Math.min(pieceBytes, bytes + 1 - offset);
      Optional<ObjectStore.Stored> piece = store.getRange(key, offset, asked);
      if (piece.isEmpty()) {
        return Optional.empty();
      }
      byte[] some = piece.get().bytes();
      digest.update(some);
      out.write(some);
      offset += some.length;
      if (some.length < asked) {
        break;
      }
    }
    return Optional.of(new Content(offset, HexFormat.of().formatHex(digest.digest())));
  }

  /** Whether the store has an object with this content; always asks it. */
  public boolean isStored(Store store, ObjectKey key, String sha256, long bytes) {
    if (bytes <= wholeBytesMax) {
      return store
          .get(key)
          .filter(stored -> Fingerprint.sha256Hex(stored.bytes()).equals(sha256))
          .isPresent();
    }
    try {
      return readInPieces(store, key, bytes, OutputStream.nullOutputStream())
          .filter(new Content(bytes, sha256)::equals)
          .isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException("Nothing is written here", e);
    }
  }

  /**
   * Makes sure that a failure is one of the file: an interrupt closes the file that a thread reads
   * or writes, and tells nothing of what is in it.
   *
   * @param doing what was being done, for the message
   * @throws StorageUnavailableException if the thread was interrupted; its flag stays set
   */
  public static void requireNoInterrupt(Exception failure, String doing) {
    if (failure instanceof ClosedByInterruptException || Thread.currentThread().isInterrupted()) {
      Thread.currentThread().interrupt();
      throw new StorageUnavailableException(
          "Interrupted while " + doing + "; nothing was changed, ask again", failure);
    }
  }

  private static CorruptDataException damaged(
      ObjectKey key, long foundBytes, String found, long bytes, String sha256) {
    return new CorruptDataException(
        "%s has %d bytes with SHA-256 %s, the manifest says %d bytes with %s; restore the object from a backup"
            .formatted(key, foundBytes, found, bytes, sha256));
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

  /**
   * Opens a file that was {@link #putMade made here} and is in no store.
   *
   * @param opener sees for itself whether every byte is right
   * @return empty if there is none of this name
   * @throws IOException of the opener
   */
  public <T> Optional<T> openMade(String name, Opener<T> opener) throws IOException {
    Path file = folder.resolve(name);
    try {
      cache.used(file);
      return Optional.of(opener.open(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Moves a file there that is in no store, so that it need not be made again.
   *
   * @param name what it is made from and how, as a SHA-256 in hexadecimal
   */
  public Path putMade(Path made, String name) {
    return put(made, name);
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
    requireNoInterrupt(e, "keeping a local copy");
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
   * @throws StorageUnavailableException if the thread is interrupted
   */
  public Work newWork() {
    try {
      return new Work(cache.newWork(folder));
    } catch (IOException e) {
      throw unwritable("files in the making", e);
    }
  }
}
