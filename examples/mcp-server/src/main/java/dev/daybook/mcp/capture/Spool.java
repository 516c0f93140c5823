package dev.daybook.mcp.capture;

import dev.daybook.Masking;
import dev.daybook.mcp.connect.HookPlace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder in which hooks leave what they were given, a file each, until a drainer records it. A
 * hook writes {@code .NAME.tmp} and renames it to {@code NAME.json}, so a file is there whole or
 * not at all. Whoever has the {@link Turn} may record and delete; the operating system takes it
 * back when its process dies, so nothing stays claimed. What waits is as the client gave it, with
 * whatever secrets are in it, so only its user can read it. What cannot be understood goes to
 * {@code rejected}, masked, with the reason beside it. Safe for use by any number of threads and
 * processes.
 */
final class Spool {
  private static final String READY = ".json";
  private static final String DRAFT = ".tmp";

  /** How long a hook can have been writing before it is taken for dead. */
  private static final Duration DRAFT_AGE_MAX = Duration.ofMinutes(10);

  /** How much is kept of what cannot be understood. */
  private static final int REJECTED_BYTES_MAX = 1 << 20;

  /** The locks of this process: the system's are one for all threads of a process. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;

  private Spool(Path folder) {
    this.folder = folder;
  }

  /** The spool of a place. */
  static Spool of(HookPlace place) {
    return new Spool(place.spool());
  }

  /** Where it is. */
  Path folder() {
    return folder;
  }

  /** Where what cannot be understood is kept. */
  Path rejected() {
    return folder.resolve("rejected");
  }

  /**
   * A file that waits.
   *
   * @param path where
   * @param since when its hook had written it
   */
  record Waiting(Path path, Instant since) {}

  /**
   * What waits, in the order in which it was written; empty if there is no folder.
   *
   * @throws IOException if the folder cannot be read
   */
  List<Waiting> waiting() throws IOException {
    return list(READY).stream()
        .sorted(Comparator.comparing(Waiting::since).thenComparing(Waiting::path))
        .toList();
  }

  /** Whether anything waits; what cannot be read counts as nothing. */
  boolean isEmpty() {
    try {
      return list(READY).isEmpty();
    } catch (IOException e) {
      return true;
    }
  }

  /** What hooks began and can no longer be writing. */
  List<Waiting> abandoned(Instant now) throws IOException {
    return list(DRAFT).stream()
        .filter(draft -> draft.since().isBefore(now.minus(DRAFT_AGE_MAX)))
        .toList();
  }

  private List<Waiting> list(String ending) throws IOException {
    List<Waiting> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + ending)) {
      for (Path path : all) {
        boolean isDraft = path.getFileName().toString().startsWith(".");
        if (isDraft == ending.equals(DRAFT)) {
          try {
            files.add(new Waiting(path, Files.getLastModifiedTime(path).toInstant()));
          } catch (NoSuchFileException e) {
            // Another drainer has recorded it, or its hook has just renamed it.
          }
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing was ever left here.
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  /**
   * Puts a file aside that cannot be understood, masked and not more than its beginning, and says
   * why beside it. Of what is cut, here or since its hook did not end, the last word is left out:
   * half a secret has no shape to be known by.
   */
  Path reject(Path file, String reason) throws IOException {
    String text;
    try (InputStream in = Files.newInputStream(file)) {
      text = new String(in.readNBytes(REJECTED_BYTES_MAX), StandardCharsets.UTF_8);
      if (in.read() >= 0 || file.getFileName().toString().startsWith(".")) {
        text = withoutLastWord(text);
      }
    }
    makeFolder(rejected());
    String name = file.getFileName().toString();
    name = name.startsWith(".") ? name.substring(1) : name;
    Path target = rejected().resolve(name);
    for (int i = 1; Files.exists(target); i++) {
      target = rejected().resolve(i + "-" + name);
    }
    Files.writeString(target.resolveSibling(target.getFileName() + ".reason"), reason + "\n");
    try {
      Files.writeString(target, Masking.standard().mask(text, kind -> {}));
      Files.delete(file);
    } catch (IOException e) {
      // On a full disk the next attempt is not to leave another half.
      boolean unused = Files.deleteIfExists(target);
      throw e;
    }
    return target;
  }

  private static String withoutLastWord(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) > ' ' && text.charAt(end - 1) != '"') {
      end--;
    }
    return text.substring(0, end);
  }

  /** Makes a folder that nobody but its user can look into. */
  private static void makeFolder(Path folder) throws IOException {
    FileAttribute<?>[] ownerOnly =
        folder.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    Path unused = Files.createDirectories(folder, ownerOnly);
  }

  /** The right to record what hooks of a project tell, whatever their place. */
  static final class Turn implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final boolean sameAsBefore;

    private Turn(Path file, FileChannel channel, FileLock lock, boolean sameAsBefore) {
      this.file = file;
      this.channel = channel;
      this.lock = lock;
      this.sameAsBefore = sameAsBefore;
    }

    /** Whether the one who has it now had it last, so that nobody else recorded in between. */
    boolean isSameAsBefore() {
      return sameAsBefore;
    }

    @Override
    public void close() throws IOException {
      try {
        lock.release();
      } finally {
        try {
          channel.close();
        } finally {
          HELD.remove(file);
        }
      }
    }
  }

  /**
   * Takes the turn of a project if nobody has it.
   *
   * @param home the project's {@code .daybook} folder
   * @param who a name of the taker that no other has
   * @throws IOException if the folder cannot be written
   */
  static Optional<Turn> tryTurn(Path home, String who) throws IOException {
    Objects.requireNonNull(who, "who");
    Path folder = home.resolve("spool");
    makeFolder(folder);
    Path file = folder.toRealPath().resolve("turn");
    if (!HELD.add(file)) {
      return Optional.empty();
    }
    FileChannel channel = null;
    boolean taken = false;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        return Optional.empty();
      }
      ByteBuffer before = ByteBuffer.allocate(256);
      int length = Math.max(0, channel.read(before, 0));
      boolean same = who.equals(new String(before.array(), 0, length, StandardCharsets.UTF_8));
      if (!same) {
        channel.truncate(0);
        int unused = channel.write(ByteBuffer.wrap(who.getBytes(StandardCharsets.UTF_8)), 0);
      }
      taken = true;
      return Optional.of(new Turn(file, channel, lock, same));
    } finally {
      if (!taken) {
        HELD.remove(file);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }
}
