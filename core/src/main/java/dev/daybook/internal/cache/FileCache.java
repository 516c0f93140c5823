package dev.daybook.internal.cache;

import dev.daybook.CorruptDataException;
import dev.daybook.StorageAccessException;
import dev.daybook.internal.entry.Fingerprint;
import dev.daybook.internal.log.Store;
import dev.daybook.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A folder of local copies of immutable objects, each named by the SHA-256 of its content, so that
 * processes and workspaces can share it and a stale copy cannot exist. Files appear whole (written
 * aside, then moved). When it grows past its bound, those used longest ago go; a file that is
 * mapped stays readable though its name is gone. Safe for use by any number of threads and
 * processes.
 */
public final class FileCache {
  private final Path folder;
  private final long bytesMax;
  private final InstantSource clock;
  private final Map<String, Object> locks = new ConcurrentHashMap<>();

  /** What this process made or looked through; a copy of an earlier process may be torn. */
  private final Set<String> verified = ConcurrentHashMap.newKeySet();

  /**
   * A cache in a folder, which is made when first needed.
   *
   * @param bytesMax about how much it may hold
   */
  public FileCache(Path folder, long bytesMax, InstantSource clock) {
    this.folder = folder;
    this.bytesMax = bytesMax;
    this.clock = clock;
  }

  /**
   * The local copy of an object, fetched if it is not there.
   *
   * @return empty if the store has no such object
   * @throws CorruptDataException if what the store has is not of this content
   * @throws StorageAccessException if the folder cannot be written
   */
  public Optional<Path> fetch(Store store, ObjectKey key, String sha256, long bytes) {
    Path file = folder.resolve(sha256);
    synchronized (locks.computeIfAbsent(sha256, ignored -> new Object())) {
      if (isWhole(file, bytes, sha256)) {
        return Optional.of(file);
      }
      return store
          .get(key)
          .map(stored -> {
            String found = Fingerprint.sha256Hex(stored.bytes());
            if (!found.equals(sha256)) {
              throw new CorruptDataException(
                  "%s has %d bytes with SHA-256 %s, the manifest says %d bytes with %s; restore the object from a backup"
                      .formatted(key, stored.bytes().length, found, bytes, sha256));
            }
            put(stored.bytes(), sha256);
            return file;
          });
    }
  }

  /** Puts a copy of content that was just made, so that it need not be fetched. */
  public Path put(byte[] content, String sha256) {
    Path file = folder.resolve(sha256);
    try {
      Files.createDirectories(folder);
      Path aside = Files.createTempFile(folder, "new-", ".tmp");
      try {
        Files.write(aside, content);
        Files.move(
            aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside);
      }
      verified.add(sha256);
      trim();
      return file;
    } catch (IOException e) {
      throw new StorageAccessException(
          "Cannot keep a local copy of %d bytes in %s: %s; choose another folder with Daybook.on(store).cache(folder, bytes)"
              .formatted(content.length, folder, e),
          e);
    }
  }

  private boolean isWhole(Path file, long bytes, String sha256) {
    try {
      if (Files.size(file) != bytes
          || (!verified.contains(sha256) && !Fingerprint.sha256Hex(file).equals(sha256))) {
        return false;
      }
      verified.add(sha256);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new StorageAccessException(
          "Cannot use the local copy "
              + file
              + ": "
              + e
              + "; delete it, or choose another folder with Daybook.on(store).cache(folder, bytes)",
          e);
    }
  }

  private record Kept(Path file, long bytes, FileTime used) {}

  private void trim() throws IOException {
    List<Kept> kept;
    try (Stream<Path> files = Files.list(folder)) {
      kept = files.flatMap(FileCache::describe).sorted(Comparator.comparing(Kept::used)).toList();
    }
    long total = kept.stream().mapToLong(Kept::bytes).sum();
    for (Kept oldest : kept.subList(0, Math.max(0, kept.size() - 1))) {
      if (total <= bytesMax) {
        return;
      }
      Files.deleteIfExists(oldest.file());
      total -= oldest.bytes();
    }
  }

  private static Stream<Kept> describe(Path file) {
    try {
      return Stream.of(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
    } catch (IOException e) {
      // Another process removed it meanwhile; then it takes no room.
      return Stream.empty();
    }
  }
}
