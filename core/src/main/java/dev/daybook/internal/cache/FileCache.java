package dev.daybook.internal.cache;

import dev.daybook.internal.entry.Fingerprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of local copies of immutable objects, one sub-folder for each workspace, each copy named
 * by the SHA-256 of its content, so that processes can share it and a stale copy cannot exist. When
 * it grows past its bound, those used longest ago go; the one just made stays however large it is.
 * What is mapped stays readable though its name is gone, and takes its room until it is let go of.
 * Safe for use by any number of threads and processes.
 */
public final class FileCache {
  /** Working folders of processes that were killed go after so long. */
  private static final Duration WORK_AGE = Duration.ofDays(1);

  private static final String WORK_BEGIN = "new-";
  private static final String WORK_END = ".tmp";
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final Path folder;
  private final long bytesMax;
  private final InstantSource clock;

  /** What this process made or looked through; a copy of an earlier process may be torn. */
  private final Set<Path> verified = ConcurrentHashMap.newKeySet();

  /** What this process made room with. */
  private final Set<Path> evicted = ConcurrentHashMap.newKeySet();

  /** One object is fetched once, however many threads ask for it. */
  private final Map<Path, ReentrantLock> locks = new ConcurrentHashMap<>();

  private final AtomicBoolean warned = new AtomicBoolean();

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

  /** The copies of the objects of one workspace. */
  public LocalCopies of(String workspaceId) {
    return new LocalCopies(this, folderOf(workspaceId));
  }

  /**
   * Removes the copies of a workspace that was deleted, as far as that can be done. Whoever has it
   * open makes them again.
   */
  public void drop(String workspaceId) {
    Path gone = folderOf(workspaceId);
    verified.removeIf(file -> file.startsWith(gone));
    deleteTree(gone);
  }

  private Path folderOf(String workspaceId) {
    return folder.resolve(
        PLAIN.matcher(workspaceId).matches()
            ? workspaceId
            : Fingerprint.sha256Hex(workspaceId.getBytes(StandardCharsets.UTF_8)));
  }

  /** What a thread holds that fetches this file; it is virtual, so no monitor. */
  ReentrantLock lock(Path file) {
    return locks.computeIfAbsent(file, ignored -> new ReentrantLock());
  }

  /** A new folder among the copies of a workspace, to make files in that are put there. */
  Path newWork(Path copies) throws IOException {
    Files.createDirectories(copies);
    return Files.createTempDirectory(copies, WORK_BEGIN + WORK_END);
  }

  /** Whether a copy is there and, the first time in this process, whether every byte is right. */
  boolean isWhole(Path file, long bytes, String sha256) throws IOException {
    try {
      if (Files.size(file) != bytes
          || (!verified.contains(file) && !Fingerprint.sha256Hex(file).equals(sha256))) {
        return false;
      }
      verified.add(file);
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Says once that files are fetched again and again, since the bound is too low for them. */
  void missing(Path file) {
    if (evicted.remove(file) && warned.compareAndSet(false, true)) {
      log()
          .warn(
              "The cache in {} holds at most {} bytes, which is less than what is in use at a time:"
                  + " files are fetched again; allow more with Daybook.on(store).cache(folder,"
                  + " bytes)",
              folder,
              bytesMax);
    }
  }

  /** Takes note that a file is in use. */
  void used(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
  }

  /** Takes note of a copy that is whole, and makes room for it. */
  void added(Path file) throws IOException {
    // The file system's clock, by which working folders are old; the host's may be any.
    Instant written = Instant.MIN;
    try {
      written = Files.getLastModifiedTime(file).toInstant();
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    } catch (NoSuchFileException e) {
      // Another process made room already.
    }
    verified.add(file);
    trim(file, written);
  }

  private record Kept(Path file, long bytes, FileTime used) {}

  private void trim(Path added, Instant written) throws IOException {
    List<Kept> kept = new ArrayList<>();
    collect(folder, written, kept);
    kept.sort(Comparator.comparing(Kept::used));
    long total = kept.stream().mapToLong(Kept::bytes).sum();
    for (Kept oldest : kept) {
      if (total <= bytesMax) {
        return;
      }
      if (!oldest.file().equals(added) && delete(oldest.file())) {
        total -= oldest.bytes();
      }
    }
  }

  /** Files of this folder and of the workspaces' below it. */
  private void collect(Path in, Instant written, List<Kept> kept) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(in)) {
      for (Path path : all) {
        Optional<BasicFileAttributes> found = attributes(path);
        if (found.isPresent()) {
          collect(in, path, found.get(), written, kept);
        }
      }
    } catch (NoSuchFileException e) {
      // Another process removed the folder meanwhile; then it takes no room.
    }
  }

  private void collect(Path in, Path path, BasicFileAttributes is, Instant written, List<Kept> kept)
      throws IOException {
    if (path.getFileName().toString().startsWith(WORK_BEGIN)) {
      if (is.lastModifiedTime().toInstant().plus(WORK_AGE).isBefore(written)) {
        deleteTree(path);
      }
    } else if (is.isRegularFile()) {
      kept.add(new Kept(path, is.size(), is.lastModifiedTime()));
    } else if (is.isDirectory() && in.equals(folder)) {
      collect(path, written, kept);
    }
  }

  private static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
    try {
      return Optional.of(Files.readAttributes(path, BasicFileAttributes.class));
    } catch (NoSuchFileException e) {
      // Another process removed it meanwhile; then it takes no room.
      return Optional.empty();
    }
  }

  /** Whether it takes no more room; a system may refuse to delete what is mapped. */
  private boolean delete(Path file) {
    try {
      Files.deleteIfExists(file);
      verified.remove(file);
      evicted.add(file);
      return true;
    } catch (IOException e) {
      log().debug("{} stays in the cache: {}", file, e.toString());
      return false;
    }
  }

  /** Deletes what can be deleted; what is left goes another time. */
  static void deleteTree(Path top) {
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // That is what was wanted.
    } catch (IOException | UncheckedIOException e) {
      log().debug("{} stays in the cache: {}", top, e.toString());
    }
  }

  /** Asked for when there is something to say: opening is not to wait for a logging system. */
  private static Logger log() {
    return LoggerFactory.getLogger(FileCache.class);
  }
}
